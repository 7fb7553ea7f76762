"""Openings by an emergency key: what waits for who answers for them, and the section where all of them stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.core import clock
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import Section, sections, work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.types import Owner, Work, WorkSource


def list_openings(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the openings that the viewer could agree to or has to review."""
    return [_work(row, at) for row in cases.list_to_do(viewer=viewer, at=at)]


def count_openings(*, viewer: Any) -> int:
    """Return how many openings the viewer could agree to or has to review."""
    return cases.count_to_review(viewer=viewer, at=clock.now())


def _work(row: cases.GlassRow, at: datetime) -> Work:
    glass = row.glass
    waits = _("Seseorang menunggu orang kedua untuk membuka kasus dengan kunci darurat")
    looked = _("Akses darurat perlu ditinjau")
    due = glass.review_due_at if row.may_review else None
    return Work(
        row=QueueRow(
            url=f"/darurat/{glass.pk}/" + ("tinjau" if row.may_review else ""),
            sentence=looked if row.may_review else waits,
            code=glass.code,
            promised=Promised(glass.opened_at, due) if due else Promised(None, None, "wait"),
            danger=0,
            facts=[str(glass.get_reason_display())],
            owner=_("Anda"),
            action=_("Tinjau") if row.may_review else _("Lihat dan jawab"),
        ),
        band=band_of(at=at, due_at=due, is_pressing=row.may_agree),
        owner=Owner.MINE,
        danger=0,
        due_at=due,
    )


work_sources.add(
    WorkSource(
        key="glass",
        permission=Permission.GLASS_REVIEW,
        list_work=list_openings,
        count_work=count_openings,
        is_rare=True,
    )
)
sections.add(
    Section(
        key="glass",
        place=45,
        label=gettext_lazy("Darurat"),
        url="/darurat/",
        icon="unlocked",
        permissions=frozenset({Permission.GLASS_REVIEW}),
    )
)

"""Openings by an emergency key: what waits for who answers for them, and the section where all of them stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases.types import GlassState
from ruangaman.core import clock
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import Section, sections, work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.types import Band, Owner, Work, WorkSource


def list_openings(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the openings that run, and those that the viewer could agree to or has to review."""
    running = [_seen(row, at, url=f"/darurat/{row.glass.pk}/") for row in cases.list_running(viewer=viewer, at=at)]
    return [*running, *(_work(row, at) for row in cases.list_to_do(viewer=viewer, at=at))]


def count_openings(*, viewer: Any) -> int:
    """Return how many openings run, or the viewer could agree to or has to review."""
    at = clock.now()
    return len(cases.list_running(viewer=viewer, at=at)) + cases.count_to_review(viewer=viewer, at=at)


def list_mine(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the openings of the cases that the viewer manages: she answers for them and has to know at once."""
    return [_seen(row, at, url=f"/kasus/{row.glass.code}/") for row in cases.list_of_mine(viewer=viewer, at=at)]


def count_mine(*, viewer: Any) -> int:
    """Return how many openings of the viewer's cases run or are not reviewed yet."""
    return len(cases.list_of_mine(viewer=viewer, at=clock.now()))


def _seen(row: cases.GlassRow, at: datetime, *, url: str) -> Work:
    """Return an opening for who has to know of it: what runs stands above everything."""
    glass, runs = row.glass, row.state is GlassState.OPEN
    now = _("%(name)s sedang membaca kasus ini dengan kunci darurat") % {"name": glass.opener.display_name}
    past = _("%(name)s membaca kasus ini dengan kunci darurat; menunggu ditinjau") % {"name": glass.opener.display_name}
    return Work(
        row=QueueRow(
            url=url,
            sentence=now if runs else past,
            code=glass.code,
            promised=Promised(glass.opened_at, glass.until if runs else glass.review_due_at),
            danger=0,
            facts=[str(glass.get_reason_display())],
            owner=_("Dibaca oleh %(name)s") % {"name": glass.opener.display_name}
            if runs
            else _("Kepala unit atau petugas pelindungan data"),
            action=_("Lihat"),
        ),
        band=Band.NOW if runs else Band.TODAY,
        owner=Owner.MINE,
        danger=0,
        due_at=glass.until if runs else glass.review_due_at,
        is_first=runs,
    )


def _work(row: cases.GlassRow, at: datetime) -> Work:
    glass = row.glass
    waits = _("Seseorang menunggu orang kedua untuk membuka kasus dengan kunci darurat")
    looked = _("Akses darurat oleh %(name)s perlu Anda tinjau") % {"name": glass.opener.display_name}
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
        sign=lambda _viewer: cases.unsettled(),
        is_rare=True,
    )
)
work_sources.add(
    WorkSource(
        key="glass_mine",
        permission=Permission.CASE_ASSIGN,
        list_work=list_mine,
        count_work=count_mine,
        sign=cases.begun_of,
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

"""The register of ended dossiers: what is due, in the queue of those who keep it, and its section."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import Section, sections, work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.services.records import list_open
from ruangaman.web.types import Owner, Work, WorkSource


def list_due(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what is due and what somebody else proposed."""
    return [
        Work(
            row=QueueRow(
                url=f"/pengaturan/simpanan/{one.keeping.code}/",
                sentence=_("Usul penghapusan menunggu orang kedua") if one.order else _("Masa simpannya habis"),
                code=one.keeping.code,
                promised=Promised(None, None, "wait"),
                danger=0,
                facts=[one.keeping.keep_until.isoformat()],
                action=_("Lihat"),
            ),
            band=band_of(at=at, due_at=None, is_pressing=False),
            owner=Owner.NOBODY,
            danger=0,
            due_at=None,
        )
        for one in list_open(by=viewer, at=at)
    ]


def count_due(*, viewer: Any) -> int:
    """Return how many there are."""
    return len(list_open(by=viewer, at=clock.now()))


work_sources.add(
    WorkSource(key="records", permission=Permission.RECORDS_KEEP, list_work=list_due, count_work=count_due)
)
sections.add(
    Section(
        key="records",
        place=55,
        label=gettext_lazy("Simpanan"),
        url="/pengaturan/simpanan/",
        icon="folder",
        go="s",
        permissions=frozenset({Permission.RECORDS_KEEP}),
    )
)

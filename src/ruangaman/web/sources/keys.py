"""Work that waits for somebody's keys (vault.md, rule 12): a new epoch, or sharing what somebody asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.types import Permission
from ruangaman.cases.models import Case
from ruangaman.clocks.types import span
from ruangaman.core import clock
from ruangaman.intake.models import Report
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.vault.models import Waiting, WaitingKind
from ruangaman.vault.selectors import list_waiting
from ruangaman.web.registry import work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.types import Owner, Work, WorkSource


def list_keys(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what waits for keys that the viewer has."""
    lines = list_waiting(viewer=viewer, units=viewer.oversight_units, at=at)
    codes = codes_of({line.dossier_id for line in lines})
    return [_work(line, codes.get(line.dossier_id, ""), at) for line in lines]


def count_keys(*, viewer: Any) -> int:
    """Return how much waits for keys that the viewer has."""
    return len(list_waiting(viewer=viewer, units=viewer.oversight_units, at=clock.now()))


def codes_of(dossiers: set[UUID]) -> dict[UUID, str]:
    """Return the codes of the cases and reports that the viewer may know of."""
    found: dict[UUID, str] = {}
    for rows in (Report.objects.all(), Case.objects.all()):
        found |= dict(rows.filter(dossier_id__in=dossiers).values_list("dossier_id", "code"))
    return found


def sentence(line: Waiting) -> str:
    """Say what waits, without a name."""
    if line.kind == WaitingKind.SHARE:
        return _("Ada yang menunggu Anda membagikan isi berkas")
    return _("Seseorang pergi: berkas ini perlu kunci baru") if line.principal_id else _("Berkas ini perlu kunci baru")


def _work(line: Waiting, code: str, at: datetime) -> Work:
    row = QueueRow(
        url=f"/kerja/kunci/{line.pk}/",
        sentence=sentence(line),
        code=code,
        promised=Promised(None, None, "wait"),
        danger=0,
        facts=[_("menunggu %(span)s") % {"span": span(at - line.asked_at)}],
        owner=_("Siapa pun yang memegang kunci"),
        action=_("Lihat"),
    )
    return Work(row=row, band=band_of(at=at, due_at=None, is_pressing=False), owner=Owner.MINE, danger=0, due_at=None)


work_sources.add(
    WorkSource(
        key="keys",
        permission=Permission.KEYS_SERVE,
        list_work=list_keys,
        count_work=count_keys,
        sign=lambda _viewer: Waiting.objects.filter(done_at=None),
    )
)

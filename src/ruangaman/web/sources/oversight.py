"""What the head of a unit answers for: turns nobody took, reports nobody opened, cases that ask for somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases.types import CaseState, Need
from ruangaman.core import clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import KECAMATAN
from ruangaman.intake.selectors import desk, shifts
from ruangaman.intake.types import GRACE
from ruangaman.ui.moments import clock_time
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.types import Band, Owner, Work, WorkSource

PRESSING = frozenset({Need.EMERGENCY, Need.OVERDUE})


def list_unit(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what is late or about to be late in the viewer's units: codes, states and clocks, no content."""
    untaken = [_untaken(one) for one in shifts.list_untaken(viewer=viewer, at=at)]
    return [*untaken, *map(_overdue, desk.list_overdue(at=at)), *_cases(viewer, at)]


def count_unit(*, viewer: Any) -> int:
    """Return how many of the units' cases are an emergency or late."""
    at = clock.now()
    return cases.count_overseen_needs(viewer=viewer, at=at, without=_closed(viewer, at))


def _closed(viewer: Any, at: datetime) -> list[UUID]:
    """Return what stands above already: nobody can open it, so nothing else can be done in it."""
    return [case.pk for case in cases.list_closed_to_all(viewer=viewer, at=at)]


def _untaken(duty: shifts.Duty) -> Work:
    began = duty.turn.began
    row = QueueRow(
        url="/kerja/",
        sentence=_("Jaga sejak %(time)s belum diterima") % {"time": clock_time(began)},
        code="",
        promised=Promised(began, began + GRACE if began else None),
        danger=RiskLevel.TINGGI,
        facts=[duty.desk.name, _("Hubungi petugas jaga.")],
        owner=duty.on_duty,
    )
    return Work(row=row, band=Band.NOW, owner=Owner.MINE, danger=RiskLevel.TINGGI, due_at=row.promised.due)


def _overdue(found: desk.Overdue) -> Work:
    sentence = ngettext(
        "%(n)d laporan belum dibuka padahal batasnya lewat",
        "%(n)d laporan belum dibuka padahal batasnya lewat",
        found.reports,
    ) % {"n": found.reports}
    return Work(
        row=QueueRow(
            url="/kerja/",
            sentence=sentence,
            code="",
            promised=Promised(found.due_at, found.due_at),
            danger=found.danger,
            facts=[_("Hubungi petugas jaga. Isinya hanya terbuka di meja.")],
            owner=_("Meja pengaduan"),
        ),
        band=Band.NOW,
        owner=Owner.MINE,
        danger=found.danger,
        due_at=found.due_at,
    )


def _cases(viewer: Any, at: datetime) -> list[Work]:
    works = []
    for found in cases.list_overseen_needs(viewer=viewer, at=at, without=_closed(viewer, at)):
        case, due = found.case, found.facts.next_due
        works.append(
            Work(
                row=QueueRow(
                    url=f"/kasus/{case.code}/",
                    sentence=found.sentence,
                    code=case.code,
                    promised=Promised(case.state_since, due) if due else Promised(None, None, "pause"),
                    danger=case.risk,
                    facts=[case.get_case_type_display(), CaseState(case.state).label],
                    place=KECAMATAN.get(case.kecamatan, ""),
                    owner=case.manager.display_name,
                    action=_("Lihat kasus"),
                ),
                band=band_of(at=at, due_at=due, is_pressing=found.need in PRESSING),
                owner=Owner.MINE,
                danger=case.risk,
                due_at=due,
                kecamatan=case.kecamatan,
            )
        )
    return works


work_sources.add(
    WorkSource(key="oversight", permission=Permission.CASE_OVERSEE, list_work=list_unit, count_work=count_unit)
)

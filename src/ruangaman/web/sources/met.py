"""Somebody in a case may be known elsewhere: a need of the case's manager. Somebody too near holds keys: the head's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ruangaman.accounts.selectors import people_of
from ruangaman.accounts.types import Permission
from ruangaman.cases.models import Case
from ruangaman.clocks.types import span
from ruangaman.core import clock
from ruangaman.intake.models import Report
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.vault import services as vault
from ruangaman.vault.models import Meeting
from ruangaman.web.registry import work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.types import Owner, Work, WorkSource


def list_met(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what was met elsewhere of people in the viewer's cases."""
    return [_met(meeting, case, at) for meeting, case in _elsewhere(viewer)]


def count_met(*, viewer: Any) -> int:
    """Return how many there are."""
    return len(_elsewhere(viewer))


def list_too_near(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the cases of the viewer's units in which somebody holds keys who is too near to them."""
    found = vault.list_barred_holders()
    people = people_of([principal for _dossier, principal in found])
    cases = {
        case.dossier_id: case for case in Case.objects.overseen_by(viewer).filter(dossier__in=[d for d, _p in found])
    }
    return [
        _too_near(cases[dossier], people[principal].display_name, at)
        for dossier, principal in found
        if dossier in cases and principal in people
    ]


def count_too_near(*, viewer: Any) -> int:
    """Return how many there are."""
    return len(list_too_near(viewer=viewer, at=clock.now()))


def _elsewhere(viewer: Any) -> list[tuple[Meeting, Case]]:
    """Return what was met, each with its case. A case does not meet the report that it came from."""
    cases = _managed(viewer)
    met = [(meeting, cases[meeting.found_id]) for meeting in vault.list_meetings(dossiers=list(cases))]
    own = set(Report.objects.filter(case__in=[case for _meeting, case in met]).values_list("case_id", "dossier_id"))
    return [(meeting, case) for meeting, case in met if (case.pk, meeting.origin_id) not in own]


def _managed(viewer: Any) -> dict[UUID, Case]:
    rows = Case.objects.filter(manager=viewer, closed_at=None).held_by(viewer)
    return {case.dossier_id: case for case in rows}


def _met(meeting: Meeting, case: Case, at: datetime) -> Work:
    words = _("Laporan %(code)s mungkin orang yang sama")
    if meeting.origin_code.startswith("K"):
        words = _("Kasus %(code)s mungkin orang yang sama")
    row = QueueRow(
        url=f"/kasus/{case.code}/#temu-{meeting.pk}",
        sentence=words % {"code": meeting.origin_code},
        code=case.code,
        promised=Promised(None, None, "wait"),
        danger=case.risk,
        facts=[_("menunggu %(span)s") % {"span": span(at - meeting.met_at)}],
        owner=_("Anda"),
        action=_("Nilai"),
    )
    return Work(
        row=row, band=band_of(at=at, due_at=None, is_pressing=False), owner=Owner.MINE, danger=case.risk, due_at=None
    )


def _too_near(case: Case, name: str, at: datetime) -> Work:
    row = QueueRow(
        url=f"/kasus/{case.code}/akses/",
        sentence=_("%(name)s terlalu dekat dengan kasus ini, dan masih memegang kuncinya") % {"name": name},
        code=case.code,
        promised=Promised(None, None, "wait"),
        danger=case.risk,
        facts=[case.get_case_type_display()],
        owner=_("Anda"),
        action=_("Lihat"),
    )
    return Work(
        row=row, band=band_of(at=at, due_at=None, is_pressing=True), owner=Owner.MINE, danger=case.risk, due_at=None
    )


def _met_in_cases_of(manager: UUID) -> QuerySet[Meeting]:
    cases = Case.objects.filter(manager=manager, closed_at=None)
    return Meeting.objects.filter(done_at=None, found_id__in=cases.values("dossier_id"))


work_sources.add(
    WorkSource(
        key="met",
        permission=Permission.CASE_ASSIGN,
        list_work=list_met,
        count_work=count_met,
        sign=_met_in_cases_of,
    )
)
work_sources.add(
    WorkSource(key="too-near", permission=Permission.CASE_OVERSEE, list_work=list_too_near, count_work=count_too_near)
)

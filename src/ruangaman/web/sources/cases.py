"""Cases that ask for somebody, the conversations in them, and the section of the cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases.models import Case
from ruangaman.cases.types import CaseState, Need
from ruangaman.clocks.types import span
from ruangaman.core import clock
from ruangaman.core.regions import KECAMATAN
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import desk
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import Section, sections, work_sources
from ruangaman.web.selectors import band_of
from ruangaman.web.types import Owner, Work, WorkSource

PRESSING = frozenset({Need.EMERGENCY, Need.OVERDUE})


def list_needs(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the viewer's open cases that ask for somebody."""
    works = []
    for found in cases.list_needs(viewer=viewer, at=at):
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
                    owner=_("Anda") if case.manager_id == viewer.pk else case.manager.display_name,
                    action=_("Buka kasus"),
                ),
                band=band_of(at=at, due_at=due, is_pressing=found.need in PRESSING),
                owner=Owner.MINE,
                danger=case.risk,
                due_at=due,
                kecamatan=case.kecamatan,
            )
        )
    return works


def count_needs(*, viewer: Any) -> int:
    """Return how many of the viewer's cases ask for somebody."""
    return cases.count_needs(viewer=viewer, at=clock.now())


def list_messages(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the viewer's open cases in which the reporter wrote and nobody has read it."""
    return [_message(report, report.case, at) for report in desk.list_written_in_cases(viewer=viewer) if report.case]


def count_messages(*, viewer: Any) -> int:
    """Return in how many of the viewer's cases there is something unread."""
    return desk.list_written_in_cases(viewer=viewer).count()


def _message(report: Report, case: Case, at: datetime) -> Work:
    waited = span(at - (report.last_reporter_message_at or at))
    return Work(
        row=QueueRow(
            url=f"/kasus/{case.code}/#percakapan-{report.code}",
            sentence=_("Pelapor menulis %(span)s lalu, belum dibaca") % {"span": waited},
            code=case.code,
            promised=Promised(None, None, "wait"),
            danger=case.risk,
            facts=[case.get_case_type_display()],
            place=KECAMATAN.get(case.kecamatan, ""),
            owner=_("Anda"),
            action=_("Baca balasan"),
        ),
        band=band_of(at=at, due_at=None, is_pressing=case.state == CaseState.EMERGENCY),
        owner=Owner.MINE,
        danger=case.risk,
        due_at=None,
        kecamatan=case.kecamatan,
    )


work_sources.add(WorkSource(key="cases", permission=Permission.CASE_LIST, list_work=list_needs, count_work=count_needs))
work_sources.add(
    WorkSource(
        key="case-messages", permission=Permission.CASE_ASSIGN, list_work=list_messages, count_work=count_messages
    )
)
sections.add(
    Section(
        key="cases",
        place=20,
        label=gettext_lazy("Kasus"),
        url="/kasus/",
        icon="folder",
        also=("/tugas/",),
        go="k",
        permissions=frozenset({Permission.CASE_LIST, Permission.CASE_OVERSEE}),
    )
)

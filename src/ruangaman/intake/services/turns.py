"""Turns about a conversation that became a case's: they are of its people, and of whoever may answer in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases import events as case_events
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case
from ruangaman.clocks import services as clocks
from ruangaman.core.codelists import RiskLevel
from ruangaman.intake import events
from ruangaman.intake.models import Message, Report
from ruangaman.intake.selectors.needs import subject_of
from ruangaman.intake.types import Direction


def begin_turns(case: Case, reports: Sequence[Report], *, by: User, at: datetime) -> None:
    """Make what reporters of a case wrote and nobody has read the turn of its manager, as the case ends.

    Writes: clocks.
    """
    unread = Message.objects.filter(report__in=reports, direction=Direction.IN, read_at=None)
    unread_in = set(unread.values_list("report_id", flat=True))
    for report in reports:
        if report.pk in unread_in:
            asked = replace(subject_of(report), desk_id=None, lead_id=case.manager_id, danger=case.risk)
            clocks.happened(event=events.WRITTEN.key, subject=asked, by=by, at=at)


def end_turns(report: Report, event: EventType, *, at: datetime) -> None:
    """End what an event ends about a report that became a case: also for the desk, which sees no clock of its people.

    Called once the event is told and what was unread is read; before that nothing ends.

    Writes: clocks.
    """
    if report.case_id is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT intake_end_turns(%s, %s, %s)", [report.pk, event.key, at])


def end_wait(report: Report, *, by: User, at: datetime) -> None:
    """End the wait for a first answer that goes on in the case: also for the desk, which sees nothing of the case.

    Writes: a clock, one `cases.reporter_answered` event.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, code, dossier FROM intake_answered(%s, %s)", [report.pk, at])
        found = cursor.fetchone()
    if found is not None:
        case_id, code, dossier = found
        case = Case(pk=case_id, code=code, dossier_id=dossier, unit_id=report.desk.unit_id)
        cases.tell_answered(case=case, report_id=report.pk, by=by, at=at)


def tell_case(double: Report, danger: RiskLevel, *, by: User, at: datetime) -> None:
    """Make it the turn of a case's manager that somebody else reported the same: the desk sees nothing of the case.

    Args:
        danger: that the double tells of: the turn is as pressing as the graver of it and the case.

    Writes: a clock, one `cases.reported_again` event.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, dossier FROM intake_told_again(%s, %s, %s)", [double.pk, int(danger), at])
        found = cursor.fetchone()
    if found is not None:
        code, dossier = found
        detail: Detail = {"report": double.code, "danger": int(danger)}
        audit.record(case_events.REPORTED_AGAIN, by=by, subject=code, at=at, dossier_id=dossier, detail=detail)


def hand_turns(case: Case, gone: User) -> None:
    """Give the manager of a case what was the turn of somebody who has no part in it any more, whoever sees it.

    Called by who tells that they left, while they may still work on the case.

    Writes: clocks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_hand_turns(%s, %s)", [case.pk, gone.pk])

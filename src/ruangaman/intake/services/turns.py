"""Turns about a conversation that became a case's: they are of its people, and of whoever may answer in it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from ruangaman.accounts.models import User
from ruangaman.audit.types import EventType
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case
from ruangaman.intake.models import Report


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


def hand_turns(case: Case, gone: User) -> None:
    """Give the manager of a case what was the turn of somebody who has no part in it any more, whoever sees it.

    Called by who tells that they left, while they may still work on the case.

    Writes: clocks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_hand_turns(%s, %s)", [case.pk, gone.pk])

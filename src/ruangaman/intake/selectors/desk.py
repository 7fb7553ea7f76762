"""What the desk reads about reports: facts in the clear only. Words are opened by `services.desk.open_report`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import Agency, Unit, User
from ruangaman.accounts.types import Role
from ruangaman.cases.models import Case, live_grants
from ruangaman.clocks.models import Clock
from ruangaman.intake import policies
from ruangaman.intake.models import Message, Report, ReportQuerySet, Ruling
from ruangaman.intake.types import WORKED_ON, Direction

ANSWER_AGAIN = "desk.answer_again"
"""The kind of clock that a message into an open case begins."""
LIKELY_DUPLICATE = timedelta(days=30)
ANSWER_TIME = timedelta(minutes=5)
"""How long those on duty have, once a report is due, before the whole desk is called."""
MOST_CANDIDATES = 40
SLOW_ACCEPTANCE = timedelta(minutes=1)
"""How long after the moment that it bears a report may still be on its way into the queue."""


def count_new(*, viewer: User, since: datetime, known: int = 0) -> int:
    """Return how many reports came, or were written to by the reporter, after a moment and still wait.

    Args:
        known: what `count_lately` said at that moment. The times of reports are kept to the minute, so they alone
            cannot tell what was there already. In doubt a report counts as new.
    """
    came, waits = Q(received_at__gte=_lately(since)), Q(needs_desk=True)
    written = Q(last_reporter_message_at__gt=since) & waits
    counts = (
        Report.objects.of_desks(accounts.desks_of(viewer))
        .filter(came | written)
        .aggregate(
            came=Count("pk", filter=came),
            waiting=Count("pk", filter=came & waits),
            written=Count("pk", filter=came & written),
            older=Count("pk", filter=~came & written),
        )
    )
    new = min(counts["waiting"], counts["came"] - known)
    return int(counts["older"] + max(new, counts["written"]))


def count_lately(*, viewer: User, at: datetime) -> int:
    """Return how many reports came to the viewer's desks shortly before a moment: what `count_new` must not count."""
    return Report.objects.of_desks(accounts.seats_of(viewer)).filter(received_at__gte=_lately(at)).count()


def _lately(moment: datetime) -> datetime:
    """Return the beginning of the minute in which a report may say it came that is accepted at this moment."""
    return (moment - SLOW_ACCEPTANCE).replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Overdue:
    """Reports that nobody answered though their limit is over: how many, how dangerous, the earliest limit."""

    danger: int
    reports: int
    due_at: datetime


def list_overdue(*, at: datetime) -> list[Overdue]:
    """Return, by danger, how many reports nobody answered in the units of which the database was told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT danger, reports, due_at FROM intake_overdue(%s) ORDER BY danger DESC", [at])
        return [Overdue(*row) for row in cursor.fetchall()]


def get_report(*, code: str, viewer: User) -> Report:
    """Return a report of the viewer's desks. Raises Http404: absent, or not for the viewer to know of."""
    found = (
        Report.objects.of_desks(accounts.desks_of(viewer))
        .select_related("desk__unit", "taken_by", "refused_by", "duplicate_of")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_case_report(*, code: str, viewer: User) -> Report:
    """Return a report of a case to whose conversation the viewer holds a key. Raises Http404: absent or not theirs."""
    if not policies.has_thread(viewer):
        raise Http404
    found = Report.objects.filter(code=code, dossier_id__in=live_grants(viewer), case__isnull=False).first()
    if found is None:
        raise Http404
    return found


def get_ruling(*, ruling_id: UUID, viewer: User) -> Ruling:
    """Return what the desk of an overseen unit decided against the answers. Raises Http404: absent, or not theirs."""
    rows = Ruling.objects.filter(desk__unit_id__in=viewer.oversight_units)
    found = rows.select_related("desk", "made_by", "read_by").filter(pk=ruling_id).first()
    if found is None:
        raise Http404
    return found


def case_code_of(report: Report) -> str:
    """Return the code of the case that a report of one's desk became, to name it to others; "": it became none."""
    if report.case_id is None:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_case_of(%s)", [report.pk])
        found = cursor.fetchone()[0]
    return str(found or "")


def list_candidates(*, report: Report, viewer: User) -> list[Report]:
    """Return reports that this one may double: of the same desks, not long before or after, newest first."""
    near = Report.objects.of_desks(accounts.desks_of(viewer)).filter(
        received_at__range=(report.received_at - LIKELY_DUPLICATE, report.received_at + LIKELY_DUPLICATE),
        duplicate_of=None,
    )
    return list(near.exclude(pk=report.pk).order_by("-received_at", "id")[:MOST_CANDIDATES])


def list_duplicates(*, report: Report) -> list[Report]:
    """Return the reports that were marked as doubles of this one."""
    return list(report.duplicates.order_by("received_at", "id"))


def list_managers(*, unit_id: UUID) -> list[User]:
    """Return who can manage a case of a unit, by name."""
    return list(User.objects.filter(unit_id=unit_id, role=Role.MANAJER, is_active=True).order_by("display_name", "pk"))


def list_late(*, at: datetime, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """Return (report, desk) of what nobody opened within its limit; for the worker, hence without a viewer.

    Those on duty were called when it came, so one that is due at once is late when they had a few minutes.
    """
    late = Report.objects.waiting().filter(opened_at=None, due_at__lt=at - ANSWER_TIME, state__in=sorted(WORKED_ON))
    return list(late.order_by("due_at").values_list("id", "desk_id")[:limit])


def threads_of_case(*, case: Case, viewer: User) -> list[Report]:
    """Return the reports that became this case, for whoever may know of the case."""
    if not Case.objects.granted_to(viewer).filter(pk=case.pk).exists():
        return []
    return list(Report.objects.filter(case=case).order_by("received_at", "id"))


def sits_at(*, report: Report, viewer: User) -> bool:
    """Whether the viewer sits at the desk of a report."""
    return report.desk_id in accounts.desks_of(viewer)


def names_by_code() -> dict[str, str]:
    """Return the names of agencies and units by their code, for what a reporter asked to keep from them."""
    return {**dict(Agency.objects.values_list("code", "name")), **dict(Unit.objects.values_list("code", "name"))}


def list_written_in_cases(*, viewer: User) -> ReportQuerySet:
    """Return reports of open cases that the viewer manages, in which the reporter wrote and nobody has read it, and of
    which no clock tells.
    """
    return written_in_cases_of(viewer).select_related("case").order_by("last_reporter_message_at", "id")


def written_in_cases_of(manager: User | UUID) -> ReportQuerySet:
    """Return the same of somebody, in no order."""
    unread = Message.objects.filter(report=OuterRef("pk"), direction=Direction.IN, read_at=None)
    told = Clock.objects.filter(dossier_id=OuterRef("dossier_id"), kind__key=ANSWER_AGAIN).open()
    return Report.objects.filter(case__manager=manager, case__closed_at=None).filter(Exists(unread), ~Exists(told))

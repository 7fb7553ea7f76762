"""The reports of a desk in the order of the queue: by keyset, each desk and each danger from the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import DutyShift, User
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import order_at
from ruangaman.clocks.types import Cursor, Narrow, presses_at, readings
from ruangaman.core.codelists import RiskLevel
from ruangaman.intake.models import Handover, Message, Report, ReportQuerySet
from ruangaman.intake.types import SORTING, WORKED_ON, Direction
from ruangaman.intake.types.turns import EARLY
from ruangaman.ui.keyset import scanned

EVERYTHING, EVERYBODY = Narrow(), Q()
CALM = Q(answered_at__isnull=False, state__in=WORKED_ON)
DECIDE = "desk.decide"
"""The kind of clock in whose place a triaged report stands: one thing is one row."""
STANDS_FOR = Q(kind__key=DECIDE) | Q(kind__key__startswith=SORTING)
"""So does what asks for the triage of a report that was answered."""


def place_of(report: Report, at: datetime) -> Cursor:
    """Return where a report stands among what presses: as a clock with its limit and danger would."""
    return Cursor(presses_at(report.due_at, report.danger), report.pk, report.danger, at)


def list_pressing(
    *,
    viewer: User,
    at: datetime,
    after: Cursor | None = None,
    narrow: Narrow = EVERYTHING,
    held: Q = EVERYBODY,
    limit: int,
) -> list[Report]:
    """Return the first reports that wait at the viewer's desks after a place, what presses first first, with
    `has_unread`: the reporter wrote since. Two statements, however many wait.

    The limit is later than the moment of pressing by the head start of the danger: so the scans are those of the
    clocks, moved by it, and each is one of `report_queue`. What was triaged and has a clock of its own is left to it,
    unless somebody wrote or nobody has answered yet. What was answered presses no more (`list_answered`).

    Args:
        held: who holds them.
    """
    asked = order_at(at, after)
    scans = [one.due() for one in readings(at=asked, after=after.order if after else None, least=narrow.danger)]
    parts = [
        _pressing(narrow, held, at)
        .filter(*scanned("due_at", scan.since, scan.until, scan.after), desk_id=desk, danger=scan.danger)
        .order_by("due_at", "id")
        .values_list("pk", "due_at", "danger")[:limit]
        for desk in accounts.seats_of(viewer)
        for scan in scans
    ]
    if not parts or not _has_any(narrow):
        return []
    first = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    found = sorted(Cursor(presses_at(due, danger), pk, danger, asked).order for pk, due, danger in first)[:limit]
    rows = Report.objects.filter(pk__in=[pk for _rank, _moment, pk in found]).select_related("taken_by")
    return sorted(rows.annotate(has_unread=Exists(_unread())), key=lambda one: place_of(one, asked).order)


def count_up_to(*, viewer: User, at: datetime, wanted: Mapping[str, tuple[Narrow, Q]], most: int) -> dict[str, int]:
    """Return how many reports wait of each wanted list, counted up to `most`: one statement for all of them."""
    parts = [
        _pressing(narrow, held, at)
        .filter(desk_id=desk, danger__gte=narrow.danger)
        .annotate(wanted=Value(name, CharField()))
        .values_list("wanted", "pk")[:most]
        for desk in accounts.seats_of(viewer)
        for name, (narrow, held) in wanted.items()
        if _has_any(narrow)
    ]
    if not parts:
        return dict.fromkeys(wanted, 0)
    found = Counter(name for name, _pk in (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]))
    return {name: min(found[name], most) for name in wanted}


def _has_any(narrow: Narrow) -> bool:
    """Whether a report can fit: it lies in no district, and is no kind of clock."""
    return not narrow.kecamatan and not narrow.kind and narrow.about in {"", "report"}


def left_alone(at: datetime) -> Q:
    """Return the condition on reports of extreme danger that somebody holds who does not stand guard now.

    Who is on the roster and has not taken the turn does not stand guard yet. Without a roster everybody is called, and
    whoever holds a report has it. Only for a few rows of the highest danger is anything of this looked up.
    """
    running = DutyShift.objects.at(at).filter(desk=OuterRef("desk"))
    before = DutyShift.objects.filter(
        desk=OuterRef("desk"), user=OuterRef("user"), starts_at__lt=OuterRef("starts_at"),
        ends_at__gte=OuterRef("starts_at") - EARLY,
    )  # fmt: skip
    taken = Handover.objects.filter(desk=OuterRef("desk"), taken_at__gte=OuterRef("starts_at") - EARLY)
    on_guard = running.filter(user=OuterRef("taken_by")).filter(Exists(before) | Exists(taken))
    return Q(danger=RiskLevel.EKSTREM, taken_by__isnull=False) & Q(Exists(running)) & Q(~Exists(on_guard))


def list_answered(*, viewer: User, limit: int) -> list[Report]:
    """Return the reports of the viewer's desks that were answered and wait, the most dangerous first, of which no clock
    asks for the triage or the decision: the office has ended those kinds.

    The promise is kept and nobody wrote since: nothing runs any more, so none of them stands above what presses.
    """
    found = _answered(viewer).select_related("taken_by").order_by("-danger", "answered_at", "id")
    return list(found[:limit])


def count_answered(*, viewer: User, held: Q, most: int) -> int:
    """Return how many those are, counted up to `most`."""
    return _answered(viewer).filter(held)[:most].count()


def _answered(viewer: User) -> ReportQuerySet:
    return _undecided().of_desks(accounts.seats_of(viewer)).filter(CALM).exclude(Exists(_unread()))


def _pressing(narrow: Narrow, held: Q, at: datetime) -> ReportQuerySet:
    found = _undecided().filter(held).filter(~CALM | Exists(_unread()))
    return found.filter(due_at__lt=at, answered_at=None) if narrow.late else found


def _undecided() -> ReportQuerySet:
    """What waits at desks, without what a clock of its own stands for."""
    told = Clock.objects.filter(STANDS_FOR, dossier_id=OuterRef("dossier_id")).open()
    return Report.objects.waiting().filter(~Exists(told) | Exists(_unread()) | Q(answered_at=None))


def _unread() -> QuerySet[Message]:
    return Message.objects.filter(report=OuterRef("pk"), direction=Direction.IN, read_at=None)

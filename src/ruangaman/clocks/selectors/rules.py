"""What the office wrote down: kinds, their limits, holidays and hours; and which kinds an event concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from ruangaman.audit.services import Planned
from ruangaman.clocks.models import ClockKind, Holiday, Limit, OfficeDay
from ruangaman.clocks.types import (
    Calendar,
    Length,
    Office,
    Unit,
    due_after,
)
from ruangaman.clocks.types import Clock as Face
from ruangaman.core.errors import NotFound


@dataclass(frozen=True)
class Holding:
    """A kind that something concerns, with the limit that holds now; None: it has a moment of its own, or none yet."""

    kind: ClockKind
    limit_id: UUID | None
    length: Length | None


def find_limit(key: str, at: datetime) -> Limit | None:
    """Return the limit of `key` that is valid at a moment; None: none is yet."""
    return Limit.objects.filter(key=key).valid(at).order_by("-valid_from").first()


def limit_for(key: str, at: datetime) -> Limit:
    """Return the limit of `key` that is valid at a moment.

    Raises:
        NotFound: no such limit yet; the installation is not set up.
    """
    found = find_limit(key, at)
    if found is None:
        raise NotFound(f"There is no limit {key}.")
    return found


def basis_of(kind: ClockKind, at: datetime) -> str:
    """Return what the limit of a kind rests on that is valid at a moment; "": it has none."""
    found = find_limit(kind.limit_key, at)
    return found.legal_basis if found else ""


def own_number(key: str) -> Limit | None:
    """Return the version that came with the program: of a law its own number; None: the office made it."""
    return Limit.objects.filter(key=key, made_by=None).order_by("valid_from").first()


def list_longer() -> list[tuple[Limit, Limit | None]]:
    """Return the versions of limits that were made longer with a reason, the newest first, each with the one before."""
    found = list(Limit.objects.exclude(reason="").select_related("made_by").order_by("-valid_from", "key")[:LATEST])
    every = Limit.objects.filter(key__in={one.key for one in found}).order_by("-valid_from")
    versions = list(every) if found else []
    return [
        (one, next((old for old in versions if old.key == one.key and old.valid_from < one.valid_from), None))
        for one in found
    ]


def start_clock(key: str, at: datetime) -> Face:
    """Return the clock of `key` that begins at a moment, by the limit valid then."""
    length = limit_for(key, at).length
    return Face(started_at=at, due_at=due_after(at, length, get_office() if length.is_working else NO_OFFICE))


LATEST = 100
"""Versions that are listed at once."""
NO_OFFICE = Office({})
"""For what counts calendar time: the office's hours are not asked."""


def list_limits(at: datetime) -> list[Limit]:
    """Return every limit that is valid at a moment, by key."""
    return list(Limit.objects.valid(at).order_by("key", "-valid_from").distinct("key"))


def get_office() -> Office:
    """Return when the office works."""
    hours = {day.weekday: (day.opens, day.closes) for day in OfficeDay.objects.all()}
    return Office(hours, frozenset(Holiday.objects.values_list("on", flat=True)))


def list_concerned(*, event: str, about: str, at: datetime) -> list[Holding]:
    """Return the kinds that an event may begin or end, with their limits: one query, planned once."""
    return [_holding(row) for row in CONCERNED.rows(event=event, about=about, at=at)]


def _concerned(*, event: str, about: str, at: datetime) -> QuerySet[Any, Any]:
    limit = Limit.objects.filter(key=OuterRef("limit_key")).valid(at).order_by("-valid_from")
    facts = JSONObject(id="id", value="value", unit="unit", calendar="calendar")
    kinds = ClockKind.objects.filter(Q(starts_on__contains=[event]) | Q(stops_on__contains=[event]), about=about)
    found: QuerySet[Any, Any] = (
        kinds.annotate(holding=Subquery(limit.values(facts=facts)[:1])).order_by("key").values(*COLUMNS, "holding")
    )
    return found


COLUMNS = tuple(field.attname for field in ClockKind._meta.concrete_fields)
CONCERNED = Planned(_concerned)


def _holding(row: Mapping[str, Any]) -> Holding:
    kind, facts = ClockKind.from_db("default", COLUMNS, [row[name] for name in COLUMNS]), row["holding"]
    if facts is None:
        return Holding(kind, None, None)
    length = Length(facts["value"], Unit(facts["unit"]), Calendar(facts["calendar"]))
    return Holding(kind, UUID(facts["id"]), length)


def list_kinds() -> list[ClockKind]:
    """Return every kind, what it is about first."""
    return list(ClockKind.objects.order_by("about", "label"))


def list_named(*, label: str, key: str) -> list[ClockKind]:
    """Return the kinds that are called so already, or have the key that such a name would get."""
    return list(ClockKind.objects.filter(Q(label__iexact=label) | Q(key=key)).order_by("key"))


def get_rule(*, key: str) -> tuple[ClockKind | None, list[Limit]]:
    """Return a kind, if the key is that of one, and every version of its limit, the newest first."""
    return ClockKind.objects.filter(key=key).first(), list(
        Limit.objects.filter(key=key).select_related("made_by").order_by("-valid_from")
    )


def count_open(*, key: str) -> int | None:
    """Return how many open clocks a kind has in the whole city, one to four as four; None: the viewer sets no rules."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clocks_count_open(%s)", [key])
        found: int | None = cursor.fetchone()[0]
    return found


def list_holidays(*, year: int) -> list[Holiday]:
    """Return the days of one year."""
    return list(Holiday.objects.filter(on__year=year))


def count_holidays() -> dict[int, int]:
    """Return how many days are written down of each year that has any."""
    return dict(Counter(on.year for on in Holiday.objects.values_list("on", flat=True)))


def get_holiday(*, on: date) -> Holiday | None:
    """Return what a day is called on which the office is closed; None: no such day."""
    return Holiday.objects.filter(on=on).first()

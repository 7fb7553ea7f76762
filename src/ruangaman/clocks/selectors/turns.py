"""The clocks themselves: the open ones in the order in which they press, what is put off, paused or soon over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Min, Q, QuerySet, Value

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import DeskMember, User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission
from ruangaman.clocks.models import Clock, ClockQuerySet, Pause
from ruangaman.clocks.selectors.rules import NO_OFFICE, get_office
from ruangaman.clocks.types import (
    Cursor,
    Narrow,
    Standing,
    Tell,
    Turn,
    readings,
    resumed_due,
)
from ruangaman.core.errors import NotFound
from ruangaman.vault.models import Grant

PAGE = 50
SOON = timedelta(days=1)
EVERYTHING = Narrow()
WITH = ("kind", "owner", "desk", "limit")
OVERSEERS = tuple(role.value for role, verbs in ROLE_PERMISSIONS.items() if Permission.CASE_OVERSEE in verbs)


@dataclass(frozen=True)
class ClockPage:
    """Some clocks, and where the next ones begin; `after` None: that was all."""

    rows: list[Clock]
    after: Cursor | None


def list_open(*, viewer: User, turn: Turn, at: datetime, after: Cursor | None = None, limit: int = PAGE) -> ClockPage:
    """Return a page of the running clocks of one branch, what presses first first; what is put off is left out.

    `presses_at` never changes by itself: so the page is a place in an index (ADR 23, ADR 24).
    """
    found = list_branch(viewer=viewer, turn=turn, at=at, after=after, limit=limit + 1)
    last = found[limit - 1].place_at(order_at(at, after)) if len(found) > limit else None
    return ClockPage(found[:limit], last)


def list_branch(
    *,
    viewer: User,
    turn: Turn,
    at: datetime,
    after: Cursor | None = None,
    narrow: Narrow = EVERYTHING,
    limit: int = PAGE,
) -> list[Clock]:
    """Return the first running, awake clocks of one branch after a place, what presses first first.

    One statement for each person, desk or unit of the branch, with two index scans for each danger; two of them are
    merged here, for the database would sort all of both.
    """
    asked = order_at(at, after)
    # What a clock is of is joined to those on the page, not to all of somebody's.
    each = [
        Clock.objects.filter(pk__in=keys).pressing(asked).select_related(*WITH)[:limit]
        for keys in _first_keys(viewer, turn, narrow, at, after, limit)
    ]
    return list(islice(merge(*each, key=lambda one: one.place_at(asked).order), limit))


def _first_keys(
    viewer: User, turn: Turn, narrow: Narrow, at: datetime, after: Cursor | None, limit: int
) -> list[QuerySet[Any, Any]]:
    """Return of each place of a branch the keys of its first clocks of each scan: among them are the first of all."""
    scans = readings(at=order_at(at, after), after=after.order if after else None, least=narrow.danger)
    found = []
    for place in _places(viewer, turn):
        these = place.running().awake(at).narrowed(narrow, at)
        if turn is Turn.HELD:  # by the dossiers, of which there is no order
            these = these.after(after) if after is not None else these
            found.append(these.pressing(order_at(at, after)).values("pk")[:limit])
            continue
        parts = [these.read(one).values("pk")[:limit] for one in scans]
        found.append(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    return found


def order_at(at: datetime, after: Cursor | None) -> datetime:
    """Return the moment whose order a page is in: that of the first page that somebody saw, else now."""
    return after.at if after is not None else at


def list_at(*, viewer: User, turn: Turn, at: datetime) -> list[Clock]:
    """Return what stood open in one branch at a past instant, in the order in which it pressed.

    From what the rows still say: begun, not ended, not paused then. What was put off then is among it. Whose turn it is
    and its danger and limit are as they were last: what they were before is in the trail only. Not a page, and not from
    an index: for looking back, not for a screen.
    """
    then = Q(stopped_at=None) | Q(stopped_at__gt=at)
    counting = Q(paused_at=None) | Q(paused_at__gt=at)
    clocks = _branch(viewer, turn).filter(then, counting, started_at__lte=at)
    return list(clocks.pressing(at).select_related(*WITH))


def count_up_to(
    *, viewer: User, at: datetime, wanted: Mapping[str, Sequence[tuple[Turn, Narrow]]], most: int
) -> dict[str, int]:
    """Return how many running, awake clocks there are of each wanted list, counted up to `most`: one statement.

    Args:
        wanted: name → the branches that make up the list; what is in two of them counts once.
    """
    parts = [
        place.running()
        .awake(at)
        .narrowed(narrow, at)
        .annotate(wanted=Value(name, CharField()))
        .values_list("wanted", "pk")[:most]
        for name, branches in wanted.items()
        for turn, narrow in branches
        for place in _places(viewer, turn)
    ]
    if not parts:
        return dict.fromkeys(wanted, 0)
    rows = set(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    found = Counter(name for name, _pk in rows)
    return {name: min(found[name], most) for name in wanted}


def list_asleep(*, viewer: User, at: datetime, limit: int = PAGE) -> list[Clock]:
    """Return what was put off and is the viewer's, their desks' or their units'; what comes back first first."""
    return list(_asleep(viewer, at).order_by("snoozed_until", "id").select_related(*WITH)[:limit])


def count_asleep(*, viewer: User, at: datetime, most: int) -> int:
    """Return how much that is, counted up to `most`."""
    return _asleep(viewer, at)[:most].count()


def list_paused(*, viewer: User, limit: int = PAGE) -> list[Clock]:
    """Return what is paused and is the viewer's, their desks' or their units'; the longest paused first."""
    return list(_paused(viewer).select_related(*WITH)[:limit])


def pauses_of(paused: Sequence[Clock]) -> dict[UUID, Pause]:
    """Return, by the id of a clock that stands still, who paused it and until when."""
    if not paused:
        return {}
    found = Pause.objects.filter(clock__in=[one.pk for one in paused], ended_at=None).select_related("by")
    return {one.clock_id: one for one in found}


def pauses_of_dossier(dossier_id: Any) -> QuerySet[Pause]:
    """Return every pause of the clocks of one dossier."""
    return Pause.objects.filter(dossier_id=dossier_id)


def _paused(viewer: User) -> ClockQuerySet:
    found = Clock.objects.open().filter(_concerning(viewer), paused_at__isnull=False)
    return found.order_by("paused_at", "id")


def dues_if_resumed(paused: Sequence[Clock], *, at: datetime) -> list[datetime]:
    """Return until when each of these would run if it went on at a moment."""
    lengths = [one.limit.length if one.limit else None for one in paused]
    office = get_office() if any(length is not None and length.is_working for length in lengths) else NO_OFFICE
    return [
        resumed_due(due=one.due_at, paused_at=one.paused_at or at, resumed_at=at, length=length, office=office)
        for one, length in zip(paused, lengths, strict=True)
    ]


def list_own(*, viewer: User, begins: str, at: datetime, limit: int) -> list[Clock]:
    """Return the viewer's running, awake clocks of kinds whose keys begin so, as the queue orders them."""
    found = _own(viewer, begins, at).pressing(at).select_related(*WITH)
    return list(found[:limit])


def count_own(*, viewer: User, begins: str, at: datetime, most: int) -> int:
    """Return how many those are, counted up to `most`."""
    return _own(viewer, begins, at)[:most].count()


def _own(viewer: User, begins: str, at: datetime) -> ClockQuerySet:
    return _branch(viewer, Turn.MINE).running().awake(at).filter(kind__key__startswith=begins)


def _asleep(viewer: User, at: datetime) -> ClockQuerySet:
    return Clock.objects.running().asleep(at).filter(_concerning(viewer))


def _concerning(viewer: User) -> Q:
    """Return the condition for what is the viewer's to hold or answer for, or lies at their desks or in their units."""
    whose = Q(owner=viewer) | Q(lead=viewer)
    desks = accounts.seats_of(viewer)
    if desks:
        whose |= Q(desk_id__in=desks)
    if viewer.oversight_units:
        whose |= Q(unit_id__in=viewer.oversight_units)
    return whose


def count_by_owner(*, viewer: User, at: datetime) -> dict[UUID | None, Standing]:
    """Return how the running, awake turns of the units that `viewer` oversees stand, by whose they are: one query."""
    ahead = Q(due_at__gte=at)
    rows = (
        _branch(viewer, Turn.UNIT)
        .running()
        .awake(at)
        .values("owner_id")
        .annotate(
            late=Count("pk", filter=~ahead),
            soon=Count("pk", filter=ahead & Q(due_at__lte=at + SOON)),
            next_due=Min("due_at", filter=ahead),
        )
        .order_by()
    )
    return {row["owner_id"]: Standing(row["late"], row["soon"], row["next_due"]) for row in rows}


def list_soon(*, viewer: User, at: datetime, limit: int) -> list[Clock]:
    """Return what ends within a day in the units that `viewer` oversees, as the queue orders it."""
    found = _branch(viewer, Turn.UNIT).running().awake(at).filter(due_at__gte=at, due_at__lte=at + SOON)
    return list(found.pressing(at).select_related(*WITH)[:limit])


def count_late(*, viewer: User, turn: Turn, at: datetime) -> int:
    """Return how many running clocks of one branch are over their limit."""
    return _branch(viewer, turn).running().filter(due_at__lt=at).count()


def _branch(viewer: User, turn: Turn) -> ClockQuerySet:
    if turn is Turn.MINE:
        return Clock.objects.filter(owner=viewer)
    if turn is Turn.DESK:
        return Clock.objects.filter(desk_id__in=accounts.desks_of(viewer))
    if turn is Turn.HELD:
        own = Grant.objects.filter(principal_id=viewer.principal_id).values("dossier_id")
        return Clock.objects.filter(dossier_id__in=own)
    return Clock.objects.filter(unit_id__in=viewer.oversight_units)


def _places(viewer: User, turn: Turn) -> list[ClockQuerySet]:
    """Return the branch as lists of one person, desk or unit each: of that one an index holds the order."""
    if turn is Turn.DESK:
        return [Clock.objects.filter(desk_id=desk) for desk in accounts.seats_of(viewer)]
    if turn is Turn.UNIT:
        return [Clock.objects.filter(unit_id=unit) for unit in viewer.oversight_units]
    return [_branch(viewer, turn)]


def open_of_dossier(dossier_id: UUID) -> ClockQuerySet:
    """Return every open clock of one dossier, paused ones too, for its page. Row-level security shows whose it is."""
    return Clock.objects.filter(dossier_id=dossier_id).open()


def get_clock(*, clock_id: UUID, viewer: User) -> Clock:
    """Return one clock. Raises NotFound: none, or not for `viewer` to know of."""
    found = Clock.objects.select_related("kind", "limit").filter(pk=clock_id).first()
    if found is None:
        raise NotFound("There is no such clock.")
    return found


def list_whom(*, to: Tell, clock: Clock) -> list[UUID]:
    """Return who is told at a step: of each person only what `ra_worker` may know."""
    people = User.objects.filter(is_active=True).exclude(email="")
    if to is Tell.HEAD:
        people = people.filter(unit_id=clock.unit_id, role__in=OVERSEERS)
    else:
        people = people.filter(pk__in=_named(to, clock))
    return list(people.order_by("pk").values_list("pk", flat=True))


def _named(to: Tell, clock: Clock) -> list[UUID]:
    """Whoever holds the turn or answers for it; of a desk all its members."""
    named = clock.lead_id or clock.owner_id if to is Tell.LEAD else clock.owner_id
    if named is not None and to is not Tell.DESK:
        return [named]
    if clock.desk_id is None:
        return [named] if named else []
    return list(DeskMember.objects.filter(desk_id=clock.desk_id, until=None).values_list("user_id", flat=True))

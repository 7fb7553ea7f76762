"""The work queue: what waits for somebody, in the order in which it presses, a page at a time (ADR 20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import DutyShift, User
from ruangaman.accounts.types import Permission
from ruangaman.clocks.types import NOT_YET, Cursor, is_near
from ruangaman.core import clock
from ruangaman.core.regions import zone
from ruangaman.web.registry import work_sources, work_streams
from ruangaman.web.selectors.signs import with_something
from ruangaman.web.types import Band, Filters, Owner, Work, WorkSource

PAGE = 40
MOST = 100
"""Beyond this nothing is counted: it says 99+."""
MOST_OF_A_SOURCE = 20
WEEK = timedelta(days=6)
MINE = Filters()
NO_CASE = 9
"""Above every danger."""


@dataclass(frozen=True)
class Day:
    """One page of the queue of one person at one moment, in bands."""

    apart: list[Work]
    """What stands in a group of its own above all bands: the head's decisions, as the queue orders them."""
    now: list[Work]
    today: list[Work]
    week: list[Work]
    later: list[Work]
    after: Cursor | None
    """Where the next page begins; None: that was all."""
    is_first: bool
    """Whether it is the beginning, with what has no moment of its own."""
    more: int
    """How many of the rare duties are left out: each kind shows its first ones."""
    shift_until: datetime | None

    @property
    def total(self) -> int:
        """How many there are on it."""
        return len(self.apart) + len(self.now) + len(self.today) + len(self.week) + len(self.later)

    @property
    def works(self) -> list[Work]:
        """All of them in the order in which they are shown."""
        return [*self.apart, *self.now, *self.today, *self.week, *self.later]

    @property
    def pressing(self) -> int:
        """How many need somebody now."""
        return len(self._pressing)

    @property
    def hers(self) -> int:
        """How many of those are the viewer's to do: what somebody else holds is that person's."""
        return sum(work.owner is not Owner.OTHER for work in self._pressing)

    @property
    def of_others(self) -> list[Work]:
        """What presses and somebody else holds."""
        return [work for work in self._pressing if work.owner is Owner.OTHER]

    @property
    def _pressing(self) -> list[Work]:
        return [*self.now, *(work for work in self.apart if work.band is Band.NOW)]


def get_day(*, viewer: User, filters: Filters, at: datetime, after: Cursor | None = None, limit: int = PAGE) -> Day:
    """Return a page of what waits for `viewer`, what presses first first.

    What has no time of its own stands on the first page, at the head of its band; of what presses, of its danger.
    """
    pressing = list_pressing(viewer=viewer, filters=filters, at=at, after=after, limit=limit + 1)
    sources = [] if after is not None else with_something(_sources_of(viewer), viewer)
    rare = [_rare(source, viewer, filters, at) for source in sources if not source.is_apart]
    shown = sorted((work for found in rare for work in found[:MOST_OF_A_SOURCE]), key=urgency) + pressing[:limit]
    return Day(
        apart=[work for source in sources if source.is_apart for work in _apart(source, viewer, filters, at)],
        now=sorted((work for work in shown if work.band is Band.NOW), key=_danger_first),
        today=[work for work in shown if work.band is Band.TODAY],
        week=[work for work in shown if work.band is Band.WEEK],
        later=[work for work in shown if work.band is Band.LATER],
        after=pressing[limit - 1].place if len(pressing) > limit else None,
        is_first=after is None,
        more=sum(max(0, len(found) - MOST_OF_A_SOURCE) for found in rare),
        shift_until=_shift_until(viewer, at),
    )


def list_pressing(
    *, viewer: User, filters: Filters, at: datetime, after: Cursor | None = None, limit: int = PAGE
) -> list[Work]:
    """Return the first works that have a moment, after a place, over all streams; each is read as far as this."""
    each = [
        stream.list_after(viewer=viewer, filters=filters, at=at, after=after, limit=limit)
        for stream in work_streams
        if stream.is_open_to(viewer)
    ]
    return list(_once(merge(*each, key=place_key)))[:limit]


def place_key(work: Work) -> tuple[int, datetime, UUID]:
    """Return what a stream is ordered by. Raises ValueError: it has no moment."""
    if work.place is None:
        raise ValueError("What is in a stream has a place.")
    return work.place.order


def has_work(viewer: User) -> bool:
    """Whether somebody has work of their own in this queue."""
    if any(stream.is_open_to(viewer) for stream in work_streams):
        return True
    mine = _sources_of(viewer)
    return any(not source.is_rare for source in mine) or _count(mine, viewer) > 0


def count_work(viewer: User) -> int:
    """Return how much waits for `viewer`, counted up to `MOST`: one statement for each stream, one for all signs."""
    found = count_lists(viewer=viewer, wanted={"": MINE}, at=clock.now())[""]
    return min(found + _count(_sources_of(viewer), viewer), MOST)


def count_lists(*, viewer: User, wanted: Mapping[str, Filters], at: datetime) -> dict[str, int]:
    """Return how much of what presses each list holds, counted up to `MOST`: one statement for each stream."""
    counts = [
        stream.count(viewer=viewer, wanted=wanted, at=at, most=MOST)
        for stream in work_streams
        if wanted and stream.is_open_to(viewer)
    ]
    return {name: min(MOST, sum(one.get(name, 0) for one in counts)) for name in wanted}


def count_words(count: int) -> str:
    """Return a number as a badge shows it."""
    return f"{MOST - 1}+" if count >= MOST else str(count)


def urgency(work: Work) -> tuple[bool, int, float, str]:
    """Return the key of what has no place: what bars all else, then the most dangerous, then what is due first."""
    return not work.is_first, -work.danger, work.due_at.timestamp() if work.due_at else float("inf"), work.row.code


def _danger_first(work: Work) -> tuple[bool, int]:
    """Return the key by which what presses now stands together; duties that are about no case stay at the head."""
    return not work.is_first, -(work.danger or NO_CASE)


def band_of(*, at: datetime, due_at: datetime | None, is_pressing: bool) -> Band:
    """Return how near something is.

    Args:
        due_at: of what is in a stream the moment at which it presses, so that the bands follow the order.
        is_pressing: it cannot wait, whatever the clock says.
    """
    if is_pressing:
        return Band.NOW
    if due_at is None or due_at < end_of_day(at):
        return Band.TODAY
    return Band.WEEK if due_at < end_of_day(at) + WEEK else Band.LATER


def band_at(place: Cursor) -> Band:
    """Return how near something of a stream is: it needs somebody from the moment on at which it presses."""
    return band_of(at=place.at, due_at=place.presses_at, is_pressing=place.rank != NOT_YET)


def near_words(place: Cursor, due_at: datetime) -> str:
    """Say why something stands before others of its danger; "": it does not."""
    if not is_near(place.rank):
        return ""
    return _("masih sempat") if due_at >= place.at else _("baru lewat")


def end_of_day(at: datetime) -> datetime:
    """Return the next midnight on the office's clock."""
    local = at.astimezone(zone())
    return replace_time(local) + timedelta(days=1)


def replace_time(local: datetime) -> datetime:
    """Return the midnight that began the day of `local`."""
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _sources_of(viewer: User) -> list[WorkSource]:
    return [source for source in work_sources if viewer.has(source.permission)]


def _count(sources: Iterable[WorkSource], viewer: User) -> int:
    return sum(source.count_work(viewer=viewer) for source in with_something(sources, viewer))


def _rare(source: WorkSource, viewer: User, filters: Filters, at: datetime) -> list[Work]:
    """Return what a source has. One that cannot pass the filter is not asked."""
    if filters.kind or filters.late or (filters.about and filters.about != source.about):
        return []
    return sorted((work for work in source.list_work(viewer=viewer, at=at) if filters.lets(work)), key=urgency)


def _apart(source: WorkSource, viewer: User, filters: Filters, at: datetime) -> list[Work]:
    """Return what stands apart; where something is narrowed, it stands in the stream like everything else."""
    return [] if filters.narrows else source.list_work(viewer=viewer, at=at)


def _once(works: Iterable[Work]) -> Iterable[Work]:
    """Leave out what comes from two branches: the same thing has the same place."""
    last = None
    for work in works:
        if work.place != last:
            yield work
        last = work.place


def _shift_until(viewer: User, at: datetime) -> datetime | None:
    if not viewer.has(Permission.REPORT_DESK):
        return None
    return DutyShift.objects.at(at).filter(user=viewer).order_by("-ends_at").values_list("ends_at", flat=True).first()

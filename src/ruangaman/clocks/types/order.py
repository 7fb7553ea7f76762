"""The order of the queue, said once: for Python, for the database, for clocks and for reports (ADR 23, ADR 24).

Pure. Of one danger the moments at which things press fall into stretches, and a stretch has a rank. Two strands of them
run along the moments: so each is read from an index in its order, from any place on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from ruangaman.clocks.types.reckoning import HEAD_START
from ruangaman.core.codelists import RiskLevel

LAST_CALL = timedelta(hours=6)
"""What ends within this is kept by whoever begins now, and by nobody who begins after a shift."""
JUST_OVER = timedelta(hours=1)
"""So long after its limit a thing stays where it stood: whoever works on it does not lose it from sight."""
NEAR, LATE, AHEAD = range(3)
"""Within one danger: what can still be kept if somebody begins now; what is late; what presses and has time."""
TIERS = 3
NOT_YET = 0
"""The rank of what does not press yet: behind every danger that does."""
TICK = timedelta(microseconds=1)
DISTANT = datetime(1, 1, 1, tzinfo=UTC)
LAST_ID = UUID(int=(1 << 128) - 1)
"""Of rows of the same moment none comes after it."""
Order = tuple[int, datetime, UUID]
Place = tuple[datetime, UUID]


@dataclass(frozen=True)
class Stretch:
    """Moments from `since` on and before `until` at which things press that stand together; None: no bound."""

    rank: int
    since: datetime | None
    until: datetime | None

    def holds(self, presses: datetime) -> bool:
        """Whether a moment lies in it."""
        return (self.since is None or presses >= self.since) and (self.until is None or presses < self.until)


@dataclass(frozen=True)
class Strand:
    """Stretches of one danger whose ranks rise with the moments: along it the order is that of the moments alone."""

    danger: int
    stretches: tuple[Stretch, ...]

    def begin_after(self, order: Order) -> Place | None:
        """Return after which moment and id the rows go on that come after a place of the queue; None: none do."""
        rank, presses, row_id = order
        for one in self.stretches:
            if one.rank == rank:
                return presses, row_id
            if one.rank > rank:
                return (DISTANT if one.since is None else one.since - TICK), LAST_ID
        return None


@dataclass(frozen=True)
class Reading:
    """What one scan of an index reads: the rows of one danger between two moments, or after a place before one."""

    danger: int
    since: datetime | None
    until: datetime | None
    after: Place | None = None

    def later(self, by: timedelta) -> Reading:
        """Return the same of another column, which is so much later than the moment of pressing."""
        since, until = (one + by if one is not None else None for one in (self.since, self.until))
        after = self.after and (self.after[0] + by, self.after[1])
        return Reading(self.danger, since, until, after)

    def due(self) -> Reading:
        """Return the same of the column that holds the limit."""
        return self.later(HEAD_START[RiskLevel(self.danger)])


@lru_cache(maxsize=64)
def strands_at(danger: int, at: datetime) -> tuple[Strand, Strand]:
    """Return the two strands of one danger: what is late, and everything else."""
    due_now, pressing = at - HEAD_START[RiskLevel(danger)], at + TICK
    over, near = due_now - JUST_OVER, min(due_now + LAST_CALL + TICK, pressing)
    rank = -TIERS * int(danger)
    rest = [Stretch(rank + NEAR, over, near), Stretch(rank + AHEAD, near, pressing), Stretch(NOT_YET, pressing, None)]
    kept = tuple(one for one in rest if one.until is None or one.since is None or one.since < one.until)
    return Strand(danger, (Stretch(rank + LATE, None, over),)), Strand(danger, kept)


def stretches_at(at: datetime) -> list[tuple[int, Stretch]]:
    """Return every stretch with its danger: what the database decides by, when it sorts."""
    return [(danger, one) for danger in HEAD_START for strand in strands_at(danger, at) for one in strand.stretches]


def rank_at(presses: datetime, danger: int, at: datetime) -> int:
    """Return where a promise stands before its moment is asked.

    What presses already stands by its danger; of one danger what can still be kept before what is late, and both before
    what has time. What does not press yet comes behind all of it.
    """
    found = (one.rank for strand in strands_at(danger, at) for one in strand.stretches if one.holds(presses))
    return next(found, NOT_YET)


def is_near(rank: int) -> bool:
    """Whether it stands where it does because its limit is near."""
    return rank < NOT_YET and rank % TIERS == NEAR


def readings(*, at: datetime, after: Order | None = None, least: int = 0) -> list[Reading]:
    """Return the scans that together find the first rows of a page: two for each danger, those that are over left out.

    Args:
        at: the moment whose order the page is in.
        after: the place after which it begins; None: at the beginning.
        least: the lowest danger that is wanted.
    """
    found = []
    for danger in HEAD_START:
        for strand in strands_at(danger, at) if danger >= least else ():
            first, last = strand.stretches[0], strand.stretches[-1]
            begin = strand.begin_after(after) if after is not None else None
            if after is None or begin is not None:
                found.append(Reading(int(danger), first.since, last.until, begin))
    return found

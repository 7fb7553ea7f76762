"""Words of the desk: whose turn it is, and whether those who come have said so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

EARLY = timedelta(hours=1)
"""How long before the turn begins whoever comes may take it, and how long ago a turn may have ended to be the last."""
GRACE = timedelta(minutes=15)
"""How long after the beginning of a turn the head is told that nobody has taken it."""


@dataclass(frozen=True)
class Planned:
    """One person's turn on the roster."""

    user_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Passed:
    """One handing-over as far as it is in the clear."""

    given_by: UUID | None
    given_at: datetime | None
    taken_by: UUID | None
    taken_at: datetime | None


@dataclass(frozen=True)
class Turn:
    """Who stands guard at a desk at one moment, who did before, and whether the first have said so.

    Args:
        began: of the running turn; None: nobody is on the roster, and every member of the desk is called.
        on_duty: by the roster.
        before: who was on duty until it began and is not any more.
        givers: who handed the desk over without anybody having taken it.
        taken_by, taken_at: who took it last, for this turn; without a roster: last of all.
        needs_word: False: the same people go on, or nobody is on the roster.
    """

    began: datetime | None
    until: datetime | None
    on_duty: frozenset[UUID]
    before: frozenset[UUID]
    givers: frozenset[UUID]
    taken_by: UUID | None
    taken_at: datetime | None
    needs_word: bool

    @property
    def is_untaken(self) -> bool:
        """Whether the turn has begun and nobody has said that they stand guard."""
        return self.needs_word and self.taken_at is None

    def is_late(self, at: datetime) -> bool:
        """Whether the head has to know."""
        return self.is_untaken and self.began is not None and at - self.began >= GRACE

    @property
    def called_too(self) -> frozenset[UUID]:
        """Whom the alarm reaches beside the roster: who goes, until the turn is taken; then who took it."""
        if self.is_untaken or self.givers:
            return self.before | self.givers
        return frozenset({self.taken_by}) if self.taken_by else frozenset()


def turn_at(planned: Iterable[Planned], passed: Iterable[Passed], at: datetime) -> Turn:
    """Return who stands guard at `at`.

    Args:
        planned: turns of one desk that run at `at` or ended not long before.
        passed: what was handed over there since then, and what nobody has taken yet.
    """
    planned, passed = list(planned), list(passed)
    running = [one for one in planned if one.starts_at <= at < one.ends_at]
    began = max((one.starts_at for one in running), default=None)
    on_duty = frozenset(one.user_id for one in running)
    coming = frozenset(one.user_id for one in running if one.starts_at == began)
    earlier = frozenset(
        one.user_id for one in planned if began and one.starts_at < began and one.ends_at >= began - EARLY
    )
    taken = [one for one in passed if one.taken_at is not None and _is_for(one, began, coming)]
    last = max(taken, key=lambda one: one.taken_at or at, default=None)
    return Turn(
        began=began,
        until=min((one.ends_at for one in running), default=None),
        on_duty=on_duty,
        before=earlier - on_duty,
        givers=frozenset(one.given_by for one in passed if one.given_by and one.taken_at is None),
        taken_by=last.taken_by if last else None,
        taken_at=last.taken_at if last else None,
        needs_word=bool(began) and not coming <= earlier,
    )


def _is_for(passed: Passed, began: datetime | None, coming: frozenset[UUID]) -> bool:
    """Whether a taking counts for the turn that began then: by anybody since, a little earlier by who was to come."""
    if began is None or passed.taken_at is None:
        return True
    return passed.taken_at >= began or (passed.taken_by in coming and passed.taken_at >= began - EARLY)

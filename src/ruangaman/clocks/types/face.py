"""A clock: when it began, when its promise ends, and how that reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LAST_PART = 4
"""`soon` is the last quarter of the time."""


class ClockState(StrEnum):
    """What a clock looks like."""

    RUN = "run"
    SOON = "soon"
    OVER = "over"
    DONE = "done"
    PAUSED = "paused"


@dataclass(frozen=True)
class Clock:
    """A promise with a limit.

    Args:
        started_at: timezone-aware.
        due_at: not before `started_at`; the same moment means "at once".
        stopped_at: when the promise was kept; None while it runs.
        paused_at: since when its time does not count; None while it does.
    """

    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    paused_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a clock that ends before it begins."""
        if self.due_at < self.started_at:
            raise ValueError("A clock cannot be due before it starts.")

    @classmethod
    def begun(
        cls, started_at: datetime, due_at: datetime, stopped_at: datetime | None, paused_at: datetime | None
    ) -> Clock:
        """Return a clock that may have begun when its moment was past: it was late from then on, and never at once."""
        start = started_at if started_at <= due_at else due_at - MINUTE
        return cls(start, due_at, stopped_at, paused_at)

    def state(self, at: datetime) -> ClockState:
        """Return how it stands at a moment. It is over from the moment after `due_at` on."""
        if self.stopped_at is not None and self.stopped_at <= at:
            return ClockState.DONE
        if self.paused_at is not None and self.paused_at <= at:
            return ClockState.PAUSED
        if at > self.due_at:
            return ClockState.OVER
        if (self.due_at - at) * LAST_PART <= self.due_at - self.started_at:
            return ClockState.SOON
        return ClockState.RUN

    def left(self, at: datetime) -> timedelta:
        """Return the time that is left; negative once it is over. A stopped or paused clock stands still."""
        ends = [one for one in (self.stopped_at, self.paused_at) if one is not None]
        return self.due_at - min([at, *ends])

    def share_left(self, at: datetime) -> int:
        """Return how many whole hundredths of the time are left, 0 to 100, rounded down."""
        whole = self.due_at - self.started_at
        if not whole:
            return 0
        return max(0, min(100, self.left(at) * 100 // whole))

    def words(self, at: datetime) -> str:
        """Return the sentence: never more time than there is, never less delay hidden than a minute.

        What is promised at once is not late in the moment it comes: it waits.
        """
        state, left = self.state(at), self.left(at)
        if state is ClockState.DONE:
            return _("selesai")
        if state is ClockState.PAUSED:
            return _("dijeda")
        if self.started_at == self.due_at:
            waited = at - self.started_at
            return _("segera") if waited < MINUTE else _("menunggu %(span)s") % {"span": span(waited)}
        if state is ClockState.OVER:
            return _("lewat %(span)s") % {"span": span(-left)}
        if left < MINUTE:
            return _("kurang dari 1 menit lagi")
        return _("%(span)s lagi") % {"span": span(left)}


def span(length: timedelta) -> str:
    """Return a length in its largest whole unit, rounded down: `2 jam`, `3 hari`, `kurang dari 1 menit`."""
    if length < MINUTE:
        return _("kurang dari 1 menit")
    if length < HOUR:
        count = length // MINUTE
        return ngettext("%(count)s menit", "%(count)s menit", count) % {"count": count}
    if length < 2 * DAY:
        count = length // HOUR
        return ngettext("%(count)s jam", "%(count)s jam", count) % {"count": count}
    count = length // DAY
    return ngettext("%(count)s hari", "%(count)s hari", count) % {"count": count}

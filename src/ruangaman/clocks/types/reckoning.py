"""Reckoning time: calendar hours, the office's working time, pauses, and the order in which things press.

Pure: no database, no wall clock. All reckoning of days is on the office's clock (no summer time in Indonesia).
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ruangaman.core.clock import LONGEST_YEAR, YEARS
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import zone

if TYPE_CHECKING:
    from ruangaman.clocks.types.kinds import Step

NOTHING, ONE_DAY = timedelta(0), timedelta(days=1)
MINUTES = 60
"""So many are an hour, and read as one."""
FARTHEST = YEARS * LONGEST_YEAR
"""Days that are looked ahead for working time; an office that never opens again is a mistake in its hours."""

HEAD_START: dict[int, timedelta] = {
    RiskLevel.EKSTREM: timedelta(hours=72),
    RiskLevel.TINGGI: timedelta(hours=24),
    RiskLevel.SEDANG: timedelta(hours=6),
    RiskLevel.RENDAH: NOTHING,
}
"""How much earlier than its limit a thing presses, by danger (ADR 20)."""


class Calendar(models.TextChoices):
    """Which hours count."""

    CALENDAR = "calendar", gettext_lazy("Jam kalender")
    WORKING = "working", gettext_lazy("Jam kerja")


class Unit(models.TextChoices):
    """What a limit is counted in. A working day ends when the office closes; a month keeps its day."""

    MINUTE = "minute", gettext_lazy("Menit")
    HOUR = "hour", gettext_lazy("Jam")
    DAY = "day", gettext_lazy("Hari")
    MONTH = "month", gettext_lazy("Bulan")


@dataclass(frozen=True)
class Length:
    """How long something may take.

    Args:
        value: not negative; 0 is "at once".
        calendar: months are calendar months, whatever it says.
    """

    value: int
    unit: Unit = Unit.HOUR
    calendar: Calendar = Calendar.CALENDAR

    @property
    def is_working(self) -> bool:
        """Whether only the office's time counts."""
        return self.calendar == Calendar.WORKING and self.unit != Unit.MONTH

    @property
    def words(self) -> str:
        """How one says it: seketika, 72 jam kalender, 5 hari kerja."""
        if not self.value:
            return _("seketika")
        return self.short if self.is_working else _("%(length)s kalender") % {"length": self.short}

    @property
    def short(self) -> str:
        """How one says it where only working time needs a word: 72 jam, 5 hari kerja."""
        if self.unit == Unit.MINUTE and self.value and not self.value % MINUTES:
            return Length(self.value // MINUTES, Unit.HOUR, self.calendar).short
        counted = {
            Unit.MINUTE: ngettext("%(n)d menit", "%(n)d menit", self.value),
            Unit.HOUR: ngettext("%(n)d jam", "%(n)d jam", self.value),
            Unit.DAY: ngettext("%(n)d hari", "%(n)d hari", self.value),
            Unit.MONTH: ngettext("%(n)d bulan", "%(n)d bulan", self.value),
        }[Unit(self.unit)] % {"n": self.value}
        return _("%(length)s kerja") % {"length": counted} if self.is_working else counted


@dataclass(frozen=True)
class Office:
    """When the office works.

    Args:
        hours: weekday (Monday 0) → when it opens and closes; a weekday that is missing is free.
        holidays: days on which it is closed all the same.
    """

    hours: Mapping[int, tuple[time, time]] = field(hash=False)
    holidays: frozenset[date] = frozenset()

    def span_of(self, day: date) -> tuple[datetime, datetime] | None:
        """Return from when to when it works on a day of its own calendar, or None."""
        found = self.hours.get(day.weekday())
        if found is None or day in self.holidays:
            return None
        opens, closes = (datetime.combine(day, at, zone()) for at in found)
        return (opens, closes) if opens < closes else None


def due_after(start: datetime, length: Length, office: Office) -> datetime:
    """Return the moment at which a promise that begins at `start` ends.

    Raises:
        ValueError: the length is negative, or the office has no working time for it.
    """
    if length.value < 0:
        raise ValueError("A limit is not negative.")
    if not length.value:
        return start
    if length.unit == Unit.MONTH:
        return add_months(start, length.value)
    if not length.is_working:
        return start + _amount(length)
    if length.unit == Unit.DAY:
        return _end_of_working_day(start, length.value, office)
    return add_working(start, _amount(length), office)


def due_or_farthest(start: datetime, length: Length, office: Office) -> datetime:
    """Return `due_after`; where that cannot be reckoned, the farthest day one looks ahead to.

    A limit that somebody wrote down, or an office without hours, never keeps a thing from being recorded.
    """
    try:
        return due_after(start, length, office)
    except (ValueError, OverflowError):
        return start + FARTHEST * ONE_DAY


def times_longer(new: Length, old: Length, office: Office, start: datetime) -> float | None:
    """Return how many times as long one may take as the other, from `start`; None: the other is at once.

    The same and shorter is at most 1. Both at once is 1.
    """
    before, after = (due_or_farthest(start, one, office) - start for one in (old, new))
    if not before:
        return None if after else 1.0
    return after / before


def why_not_reckoned(length: Length, office: Office, start: datetime) -> str:
    """Say why a length cannot be reckoned from `start`; "": it can, and ends within what one looks ahead."""
    if length.unit == Unit.MONTH and length.calendar == Calendar.WORKING:
        return _("Bulan dihitung menurut kalender. Pilih jam kalender, atau tulis lamanya dalam hari kerja.")
    if length.is_working and not office.hours:
        return _("Kantor belum punya jam kerja. Isi jam kerja dulu, atau pilih jam kalender.")
    try:
        is_near = due_after(start, length, office) <= start + FARTHEST * ONE_DAY
    except (ValueError, OverflowError):
        is_near = False
    return "" if is_near else _("Terlalu lama untuk dihitung: kalender melihat sepuluh tahun ke depan.")


def is_working(at: datetime, office: Office) -> bool:
    """Whether the office works at a moment; at the moment of closing it does not any more."""
    found = office.span_of(at.astimezone(zone()).date())
    return found is not None and found[0] <= at < found[1]


def add_working(start: datetime, amount: timedelta, office: Office) -> datetime:
    """Return when `amount` of working time is over that begins to count at `start`.

    What ends exactly at closing time ends then, not at the next opening. Raises ValueError: the office never works.
    """
    left = amount
    if left <= NOTHING:
        return start
    for opens, closes in _spans(start, office):
        begins = max(opens, start)
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    raise ValueError("The office has no working time for this limit.")


def working_between(start: datetime, end: datetime, office: Office) -> timedelta:
    """Return how much working time lies between two moments; nothing when `end` is not after `start`."""
    total = NOTHING
    if end <= start:
        return total
    for opens, closes in _spans(start, office):
        if opens >= end:
            return total
        total += max(NOTHING, min(closes, end) - max(opens, start))
    return total


def add_months(start: datetime, months: int) -> datetime:
    """Return the same day and time some months later; the last day of a month that is too short."""
    local = start.astimezone(zone())
    place = local.year * 12 + local.month - 1 + months
    year, month = divmod(place, 12)
    last = gregorian.monthrange(year, month + 1)[1]
    moved = local.replace(year=year, month=month + 1, day=min(local.day, last))
    return moved.astimezone(start.tzinfo)


def resumed_due(
    *, due: datetime, paused_at: datetime, resumed_at: datetime, length: Length | None, office: Office
) -> datetime:
    """Return when a promise ends that stood still from `paused_at` to `resumed_at`: as much time is left as was then.

    Args:
        length: of the promise; None: it had a moment of its own and counts calendar time.
    """
    if paused_at >= due:  # late already: it stays as late as it was
        return due + (resumed_at - paused_at)
    if length is not None and length.is_working:
        try:
            return add_working(resumed_at, working_between(paused_at, due, office), office)
        except ValueError:  # no working time is left to count: it goes on by the calendar
            return due + (resumed_at - paused_at)
    return due + (resumed_at - paused_at)


def presses_at(due: datetime, danger: int) -> datetime:
    """Return the moment by which open promises are ordered: danger and time left as one order that time keeps."""
    return due - HEAD_START[danger]


def step_at(step: Step, *, started: datetime, due: datetime) -> datetime:
    """Return when a step of an escalation chain is due."""
    if step.is_share:
        return started + (due - started) * step.value / 100
    return due + timedelta(hours=step.value)


def _amount(length: Length) -> timedelta:
    return (
        length.value
        * {
            Unit.MINUTE: timedelta(minutes=1),
            Unit.HOUR: timedelta(hours=1),
            Unit.DAY: ONE_DAY,
        }[Unit(length.unit)]
    )


def _end_of_working_day(start: datetime, days: int, office: Office) -> datetime:
    """Return when the office closes on the n-th working day after the day of `start`, which itself does not count."""
    today = start.astimezone(zone()).date()
    for opens, closes in _spans(start, office):
        if opens.date() > today:
            days -= 1
            if not days:
                return closes.astimezone(start.tzinfo)
    raise ValueError("The office has no working days for this limit.")


def _spans(start: datetime, office: Office) -> Iterator[tuple[datetime, datetime]]:
    """Yield the office's working spans from the day of `start` on, as far as one looks ahead."""
    first = start.astimezone(zone()).date()
    for number in range(FARTHEST):
        found = office.span_of(first + number * ONE_DAY)
        if found is not None:
            yield found

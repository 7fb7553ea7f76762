"""The reckoning again, minute by minute and without cleverness: what the real one is compared with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ruangaman.clocks.types import Office
from ruangaman.core.regions import zone

MINUTE = timedelta(minutes=1)


def is_open(at: datetime, office: Office) -> bool:
    """Whether the minute that begins at `at` is working time."""
    local = at.astimezone(zone())
    if local.date() in office.holidays or local.weekday() not in office.hours:
        return False
    opens, closes = office.hours[local.weekday()]
    return opens <= local.time() < closes


def add_working(start: datetime, minutes: int, office: Office) -> datetime:
    """Walk through every minute and count those in which the office works."""
    at = start
    while minutes:
        minutes -= is_open(at, office)
        at += MINUTE
    return at


def count_working(start: datetime, end: datetime, office: Office) -> int:
    """Count the working minutes between two moments."""
    found, at = 0, start
    while at < end:
        found += is_open(at, office)
        at += MINUTE
    return found


def end_of_working_day(start: datetime, days: int, office: Office) -> datetime:
    """Walk through the minutes of the days that follow; the last open minute of the n-th day that has one ends it."""
    day: date = start.astimezone(zone()).date()
    while days:
        day += timedelta(days=1)
        midnight = datetime.combine(day, datetime.min.time(), zone())
        minutes = [midnight + n * MINUTE for n in range(24 * 60)]
        working = [at for at in minutes if is_open(at, office)]
        days -= bool(working)
    return working[-1] + MINUTE


def paused_due(due: datetime, paused: datetime, resumed: datetime, office: Office) -> datetime:
    """What was left of the working time, counted on from the moment at which it goes on."""
    return add_working(resumed, count_working(paused, due, office), office)


HOUR = timedelta(hours=1)
HEADS = {4: 72 * HOUR, 3: 24 * HOUR, 2: 6 * HOUR, 1: 0 * HOUR}


def queue_key(presses: datetime, danger: int, at: datetime) -> tuple[bool, int, int, datetime]:
    """Where a row stands, told plainly: by danger what presses, in it what can be kept within six hours or was late
    within the last, then what is late, then what has time; behind all of it what does not press.
    """
    if presses > at:
        return True, 0, 0, presses
    left = presses + HEADS[danger] - at
    tier = 1 if left < -HOUR else 0 if left <= 6 * HOUR else 2
    return False, -danger, tier, presses

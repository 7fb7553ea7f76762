"""How an opening stands, and until when it has to be reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ruangaman.cases.types import GlassFacts, GlassState, glass_state, review_due
from ruangaman.core.regions import zone

MONDAY = datetime(2026, 2, 2, 2, tzinfo=UTC)
ASKED = GlassFacts(MONDAY, False, None, None, None, None, None, None)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPENED = replace(ASKED, agreed_at=MONDAY, opened_at=MONDAY, until=MONDAY + HOUR, review_due_at=MONDAY + 3 * DAY)


@pytest.mark.parametrize(
    ("facts", "after", "state"),
    [
        (ASKED, HOUR, GlassState.ASKED),
        (ASKED, DAY, GlassState.DROPPED),
        (replace(ASKED, is_danger=True), HOUR, GlassState.READY),
        (replace(ASKED, agreed_at=MONDAY), DAY - HOUR, GlassState.READY),
        (replace(ASKED, agreed_at=MONDAY), DAY, GlassState.DROPPED),
        (replace(ASKED, closed_at=MONDAY), HOUR, GlassState.DROPPED),
        (OPENED, HOUR - timedelta(seconds=1), GlassState.OPEN),
        (OPENED, HOUR, GlassState.TO_REVIEW),
        (replace(OPENED, closed_at=MONDAY), timedelta(0), GlassState.TO_REVIEW),
        (OPENED, 3 * DAY - HOUR, GlassState.TO_REVIEW),
        (OPENED, 3 * DAY, GlassState.LATE),
        (replace(OPENED, reviewed_at=MONDAY + DAY), 9 * DAY, GlassState.REVIEWED),
    ],
)
def test_the_state_follows_from_the_moments(facts: GlassFacts, after: timedelta, state: GlassState):
    assert glass_state(facts, MONDAY + after) is state


@pytest.mark.parametrize(
    ("opened", "free", "last"),
    [
        (datetime(2026, 2, 2, 10, tzinfo=zone()), (), date(2026, 2, 4)),  # Monday
        (datetime(2026, 2, 6, 10, tzinfo=zone()), (), date(2026, 2, 10)),  # Friday
        (datetime(2026, 2, 7, 23, 59, tzinfo=zone()), (), date(2026, 2, 10)),  # Saturday night
        (datetime(2026, 2, 8, 0, 1, tzinfo=zone()), (), date(2026, 2, 10)),  # Sunday
        (datetime(2026, 2, 2, 10, tzinfo=zone()), (date(2026, 2, 3),), date(2026, 2, 5)),
        (datetime(2026, 2, 1, 17, tzinfo=UTC), (), date(2026, 2, 4)),  # Monday already in the city
    ],
)
def test_it_is_due_at_the_end_of_the_second_working_day(opened: datetime, free: tuple[date, ...], last: date):
    due = review_due(opened, free=free)
    assert (due - timedelta(microseconds=1)).astimezone(zone()).date() == last
    assert due.astimezone(zone()).time().isoformat() == "00:00:00"

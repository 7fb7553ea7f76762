"""Reckoning: working hours, holidays, pauses and the order of what presses, against a model that walks the minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ruangaman.clocks.types import (
    HEAD_START,
    Calendar,
    Clock,
    ClockState,
    Condition,
    Cursor,
    Length,
    More,
    Office,
    Step,
    StepWhen,
    Subject,
    Tell,
    Unit,
    add_months,
    add_working,
    due_after,
    is_near,
    is_working,
    presses_at,
    readings,
    resumed_due,
    step_at,
    working_between,
)
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import zone
from tests.clocks import reference

MONDAY = datetime(2026, 2, 2, tzinfo=zone())
EIGHT_TO_FOUR = (time(8), time(16))
WEEK = Office(dict.fromkeys(range(5), EIGHT_TO_FOUR))
MINUTE = timedelta(minutes=1)

spans = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda pair: pair[0] < pair[1])
offices = st.builds(
    lambda days, free: Office(
        {day: (time(*divmod(a, 60)), time(*divmod(b, 60))) for day, (a, b) in days.items()},
        frozenset(MONDAY.date() + timedelta(days=n) for n in free),
    ),
    st.dictionaries(st.integers(0, 6), spans, min_size=1),
    st.frozensets(st.integers(0, 9), max_size=4),
)
starts = st.integers(0, 6 * 1440).map(lambda n: MONDAY + n * MINUTE)
amounts = st.integers(0, 900)


@settings(deadline=None, max_examples=60)
@given(starts, amounts, offices)
def test_working_time_ends_where_the_minutes_say(start, minutes, office):
    assume(sum((b.hour * 60 + b.minute) - (a.hour * 60 + a.minute) for a, b in office.hours.values()) >= 60)
    due = add_working(start, minutes * MINUTE, office)
    assert due == reference.add_working(start, minutes, office)
    assert working_between(start, due, office) == minutes * MINUTE


@settings(deadline=None, max_examples=60)
@given(starts, st.integers(0, 4000), offices)
def test_working_time_between_two_moments_is_what_the_minutes_say(start, length, office):
    end = start + length * MINUTE
    assert working_between(start, end, office) == reference.count_working(start, end, office) * MINUTE
    assert is_working(start, office) is reference.is_open(start, office)


@settings(deadline=None, max_examples=40)
@given(starts, st.integers(1, 4), offices)
def test_working_days_end_when_the_office_closes(start, days, office):
    length = Length(days, Unit.DAY, Calendar.WORKING)
    assert due_after(start, length, office) == reference.end_of_working_day(start, days, office)


@settings(deadline=None, max_examples=60)
@given(starts, st.integers(1, 600), st.integers(0, 3000), st.integers(0, 4000), offices)
def test_a_pause_leaves_as_much_working_time_as_there_was(start, minutes, before, pause, office):
    assume(sum((b.hour * 60 + b.minute) - (a.hour * 60 + a.minute) for a, b in office.hours.values()) >= 60)
    length = Length(minutes, Unit.MINUTE, Calendar.WORKING)
    due = due_after(start, length, office)
    paused = start + before * MINUTE
    assume(paused < due)
    resumed = paused + pause * MINUTE
    found = resumed_due(due=due, paused_at=paused, resumed_at=resumed, length=length, office=office)
    assert found == reference.paused_due(due, paused, resumed, office)
    assert found >= due


@given(starts, st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 9000))
def test_a_pause_of_calendar_time_is_added_back_whole(start, limit, before, pause):
    due = due_after(start, Length(limit, Unit.MINUTE), Office({}))
    paused = start + before * MINUTE
    found = resumed_due(due=due, paused_at=paused, resumed_at=paused + pause * MINUTE, length=None, office=Office({}))
    assert due == start + limit * MINUTE
    assert found - due == pause * MINUTE


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        # Friday afternoon, the example of the screen.
        ((6, 16, 0), Length(72), (9, 16, 0)),
        ((6, 16, 0), Length(2, Unit.HOUR, Calendar.WORKING), (9, 10, 0)),
        ((6, 14, 0), Length(2, Unit.HOUR, Calendar.WORKING), (6, 16, 0)),
        ((6, 14, 1), Length(2, Unit.HOUR, Calendar.WORKING), (9, 8, 1)),
        # Around midnight and on a Sunday.
        ((5, 23, 59), Length(1, Unit.MINUTE, Calendar.WORKING), (6, 8, 1)),
        ((6, 0, 0), Length(8, Unit.HOUR, Calendar.WORKING), (6, 16, 0)),
        ((8, 12, 0), Length(3, Unit.DAY, Calendar.WORKING), (11, 16, 0)),
        ((6, 9, 0), Length(1, Unit.DAY, Calendar.WORKING), (9, 16, 0)),
        ((6, 9, 0), Length(1, Unit.DAY), (7, 9, 0)),
        ((8, 3, 0), Length(0, Unit.HOUR, Calendar.WORKING), (8, 3, 0)),
    ],
)
def test_limits_by_example(start, length, due):
    day, hour, minute = start
    assert due_after(datetime(2026, 2, day, hour, minute, tzinfo=zone()), length, WEEK) == datetime(
        2026, 2, *due, tzinfo=zone()
    )


def test_a_holiday_is_no_working_day_and_its_control_is():
    monday_off = Office(WEEK.hours, frozenset({date(2026, 2, 9)}))
    friday = datetime(2026, 2, 6, 15, tzinfo=zone())
    length = Length(2, Unit.HOUR, Calendar.WORKING)
    assert due_after(friday, length, monday_off) == datetime(2026, 2, 10, 9, tzinfo=zone())
    assert due_after(friday, length, WEEK) == datetime(2026, 2, 9, 9, tzinfo=zone())


def test_the_day_is_the_offices_whatever_the_servers_zone_is():
    start = datetime(2026, 2, 5, 23, 30, tzinfo=UTC)  # Friday half past seven in Balikpapan
    assert due_after(start, Length(1, Unit.HOUR, Calendar.WORKING), WEEK) == datetime(2026, 2, 6, 1, tzinfo=UTC)


def test_a_month_keeps_its_day_or_ends_with_the_month():
    assert add_months(datetime(2026, 1, 31, 9, tzinfo=zone()), 1) == datetime(2026, 2, 28, 9, tzinfo=zone())
    assert add_months(datetime(2026, 11, 30, 9, tzinfo=zone()), 3) == datetime(2027, 2, 28, 9, tzinfo=zone())
    assert due_after(MONDAY, Length(6, Unit.MONTH, Calendar.WORKING), WEEK) == datetime(2026, 8, 2, tzinfo=zone())


def test_an_office_that_never_works_has_no_limit_and_a_limit_is_not_negative():
    for length in (Length(1, Unit.HOUR, Calendar.WORKING), Length(1, Unit.DAY, Calendar.WORKING)):
        with pytest.raises(ValueError, match="no working"):
            due_after(MONDAY, length, Office({}))
    with pytest.raises(ValueError, match="not negative"):
        due_after(MONDAY, Length(-1), WEEK)


def test_what_was_late_when_it_was_paused_stays_as_late():
    due = MONDAY
    found = resumed_due(
        due=due, paused_at=due + 2 * MINUTE, resumed_at=due + 9 * MINUTE,
        length=Length(1, Unit.HOUR, Calendar.WORKING), office=WEEK,
    )  # fmt: skip
    assert due + 9 * MINUTE - found == 2 * MINUTE


@given(starts, starts, st.sampled_from(list(RiskLevel)), st.sampled_from(list(RiskLevel)), st.integers(0, 9999))
def test_the_order_does_not_change_as_time_passes(one, other, danger, second, gone):
    """Danger × time left as a number would: 72 hours left in extreme danger weigh as much as none in low danger."""
    first = presses_at(one, danger), presses_at(other, second)
    at = MONDAY + gone * MINUTE
    left = [due - HEAD_START[level] - at for due, level in ((one, danger), (other, second))]
    assert (first[0] < first[1]) is (left[0] < left[1])


def test_more_danger_never_presses_later():
    assert [presses_at(MONDAY, level) for level in sorted(RiskLevel, reverse=True)] == sorted(
        presses_at(MONDAY, level) for level in RiskLevel
    )


def test_steps_are_counted_from_the_beginning_or_from_the_end():
    due = MONDAY + timedelta(hours=10)
    assert step_at(Step(StepWhen.SHARE, 75, Tell.OWNER), started=MONDAY, due=due) == MONDAY + timedelta(hours=7.5)
    assert step_at(Step(StepWhen.AFTER, 24, Tell.HEAD), started=MONDAY, due=due) == due + timedelta(hours=24)


def test_a_paused_clock_stands_still_and_says_so():
    clock = Clock(MONDAY, MONDAY + timedelta(hours=4), paused_at=MONDAY + timedelta(hours=1))
    assert clock.state(MONDAY) is ClockState.RUN
    later = MONDAY + timedelta(hours=9)
    assert clock.state(later) is ClockState.PAUSED
    assert clock.left(later) == timedelta(hours=3)
    assert clock.words(later) == "dijeda"
    assert Clock(MONDAY, MONDAY, stopped_at=MONDAY, paused_at=MONDAY).state(later) is ClockState.DONE


@given(starts, st.uuids(), st.sampled_from(list(RiskLevel)), starts)
def test_a_place_in_the_list_survives_the_address(presses, row_id, danger, at):
    place = Cursor(presses, row_id, danger, at)
    assert Cursor.parse(str(place)) == place


places = st.builds(
    lambda gone, row_id, danger: (MONDAY + timedelta(hours=gone), row_id, int(danger)),
    st.integers(-99, 99), st.uuids(), st.sampled_from(list(RiskLevel)),
)  # fmt: skip


@given(places, places)
def test_a_page_reads_exactly_what_comes_after_a_place(here, other):
    """Of each danger two scans; the plain order of two places says the same. No row is read twice."""
    place, row = Cursor(*here, MONDAY), Cursor(*other, MONDAY)
    found = [one for one in readings(at=MONDAY, after=place.order) if reads(one, row)]
    assert len(found) == (row.order > place.order)
    assert [reads(one, row) for one in readings(at=MONDAY)].count(True) == 1


def reads(scan, row):
    """Whether a scan finds a row: as the database compares."""
    begins = scan.after is None and (scan.since is None or row.presses_at >= scan.since)
    begins = begins or (scan.after is not None and (row.presses_at, row.id) > scan.after)
    return scan.danger == row.danger and begins and (scan.until is None or row.presses_at < scan.until)


@given(places, places, st.integers(-9, 9))
def test_the_order_is_that_of_a_plain_telling(one, other, seconds):
    at = MONDAY + timedelta(seconds=seconds)
    first, second = Cursor(*one, at), Cursor(*other, at)
    plain = [(reference.queue_key(row.presses_at, row.danger, at), row.id) for row in (first, second)]
    assert (first.order < second.order) is (plain[0] < plain[1])


def test_of_one_danger_what_can_still_be_kept_is_before_what_is_late_and_that_before_what_has_time():
    hour = timedelta(hours=1)
    lefts = (6 * hour, -hour, -hour - MINUTE, 6 * hour + MINUTE, 72 * hour, hour)
    rows = {left: Cursor(presses_at(MONDAY + left, 4), UUID(int=1), 4, MONDAY) for left in lefts}
    assert sorted(rows, key=lambda left: rows[left].order) == [
        -hour, hour, 6 * hour, -hour - MINUTE, 6 * hour + MINUTE, 72 * hour,
    ]  # fmt: skip
    assert [is_near(rows[left].rank) for left in lefts] == [True, True, False, False, False, True]


@given(places, places)
def test_a_more_dangerous_need_that_presses_is_first_however_late_the_other_is(one, other):
    first, second = Cursor(*one, MONDAY), Cursor(*other, MONDAY)
    if first.presses_at <= MONDAY and first.danger > second.danger:
        assert first.order < second.order


@pytest.mark.parametrize("edge", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_place_at_the_end_of_time_is_the_beginning(edge):
    for place in (Cursor(edge, UUID(int=1), 4, MONDAY), Cursor(MONDAY, UUID(int=1), 4, edge)):
        assert Cursor.parse(str(place)) is None
    assert Cursor.parse(str(Cursor(MONDAY, UUID(int=1), 4, MONDAY))) is not None


@pytest.mark.parametrize("text", ["", "x", "1", "1.x", "9" * 40 + "." + "0" * 32])
def test_a_strange_place_is_the_beginning(text):
    assert Cursor.parse(text) is None


def a_subject(**facts):
    from uuid import UUID

    given = {"kind": "case", "code": "K-1", "dossier_id": UUID(int=1), "unit_id": UUID(int=2), "danger": 2}
    return Subject(**{**given, **facts})


@pytest.mark.parametrize(
    ("stored", "facts", "detail", "more", "holds"),
    [
        ({}, {}, {}, More(), True),
        ({"danger": 3}, {"danger": 3}, {}, More(), True),
        ({"danger": 3}, {"danger": 2}, {}, More(), False),
        ({"danger_most": 2}, {"danger": 3}, {}, More(), False),
        ({"forms": ["SEKSUAL"]}, {}, {}, More(forms=frozenset({"SEKSUAL", "FISIK"})), True),
        ({"forms": ["SEKSUAL"]}, {}, {}, More(forms=frozenset({"FISIK"})), False),
        ({"case_types": ["child"]}, {"case_type": "child"}, {}, More(), True),
        ({"case_types": ["child"]}, {"case_type": "woman"}, {}, More(), False),
        ({"states": ["plan"]}, {"state": "services"}, {}, More(), False),
        ({"marks": ["a", "b"]}, {}, {}, More(marks=frozenset({"a"})), False),
        ({"marks": ["a"]}, {}, {}, More(marks=frozenset({"a", "b"})), True),
        ({"starts_when": {"to": ["plan"]}}, {}, {"to": "plan"}, More(), True),
        ({"starts_when": {"to": ["plan"]}}, {}, {"to": "services"}, More(), False),
        ({"starts_when": {"to": ["plan"]}}, {}, {"from": "plan"}, More(), True),
    ],
)
def test_conditions(stored, facts, detail, more, holds):
    rule = Condition.read(stored)
    assert rule.to_json() == stored
    assert rule.starts(a_subject(**facts), detail, lambda: more) is holds


def test_what_costs_a_query_is_asked_only_by_who_needs_it():
    def never():
        raise AssertionError("nobody needs it")

    assert Condition.read({"danger": 1}).starts(a_subject(), {}, never)
    with pytest.raises(AssertionError):
        Condition.read({"forms": ["FISIK"]}).starts(a_subject(), {}, never)


def test_a_condition_that_says_something_unknown_is_refused():
    with pytest.raises(TypeError):
        Condition.read({"moon": ["full"]})

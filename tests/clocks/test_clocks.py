"""Clocks: states over all times, words that never promise more than there is, limits as data."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.clocks import selectors
from ruangaman.clocks.models import Limit
from ruangaman.clocks.types import Clock, ClockState, span
from ruangaman.core.errors import NotFound
from ruangaman.intake.types import LIMIT_KEYS

START = datetime(2026, 2, 1, tzinfo=UTC)
lengths = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
moments = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=900)).map(lambda gone: START + gone)
UNIT = {"menit": timedelta(minutes=1), "jam": timedelta(hours=1), "hari": timedelta(days=1)}


@given(lengths, moments)
def test_a_running_clock_is_in_the_state_that_its_time_says(length, at):
    clock = Clock(START, START + length)
    state = clock.state(at)
    left = clock.due_at - at
    if left < timedelta(0):
        assert state is ClockState.OVER
    else:
        assert state is (ClockState.SOON if left * 4 <= length else ClockState.RUN)


@given(lengths, st.lists(moments, min_size=2, max_size=6))
def test_time_only_moves_a_clock_forward(length, times):
    order = [ClockState.RUN, ClockState.SOON, ClockState.OVER]
    clock = Clock(START, START + length)
    places = [order.index(clock.state(at)) for at in sorted(times)]
    shares = [clock.share_left(at) for at in sorted(times)]
    assert places == sorted(places)
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 100 for share in shares)


@given(lengths, moments, moments)
def test_a_stopped_clock_stands_still(length, stopped, at):
    clock = Clock(START, START + length, stopped)
    if at >= stopped:
        assert clock.state(at) is ClockState.DONE
        assert clock.left(at) == clock.due_at - stopped
    else:
        assert clock.state(at) is Clock(START, START + length).state(at)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_words_round_down_never_up(length):
    words = span(length)
    found = re.fullmatch(r"(\d+) (menit|jam|hari)", words)
    if found is None:
        assert length < timedelta(minutes=1)
        assert words == "kurang dari 1 menit"
        return
    said = int(found[1]) * UNIT[found[2]]
    assert said <= length < said + UNIT[found[2]]


def test_the_sentences():
    clock = Clock(START, START + timedelta(hours=6))
    assert clock.words(START) == "6 jam lagi"
    assert clock.words(START + timedelta(hours=5, minutes=1)) == "59 menit lagi"
    assert clock.words(clock.due_at) == "kurang dari 1 menit lagi"
    assert clock.words(clock.due_at + timedelta(minutes=6)) == "lewat 6 menit"
    assert Clock(START, START, START).words(START) == "selesai"
    assert Clock(START, START).share_left(START) == 0
    assert Clock(START, START).words(START + timedelta(seconds=59)) == "segera"
    assert Clock(START, START).words(START + timedelta(minutes=6)) == "menunggu 6 menit"
    assert Clock(START, START + timedelta(hours=1)).words(START - timedelta(hours=60)) == "2 hari lagi"


def test_a_clock_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="before it starts"):
        Clock(START, START - timedelta(seconds=1))


def test_every_level_of_danger_has_its_limit_with_a_legal_basis(db):
    found = {limit.key: limit for limit in selectors.list_limits(START)}
    assert {key: found[key].hours for key in LIMIT_KEYS.values()} == {
        "report.extreme": 0,
        "report.high": 0,
        "report.medium": 6,
        "report.low": 24,
    }
    assert all(limit.legal_basis for limit in found.values())


def test_a_new_limit_holds_from_its_day_and_old_clocks_keep_theirs(db):
    with unit_of_work(Role.MIGRATE):
        Limit.objects.create(key="report.low", value=12, legal_basis="baru", valid_from=START)
    before = selectors.start_clock("report.low", START - timedelta(days=1))
    assert before.due_at - before.started_at == timedelta(hours=24)
    assert selectors.start_clock("report.low", START).due_at == START + timedelta(hours=12)
    assert [limit.hours for limit in selectors.list_limits(START) if limit.key == "report.low"] == [12]


def test_an_unknown_limit_is_told(db):
    with pytest.raises(NotFound):
        selectors.limit_for("report.none", START)
    with pytest.raises(NotFound):
        selectors.limit_for("report.low", datetime(2000, 1, 1, tzinfo=UTC))


def test_one_limit_at_a_moment(db):
    with unit_of_work(Role.MIGRATE):
        Limit.objects.create(key="report.low", value=1, legal_basis="a", valid_from=START)
        with pytest.raises(IntegrityError), transaction.atomic():
            Limit.objects.create(key="report.low", value=2, legal_basis="b", valid_from=START)


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB, Role.WORKER])
def test_everybody_reads_limits_and_nobody_changes_them(db, role):
    from django.db import ProgrammingError

    with unit_of_work(role):
        assert Limit.objects.filter(key__startswith="report.").count() == 8, "an answer and a triage for each danger"
        with pytest.raises(ProgrammingError), transaction.atomic():
            Limit.objects.update(value=99)


def test_what_began_when_its_moment_was_past_is_late_and_not_at_once():
    begun, due = datetime(2026, 2, 2, 10, tzinfo=UTC), datetime(2026, 2, 2, 8, tzinfo=UTC)
    late = Clock.begun(begun, due, None, None)
    assert (late.state(begun), late.words(begun)) == (ClockState.OVER, "lewat 2 jam")
    at_once = Clock.begun(due, due, None, None)
    assert at_once.words(begun) == "menunggu 2 jam", "the control: promised at once, and not kept"

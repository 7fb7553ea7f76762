"""A clock tells the truth: six shapes, rounded down, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ruangaman.ui.faces import ago_words, read_clock, read_done

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def read(*, begun_minutes=0, due_minutes=None, state=""):
    due = None if due_minutes is None else NOON + timedelta(minutes=due_minutes)
    return read_clock(start=NOON - timedelta(minutes=begun_minutes), due=due, now=NOON, state=state)


@pytest.mark.parametrize(
    ("begun", "due", "state", "shape", "left", "words"),
    [
        (60, 60, "", "run", 50, "1 jam lagi"),
        (60 * 63, 60 * 9, "", "soon", 12, "9 jam lagi"),
        (10, -6, "", "over", 0, "lewat 6 menit"),
        (10, 0, "", "soon", 0, "batasnya sekarang"),
        (10, -1, "", "over", 0, "lewat 1 menit"),
        (0, 0, "", "soon", 0, "segera"),
        (1, -1, "", "over", 0, "menunggu 1 menit"),
        (6, -6, "", "over", 0, "menunggu 6 menit"),
        (60 * 50, -60 * 50, "", "over", 0, "menunggu 2 hari"),
        (60, 60 * 24 * 3, "", "run", 98, "3 hari lagi"),
        (60, 119, "", "run", 66, "1 jam lagi"),
        (60, None, "", "wait", 0, "menunggu"),
        (60, None, "pause", "pause", 0, "dijeda"),
        (60, -60, "done", "done", 0, "selesai"),
        (60, 60, "pause", "pause", 0, "dijeda"),
    ],
)
def test_reading(begun, due, state, shape, left, words):
    reading = read(begun_minutes=begun, due_minutes=due, state=state)

    assert (reading.state, reading.left, reading.words) == (shape, left, words)


def test_an_overdue_face_shows_how_much_is_missing():
    reading = read(begun_minutes=10, due_minutes=-130)

    assert (reading.count, reading.unit) == ("+2", "jam")


def test_a_clock_without_a_beginning_is_soon_in_its_last_hour():
    due = NOON + timedelta(minutes=50)

    assert read_clock(start=None, due=due, now=NOON).state == "soon"
    assert read_clock(start=None, due=due + timedelta(hours=5), now=NOON).state == "run"


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match="late"):
        read(state="late")


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "baru saja"), (6, "6 menit lalu"), (125, "2 jam lalu"), (60 * 72, "3 hari lalu")]
)
def test_ago(minutes, words):
    assert ago_words(timedelta(minutes=minutes)) == words


def test_what_was_promised_at_once_tells_how_long_it_took_and_is_not_called_late():
    at_once = read_done(start=NOON, due=NOON, done_at=NOON + timedelta(minutes=6))
    later = read_done(start=NOON - timedelta(hours=1), due=NOON, done_at=NOON + timedelta(minutes=6))

    assert (at_once.state, at_once.words) == ("done", "selesai setelah 6 menit")
    assert (later.state, later.words) == ("over", "selesai, terlambat 6 menit")
    assert read_done(start=NOON, due=NOON, done_at=NOON).words == "selesai"

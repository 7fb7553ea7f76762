"""When a web process ends so that its memory is forgotten: after a silence, after an hour, one at a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.test import RequestFactory

from ruangaman.config.recycling import LONGEST_SECONDS, Usage, is_blank, is_our_turn

ASK = RequestFactory()
COOKIE = ASK.get("/kerja/", HTTP_COOKIE="k=abc")


class Clock:
    """Stands where it was put."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_process_that_opened_nothing_stays(clock: Clock) -> None:
    usage = Usage(clock)
    with usage.during(ASK.get("/i/")), usage.during(ASK.get("/livez")):
        pass
    clock.now += 2 * LONGEST_SECONDS

    assert not usage.is_over(60)


def test_after_a_silence_it_is_over_and_first_visits_do_not_break_the_silence(clock: Clock) -> None:
    usage = Usage(clock)
    with usage.during(COOKIE):
        clock.now += 100
        assert not usage.is_over(60), "somebody is being served"
    clock.now += 59
    with usage.during(ASK.get("/i/")):
        pass
    assert not usage.is_over(60)
    clock.now += 1

    assert usage.is_over(60)


def test_used_without_a_pause_it_is_over_after_an_hour(clock: Clock) -> None:
    usage = Usage(clock)
    for _ in range(LONGEST_SECONDS // 30):
        assert not usage.is_over(60)
        with usage.during(COOKIE):
            clock.now += 30

    assert usage.is_over(60)


def test_a_request_that_failed_is_over_too(clock: Clock) -> None:
    usage = Usage(clock)
    with pytest.raises(ValueError, match="broken"), usage.during(COOKIE):
        raise ValueError("broken")
    clock.now += 60

    assert usage.is_over(60)


@pytest.mark.parametrize(
    ("request_", "blank"),
    [
        (ASK.get("/i/"), True),
        (ASK.head("/"), True),
        (ASK.get("/i/?untuk=saya"), False),
        (ASK.get("/i/", HTTP_COOKIE="s=1"), False),
        (ASK.post("/i/", {"what": "x"}), False),
    ],
)
def test_only_what_brings_neither_text_nor_cookie_is_blank(request_, blank) -> None:
    assert is_blank(request_) is blank


def test_two_processes_do_not_end_together(tmp_path: Path) -> None:
    stamp = tmp_path / "recycled"

    assert is_our_turn(stamp)
    assert not is_our_turn(stamp)
    long_ago = time.time() - 3600
    os.utime(stamp, (long_ago, long_ago))
    assert is_our_turn(stamp)
    assert not is_our_turn(stamp)

"""The hash thread: one at a time, in turn, and no long queue."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ruangaman.vault import hashing
from ruangaman.vault.errors import Busy
from ruangaman.vault.hashing import LIMITS, HashThread, Lane

WAIT_SECONDS = 10


def test_work_runs_on_one_thread_of_its_own() -> None:
    names = {hashing.run_intake(threading.current_thread).name, hashing.run_sign_in(threading.current_thread).name}

    assert names == {"ruangaman-hash"}
    assert hashing.run_intake(threading.get_ident) == hashing.run_sign_in(threading.get_ident)


def test_what_the_work_raises_reaches_the_caller_and_the_thread_lives_on() -> None:
    with pytest.raises(ZeroDivisionError):
        hashing.run_intake(lambda: 1 // 0)

    assert hashing.run_intake(lambda: 1) == 1


def test_work_that_hashes_itself_does_not_wait_for_itself() -> None:
    assert hashing.run_sign_in(lambda: hashing.run_intake(lambda: 2)) == 2


class Held:
    """A hash thread that is busy until it is let go."""

    def __init__(self) -> None:
        self.thread = HashThread()
        self.order: list[str] = []
        self._begun, self._go = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(100)
        self.waiting = [self._pool.submit(self.thread.run, Lane.INTAKE, self._hold)]
        assert self._begun.wait(WAIT_SECONDS)

    def _hold(self) -> None:
        self._begun.set()
        self._go.wait(WAIT_SECONDS)

    def ask(self, lane: Lane, name: str) -> None:
        """Put one more in a queue and wait until it stands there."""
        before = self.thread.waiting(lane)
        self.waiting.append(self._pool.submit(self.thread.run, lane, lambda: self.order.append(name)))
        while self.thread.waiting(lane) == before:
            threading.Event().wait(0.001)

    def let_go(self) -> None:
        """Let the thread work through its queues."""
        self._go.set()
        for one in self.waiting:
            one.result(WAIT_SECONDS)
        self._pool.shutdown()


def test_the_queues_are_served_in_turn() -> None:
    held = Held()
    for name in ("i1", "i2", "i3"):
        held.ask(Lane.INTAKE, name)
    held.ask(Lane.SIGN_IN, "s1")

    held.let_go()

    assert held.order == ["s1", "i1", "i2", "i3"]


@pytest.mark.parametrize("full", Lane)
def test_a_full_queue_says_so_and_the_other_still_takes(full: Lane) -> None:
    held = Held()
    for _ in range(LIMITS[full]):
        held.ask(full, "x")

    with pytest.raises(Busy):
        held.thread.run(full, lambda: None)

    held.ask(next(lane for lane in Lane if lane != full), "y")
    held.let_go()
    assert "y" in held.order[:2]


def test_a_renewed_thread_is_another_one() -> None:
    before = hashing.run_intake(threading.current_thread)

    hashing.renew()

    assert hashing.run_intake(threading.current_thread) is not before


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_hashes_by_a_thread_of_its_own() -> None:
    hashing.run_intake(lambda: None)
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writer, str(hashing.run_intake(lambda: 7)).encode())
        os._exit(0)

    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"7"
    os.close(reader)
    os.close(writer)

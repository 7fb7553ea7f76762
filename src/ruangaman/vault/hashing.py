"""One thread per process that hashes, behind three short queues.

Argon2id takes tens of megabytes each time: hashing on every request thread would cost a gigabyte and the processor of
those who only want to read. Sign-in, intake and search wait in queues of their own and are served in turn, so that
neither a guesser of passwords nor a flood of forms stops the others.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from ruangaman.vault.errors import Busy

T = TypeVar("T")


class Lane(Enum):
    """A queue."""

    SIGN_IN = "sign-in"
    INTAKE = "intake"
    SEARCH = "search"


LIMITS = {Lane.SIGN_IN: 8, Lane.INTAKE: 40, Lane.SEARCH: 20}
"""How many may wait: about one second's work in each."""


class HashThread:
    """The thread and its queues; the thread starts with the first job."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queues: dict[Lane, deque[tuple[Callable[[], Any], Future[Any]]]] = {lane: deque() for lane in Lane}
        self._order = list(Lane)
        self._thread: threading.Thread | None = None

    def run(self, lane: Lane, work: Callable[[], T]) -> T:
        """Run `work` on the thread and return what it returns, or raise what it raises.

        Raises:
            Busy: too many wait already.
        """
        if threading.current_thread() is self._thread:
            return work()
        future: Future[T] = Future()
        with self._changed:
            if len(self._queues[lane]) >= LIMITS[lane]:
                raise Busy(_("Sedang ramai. Coba lagi sebentar lagi."))
            self._queues[lane].append((work, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="ruangaman-hash", daemon=True)
                self._thread.start()
            self._changed.notify()
        return future.result()

    def waiting(self, lane: Lane) -> int:
        """Return how many wait in a queue."""
        return len(self._queues[lane])

    def _serve(self) -> None:
        while True:
            work, future = self._take()
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - handed to the caller, who raises it
                future.set_exception(error)
            del work, future

    def _take(self) -> tuple[Callable[[], Any], Future[Any]]:
        """Wait for a job; the queue that was served goes behind the others."""
        with self._changed:
            self._changed.wait_for(lambda: any(self._queues.values()))
            lane = next(lane for lane in self._order if self._queues[lane])
            self._order.remove(lane)
            self._order.append(lane)
            return self._queues[lane].popleft()


_threads: list[HashThread] = [HashThread()]


def renew() -> None:
    """Give this process a thread of its own; called after a fork, which no thread survives."""
    _threads[0] = HashThread()


os.register_at_fork(after_in_child=renew)


def run_intake(work: Callable[[], T]) -> T:
    """Run a receipt's derivation on the hash thread. Raises Busy."""
    return _threads[0].run(Lane.INTAKE, work)


def run_sign_in(work: Callable[[], T]) -> T:
    """Run a password's derivation on the hash thread. Raises Busy."""
    return _threads[0].run(Lane.SIGN_IN, work)


def run_search(work: Callable[[], T]) -> T:
    """Run a search's derivation on the hash thread. Raises Busy."""
    return _threads[0].run(Lane.SEARCH, work)

"""Memory that was used goes away: an idle web process that opened something ends, and a fresh one takes its place.

Python cannot wipe what it held, so keys and stories stay in the memory of a process long after the request. Ending it
is what helps (security.md, T5). Granian lets it finish the requests that are under way, and starts another. Only one
process of a server ends at a time, so that there is always one that answers.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

LONGEST_SECONDS = 3600
"""Used without a pause, a process ends after so long."""
APART_SECONDS = 15
"""So long passes between two of them: more than a fresh one needs before it answers."""
STAMP = "recycled"
logger = logging.getLogger("ruangaman.recycling")


class Usage:
    """What this process remembers of its own use: when it began, and when it last ended."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Nothing has been opened yet."""
        self._now = now
        self._lock = threading.Lock()
        self._running = 0
        self._first: float | None = None
        self._last = 0.0

    @contextlib.contextmanager
    def during(self, request: HttpRequest) -> Iterator[None]:
        """Count a request, unless it brings nothing that is worth forgetting."""
        if is_blank(request):
            yield
            return
        with self._lock:
            self._running += 1
            if self._first is None:
                self._first = self._now()
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                self._last = self._now()

    def is_over(self, idle_seconds: float) -> bool:
        """Whether there is something to forget, and nobody has come for a while or it has been here too long."""
        with self._lock:
            if self._first is None:
                return False
            now = self._now()
            is_idle = not self._running and now - self._last >= idle_seconds
            return is_idle or now - self._first >= LONGEST_SECONDS


USAGE = Usage()


def is_blank(request: HttpRequest) -> bool:
    """Whether a request brings neither text nor cookie: a first visit, or a question whether we are alive."""
    has_text = request.method not in {"GET", "HEAD"} or bool(request.META.get("QUERY_STRING"))
    return not has_text and not request.META.get("HTTP_COOKIE")


def is_our_turn(stamp: Path, apart_seconds: float = APART_SECONDS) -> bool:
    """Whether no other process of this server ended just now; if so, this one is noted as the last."""
    handle = os.open(stamp, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        facts = os.fstat(handle)
        if facts.st_size and 0 <= time.time() - facts.st_mtime < apart_seconds:
            return False
        os.truncate(handle, 0)
        os.write(handle, b"1")
        os.utime(handle)
        return True
    finally:
        os.close(handle)


def start() -> None:
    """Watch over this process from a thread of its own."""
    threading.Thread(target=_watch, name="ruangaman-recycling", daemon=True).start()


def _watch() -> None:
    idle_seconds = settings.RUANGAMAN_FORGET_SECONDS
    stamp = settings.ENV.data / STAMP
    while not (USAGE.is_over(idle_seconds) and is_our_turn(stamp)):
        time.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - no secret, only not all at once
    logger.info("What this process opened is to be forgotten: it ends, and a fresh one takes its place.")
    os.kill(os.getpid(), signal.SIGTERM)
    while True:  # until it is gone (`config.ending`): the next one waits for that, and for a fresh one in its place
        time.sleep(0.5)
        os.utime(stamp)

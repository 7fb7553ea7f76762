"""Telling how far a long step has come: a bar on a terminal, a line now and then elsewhere. Always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""

_WIDTH, _SECONDS = 30, 5.0


class Bar:
    """A `Progress`. Use it as a context, so that the line is ended."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._terminal = sys.stderr.isatty()
        self._last = self._began = 0.0
        self._from = 0  # a run that goes on where another stopped is not quicker for what that one did
        self._what = ""

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the line."""
        if self._terminal and self._what:
            say("")

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show it, if it is time to."""
        now, ended = time.monotonic(), done >= total
        wait = 0.1 if self._terminal else _SECONDS
        if not ended and what == self._what and now - self._last < wait:
            return
        if self._terminal and self._what not in ("", what):
            say("")
        if what != self._what:
            self._began, self._from = now, done
        self._last, self._what = now, what
        left = self._left(done, total, now)
        if self._terminal:
            filled = _WIDTH * done // max(total, 1)
            sys.stderr.write(f"\r  {what:<28} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total}{left} ")
            sys.stderr.flush()
        else:
            say(f"  {what}: {done} of {total}{left}")

    def _left(self, done: int, total: int, now: float) -> str:
        """How long it will still take, once that can be told and is worth telling; padded, for it grows shorter."""
        passed, here = now - self._began, done - self._from
        minutes = passed * (total - done) / here / 60 if here > 0 and passed > _SECONDS else 0
        return f", about {minutes:.0f} min left".ljust(24 if self._terminal else 0) if minutes >= 1 else ""


def say(text: str) -> None:
    """One line for the person who watches; never on stdout, which belongs to results."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Name a step and tell how long it took."""
    say(f"{what} …")
    start = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - start:.1f} s")

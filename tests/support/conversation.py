"""A command at a terminal of its own, spoken to as a person would: read what it asks, type an answer."""

from __future__ import annotations

import ctypes
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ruangaman.ops import processes

SECONDS = 180
"""Making all tables takes more than a minute on a machine that others use as well."""


def drop_power_over_files() -> None:
    """Give up what lets root pass by the modes of files; for a process that is about to begin."""
    libc = ctypes.CDLL(None, use_errno=True)
    for power in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if libc.prctl(24, power, 0, 0, 0) and os.geteuid() == 0:  # PR_CAPBSET_DROP
            raise OSError(ctypes.get_errno(), "cannot give it up")


class Conversation:
    """`./ruang …` on a pseudo-terminal. Use it as a context."""

    def __init__(self, words: Sequence[str], env: dict[str, str], *, powerless: bool = False) -> None:
        """Start it.

        Args:
            powerless: the modes of files hold for it also where the tests run as root.
        """
        self.said = ""
        self._at = 0
        self._terminal, inner = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ruangaman.ops.cli", *words],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**env, "COLUMNS": "200"},
            start_new_session=True,
            preexec_fn=drop_power_over_files if powerless else None,
        )
        os.close(inner)

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what still runs."""
        processes.stop(self._process, seconds=10)
        os.close(self._terminal)

    def hear(self, *sentences: str) -> re.Match[str]:
        """Wait for what matches one of these, after what was heard last."""
        pattern = re.compile("|".join(f"(?:{sentence})" for sentence in sentences), re.DOTALL)
        end = time.monotonic() + SECONDS
        while True:
            found = pattern.search(self.said, self._at)
            if found:
                self._at = found.end()
                return found
            if not self._read(end):
                raise AssertionError(f"Waited for {sentences}, heard:\n{self.said[self._at - 500 :]}")

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{text}\n".encode())

    def answer(self, question: str, text: str = "") -> None:
        """Wait for a question and type the answer; nothing: Enter."""
        self.hear(question)
        self.type(text)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self) -> int:
        """Hear it out and return the exit code."""
        end = time.monotonic() + SECONDS
        while self._read(end):
            pass
        return self._process.wait(SECONDS)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        try:
            found = os.read(self._terminal, 65536)
        except OSError:  # the other end is closed
            return False
        # Over all of it: a line's end may come in two pieces.
        self.said = (self.said + found.decode(errors="replace")).replace("\r\n", "\n")
        return bool(found)

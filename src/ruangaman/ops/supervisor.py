"""Keeps the processes of the demo running, and ends every one of them with us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from ruangaman.config.env import REFUSED
from ruangaman.ops import processes
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import say

_WINDOW, _LONGEST_WAIT = 60.0, 10.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone asked us to stop."""


class Refused(RuntimeError):
    """A process may not start as it was told, however often: the text is what it said."""


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into `Stopped`, once; while we stop, more of them change nothing."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class Child:
    """One process to keep running."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    when_orphaned: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a group of its own. From the main thread only: it dies with the thread that started it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(self.when_orphaned),
            )
        self.starts.append(time.monotonic())

    def is_gone(self) -> bool:
        """Whether it ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def require_willing(self) -> None:
        """Raise Refused if it ended because its environment or its pepper is not fit to start with."""
        if self.process is not None and self.process.poll() == REFUSED:
            said = self.log.read_text(errors="replace").splitlines()
            raise Refused(f"The {self.name} process refuses to start: {said[-1] if said else 'it does not say why.'}")

    def restart(self) -> bool:
        """Start it again after sweeping up its group; later each time it ends soon. Tells whether it was time to."""
        now = time.monotonic()
        self.starts = [moment for moment in self.starts if now - moment < _WINDOW]
        wait = min(0.1 * 2 ** len(self.starts), _LONGEST_WAIT)
        if self.starts and now - self.starts[-1] < wait:
            return False
        if self.process is not None:
            processes.stop(self.process, seconds=0)
        self.start()
        return True


class Supervisor:
    """PostgreSQL and the processes that use it."""

    def __init__(self, server: Postgres, children: list[Child]) -> None:
        """Nothing is started by this."""
        self.server = server
        self.children = children

    def start(self) -> None:
        """Start the children; PostgreSQL is running already."""
        for child in self.children:
            child.start()

    def check(self) -> None:
        """Start again what died; PostgreSQL first, in the same place.

        Raises:
            Refused: one of them would not start however often.
        """
        if self.server.restart_if_gone():
            say("PostgreSQL had ended and was started again.")
        for child in self.children:
            child.require_willing()
            if child.is_gone() and child.restart():
                say(f"The {child.name} process had ended and was started again: see {child.log}.")

    def watch(self) -> None:
        """Check, for ever."""
        while True:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        """End the children together. PostgreSQL is ended by whoever started it."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)
        end = time.monotonic() + 10
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, end - time.monotonic()))
            processes.stop(process, seconds=0)

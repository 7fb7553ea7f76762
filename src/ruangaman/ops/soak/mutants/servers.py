"""The processes that hold the collected tests and try changes, one for each core, each with its own test database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ruangaman.ops import processes
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.paths import ROOT
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.soak.mutants.changes import Change

_APART = {"e2e", "faults", "ops"}
TESTS = tuple(sorted({path.parent.name for path in ROOT.glob("tests/*/test_*.py")} - _APART))
"""Folders whose tests run in the process itself; those apart start others, which would never see a change."""

_OPTIONS = ("-q", "-p", "tests.support.mutating", "-p", "no:randomly", "-p", "no:cacheprovider")


class Gone(Exception):
    """The process ended instead of answering: the change let nothing even be collected."""


class Server:
    """One such process; `ask` it for one thing at a time."""

    def __init__(self, folder: Path, database: Postgres, number: int) -> None:
        """Nothing is started yet; `folder` is for everything that tests write."""
        self.folder, self.database, self.number = folder, database, number
        self.tests: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Nothing to open: see `start`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()

    def start(self, paths: Sequence[str] = (), change: Change | None = None) -> None:
        """Start it, from a thread that lives as long as it must: it ends with its thread. `collect` comes next.

        Args:
            paths: test files; all when there are none.
            change: that it is born with.
        """
        ours, theirs = socket.socketpair()
        folder = self.folder / f"mutants{self.number}{'-cold' if change else ''}"
        words = list(paths) or [f"tests/{name}" for name in TESTS]
        command = [sys.executable, "-m", "pytest", *_OPTIONS, "-m", "not browser and not slow"]
        self._log = self.folder / f"{folder.name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, f"--basetemp={folder}-tmp", *words],
                cwd=ROOT,
                env={
                    **os.environ,
                    "RUANGAMAN_PG_SOCKET": str(self.database.socket),
                    "RUANGAMAN_TEST_FOLDER": str(self.folder),
                    "PYTEST_XDIST_WORKER": folder.name.replace("-", "_"),
                    "RUANGAMAN_MUTANTS_LINE": str(theirs.fileno()),
                    "RUANGAMAN_MUTANTS_CHANGE": json.dumps(asdict(change) if change else None),
                    "PYTHONPATH": os.pathsep.join([str(SOURCE), str(ROOT)]),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGKILL),
            )
        theirs.close()
        self._line, self._answers = ours, ours.makefile("r", encoding="utf-8")

    def collect(self) -> None:
        """Wait until it knows its tests. Raises Gone."""
        self.tests = self._read()["tests"]

    def another(self) -> Server:
        """Return one beside it, not yet started, for a change that acts at import."""
        return Server(self.folder, self.database, self.number)

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Return its answer. Raises Gone."""
        try:
            self._line.sendall(json.dumps(job).encode() + b"\n")
        except OSError as error:
            raise Gone(str(error)) from error
        return self._read()

    def log(self) -> str:
        """Return the end of what it said."""
        return self._log.read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """End it and what it started."""
        process, self._process = self._process, None
        if process is not None:
            processes.stop(process, seconds=5)  # first, so that nobody waits for an answer any more
            self._answers.close()
            self._line.close()

    def _read(self) -> dict[str, Any]:
        try:
            text = self._answers.readline()
        except OSError:
            text = ""
        if not text:
            raise Gone(f"The process with the tests ended:\n{self.log()}")
        answer: dict[str, Any] = json.loads(text)
        return answer

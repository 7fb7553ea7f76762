"""A demo as a process of its own, to test, to hurt and to take pictures of: started, killed in parts, ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ruangaman.ops import demo, environment, postgres, processes
from ruangaman.ops.demo import DemoError

TEMPORARY = "tmp"
"""Folder beside the data in which everything that the demo starts puts its temporary files."""
IN_A_ROW = 16
"""So many good answers one after the other leave no process of the web server unasked."""


@dataclass(frozen=True)
class Account:
    """With what one signs in."""

    username: str
    password: str


class RunningDemo:
    """`./ruang demo --json` in a folder of its own. Use it as a context."""

    def __init__(
        self, folder: Path, *, cases: int, exit_url: str | None = None, forget_seconds: int | None = None
    ) -> None:
        """Nothing is started yet.

        Args:
            folder: holds `data/`, `tmp/` and `demo.log`.
            cases: how many synthetic cases the city has, if it has to be made.
            exit_url: the neutral site; None takes the usual one.
            forget_seconds: after how long a silence a web process is made new; None takes the usual time.
        """
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "demo.log"
        self.cases = cases
        self.exit_url = exit_url
        self.forget_seconds = forget_seconds
        self.url = ""
        self.accounts: dict[str, Account] = {}
        self.receipts: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it serves."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and everything that it started."""
        self.stop()

    def start(self) -> None:
        """Start it and wait until it serves.

        Raises:
            DemoError: it ended instead; the text ends with what it said.
        """
        (self.folder / TEMPORARY).mkdir(mode=0o711, parents=True, exist_ok=True)
        command = [sys.executable, "-P", "-m", "ruangaman.ops.cli", "demo", "--json", "--port", "0"]
        command += ["--data", str(self.data), "--cases", str(self.cases)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self._environment(),
                preexec_fn=processes.die_with_parent(signal.SIGTERM),
            )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self.stop()
            raise DemoError(f"The demo in {self.data} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
        facts = json.loads(line)
        self.url = facts["url"]
        self.accounts = {role: Account(**pair) for role, pair in facts["accounts"].items()}
        self.receipts = facts["receipts"]

    def stop(self) -> None:
        """End it as Ctrl-C would; a paused one goes on first, or it could not end what it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        process.wait(120)
        if process.stdout is not None:
            process.stdout.close()

    @property
    def pid(self) -> int:
        """The process that watches over the others."""
        if self._process is None:
            raise DemoError("The demo does not run.")
        return self._process.pid

    @property
    def port(self) -> int:
        """Where the web server listens."""
        return int(self.url.rpartition(":")[2])

    def conninfo(self) -> str:
        """How to reach its database as the superuser of the cluster."""
        socket = postgres.attach(self.data)
        if socket is None:
            raise DemoError("The demo's database does not run.")
        return postgres.conninfo(socket, demo.DATABASE)

    def kill(self, part: str) -> None:
        """Kill one part outright; the demo starts it again.

        Args:
            part: `web`, `worker` or `database`.
        """
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.find(part), signal.SIGKILL)

    def find(self, part: str) -> int:
        """Process id of one part.

        Raises:
            DemoError: it is not there now.
        """
        marks = {"web": "granian", "worker": "ruangaman.ops.cli", "database": str(self.data / "cluster")}
        for pid in _children(self.pid):
            with contextlib.suppress(OSError):
                if marks[part].encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        raise DemoError(f"There is no {part} process now.")

    @contextlib.contextmanager
    def without_database(self) -> Iterator[None]:
        """Stop PostgreSQL and keep it stopped: the watching process is paused, and mends it when it goes on."""
        database = self.find("database")
        os.kill(self.pid, signal.SIGSTOP)
        try:
            os.kill(database, signal.SIGINT)
            if not processes.wait_gone(database, 60):
                raise DemoError("PostgreSQL did not stop.")
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until each process of the web server reaches the database; chance says which one a question gets.

        Raises:
            DemoError: not within `seconds`.
        """
        end, in_a_row = time.monotonic() + seconds, 0
        while in_a_row < IN_A_ROW:
            if demo.is_live(self.port, "/readyz"):
                in_a_row += 1
                continue
            if time.monotonic() > end:
                raise DemoError(f"The demo is not ready after {seconds:.0f} s; see {self.data / 'logs'}.")
            in_a_row = 0
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUANGAMAN_", "DATABASE_"))}
        short = len(str(self.folder)) < 50  # the database's socket goes there too, and its address must be short
        return {
            **kept,
            "PYTHONPATH": str(environment.SOURCE),
            **({"TMPDIR": str(self.folder / TEMPORARY)} if short else {}),
            **({"RUANGAMAN_EXIT_URL": self.exit_url} if self.exit_url else {}),
            **({"RUANGAMAN_FORGET_SECONDS": str(self.forget_seconds)} if self.forget_seconds else {}),
        }


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] not in {"Z", "X"}:
                found.append(int(stat.parent.name))
    return found

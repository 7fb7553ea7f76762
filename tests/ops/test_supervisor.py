"""The supervisor with plain sleeping children: restarts, waits, and leaves nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ruangaman.ops import processes
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.supervisor import Child, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(300)"]
PARENT = """
import os, pathlib, sys, time
from ruangaman.ops.supervisor import Child
sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
child = Child("sleeper", sleep, dict(os.environ), pathlib.Path(sys.argv[1]))
child.start()
print(child.process.pid, flush=True)
time.sleep(300)
"""


def child(folder: Path, command: list[str]) -> Child:
    return Child("sleeper", command, dict(os.environ), folder / "log")


def test_a_child_that_died_is_started_again_and_stop_ends_it(tmp_path: Path) -> None:
    with Postgres(tmp_path / "data", durable=False) as server:
        supervisor = Supervisor(server, [child(tmp_path, SLEEP)])
        supervisor.start()
        first = supervisor.children[0].process
        assert first
        first.kill()
        processes.wait_gone(first.pid, 10)
        supervisor.children[0].starts.clear()

        supervisor.check()

        second = supervisor.children[0].process
        assert second
        assert second.pid != first.pid
        assert processes.is_alive(second.pid)
        supervisor.stop()
        assert not processes.is_alive(second.pid)


def test_a_child_that_ends_at_once_is_tried_again_ever_more_slowly(tmp_path: Path) -> None:
    sick = child(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"])
    sick.start()
    assert sick.process
    sick.process.wait()
    assert not sick.restart()

    sick.starts = [time.monotonic() - 5] * 3
    assert sick.restart()
    sick.process.wait()
    sick.starts = [time.monotonic() - 5] * 8
    assert not sick.restart()


def test_a_child_goes_with_its_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert parent.stdout
    with parent.stdout:
        pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert processes.wait_gone(pid, 10)

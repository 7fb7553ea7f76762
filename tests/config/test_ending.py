"""Asked to end, a process ends also when the kernel told a thread that sleeps."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import signal, threading, time
from ruangaman.config import ending
asked = threading.Event()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: asked.set())
if {watches}:
    ending.start()
other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()
threading.Timer(0.2, signal.pthread_kill, (other.ident, signal.{number})).start()
asked.wait()
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_the_main_thread_is_told_what_another_thread_heard(number):
    assert run(PROGRAM.format(watches=True, number=number), seconds=20) == 0


def test_without_that_it_sleeps_on():
    with pytest.raises(subprocess.TimeoutExpired):
        run(PROGRAM.format(watches=False, number="SIGTERM"), seconds=3)


def run(program: str, *, seconds: int) -> int:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-P", "-c", program], env=env, timeout=seconds, check=False).returncode

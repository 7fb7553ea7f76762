"""Child processes that never outlive us, and questions about processes that are not ours."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that sends `number` to the child when the thread that started it is gone.

    Start such children from the main thread only: the kernel watches the thread, not the process.
    """
    parent = os.getpid()

    def ask() -> None:
        if _libc is None:
            return
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(number))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs; one that ended and was not yet fetched counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return sys.platform != "linux"


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until that process is gone; tells whether it is."""
    end = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stop(process: subprocess.Popen[bytes], *, seconds: float, number: signal.Signals = signal.SIGTERM) -> None:
    """End a child that leads its own group: ask, wait, then kill what is left of the group."""
    if process.poll() is None:
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

"""A web process that is asked to end does so at once, whichever of its threads the kernel told.

Python runs a signal's handler in the main thread, and Granian's main thread sleeps on a lock until then. A signal that
comes while another one is on its way (Ctrl-C in a terminal, systemd asking the whole group and the server asking its
processes once more) is given to another thread: nobody wakes the sleeper, and seconds later the process is killed.
"""

from __future__ import annotations

import os
import signal
import threading
import time

ASKING = frozenset({signal.SIGINT, signal.SIGTERM})
PATIENCE_SECONDS = 0.1


def start() -> None:
    """Let a thread hear of the first signal that asks to end, and tell the main thread. Call it from that one."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    name, main = "ruangaman-ending", threading.get_ident()
    threading.Thread(target=_pass_on, args=(heard, main), name=name, daemon=True).start()


def _pass_on(heard: int, main: int) -> None:
    """Once is enough to wake it, and no more: of a third signal Granian forgets the request that it waits for."""
    while os.read(heard, 1)[0] not in ASKING:
        pass
    time.sleep(PATIENCE_SECONDS)
    signal.pthread_kill(main, signal.SIGTERM)

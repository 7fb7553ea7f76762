"""A web process that is asked to end does so at once, whichever of its threads the kernel told, and does end.

Python runs a signal's handler in the main thread, and Granian's main thread sleeps on a lock until then. A signal that
comes while another one is on its way (Ctrl-C in a terminal, systemd asking the whole group and the server asking its
processes once more) is given to another thread: nobody wakes the sleeper, and seconds later the process is killed.

Granian then waits for the requests that are under way, however long that takes. Whoever sends half a request and falls
silent would so keep the process, what is in its memory, and its place among those that answer.
"""

from __future__ import annotations

import os
import signal
import threading
import time

ASKING = frozenset({signal.SIGINT, signal.SIGTERM})
PATIENCE_SECONDS = 0.1
LONGEST_SECONDS = 60
"""So long a request that is under way is waited for."""


def start(longest: float = LONGEST_SECONDS) -> None:
    """Let a thread hear of the first signal that asks to end, and tell the main thread. Call it from that one.

    Args:
        longest: after so many seconds the process ends, whatever it waits for.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    name, main = "ruangaman-ending", threading.get_ident()
    threading.Thread(target=_pass_on, args=(heard, main, longest), name=name, daemon=True).start()


def _pass_on(heard: int, main: int, longest: float) -> None:
    """Once is enough to wake it, and no more: of a third signal Granian forgets the request that it waits for."""
    while os.read(heard, 1)[0] not in ASKING:
        pass
    time.sleep(PATIENCE_SECONDS)
    signal.pthread_kill(main, signal.SIGTERM)
    time.sleep(longest)
    os._exit(0)

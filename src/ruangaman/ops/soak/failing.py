"""A web process that dies by its own hand at a chosen step of a transaction. Only a soak or a test starts it.

The product knows nothing of it: this module serves the product's own application and watches its talk with the
database. The file that `RUANGAMAN_FAILPOINT` names holds a number N; at the Nth step of the next accepted form the
process takes the file away and kills itself. No file: nothing happens.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.utils.module_loading import import_string

VARIABLE = "RUANGAMAN_FAILPOINT"
_steps = threading.local()


def arm() -> None:
    """Count the steps of a transaction from now on: two for each exchange with the database, before it and after it.

    Raises:
        SystemExit: this is not a demo; the real house is never served by this.
    """
    if os.environ.get("RUANGAMAN_DEMO") != "1" or not os.environ.get(VARIABLE):
        sys.exit(f"This server is for soaks and tests: it needs a demo and {VARIABLE}.")
    exchange = psycopg.Connection.wait

    def watched(self: psycopg.Connection[Any], gen: Any, *args: Any, **more: Any) -> Any:
        reach()
        found = exchange(self, gen, *args, **more)
        reach()
        return found

    psycopg.Connection.wait = watched  # type: ignore[method-assign]  # every exchange passes here


def reach() -> None:
    """Take one step; die if it is the chosen one."""
    chosen: int = getattr(_steps, "chosen", 0)
    if not chosen:
        return
    _steps.taken += 1
    if _steps.taken == chosen:
        Path(os.environ[VARIABLE]).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def choose() -> int:
    """Return the step that the file names; 0: none."""
    try:
        return int(Path(os.environ[VARIABLE]).read_text())
    except (FileNotFoundError, ValueError):
        return 0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve the product; in a sent form count the steps."""
    _steps.taken = 0
    _steps.chosen = choose() if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/i/") else 0
    try:
        answer: Iterable[bytes] = _product(environ, start_response)
        return answer
    finally:
        _steps.chosen = 0


arm()
_product = import_string("ruangaman.config.wsgi.application")

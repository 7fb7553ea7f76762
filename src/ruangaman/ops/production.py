"""The commands that run on a city's own database: which process this is, and refusals of one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ruangaman.config.env import REFUSED, URL_NAMES, EnvError
from ruangaman.vault.errors import BrokenLedger, WrongPepper


class Away(RuntimeError):
    """PostgreSQL does not answer, or not to this login; the text is what it says."""


def become(process: str) -> None:
    """Say to the settings which process this is."""
    os.environ["RUANGAMAN_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")


@contextmanager
def django_as(process: str) -> Iterator[None]:
    """Set Django up as `process` on the database that its variable names.

    Raises:
        SystemExit: with `REFUSED`, after one sentence: the environment or the database is not fit.
        Away: the database does not answer.
    """
    become(process)
    try:
        import django

        django.setup()
        from django.db import connections
        from django.db.utils import InterfaceError, OperationalError
    except EnvError as error:
        print(error, file=sys.stderr, flush=True)
        raise SystemExit(REFUSED) from None
    try:
        yield
    except (EnvError, WrongPepper, BrokenLedger) as error:
        print(error, file=sys.stderr, flush=True)
        raise SystemExit(REFUSED) from None
    except (OperationalError, InterfaceError) as error:
        raise Away(f"{URL_NAMES[process]}: {first_line(error)}") from None
    finally:
        connections.close_all()


def first_line(error: BaseException) -> str:
    """Return what PostgreSQL says, without its place in our code. It names host and login, never a password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__

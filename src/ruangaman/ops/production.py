"""The commands that run on a city's own database: which process this is, and refusals of one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruangaman.config.env import REFUSED, URL_NAMES, EnvError
from ruangaman.ops import troubles
from ruangaman.vault.errors import BrokenLedger, WrongPepper

SECRETS = ("RUANGAMAN_PEPPER_FILE", "RUANGAMAN_SECRET_KEY_FILE", "RUANGAMAN_CHECKPOINT_KEY_FILE")
"""Variables that name the files which `setup` makes when they are not there."""
NOT_BEGUN = "This city was not set up: run ./ruang setup first."
NOT_TOLD = (
    "Nothing here says where the city is: load its environment (docs/how-to/install-for-a-city.md);"
    " if there is no city yet, run ./ruang setup with it."
)


class Away(RuntimeError):
    """PostgreSQL does not answer, or not to this login; the text is what it says."""


def become(process: str) -> None:
    """Say to the settings which process this is."""
    os.environ["RUANGAMAN_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")


def not_begun() -> str | None:
    """Return the sentence for a place where `setup` has made nothing yet; None: some of its secrets are there.

    Raises:
        OSError: a secret is there, and this user may not read it.
    """
    there = [Path(os.environ[name]) for name in SECRETS if os.environ.get(name)]
    found = [path for path in there if path.is_file()]
    for path in found:
        path.open("rb").close()
    if found:
        return None
    return NOT_BEGUN if there and any(os.environ.get(name) for name in URL_NAMES.values()) else NOT_TOLD


def require_begun() -> None:
    """Refuse to go on where `setup` was never run.

    Raises:
        SystemExit: with `REFUSED`, after one sentence that says to run it, or that a secret cannot be read.
    """
    try:
        said = not_begun()
    except OSError as error:
        said = troubles.sentence(error)
    if said is not None:
        print(said, file=sys.stderr, flush=True)
        raise SystemExit(REFUSED)


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
        raise Away(troubles.of_database(error, URL_NAMES[process])) from None
    finally:
        connections.close_all()

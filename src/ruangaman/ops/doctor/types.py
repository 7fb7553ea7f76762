"""A finding, and the house that is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruangaman.ops import roles

URLS = {
    "ra_login_web": "DATABASE_URL",
    "ra_login_worker": "DATABASE_URL_WORKER",
    "ra_login_migrate": "DATABASE_URL_MIGRATE",
    "ra_login_backup": "DATABASE_URL_BACKUP",
}
"""Variable by which production names the database for each login."""


@dataclass(frozen=True)
class Finding:
    """One line of the answer. `bad` needs somebody now, `warn` soon."""

    level: str
    what: str
    text: str
    do: str = ""


def ok(what: str, text: str) -> Finding:
    """Return that something is as it should be."""
    return Finding("ok", what, text)


def warn(what: str, text: str, do: str) -> Finding:
    """Return that something will need somebody."""
    return Finding("warn", what, text, do)


def bad(what: str, text: str, do: str) -> Finding:
    """Return that something needs somebody now."""
    return Finding("bad", what, text, do)


@dataclass(frozen=True)
class House:
    """What there is to look at.

    Args:
        addresses: how each login reaches the database; empty where there is no database to look at.
        data: folder of the installation's files, None if it is not told.
        keys: where each key file should be.
        is_demo: invented people only: less is asked of it.
        is_running: whether its processes should be alive now.
    """

    addresses: Mapping[str, str]
    data: Path | None
    keys: Mapping[str, Path]
    environ: Mapping[str, str]
    is_demo: bool
    is_running: bool
    logins: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: roles.LOGINS)

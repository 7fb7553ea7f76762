"""Which limit holds, and the clock that follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from ruangaman.clocks.models import Limit
from ruangaman.clocks.types import Clock
from ruangaman.core.errors import NotFound


def limit_for(key: str, at: datetime) -> Limit:
    """Return the limit of `key` that is valid at a moment.

    Raises:
        NotFound: no such limit yet; the installation is not set up.
    """
    found = Limit.objects.filter(key=key, valid_from__lte=at).order_by("-valid_from").first()
    if found is None:
        raise NotFound(f"There is no limit {key}.")
    return found


def start_clock(key: str, at: datetime) -> Clock:
    """Return the clock of `key` that begins at a moment, by the limit valid then."""
    return Clock(started_at=at, due_at=at + timedelta(hours=limit_for(key, at).hours))


def list_limits(at: datetime) -> list[Limit]:
    """Return every limit that is valid at a moment, by key."""
    return list(Limit.objects.filter(valid_from__lte=at).order_by("key", "-valid_from").distinct("key"))

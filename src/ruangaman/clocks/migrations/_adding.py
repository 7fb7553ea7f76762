"""Kinds of clock that a later version brings: added where they are missing, with their limits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

SINCE = datetime(2022, 1, 1, tzinfo=UTC)
SPACE = uuid.UUID("6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de1000")
"""Ids are made from keys, so that two cities have the same ones."""
OF_THE_LIMIT = frozenset({"key", "limit", "calendar", "law"})


def add_missing(apps: Any, several: Iterable[dict[str, Any]]) -> None:
    """Add kinds, as `_first_kinds.kind` returns them, and their limits; what is there stays as somebody set it."""
    kinds, limits = apps.get_model("clocks", "ClockKind"), apps.get_model("clocks", "Limit")
    for one in several:
        key = one["key"]
        facts = {name: value for name, value in one.items() if name not in OF_THE_LIMIT}
        kinds.objects.get_or_create(key=key, defaults={**facts, "id": uuid.uuid5(SPACE, key), "valid_from": SINCE})
        if one["limit"] is not None and not limits.objects.filter(key=key).exists():
            value, unit = one["limit"]
            limits.objects.create(
                id=uuid.uuid5(SPACE, f"limit {key}"), key=key, value=value, unit=unit,
                calendar=one["calendar"], legal_basis=one["law"], valid_from=SINCE,
            )  # fmt: skip

"""A further report about a running case is its manager's turn: the desk reads it, the case's people cannot.

Kinds that an administrator touched stay as they are.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._first_kinds import CLOSED, OURS, kind

SINCE = datetime(2022, 1, 1, tzinfo=UTC)
SPACE = uuid.UUID("6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de1000")
"""As that of the first kinds: ids are made from keys."""
WORDS = (
    "Laporan lain tentang kasus ini masuk di meja: tanyakan isinya kepada petugas, lalu cek apakah ia aman",
    "The desk has another report about this case: ask the officer what it says, then check whether she is safe",
)


def told(key: str, name: tuple[str, str], limit: tuple[int, str], condition: dict[str, int]) -> dict[str, Any]:
    """Return one of the two, which differ by how dangerous it is."""
    return kind(
        key,
        *name,
        *WORDS,
        limit=limit,
        starts=("cases.reported_again",),
        stops=("cases.safety_checked", *CLOSED),
        pausable=False,
        chain=(("share", 0, "lead"), ("after", 0, "head")),
        condition=condition,
    )


KINDS = (
    told("safety.told", ("Laporan lain", "Another report"), (24, "hour"), {"danger_most": 2}),
    told(
        "safety.told_high", ("Laporan lain, bahaya tinggi", "Another report, high danger"), (1, "hour"), {"danger": 3}
    ),
)


def add(apps: Any, _editor: Any) -> None:
    """Add what is missing."""
    kinds, limits = apps.get_model("clocks", "ClockKind"), apps.get_model("clocks", "Limit")
    for one in KINDS:
        facts = {name: value for name, value in one.items() if name not in {"key", "limit", "calendar", "law"}}
        fresh = {**facts, "id": uuid.uuid5(SPACE, one["key"]), "valid_from": SINCE}
        kinds.objects.get_or_create(key=one["key"], defaults=fresh)
        value, unit = one["limit"]
        if not limits.objects.filter(key=one["key"]).exists():
            limits.objects.create(
                id=uuid.uuid5(SPACE, f"limit {one['key']}"), key=one["key"], value=value, unit=unit,
                calendar=one["calendar"], legal_basis=OURS, valid_from=SINCE,
            )  # fmt: skip


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0021_led_to_safety")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]

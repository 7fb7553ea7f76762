"""A further report about a running case is its manager's turn: the desk reads it, the case's people cannot.

Kinds that an administrator touched stay as they are.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import CLOSED, kind

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
    add_missing(apps, KINDS)


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0021_led_to_safety")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]

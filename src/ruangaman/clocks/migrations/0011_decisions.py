"""A plan or a closing that waits for the head's decision is a need like any other: the head's turn, with a limit.

Two kinds, so that a new plan ends only what waited for the old one. A newer version makes the older request void.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._first_kinds import CLOSED, OURS, OWN_CHAIN, kind

SINCE = datetime(2022, 1, 1, tzinfo=UTC)
SPACE = uuid.UUID("6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de1000")
"""As that of the first kinds: ids are made from keys."""
KINDS = [
    kind(
        f"decision.{what}",
        label,
        label_en,
        todo,
        todo_en,
        limit=(24, "hour"),
        law=OURS,
        starts=("cases.approval_asked",),
        stops=("cases.approval_decided", newer, *CLOSED),
        holder="head",
        anchor="approval",
        chain=OWN_CHAIN,
        condition={"starts_when": {"kind": [what]}, "stops_when": {"kind": [what]}},
    )
    for what, newer, label, label_en, todo, todo_en in (
        (
            "plan", "cases.plan_made", "Keputusan atas rencana", "Decision about the plan",
            "Putuskan rencana yang diajukan", "Decide about the plan that was submitted",
        ),
        (
            "closing", "cases.closing_assessed", "Keputusan atas penutupan", "Decision about the closing",
            "Putuskan penutupan yang diajukan", "Decide about the closing that was submitted",
        ),
    )
]  # fmt: skip


def fill(apps: Any, _editor: Any) -> None:
    """Add what is missing; what is there stays as it is."""
    kinds, limits = apps.get_model("clocks", "ClockKind"), apps.get_model("clocks", "Limit")
    for one in KINDS:
        facts = {name: value for name, value in one.items() if name not in {"key", "limit", "calendar", "law"}}
        fresh = {**facts, "id": uuid.uuid5(SPACE, one["key"]), "valid_from": SINCE}
        kinds.objects.get_or_create(key=one["key"], defaults=fresh)
        value, unit = one["limit"]
        if not limits.objects.filter(key=one["key"]).exists():
            limits.objects.create(
                id=uuid.uuid5(SPACE, f"limit {one['key']}"), key=one["key"], value=value, unit=unit,
                calendar=one["calendar"], legal_basis=one["law"], valid_from=SINCE,
            )  # fmt: skip


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0010_reviews")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

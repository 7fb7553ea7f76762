"""A plan or a closing that waits for the head's decision is a need like any other: the head's turn, with a limit.

Two kinds, so that a new plan ends only what waited for the old one. A newer version makes the older request void.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import CLOSED, OURS, OWN_CHAIN, kind

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
    add_missing(apps, KINDS)


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0010_reviews")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

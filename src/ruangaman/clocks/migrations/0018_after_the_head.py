"""What the head decided is somebody's turn: what was sent back is mended, what was approved is done.

Three kinds; and a try to reach her that was stopped because it was not safe asks to look whether she is. A kind that an
administrator touched stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import CLOSED, OURS, OWN_CHAIN, kind

DECIDED, ASKED = ("cases.approval_decided",), "cases.approval_asked"
RETURNED = [
    kind(
        f"returned.{what}",
        label,
        label_en,
        todo,
        todo_en,
        limit=(3, "day"),
        calendar="working",
        law=OURS,
        starts=DECIDED,
        stops=(ASKED, *CLOSED),
        chain=OWN_CHAIN,
        condition={"starts_when": {"kind": [what], "outcome": ["returned"]}, "stops_when": {"kind": [what]}},
    )
    for what, label, label_en, todo, todo_en in (
        (
            "plan", "Perbaikan rencana", "Mending the plan",
            "Perbaiki rencana: kepala mengembalikannya", "Mend the plan: the head sent it back",
        ),
        (
            "closing", "Perbaikan penutupan", "Mending the closing",
            "Perbaiki penutupan: kepala mengembalikannya", "Mend the closing: the head sent it back",
        ),
    )
]  # fmt: skip
APPROVED = kind(
    "closing.approved",
    "Menutup kasus yang disetujui",
    "Closing a case that was approved",
    "Kepala sudah setuju: tutup kasusnya",
    "The head agreed: close the case",
    limit=(2, "day"),
    calendar="working",
    law=OURS,
    starts=DECIDED,
    stops=("cases.closing_assessed", "cases.safety_checked", *CLOSED),
    chain=OWN_CHAIN,
    condition={
        "starts_when": {"kind": ["closing"], "outcome": ["approved"]},
        "stops_when": {"is_safe": ["False"]},
    },
)
TRIED = "cases.contact_tried"


def change(apps: Any, _editor: Any) -> None:
    """Add what is missing, change the one if nobody did; what is there stays as it is."""
    kinds = apps.get_model("clocks", "ClockKind")
    add_missing(apps, (*RETURNED, APPROVED))
    for again in kinds.objects.filter(key="case.safety_again", changed_by=None):
        again.starts_on = [*again.starts_on, *({TRIED} - set(again.starts_on))]
        starts_when = {**again.condition.get("starts_when", {}), "result": ["unsafe"]}
        again.condition = {**again.condition, "starts_when": starts_when}
        again.save()


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0017_safety_waits"), ("cases", "0016_windows")]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]

"""Who manages a case has a turn of her own when somebody else finds that she is not safe; an unanswered contact waits on.

Kinds that an administrator touched stay as they are.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import CLOSED, kind

CHECKED, TRIED = "cases.safety_checked", "cases.aftercare_tried"
LED = kind(
    "safety.led",
    "Belum aman: manajer memastikan",
    "Not safe: the manager sees to it",
    "Belum aman: pastikan ia dijemput atau di tempat aman, lalu cek lagi",
    "Not safe: see that she is fetched or in a safe place, then check again",
    limit=(1, "hour"),
    starts=(CHECKED,),
    stops=(CHECKED, *CLOSED),
    pausable=False,
    chain=(("share", 0, "lead"), ("after", 0, "head")),
    condition={"starts_when": {"finding": ["unseen"]}, "stops_when": {"finding": ["safe", "seen"]}},
)


def change(apps: Any, _editor: Any) -> None:
    """Add what is missing; change what nobody changed."""
    kinds = apps.get_model("clocks", "ClockKind")
    add_missing(apps, [LED])
    for row in kinds.objects.filter(key__startswith="aftercare.month_", changed_by=None):
        row.starts_on = [*row.starts_on, *({TRIED} - set(row.starts_on))]
        row.stops_on = [*row.stops_on, *({TRIED} - set(row.stops_on))]
        row.save()


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0020_pauses"), ("cases", "0021_after_the_head")]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]

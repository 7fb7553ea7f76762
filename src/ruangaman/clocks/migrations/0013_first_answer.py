"""Who reported and was never answered waits on when a case is opened; opening a case again renews no limit to make her safe.

The first is a kind of its own: its moment is that of the report, so that late stays late, and only the first answer ends
it. The second is a condition of a kind that is there; one that an administrator touched stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import OWN_CHAIN, kind

ANSWER = kind(
    "case.first_answer",
    "Jawaban pertama untuk pelapor",
    "First answer to the reporter",
    "Pelapor belum pernah dijawab: baca ceritanya, lalu balas",
    "The reporter was never answered: read the story, then answer",
    limit=None,
    starts=("cases.answer_awaited",),
    stops=("cases.reporter_answered",),
    holder="companion",
    anchor="report",
    pausable=False,
    chain=OWN_CHAIN,
)


def change(apps: Any, _editor: Any) -> None:
    """Add the one kind if it is missing, change the other if nobody did."""
    kinds = apps.get_model("clocks", "ClockKind")
    add_missing(apps, [ANSWER])
    for one in kinds.objects.filter(key="case.safety_again", changed_by=None):
        one.condition = {**one.condition, "stops_when": {"reopening": ["False"]}}
        one.save()


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0012_danger_first"), ("cases", "0016_windows")]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]

"""What presses stands by its danger: each danger of a person, desk or unit is read from the index (ADR 23).

The column stays as it is; of one danger it still is the order.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

RUNNING = Q(stopped_at=None, paused_at=None)


class Migration(migrations.Migration):
    """Three indexes, each under its name."""

    dependencies = [("clocks", "0011_decisions")]
    operations = [
        step
        for whose in ("owner", "desk", "unit")
        for step in (
            migrations.RemoveIndex(model_name="clock", name=f"clock_of_{whose}"),
            migrations.AddIndex(
                model_name="clock",
                index=models.Index(whose, "danger", "presses_at", "id", name=f"clock_of_{whose}", condition=RUNNING),
            ),
        )
    ]

"""What is put off is found without reading what runs; a desk's turn on a report that somebody took is theirs."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """One small index."""

    dependencies = [("clocks", "0008_kept_by")]
    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                "snoozed_until",
                name="clock_snoozed",
                condition=Q(stopped_at=None, paused_at=None) & Q(snoozed_until__isnull=False),
            ),
        ),
    ]

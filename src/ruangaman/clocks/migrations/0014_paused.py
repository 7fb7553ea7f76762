"""What is paused is found by itself: few rows of many, listed beneath the queue."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """One small index."""

    dependencies = [("clocks", "0013_first_answer")]
    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                "paused_at", name="clock_paused", condition=Q(stopped_at=None) & Q(paused_at__isnull=False)
            ),
        ),
    ]

"""What was met elsewhere and nobody has looked at is found at once: every page of a manager asks for it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index."""

    dependencies = [("vault", "0009_chain")]
    operations = [
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["found"], name="vault_meeting_open", condition=models.Q(done_at=None)),
        )
    ]

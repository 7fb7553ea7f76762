"""Whose right to open with an emergency key is frozen. Only functions of `cases` write it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One moment for each person; nobody's is set."""

    dependencies = [("accounts", "0006_handing_on")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="emergency_frozen_at",
            field=models.DateTimeField(null=True),
        ),
    ]

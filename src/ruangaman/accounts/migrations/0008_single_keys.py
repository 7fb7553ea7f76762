"""Whether single letters are shortcuts is each person's own choice; they change it for themselves alone."""

from __future__ import annotations

from django.db import migrations, models

RIGHTS = "GRANT UPDATE (single_keys) ON accounts_user TO ra_web;"
"""Of the own row: the policy that lets people change their language says so."""


class Migration(migrations.Migration):
    """A switch for the shortcuts of one letter."""

    dependencies = [("accounts", "0007_breakglass")]
    operations = [
        migrations.AddField("user", "single_keys", models.BooleanField(default=True, db_default=True)),
        migrations.RunSQL(RIGHTS, "REVOKE UPDATE (single_keys) ON accounts_user FROM ra_web;"),
    ]

"""What people have typed and not sent: theirs alone, also in the database."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

OWN = "principal_id = any((SELECT ra_principals())::uuid[])"
RIGHTS = f"""
ALTER TABLE vault_draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON vault_draft TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON vault_draft FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON vault_draft TO ra_backup;
GRANT SELECT, INSERT, DELETE, UPDATE (generation, place, envelope, mac, saved_at, rescued, sent) ON vault_draft TO ra_web;
CREATE POLICY own ON vault_draft TO ra_web USING ({OWN}) WITH CHECK ({OWN});

-- The worker forgets what nobody went on with for a week, and after an hour that something was sent.
GRANT DELETE, SELECT (saved_at, sent) ON vault_draft TO ra_worker;
CREATE POLICY expiry ON vault_draft TO ra_worker
    USING (saved_at < now() - CASE WHEN sent THEN interval '1 hour' ELSE interval '7 days' END) WITH CHECK (false);
"""


class Migration(migrations.Migration):
    """Drafts."""

    dependencies = [("vault", "0005_blind_index")]
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("generation", models.PositiveIntegerField()),
                ("place", models.BinaryField()),
                ("slot", models.BinaryField()),
                ("envelope", models.BinaryField()),
                ("mac", models.BinaryField()),
                ("saved_at", models.DateTimeField()),
                ("rescued", models.BooleanField()),
                ("sent", models.BooleanField(default=False)),
                (
                    "principal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="vault.principal",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("principal", "slot"), name="vault_draft_once")],
                "indexes": [models.Index(fields=["saved_at"], name="vault_draft_age")],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]

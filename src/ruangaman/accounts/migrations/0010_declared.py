"""What people who work here declare: relatives, and places that they are too near to."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RELATIVE = """
ALTER TABLE accounts_relative ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON accounts_relative TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON accounts_relative FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON accounts_relative TO ra_backup;
GRANT SELECT, INSERT, UPDATE (indexed_at, withdrawn_at) ON accounts_relative TO ra_web;
CREATE POLICY staff_reads ON accounts_relative FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = accounts_relative.dossier_id));
CREATE POLICY own_adds ON accounts_relative FOR INSERT TO ra_web
    WITH CHECK (user_id = (SELECT ra_user())
                AND EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = accounts_relative.dossier_id));
CREATE POLICY staff_takes_in ON accounts_relative FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = accounts_relative.dossier_id));
"""
"""Seen by who holds a wrap of the dossier: whoever declared it, and those who take its numbers into the index."""

PLACE = """
ALTER TABLE accounts_avoidedplace ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON accounts_avoidedplace TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON accounts_avoidedplace FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON accounts_avoidedplace TO ra_backup;
GRANT SELECT, INSERT, UPDATE (until) ON accounts_avoidedplace TO ra_web;
CREATE POLICY staff_reads ON accounts_avoidedplace FOR SELECT TO ra_web USING (true);
CREATE POLICY own_adds ON accounts_avoidedplace FOR INSERT TO ra_web WITH CHECK (user_id = (SELECT ra_user()));
CREATE POLICY own_ends ON accounts_avoidedplace FOR UPDATE TO ra_web USING (user_id = (SELECT ra_user()));
"""
"""Read by whoever assigns. It names an agency, never a person."""


class Migration(migrations.Migration):
    """What people who work here declare, and who sees it."""

    dependencies = [
        ("accounts", "0009_requests"),
        ("vault", "0005_blind_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Relative",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name_ref", models.UUIDField(unique=True)),
                ("numbers_ref", models.UUIDField(unique=True)),
                ("declared_at", models.DateTimeField()),
                ("indexed_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relatives",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AvoidedPlace",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=32)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="avoided_places",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("user", "code"), name="avoided_place_once"
                    )
                ],
            },
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (RELATIVE, PLACE)),
    ]

"""Who reads a part of a case for a while."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
ALTER TABLE cases_access ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_access TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_access FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_access TO ra_backup;
GRANT SELECT, INSERT, UPDATE (not_after, ended_at, ended_by_id) ON cases_access TO ra_web;
CREATE POLICY staff_reads ON cases_access FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_access.case_id));
CREATE POLICY staff_gives ON cases_access FOR INSERT TO ra_web
    WITH CHECK (by_id = (SELECT ra_user()) AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id));
CREATE POLICY staff_changes ON cases_access FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_access.case_id))
    WITH CHECK (ended_by_id IS NULL OR ended_by_id = (SELECT ra_user()));
"""
"""Seen with its case; given in one's own name. It opens nothing: the keys are grants in the vault."""


class Migration(migrations.Migration):
    """Reading a part of a case for a while."""

    dependencies = [
        ("cases", "0002_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Access",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("compartments", models.PositiveIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("substitute", "Menggantikan sementara"),
                            ("second_view", "Pendapat kedua"),
                            ("preparing", "Menyiapkan serah terima"),
                            ("supervision", "Supervisi penanganan"),
                            ("court", "Menyiapkan persidangan"),
                        ],
                        max_length=16,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accesses", to="cases.case"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("case", "user"), name="access_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("compartments__gt", 0), ("not_after__gt", models.F("since"))),
                        name="access_in_order_of_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__gte", models.F("since")), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="access_end_goes_together",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]

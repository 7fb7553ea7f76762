"""What a person, an incident or a task of a case was before it was changed."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Seen with its case, added by who writes in it, never changed.
RIGHTS = """
ALTER TABLE cases_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_version TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_version FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_version TO ra_backup;
GRANT SELECT, INSERT ON cases_version TO ra_web;
CREATE POLICY staff_reads ON cases_version FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_version.case_id));
CREATE POLICY staff_adds ON cases_version FOR INSERT TO ra_web WITH CHECK (cases_may_write(case_id));

-- What the next version changes in the record itself.
GRANT UPDATE (identity_ref, version) ON cases_person TO ra_web;
GRANT UPDATE (from_on, to_on, place, kecamatan, forms, narrative_ref, version) ON cases_incident TO ra_web;
GRANT UPDATE (ref, due_at, version) ON cases_task TO ra_web;
CREATE POLICY staff_changes ON cases_incident FOR UPDATE TO ra_web USING (cases_may_write(case_id));
"""

# An act is its author's alone; what it did to each task is seen with the case by nobody else either.
BULK = """
ALTER TABLE cases_bulkact ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE cases_bulkitem ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_bulkact TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY owner ON cases_bulkitem TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_bulkact FOR SELECT TO ra_backup USING (true);
CREATE POLICY backup ON cases_bulkitem FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_bulkact, cases_bulkitem TO ra_backup;
GRANT SELECT, INSERT, UPDATE (undone_at) ON cases_bulkact TO ra_web;
CREATE POLICY own ON cases_bulkact TO ra_web
    USING (by_id = (SELECT ra_user())) WITH CHECK (by_id = (SELECT ra_user()));
GRANT SELECT, INSERT ON cases_bulkitem TO ra_web;
CREATE POLICY own_reads ON cases_bulkitem FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_bulkact a WHERE a.id = cases_bulkitem.act_id));
CREATE POLICY own_adds ON cases_bulkitem FOR INSERT TO ra_web
    WITH CHECK (cases_may_write(case_id) AND EXISTS (SELECT 1 FROM cases_bulkact a WHERE a.id = act_id));
"""

# A task that is changed is promised anew: its clock ends, and begins with whose it is now and until when.
CLOCK = """
UPDATE clocks_clockkind SET starts_on = array_append(starts_on, 'cases.task_edited'),
    stops_on = array_append(stops_on, 'cases.task_edited')
WHERE key = 'task' AND NOT 'cases.task_edited' = any(starts_on);
"""
NO_CLOCK = """
UPDATE clocks_clockkind SET starts_on = array_remove(starts_on, 'cases.task_edited'),
    stops_on = array_remove(stops_on, 'cases.task_edited')
WHERE key = 'task';
"""


class Migration(migrations.Migration):
    """Versions; every record that is there is its own first one."""

    dependencies = [
        ("cases", "0008_breakglass"),
        ("clocks", "0005_first_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name, name="version", field=models.PositiveIntegerField(default=1, db_default=1)
            )
            for name in ("person", "incident", "task")
        ),
        migrations.AddField(
            model_name="note",
            name="corrects",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="cases.note"
            ),
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Data orang"), ("incident", "Kejadian"), ("task", "Tugas")], max_length=12
                    ),
                ),
                ("record", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("facts", models.JSONField()),
                ("ref", models.UUIDField()),
                ("contact_ref", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("record", "number"), name="version_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="version_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "incident", "task"])), name="version_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkAct",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("done", "Tandai selesai"),
                            ("hand", "Serahkan kepada"),
                            ("due", "Ubah tenggat"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["done", "hand", "due"])), name="bulk_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("undone_at", None), ("undone_at__gte", models.F("at")), _connector="OR"),
                        name="bulk_in_order_of_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="cases.bulkact"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.task"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("act", "task"), name="bulk_task_once")],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(BULK, migrations.RunSQL.noop),
        migrations.RunSQL(CLOCK, NO_CLOCK),
    ]

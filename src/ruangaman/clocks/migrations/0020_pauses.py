"""Who paused a clock, why and until when is kept, also after it goes on; a pause ends by itself.

What is paused today goes on thirty days after it was paused, at the earliest tomorrow. And the head's own decisions are not
paused: somebody waits for them.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

KEEP = """
INSERT INTO clocks_pause (id, clock_id, dossier_id, reason, since, until)
SELECT gen_random_uuid(), id, dossier_id, pause_reason, paused_at, greatest(paused_at + interval '30 days', now() + interval '1 day')
FROM clocks_clock WHERE stopped_at IS NULL AND paused_at IS NOT NULL;
"""
KNOWN = """(EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = clocks_pause.dossier_id
             AND g.principal_id = any((SELECT ra_principals())::uuid[]))
    OR EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier_id AND d.unit_id = any((SELECT ra_units())::uuid[])))"""
RIGHTS = f"""
ALTER TABLE clocks_pause ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON clocks_pause TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON clocks_pause FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON clocks_pause TO ra_backup;
CREATE POLICY staff_reads ON clocks_pause FOR SELECT TO ra_web USING ({KNOWN});
CREATE POLICY staff_adds ON clocks_pause FOR INSERT TO ra_web
    WITH CHECK (by_id = (SELECT ra_user()) AND vault_may_add(dossier_id));
CREATE POLICY staff_ends ON clocks_pause FOR UPDATE TO ra_web USING (ended_at IS NULL AND {KNOWN})
    WITH CHECK (ended_by_id IS NULL OR ended_by_id = (SELECT ra_user()));
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by_id) ON clocks_pause TO ra_web;
CREATE POLICY worker_reads ON clocks_pause FOR SELECT TO ra_worker USING (true);
CREATE POLICY worker_ends ON clocks_pause FOR UPDATE TO ra_worker
    USING (ended_at IS NULL) WITH CHECK (ended_by_id IS NULL AND ended_at <= now() + interval '1 minute');
GRANT SELECT, UPDATE (ended_at) ON clocks_pause TO ra_worker;
GRANT UPDATE (due_at, presses_at, paused_at, pause_reason, paused_seconds) ON clocks_clock TO ra_worker;
"""
DECISIONS = "('decision.plan', 'decision.closing')"
RUN_ON = f"UPDATE clocks_clockkind SET is_pausable = false WHERE key IN {DECISIONS} AND changed_by_id IS NULL;"
BEFORE = f"UPDATE clocks_clockkind SET is_pausable = true WHERE key IN {DECISIONS} AND changed_by_id IS NULL;"


class Migration(migrations.Migration):
    """One table, what the worker needs, two kinds."""

    dependencies = [("clocks", "0019_sorting"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("person_asked", "Penerima manfaat meminta waktu"),
                            ("no_contact", "Belum ada cara aman menghubungi"),
                            ("other_office", "Menunggu lembaga lain"),
                            ("force_majeure", "Bencana atau gangguan besar"),
                        ],
                        max_length=16,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="clocks.clock"
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
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
            ],
            options={
                "indexes": [
                    models.Index("dossier", name="pause_of_dossier"),
                    models.Index("until", condition=Q(ended_at=None), name="pause_ends"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(until__gt=F("since")), name="pause_has_an_end"),
                    models.CheckConstraint(
                        condition=Q(ended_at=None, ended_by=None) | Q(ended_at__gte=F("since")),
                        name="pause_ends_after_it_began",
                    ),
                    models.UniqueConstraint(condition=Q(ended_at=None), fields=("clock",), name="pause_once"),
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RunSQL(RUN_ON, BEFORE),
    ]

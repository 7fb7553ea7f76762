"""The desk goes on from one shift to the next: a row for each time, seen by the desk and by who oversees its unit.

The desk's people put in what they give themselves, and say themselves that they took it; nothing else of a row changes.
The worker sees who and when: whom to call, and of what the head has to be told. The words are in a dossier of their
own, for the desk's key; the worker is told which are old, and erases them.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
ALTER TABLE intake_handover ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON intake_handover TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON intake_handover FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON intake_handover TO ra_backup;
GRANT SELECT, INSERT, UPDATE (taken_by_id, taken_at) ON intake_handover TO ra_web;
CREATE POLICY staff_reads ON intake_handover FOR SELECT TO ra_web
    USING (desk_id = ANY ((SELECT intake_desks())::uuid[])
           OR EXISTS (SELECT 1 FROM accounts_desk d WHERE d.id = desk_id AND d.unit_id = ANY (ra_units())));
CREATE POLICY desk_gives ON intake_handover FOR INSERT TO ra_web
    WITH CHECK (desk_id = ANY ((SELECT intake_desks())::uuid[])
                AND coalesce(given_by_id, taken_by_id) = (SELECT ra_user())
                AND coalesce(taken_by_id, given_by_id) = (SELECT ra_user()));
CREATE POLICY desk_takes ON intake_handover FOR UPDATE TO ra_web
    USING (taken_at IS NULL AND desk_id = ANY ((SELECT intake_desks())::uuid[]))
    WITH CHECK (taken_by_id = (SELECT ra_user()));
GRANT SELECT (id, desk_id, given_by_id, given_at, taken_by_id, taken_at) ON intake_handover TO ra_worker;
CREATE POLICY worker_reads ON intake_handover FOR SELECT TO ra_worker USING (true);
GRANT SELECT (unit_id) ON accounts_user TO ra_worker;
"""
"""Of the people the worker learns the unit, too: to call whoever oversees the one of a desk."""

OLD_NOTES = """
CREATE FUNCTION intake_old_notes(before timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT h.note_dossier_id FROM intake_handover h JOIN vault_dossier d ON d.id = h.note_dossier_id
WHERE h.given_at < before AND d.shredded_at IS NULL ORDER BY h.given_at, h.id
$$;
REVOKE ALL ON FUNCTION intake_old_notes(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_old_notes(timestamptz) TO ra_worker;
"""


class Migration(migrations.Migration):
    """Handing the desk over."""

    dependencies = [
        ("accounts", "0008_single_keys"),
        ("intake", "0008_kept_away"),
        ("notifications", "0003_turn"),
        ("vault", "0004_narrower"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("given_at", models.DateTimeField(null=True)),
                ("open_reports", models.PositiveIntegerField(null=True)),
                ("note_ref", models.UUIDField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="accounts.desk"
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "note_dossier",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "taken_by",
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
                    models.Index(condition=models.Q(("taken_at", None)), fields=["desk"], name="handover_waiting"),
                    models.Index(fields=["desk", "-taken_at"], name="handover_by_desk"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("given_at", None),
                                ("given_by", None),
                                ("note_dossier", None),
                                ("note_ref", None),
                                ("open_reports", None),
                            ),
                            models.Q(
                                ("given_at__isnull", False),
                                ("given_by__isnull", False),
                                ("open_reports__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="handover_given_fields_go_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note_dossier", None), ("note_ref", None)),
                            models.Q(("note_dossier__isnull", False), ("note_ref__isnull", False)),
                            _connector="OR",
                        ),
                        name="handover_note_fields_go_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_by", None)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="handover_taken_fields_go_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("given_by__isnull", False), ("taken_by__isnull", False), _connector="OR"),
                        name="handover_given_or_taken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_by", None),
                            ("taken_by", None),
                            models.Q(("taken_by", models.F("given_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="handover_between_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_at", None),
                            ("taken_at", None),
                            ("taken_at__gte", models.F("given_at")),
                            _connector="OR",
                        ),
                        name="handover_given_before_taken",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, "REVOKE SELECT (unit_id) ON accounts_user FROM ra_worker"),
        migrations.RunSQL(OLD_NOTES, "DROP FUNCTION intake_old_notes(timestamptz)"),
    ]

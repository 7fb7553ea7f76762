"""What was answered waits to be sorted, with a limit; what is double of another does not wait for nothing.

The desk learns of a report of its own whether the case that it became is closed: nobody goes on with what is marked as
double of it. Reports that were answered and not sorted get the wait that new ones have. Whoever may die and was not
answered presses from the first moment, whatever limit an administrator wrote down.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import PROTECT

from ruangaman.core.codelists import RefusalReason, RiskLevel

LEVELS, REASONS = RiskLevel.choices, RefusalReason.choices
IS_OVER = """
CREATE FUNCTION intake_is_over(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM intake_report r JOIN cases_case c ON c.id = r.case_id
               WHERE r.id = wanted AND c.closed_at IS NOT NULL
                 AND (current_setting('role') = 'ra_migrate' OR r.desk_id = ANY ((SELECT intake_desks())::uuid[])))
$$;
REVOKE ALL ON FUNCTION intake_is_over(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_is_over(uuid) TO ra_web;

CREATE FUNCTION intake_case_of(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT c.code::text FROM intake_report r JOIN cases_case c ON c.id = r.case_id
WHERE r.id = wanted AND (current_setting('role') = 'ra_migrate' OR r.desk_id = ANY ((SELECT intake_desks())::uuid[]))
$$;
REVOKE ALL ON FUNCTION intake_case_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_case_of(uuid) TO ra_web;
"""
HEAD_START = """CASE r.danger WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
    ELSE interval '0' END"""
WAITING = f"""
INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, unit_id, desk_id, owner_id, danger,
    kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at, stopped_on)
SELECT gen_random_uuid(), k.id, l.id, r.dossier_id, 'report', r.code, d.unit_id, r.desk_id, r.taken_by_id, r.danger,
    '', r.answered_at, r.answered_at + l.hours * interval '1 hour',
    r.answered_at + l.hours * interval '1 hour' - {HEAD_START}, '', 0, '', 0,
    greatest(r.answered_at + l.hours * interval '45 minutes', now()), ''
FROM intake_report r
JOIN accounts_desk d ON d.id = r.desk_id
JOIN clocks_clockkind k ON k.key = CASE r.danger WHEN 4 THEN 'report.triage_extreme' WHEN 3 THEN 'report.triage_high'
    WHEN 2 THEN 'report.triage_medium' ELSE 'report.triage_low' END
    AND (k.valid_to IS NULL OR k.valid_to > now())
JOIN LATERAL (SELECT id, hours FROM clocks_limit WHERE key = k.limit_key AND valid_from <= now()
              ORDER BY valid_from DESC LIMIT 1) l ON true
WHERE r.state = 'received' AND r.answered_at IS NOT NULL
ON CONFLICT DO NOTHING;
"""
SEEN = """
UPDATE intake_report SET due_at = received_at + interval '72 hours'
WHERE danger = 4 AND answered_at IS NULL AND due_at > received_at + interval '72 hours';
"""

RIGHTS = """
ALTER TABLE intake_ruling ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON intake_ruling TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON intake_ruling FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON intake_ruling TO ra_backup;
GRANT SELECT, INSERT, UPDATE (verdict, read_at, read_by_id, word_ref) ON intake_ruling TO ra_web;
CREATE POLICY staff_reads ON intake_ruling FOR SELECT TO ra_web
    USING (desk_id = ANY ((SELECT intake_desks())::uuid[])
           OR EXISTS (SELECT 1 FROM accounts_desk d WHERE d.id = desk_id AND d.unit_id = ANY (ra_units())));
CREATE POLICY desk_says ON intake_ruling FOR INSERT TO ra_web
    WITH CHECK (desk_id = ANY ((SELECT intake_desks())::uuid[]) AND made_by_id = (SELECT ra_user()) AND verdict = '');
CREATE POLICY head_reads ON intake_ruling FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM accounts_desk d WHERE d.id = desk_id AND d.unit_id = ANY (ra_units())))
    WITH CHECK (read_by_id = (SELECT ra_user()) AND made_by_id <> (SELECT ra_user()));
"""
SEND_BACK = f"""
CREATE FUNCTION intake_send_back(wanted uuid, moment timestamptz) RETURNS text LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    asked record;
BEGIN
    SELECT r.id, r.dossier_id, g.said, r.answered_at IS NOT NULL AS answered INTO asked
    FROM intake_ruling g JOIN intake_report r ON r.id = g.report_id JOIN accounts_desk d ON d.id = g.desk_id
    WHERE g.id = wanted AND g.verdict = '' AND d.unit_id = ANY (ra_units())
      AND (g.kind = 'lowered' AND r.state = 'triaged' AND r.triaged_at = g.made_at
           OR g.kind = 'refused' AND r.state = 'refused' AND r.refused_at = g.made_at)
    FOR UPDATE OF r;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE intake_report SET state = 'received', needs_desk = true, danger = asked.said, case_type = '', authority = '',
        triaged_by_id = NULL, triaged_at = NULL, triage_ref = NULL, refusal_reason = '', refused_by_id = NULL,
        refused_at = NULL, refusal_ref = NULL, taken_by_id = NULL, taken_at = NULL
    WHERE id = asked.id;
    UPDATE intake_report r SET limit_key = l.key, due_at = r.received_at + l.hours * interval '1 hour'
    FROM (SELECT DISTINCT ON (key) key, CASE WHEN asked.said = 4 THEN least(hours, 72) ELSE hours END AS hours
          FROM clocks_limit WHERE valid_from <= moment
            AND key = CASE asked.said WHEN 4 THEN 'report.extreme' WHEN 3 THEN 'report.high' WHEN 2 THEN 'report.medium'
                                      ELSE 'report.low' END
          ORDER BY key, valid_from DESC) l
    WHERE r.id = asked.id AND r.answered_at IS NULL AND r.due_at > r.received_at + l.hours * interval '1 hour';
    DELETE FROM vault_keeping WHERE dossier_id = asked.dossier_id;
    UPDATE clocks_clock k SET stopped_at = greatest(k.started_at, moment), stopped_on = 'intake.sent_back'
    FROM clocks_clockkind kind
    WHERE k.dossier_id = asked.dossier_id AND k.stopped_at IS NULL AND kind.id = k.kind_id AND kind.key = 'desk.decide';
    UPDATE clocks_clock r SET danger = asked.said, owner_id = CASE WHEN desk_id IS NULL THEN owner_id END,
        presses_at = r.due_at - {HEAD_START.replace("r.danger", "asked.said")}
    WHERE r.dossier_id = asked.dossier_id AND r.stopped_at IS NULL;
    {
    WAITING.replace("r.answered_at +", "moment +")
    .replace("r.answered_at,", "moment,")
    .replace("WHERE r.state", "WHERE r.id = asked.id AND r.state")
    .replace("now()", "moment")
}
    RETURN CASE WHEN asked.answered THEN 'answered' ELSE 'waits' END;
END
$$;
REVOKE ALL ON FUNCTION intake_send_back(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_send_back(uuid, timestamptz) TO ra_web;
"""
"""The head gives a report back that she does not see: the one that a reason is about, and only while it stands so."""


class Migration(migrations.Migration):
    """One function, and the waits of those who are waiting. Run again, it adds what is missing."""

    dependencies = [
        ("intake", "0015_heard"),
        ("clocks", "0019_sorting"),
        ("vault", "0008_own_by_row"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("lowered", "Bahaya diturunkan"), ("refused", "Tidak ditangani")], max_length=8
                    ),
                ),
                ("said", models.PositiveSmallIntegerField(choices=LEVELS)),
                ("danger", models.PositiveSmallIntegerField(choices=LEVELS)),
                ("reason", models.CharField(blank=True, choices=REASONS, max_length=16)),
                ("made_at", models.DateTimeField()),
                ("why_ref", models.UUIDField(unique=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("read", "Sudah dibaca"), ("returned", "Dikembalikan ke meja")],
                        max_length=8,
                    ),
                ),
                ("read_at", models.DateTimeField(null=True)),
                ("word_ref", models.UUIDField(null=True)),
                ("desk", models.ForeignKey(on_delete=PROTECT, related_name="+", to="accounts.desk")),
                ("dossier", models.ForeignKey(on_delete=PROTECT, related_name="+", to="vault.dossier")),
                ("made_by", models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "read_by",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("report", models.ForeignKey(on_delete=PROTECT, related_name="rulings", to="intake.report")),
                ("why_home", models.OneToOneField(on_delete=PROTECT, related_name="+", to="vault.dossier")),
            ],
            options={
                "indexes": [models.Index(fields=["report", "-made_at"], name="ruling_of_report")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["lowered", "refused"])), name="ruling_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_at", None), ("read_by", None), ("verdict", ""), ("word_ref", None)),
                            models.Q(
                                ("read_at__isnull", False),
                                ("read_by__isnull", False),
                                ("verdict", "read"),
                                ("word_ref", None),
                            ),
                            models.Q(
                                ("read_at__isnull", False),
                                ("read_by__isnull", False),
                                ("verdict", "returned"),
                                ("word_ref__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ruling_read_goes_together",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(SEND_BACK, "DROP FUNCTION intake_send_back(uuid, timestamptz);"),
        migrations.RunSQL(IS_OVER, "DROP FUNCTION intake_is_over(uuid); DROP FUNCTION intake_case_of(uuid);"),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        migrations.RunSQL(SEEN, migrations.RunSQL.noop),
    ]

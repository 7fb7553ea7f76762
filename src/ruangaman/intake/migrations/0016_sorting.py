"""What was answered waits to be sorted, with a limit; what is double of another does not wait for nothing.

The desk learns of a report of its own whether the case that it became is closed: nobody goes on with what is marked as
double of it. Reports that were answered and not sorted get the wait that new ones have. Whoever may die and was not
answered presses from the first moment, whatever limit an administrator wrote down.
"""

from __future__ import annotations

from django.db import migrations

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
JOIN LATERAL (SELECT id, hours FROM clocks_limit WHERE key = k.limit_key AND valid_from <= now()
              ORDER BY valid_from DESC LIMIT 1) l ON true
WHERE r.state = 'received' AND r.answered_at IS NOT NULL
ON CONFLICT DO NOTHING;
"""
SEEN = """
UPDATE intake_report SET due_at = received_at + interval '72 hours'
WHERE danger = 4 AND answered_at IS NULL AND due_at > received_at + interval '72 hours';
"""


class Migration(migrations.Migration):
    """One function, and the waits of those who are waiting. Run again, it adds what is missing."""

    dependencies = [("intake", "0015_heard"), ("clocks", "0019_sorting")]
    operations = [
        migrations.RunSQL(IS_OVER, "DROP FUNCTION intake_is_over(uuid);"),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        migrations.RunSQL(SEEN, migrations.RunSQL.noop),
    ]

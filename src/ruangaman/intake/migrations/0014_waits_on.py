"""Who was not answered before a case was opened waits on in the case; whoever may answer ends that wait.

The desk answers as long as nobody of the case has, and sees nothing of the case: so a function ends the wait for who may
add to the report's conversation, and says of which case it was. Reports that became a case without an answer get their
wait now, with the moment that they had; it is asked of the companion, else of the manager, as a new one is.
"""

from __future__ import annotations

from django.db import migrations

ANSWERED = """
CREATE FUNCTION intake_answered(wanted uuid, moment timestamptz) RETURNS TABLE (case_id uuid, code text, dossier uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH found AS (
    SELECT r.id, c.id AS case_id, c.code, c.dossier_id FROM intake_report r JOIN cases_case c ON c.id = r.case_id
    WHERE r.id = wanted AND vault_may_add(r.dossier_id)
      AND EXISTS (SELECT 1 FROM intake_message m WHERE m.report_id = r.id AND m.direction = 'out')
), ended AS (
    UPDATE clocks_clock k SET stopped_at = greatest(k.started_at, moment), stopped_on = 'cases.reporter_answered'
    FROM found f, clocks_clockkind kind
    WHERE k.dossier_id = f.dossier_id AND k.anchor = f.id AND k.stopped_at IS NULL AND kind.id = k.kind_id
      AND kind.stops_on @> ARRAY['cases.reporter_answered']::varchar[]
    RETURNING f.case_id, f.code, f.dossier_id
)
SELECT DISTINCT e.case_id, e.code::text, e.dossier_id FROM ended e
$$;
REVOKE ALL ON FUNCTION intake_answered(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_answered(uuid, timestamptz) TO ra_web;
"""
HEAD_START = """CASE c.risk WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
    ELSE interval '0' END"""
WAITING = f"""
INSERT INTO clocks_clock (id, kind_id, dossier_id, about, subject, anchor, unit_id, owner_id, lead_id, danger,
    kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at, stopped_on)
SELECT gen_random_uuid(), k.id, c.dossier_id, 'case', c.code, r.id, c.unit_id,
    coalesce((SELECT a.user_id FROM cases_assignment a WHERE a.case_id = c.id AND a.role = 'pendamping' AND a.until IS NULL
              ORDER BY a.since, a.id LIMIT 1), c.manager_id),
    c.manager_id, c.risk, c.kecamatan, c.opened_at, r.due_at, r.due_at - {HEAD_START}, '', 0, '', 0,
    greatest(r.due_at, now()), ''
FROM intake_report r
JOIN cases_case c ON c.id = r.case_id
JOIN clocks_clockkind k ON k.key = 'case.first_answer'
WHERE r.answered_at IS NULL AND c.closed_at IS NULL
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    """One function, and the waits of those who are waiting. Run again, it adds what is missing."""

    dependencies = [("intake", "0013_unanswered"), ("cases", "0017_closing_reason"), ("clocks", "0013_first_answer")]
    operations = [
        migrations.RunSQL(ANSWERED, "DROP FUNCTION intake_answered(uuid, timestamptz);"),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]

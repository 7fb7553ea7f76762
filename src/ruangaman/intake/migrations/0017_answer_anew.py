"""Who was refused and whose report the head sends back is answered anew: what they read until then was that nobody helps.

The wait for the answer begins at that moment, with the limit of the danger that the answers say, as if nobody had
answered. What was lowered and sent back stays as it was: who was answered waits to be sorted, who was not waits on, from
when that wait began.
"""

from __future__ import annotations

from django.db import migrations

SEND_BACK = """
CREATE OR REPLACE FUNCTION intake_send_back(wanted uuid, moment timestamptz) RETURNS text LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    asked record;
    since timestamptz;
BEGIN
    SELECT r.id, r.dossier_id, r.received_at, g.said, g.kind,
        g.kind = 'lowered' AND r.answered_at IS NOT NULL AS answered INTO asked
    FROM intake_ruling g JOIN intake_report r ON r.id = g.report_id JOIN accounts_desk d ON d.id = g.desk_id
    WHERE g.id = wanted AND g.verdict = '' AND d.unit_id = ANY (ra_units())
      AND (g.kind = 'lowered' AND r.state = 'triaged' AND r.triaged_at = g.made_at
           OR g.kind = 'refused' AND r.state = 'refused' AND r.refused_at = g.made_at)
    FOR UPDATE OF r;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF asked.kind = 'refused' THEN
        since := moment;
    ELSE
        SELECT greatest(asked.received_at, max(read_at)) INTO since FROM intake_ruling
        WHERE report_id = asked.id AND kind = 'refused' AND verdict = 'returned';
    END IF;
    UPDATE intake_report SET state = 'received', needs_desk = true, danger = asked.said, case_type = '', authority = '',
        triaged_by_id = NULL, triaged_at = NULL, triage_ref = NULL, refusal_reason = '', refused_by_id = NULL,
        refused_at = NULL, refusal_ref = NULL, taken_by_id = NULL, taken_at = NULL,
        answered_at = CASE WHEN asked.kind = 'refused' THEN NULL ELSE answered_at END
    WHERE id = asked.id;
    UPDATE intake_report r SET limit_key = l.key, due_at = since + l.hours * interval '1 hour'
    FROM (SELECT DISTINCT ON (key) key, CASE WHEN asked.said = 4 THEN least(hours, 72) ELSE hours END AS hours
          FROM clocks_limit WHERE valid_from <= moment
            AND key = CASE asked.said WHEN 4 THEN 'report.extreme' WHEN 3 THEN 'report.high' WHEN 2 THEN 'report.medium'
                                      ELSE 'report.low' END
          ORDER BY key, valid_from DESC) l
    WHERE r.id = asked.id AND r.answered_at IS NULL
      AND (asked.kind = 'refused' OR r.due_at > since + l.hours * interval '1 hour');
    DELETE FROM vault_keeping WHERE dossier_id = asked.dossier_id;
    UPDATE clocks_clock k SET stopped_at = greatest(k.started_at, moment), stopped_on = 'intake.sent_back'
    FROM clocks_clockkind kind
    WHERE k.dossier_id = asked.dossier_id AND k.stopped_at IS NULL AND kind.id = k.kind_id AND kind.key = 'desk.decide';
    UPDATE clocks_clock r SET danger = asked.said, owner_id = CASE WHEN desk_id IS NULL THEN owner_id END,
        presses_at = r.due_at - {HEAD_START_SAID}
    WHERE r.dossier_id = asked.dossier_id AND r.stopped_at IS NULL;
    INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, unit_id, desk_id, owner_id, danger,
        kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at,
        stopped_on)
    SELECT gen_random_uuid(), k.id, l.id, r.dossier_id, 'report', r.code, d.unit_id, r.desk_id, r.taken_by_id, r.danger,
        '', moment, moment + l.hours * interval '1 hour',
        moment + l.hours * interval '1 hour' - {HEAD_START_REPORT}, '', 0, '', 0,
        greatest(moment + l.hours * interval '45 minutes', moment), ''
    FROM intake_report r
    JOIN accounts_desk d ON d.id = r.desk_id
    JOIN clocks_clockkind k ON k.key = CASE r.danger WHEN 4 THEN 'report.triage_extreme' WHEN 3 THEN 'report.triage_high'
        WHEN 2 THEN 'report.triage_medium' ELSE 'report.triage_low' END
        AND (k.valid_to IS NULL OR k.valid_to > moment)
    JOIN LATERAL (SELECT id, hours FROM clocks_limit WHERE key = k.limit_key AND valid_from <= moment
                  ORDER BY valid_from DESC LIMIT 1) l ON true
    WHERE r.id = asked.id AND r.state = 'received' AND r.answered_at IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN CASE WHEN asked.answered THEN 'answered' ELSE 'waits' END;
END
$$;
"""
HEAD_START = """CASE {} WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
    ELSE interval '0' END"""
SQL = SEND_BACK.replace("{HEAD_START_SAID}", HEAD_START.format("asked.said")).replace(
    "{HEAD_START_REPORT}", HEAD_START.format("r.danger")
)


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("intake", "0016_sorting")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]

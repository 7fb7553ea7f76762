"""A reporter in high danger who writes again after the desk was done with the report is answered at once."""

from __future__ import annotations

from django.db import migrations

HIGH = 3
"""RiskLevel.TINGGI."""

WRITE = f"""
CREATE OR REPLACE FUNCTION intake_write(report uuid, message uuid, sealed uuid, files jsonb, moment timestamptz,
                                        due timestamptz, due_key text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found_report record;
BEGIN
    SELECT r.id, r.desk_id, r.state, r.needs_desk, r.danger >= {HIGH} AS pressing,
           c.id IS NOT NULL AND c.closed_at IS NULL AS in_case INTO found_report
    FROM intake_report r LEFT JOIN cases_case c ON c.id = r.case_id
    WHERE r.id = report AND intake_is_mine(r.id) FOR UPDATE OF r;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO intake_message (id, report_id, direction, ref, sent_at)
    VALUES (message, report, 'in', sealed, moment) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO intake_attachment (id, report_id, message_id, file_id, key_ref, position)
    SELECT f.id, report, message, f.file_id, f.key_ref, f.position
    FROM jsonb_to_recordset(files) AS f(id uuid, file_id uuid, key_ref uuid, position smallint);
    UPDATE intake_report SET
        last_reporter_message_at = moment,
        needs_desk = needs_desk OR NOT found_report.in_case,
        due_at = CASE WHEN needs_desk OR found_report.in_case THEN due_at
                      WHEN found_report.pressing THEN moment ELSE due END,
        limit_key = CASE WHEN needs_desk OR found_report.in_case THEN limit_key
                         WHEN found_report.pressing THEN 'report.high' ELSE due_key END
    WHERE id = report;
    IF found_report.needs_desk OR NOT found_report.in_case THEN
        PERFORM intake_alarm(message, found_report.desk_id);
    END IF;
    RETURN true;
END
$$;
"""


class Migration(migrations.Migration):
    """The limit of what comes back follows the danger."""

    dependencies = (("intake", "0004_forgotten_keys"),)
    operations = (migrations.RunSQL(WRITE, migrations.RunSQL.noop),)

"""Who writes after her case was closed is heard by its manager as well, and by the whole desk: not only by who held her.

And what had ended and comes back is held by nobody: who held it then may not be on duty, or not there any more.
"""

from __future__ import annotations

from django.db import migrations

BACK = "NOT needs_desk AND NOT found_report.in_case AND found_report.state IN ('case_opened', 'refused', 'duplicate')"
WRITE = f"""
CREATE OR REPLACE FUNCTION intake_write(report uuid, message uuid, sealed uuid, files jsonb, moment timestamptz,
                                        due timestamptz, due_key text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found_report record;
BEGIN
    SELECT r.id, r.desk_id, r.state, r.needs_desk, r.danger >= 3 AS pressing,
           c.id IS NOT NULL AS of_case, c.id IS NOT NULL AND c.closed_at IS NULL AS in_case, r.dossier_id, r.code, r.danger, d.unit_id, c.manager_id,
           c.risk, c.kecamatan INTO found_report
    FROM intake_report r JOIN accounts_desk d ON d.id = r.desk_id LEFT JOIN cases_case c ON c.id = r.case_id
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
        taken_by_id = CASE WHEN {BACK} THEN NULL ELSE taken_by_id END,
        taken_at = CASE WHEN {BACK} THEN NULL ELSE taken_at END,
        needs_desk = needs_desk OR NOT found_report.in_case,
        due_at = CASE WHEN needs_desk OR found_report.in_case THEN due_at
                      WHEN found_report.pressing THEN moment ELSE due END,
        limit_key = CASE WHEN needs_desk OR found_report.in_case THEN limit_key
                         WHEN found_report.pressing THEN 'report.high' ELSE due_key END
    WHERE id = report;
    IF found_report.needs_desk OR NOT found_report.in_case THEN
        PERFORM intake_alarm(message, found_report.desk_id);
    END IF;
    IF found_report.of_case THEN
        PERFORM clocks_begin('intake.written', 'report', found_report.dossier_id, found_report.code, found_report.unit_id,
                             NULL, found_report.manager_id, found_report.risk::integer, found_report.kecamatan, moment);
    END IF;
    RETURN true;
END
$$;
"""


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("intake", "0017_answer_anew")]
    operations = [migrations.RunSQL(WRITE, migrations.RunSQL.noop)]

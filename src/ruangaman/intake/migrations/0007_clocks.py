"""The street promises no limit that has ended. A message that comes in while a case is open begins clocks of its manager.

What the desk has to do about a report that it holds stands in the report's own limit.
"""

from __future__ import annotations

from django.db import migrations

RECEPTION = """
CREATE OR REPLACE FUNCTION intake_reception() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT jsonb_build_object(
    'desks', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'id', d.id, 'name', d.name, 'principal', d.principal_id, 'unit', u.id, 'unit_code', u.code,
            'agency_code', a.code, 'breakglass', u.breakglass_id) ORDER BY d.position)
        FROM accounts_desk d JOIN accounts_unit u ON u.id = d.unit_id JOIN accounts_agency a ON a.id = u.agency_id), '[]'),
    'units', coalesce((
        SELECT jsonb_agg(jsonb_build_array(u.code, u.name) ORDER BY u.name) FROM accounts_unit u), '[]'),
    'agencies', coalesce((
        SELECT jsonb_agg(jsonb_build_array(a.code, a.name) ORDER BY a.name) FROM accounts_agency a), '[]'),
    'hours', coalesce((
        SELECT jsonb_object_agg(l.key, l.hours)
        FROM (SELECT DISTINCT ON (key) key, hours FROM clocks_limit
              WHERE key LIKE 'report.%' AND valid_from <= now() AND (valid_to IS NULL OR valid_to > now())
              ORDER BY key, valid_from DESC) AS l), '{}'))
$$;
"""

WRITE = """
CREATE OR REPLACE FUNCTION intake_write(report uuid, message uuid, sealed uuid, files jsonb, moment timestamptz,
                                        due timestamptz, due_key text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found_report record;
BEGIN
    SELECT r.id, r.desk_id, r.state, r.needs_desk, r.danger >= 3 AS pressing,
           c.id IS NOT NULL AND c.closed_at IS NULL AS in_case, r.dossier_id, r.code, r.danger, d.unit_id, c.manager_id,
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
        needs_desk = needs_desk OR NOT found_report.in_case,
        due_at = CASE WHEN needs_desk OR found_report.in_case THEN due_at
                      WHEN found_report.pressing THEN moment ELSE due END,
        limit_key = CASE WHEN needs_desk OR found_report.in_case THEN limit_key
                         WHEN found_report.pressing THEN 'report.high' ELSE due_key END
    WHERE id = report;
    IF found_report.needs_desk OR NOT found_report.in_case THEN
        PERFORM intake_alarm(message, found_report.desk_id);
    END IF;
    IF found_report.in_case THEN
        PERFORM clocks_begin('intake.written', 'report', found_report.dossier_id, found_report.code, found_report.unit_id,
                             NULL, found_report.manager_id, found_report.risk::integer, found_report.kecamatan, moment);
    END IF;
    RETURN true;
END
$$;
"""


class Migration(migrations.Migration):
    """As before, but for limits that have ended, and for what is written into a case."""

    dependencies = [("intake", "0006_whose_dossiers"), ("clocks", "0004_kind_rights")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (RECEPTION, WRITE)]

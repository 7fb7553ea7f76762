"""Who may touch reports, and the narrow doors of the public side.

`ra_public` has no right on the tables but to read its own thread: it finds its report and adds through functions that
choose every value which is not the reporter's. `ra_web` sees the reports of its desks, and single ones it holds
a grant on. `ra_worker` sees that a report exists, where and how urgent.
"""

from __future__ import annotations

from django.db import migrations

TABLES = ("report", "message", "attachment", "idempotencykey")

SHUT = "".join(
    f"""
ALTER TABLE intake_{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON intake_{table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON intake_{table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON intake_{table} TO ra_backup;
"""
    for table in TABLES
)

# Both are evaluated once for a statement. A desk's own dossiers are left out of the second: they are many, and the
# first finds its reports already.
HELPERS = """
CREATE FUNCTION intake_desks() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT array(SELECT d.id FROM accounts_desk d WHERE d.principal_id = any((SELECT ra_principals())::uuid[])) $$;

CREATE FUNCTION intake_held() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT array(SELECT DISTINCT g.dossier_id FROM vault_grant g
             WHERE g.principal_id = any((SELECT ra_principals())::uuid[])
               AND NOT EXISTS (SELECT 1 FROM accounts_desk d WHERE d.principal_id = g.principal_id))
$$;
"""

RECEPTION = """
CREATE FUNCTION intake_reception() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
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
              WHERE key LIKE 'report.%' AND valid_from <= now() ORDER BY key, valid_from DESC) AS l), '{}'))
$$;
"""

# The key is claimed first: of two sendings of one form at the same moment the second waits here for the first.
ACCEPT = """
CREATE FUNCTION intake_alarm(about uuid, desk uuid) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('alarm', 'ruangaman.notifications.jobs.alarm_desk', 10, NULL, NULL,
    jsonb_build_object('report_id', about, 'desk_id', desk), NULL)::procrastinate_job_to_defer_v1])
$$;

CREATE FUNCTION intake_accept(used_key bytea, used_cookie bytea, report jsonb, files jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    moment timestamptz := (report->>'at')::timestamptz;
    earlier record;
BEGIN
    INSERT INTO intake_idempotencykey (key_hmac, cookie_hmac, report_id, accepted_at)
    VALUES (used_key, used_cookie, (report->>'id')::uuid, moment) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT k.cookie_hmac, k.accepted_at INTO earlier FROM intake_idempotencykey k WHERE k.key_hmac = used_key;
        RETURN CASE
            WHEN earlier.cookie_hmac IS DISTINCT FROM used_cookie THEN 'other'
            WHEN moment - earlier.accepted_at > CASE WHEN used_cookie = ''::bytea THEN interval '10 minutes'
                                                     ELSE interval '24 hours' END THEN 'other'
            ELSE 'same' END;
    END IF;
    INSERT INTO intake_report (id, code, dossier_id, desk_id, channel, received_at, now, dangers, who, size_class, danger,
                               state, needs_desk, due_at, limit_key, answers_ref, contact_ref, case_type, authority,
                               refusal_reason)
    SELECT r.id, r.code, r.dossier, r.desk, r.channel, moment, r.now, r.dangers, r.who, r.size_class, r.danger,
           'received', true, r.due_at, r.limit_key, r.answers_ref, r.contact_ref, '', '', ''
    FROM jsonb_to_record(report) AS r(id uuid, code text, dossier uuid, desk uuid, channel text, now text, dangers text[],
        who text, size_class smallint, danger smallint, due_at timestamptz, limit_key text, answers_ref uuid,
        contact_ref uuid);
    INSERT INTO intake_attachment (id, report_id, message_id, file_id, key_ref, position)
    SELECT f.id, (report->>'id')::uuid, NULL, f.file_id, f.key_ref, f.position
    FROM jsonb_to_recordset(files) AS f(id uuid, file_id uuid, key_ref uuid, position smallint);
    PERFORM intake_alarm((report->>'id')::uuid, (report->>'desk')::uuid);
    RETURN 'fresh';
END
$$;
"""

# Only for the holder of a receipt: each function begins by asking whose report it is.
THREAD = """
CREATE FUNCTION intake_is_mine(report uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM intake_report r JOIN vault_grant g ON g.dossier_id = r.dossier_id
               WHERE r.id = report AND g.principal_id = any((SELECT ra_principals())::uuid[]))
$$;

CREATE FUNCTION intake_own() RETURNS TABLE (id uuid, code text, dossier_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT r.id, r.code::text, r.dossier_id FROM intake_report r
WHERE r.dossier_id IN (SELECT g.dossier_id FROM vault_grant g JOIN vault_principal p ON p.id = g.principal_id
                       WHERE p.kind = 'receipt' AND g.principal_id = any((SELECT ra_principals())::uuid[]))
$$;

CREATE FUNCTION intake_safe_status(report uuid)
RETURNS TABLE (status text, received_at timestamptz, read_at timestamptz, handled_at timestamptz, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT CASE
        WHEN r.state = 'refused' THEN 'refused'
        WHEN c.closed_at IS NOT NULL THEN 'closed'
        WHEN r.state <> 'received' THEN 'handled'
        WHEN r.opened_at IS NOT NULL THEN 'read'
        ELSE 'received' END,
    r.received_at, r.opened_at, coalesce(r.triaged_at, c.opened_at), r.due_at
FROM intake_report r LEFT JOIN cases_case c ON c.id = r.case_id
WHERE r.id = report AND intake_is_mine(r.id)
$$;

CREATE FUNCTION intake_write(report uuid, message uuid, sealed uuid, files jsonb, moment timestamptz, due timestamptz,
                             due_key text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found_report record;
BEGIN
    SELECT r.id, r.desk_id, r.state, r.needs_desk, c.id IS NOT NULL AND c.closed_at IS NULL AS in_case INTO found_report
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
        due_at = CASE WHEN needs_desk OR found_report.in_case THEN due_at ELSE due END,
        limit_key = CASE WHEN needs_desk OR found_report.in_case THEN limit_key ELSE due_key END
    WHERE id = report;
    IF found_report.needs_desk OR NOT found_report.in_case THEN
        PERFORM intake_alarm(message, found_report.desk_id);
    END IF;
    RETURN true;
END
$$;

CREATE FUNCTION intake_mark_read(report uuid, moment timestamptz) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
UPDATE intake_message SET read_at = moment
WHERE report_id = report AND direction = 'out' AND read_at IS NULL AND intake_is_mine(report)
$$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION intake_desks(), intake_held(), intake_reception(), intake_alarm(uuid, uuid),
    intake_accept(bytea, bytea, jsonb, jsonb), intake_is_mine(uuid), intake_own(), intake_safe_status(uuid),
    intake_write(uuid, uuid, uuid, jsonb, timestamptz, timestamptz, text), intake_mark_read(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_reception(), intake_accept(bytea, bytea, jsonb, jsonb), intake_is_mine(uuid),
    intake_own(), intake_safe_status(uuid), intake_write(uuid, uuid, uuid, jsonb, timestamptz, timestamptz, text),
    intake_mark_read(uuid, timestamptz) TO ra_public;
GRANT EXECUTE ON FUNCTION intake_desks(), intake_held() TO ra_web;

GRANT SELECT ON intake_message, intake_attachment TO ra_public;
CREATE POLICY receipt_reads ON intake_message FOR SELECT TO ra_public USING (intake_is_mine(report_id));
CREATE POLICY receipt_reads ON intake_attachment FOR SELECT TO ra_public
    USING (message_id IS NOT NULL AND intake_is_mine(report_id));

GRANT SELECT, UPDATE (danger, state, needs_desk, due_at, limit_key, opened_at, answered_at, taken_by_id, taken_at,
    case_type, authority, triaged_by_id, triaged_at, duplicate_of_id, refusal_reason, refused_by_id, refused_at,
    refusal_ref, case_id) ON intake_report TO ra_web;
CREATE POLICY desk_sees ON intake_report TO ra_web
    USING (desk_id = any((SELECT intake_desks())::uuid[]) OR dossier_id = any((SELECT intake_held())::uuid[]));
GRANT SELECT, INSERT, UPDATE (read_at) ON intake_message TO ra_web;
CREATE POLICY with_report ON intake_message TO ra_web
    USING (EXISTS (SELECT 1 FROM intake_report r WHERE r.id = report_id));
GRANT SELECT, INSERT ON intake_attachment TO ra_web;
CREATE POLICY with_report ON intake_attachment TO ra_web
    USING (EXISTS (SELECT 1 FROM intake_report r WHERE r.id = report_id));

GRANT SELECT (id, code, desk_id, danger, received_at) ON intake_report TO ra_worker;
CREATE POLICY worker_sees ON intake_report FOR SELECT TO ra_worker USING (true);
"""


class Migration(migrations.Migration):
    """Rights, policies and the few functions that see more than their caller."""

    dependencies = [
        ("intake", "0001_initial"),
        ("vault", "0002_rights"),
        ("clocks", "0001_initial"),
        ("cases", "0001_initial"),
        ("accounts", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(sql) for sql in (SHUT, HELPERS, RECEPTION, ACCEPT, THREAD, RIGHTS)]

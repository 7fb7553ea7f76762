"""The worker's rights: its jobs, the roster, and what it sent. Others may only ask for the one alarm.

Calling the desk is the only job that public and staff addresses may defer, through a function with a fixed task.
"""

from __future__ import annotations

from django.db import migrations

SENT = """
ALTER TABLE notifications_alarmsent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON notifications_alarmsent TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY worker ON notifications_alarmsent TO ra_worker USING (true) WITH CHECK (true);
CREATE POLICY backup ON notifications_alarmsent FOR SELECT TO ra_backup USING (true);
GRANT SELECT, INSERT ON notifications_alarmsent TO ra_worker;
GRANT SELECT ON notifications_alarmsent TO ra_backup;
"""

# Whom to write to: the address of a colleague at the desk, nothing about a reporter.
ROSTER = """
GRANT SELECT ON accounts_user, accounts_deskmember, accounts_dutyshift TO ra_worker;
CREATE POLICY alarm_roster ON accounts_user FOR SELECT TO ra_worker USING (true);
CREATE POLICY alarm_roster ON accounts_deskmember FOR SELECT TO ra_worker USING (true);
CREATE POLICY alarm_roster ON accounts_dutyshift FOR SELECT TO ra_worker USING (true);
"""

# Trigger functions included: they run with the rights of whoever changes a job, here the worker or this file's function.
JOBS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,
    procrastinate_workers TO ra_worker;
GRANT SELECT ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
    TO ra_backup;
DO $$
DECLARE
    name regprocedure;
    counter regclass;
BEGIN
    FOR name IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = 'public' AND p.proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ra_worker', name);
    END LOOP;
    FOR counter IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = 'public' AND c.relkind = 'S' AND c.relname LIKE 'procrastinate\\_%' LOOP
        EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO ra_worker', counter);
        EXECUTE format('GRANT SELECT ON SEQUENCE %s TO ra_backup', counter);
    END LOOP;
END
$$;
"""

DEFER = """
CREATE FUNCTION alarm_defer(report uuid, desk uuid, why text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
VALUES ('alarm', 'ruangaman.notifications.jobs.alarm_desk', 10, 'alarm:' || report,
        jsonb_build_object('report_id', report, 'desk_id', desk, 'kind', why))
$$;
REVOKE ALL ON FUNCTION alarm_defer(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alarm_defer(uuid, uuid, text) TO ra_public, ra_web, ra_worker;
"""


class Migration(migrations.Migration):
    """Rights of the alarm."""

    dependencies = [
        ("notifications", "0001_initial"),
        ("accounts", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(sql) for sql in (SENT, ROSTER, JOBS, DEFER)]

"""The worker's rights: its jobs, and what it sent. Nobody else may touch a job but through functions of the apps."""

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

# Trigger functions included: they run with the rights of whoever changes a job, here the worker.
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


class Migration(migrations.Migration):
    """Rights of the alarm."""

    dependencies = [
        ("notifications", "0001_initial"),
        ("accounts", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(sql) for sql in (SENT, JOBS)]

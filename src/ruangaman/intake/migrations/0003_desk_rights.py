"""Whoever answers for a desk may know that reports wait there too long: the worker which ones, the head how many."""

from __future__ import annotations

from django.db import migrations

OVERDUE = """
CREATE FUNCTION intake_overdue(at timestamptz) RETURNS TABLE (danger smallint, reports bigint, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT r.danger::smallint, count(*), min(r.due_at)
FROM intake_report r
JOIN accounts_desk d ON d.id = r.desk_id
WHERE d.unit_id = ANY (ra_units()) AND r.state = 'received' AND r.opened_at IS NULL AND r.due_at < at
GROUP BY 1
$$;
REVOKE ALL ON FUNCTION intake_overdue(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_overdue(timestamptz) TO ra_web;
"""
"""Counts only, and only of the units that the viewer oversees; nothing is set: nothing is told."""

RIGHTS = "GRANT SELECT (state, needs_desk, due_at, opened_at) ON intake_report TO ra_worker;"


class Migration(migrations.Migration):
    """What the escalation reads, and what the head of a unit is told."""

    dependencies = [("intake", "0002_rights"), ("accounts", "0002_rights"), ("audit", "0002_rights")]
    operations = [
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(OVERDUE, "DROP FUNCTION intake_overdue(timestamptz)"),
    ]

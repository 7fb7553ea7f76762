"""The head is told of what nobody answered in time, and not only of what nobody opened: opening is no answer."""

from __future__ import annotations

from django.db import migrations

OVERDUE = """
CREATE OR REPLACE FUNCTION intake_overdue(at timestamptz)
RETURNS TABLE (danger smallint, reports bigint, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT r.danger::smallint, count(*), min(r.due_at)
FROM intake_report r
JOIN accounts_desk d ON d.id = r.desk_id
WHERE d.unit_id = ANY (ra_units()) AND r.needs_desk AND r.state IN ('received', 'triaged') AND r.answered_at IS NULL
  AND r.due_at < at
GROUP BY 1
$$;
"""


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("intake", "0012_less_danger")]
    operations = [migrations.RunSQL(OVERDUE, migrations.RunSQL.noop)]

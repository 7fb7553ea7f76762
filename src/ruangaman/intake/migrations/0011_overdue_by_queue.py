"""What waits unopened is looked for among what waits: a desk has tens of thousands of reports that are done.

What is received stands in the queue (`report_worked_on_stands_in_queue`), so the answer is the same.
"""

from __future__ import annotations

from django.db import migrations

OVERDUE = """
CREATE OR REPLACE FUNCTION intake_overdue(at timestamptz)
RETURNS TABLE (danger smallint, reports bigint, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT r.danger::smallint, count(*), min(r.due_at)
FROM intake_report r
JOIN accounts_desk d ON d.id = r.desk_id
WHERE d.unit_id = ANY (ra_units()) AND r.needs_desk AND r.state = 'received' AND r.opened_at IS NULL AND r.due_at < at
GROUP BY 1
$$;
"""


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("intake", "0010_held_by_key")]
    operations = [migrations.RunSQL(OVERDUE, migrations.RunSQL.noop)]

"""A wrap is looked up for each case that a list reads, and never all wraps of the viewer for the sake of a few cases.

Who sees what is as it was. As EXISTS the planner could read the set of somebody's twenty thousand dossiers to compare
eighty cases with it; a query for one value it can only look up (as of what belongs to a case, `0010_queue_plans`).

Closed cases are listed by when they were closed, and somebody's own tasks are found by an index of their own.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q

HELD = """(SELECT true FROM vault_grant g WHERE g.dossier_id = {dossier}
           AND g.principal_id = any((SELECT ra_principals())::uuid[]) LIMIT 1)"""

CASE = f"""
ALTER POLICY staff_reads ON cases_case USING (
    (unit_id = any((SELECT ra_units())::uuid[]) AND NOT dossier_id = any((SELECT ra_barred())::uuid[]))
    OR {HELD.format(dossier="cases_case.dossier_id")}
    OR (id = (SELECT ra_opening()) AND opened_by_id = (SELECT ra_user()))
);
ALTER POLICY staff_changes ON cases_case USING ({HELD.format(dossier="cases_case.dossier_id")});
"""


class Migration(migrations.Migration):
    """Two policies; indexes for closed cases and open tasks."""

    dependencies = [("cases", "0011_unbroken"), ("vault", "0008_own_by_row")]
    operations = [
        migrations.RunSQL(CASE, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="case", name="case_by_unit"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                "unit", F("closed_at").desc(), F("id").desc(), name="case_closed_by_unit", condition=~Q(closed_at=None)
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index("dossier", "closed_at", name="case_closed_by_dossier", condition=~Q(closed_at=None)),
        ),
        migrations.AddIndex(
            model_name="task", index=models.Index("owner", name="task_open_by_owner", condition=Q(done_at=None))
        ),
    ]

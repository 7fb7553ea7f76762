"""A report is seen by a look-up of the viewer's wrap for its dossier; what belongs to it by a look-up of the report.

Who sees what is as it was. The set of all dossiers of somebody who holds many was read anew for every statement.
"""

from __future__ import annotations

from django.db import migrations

REPORTS = """
ALTER POLICY desk_sees ON intake_report
    USING ((desk_id = any((SELECT intake_desks())::uuid[]) AND NOT dossier_id = any((SELECT ra_barred())::uuid[]))
           OR EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = intake_report.dossier_id
                      AND g.principal_id = any((SELECT ra_own_principals())::uuid[])));
DROP FUNCTION intake_held();
"""
WITH_REPORT = "".join(
    f"""
ALTER POLICY with_report ON intake_{table}
    USING ((SELECT true FROM intake_report r WHERE r.id = intake_{table}.report_id));
"""
    for table in ("message", "attachment")
)


class Migration(migrations.Migration):
    """Three policies."""

    dependencies = [("intake", "0009_handover"), ("clocks", "0007_held_by_key")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (REPORTS, WITH_REPORT)]

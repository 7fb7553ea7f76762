"""Which dossiers belong to one code: a report's own, or a case's and those of the reports that became it.

For the page that says who opened them. The auditor's role, which sees no report and no case, may ask about any; others
only about what they hold or oversee.
"""

from __future__ import annotations

from django.db import migrations

DOSSIERS = """
CREATE FUNCTION intake_dossiers_of(wanted text) RETURNS TABLE (code text, dossier_id uuid, began timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH found AS (
    SELECT c.code::text AS code, c.dossier_id, c.opened_at AS began, 1 AS place FROM cases_case c WHERE c.code = wanted
    UNION ALL
    SELECT r.code::text, r.dossier_id, r.received_at, 2
    FROM intake_report r LEFT JOIN cases_case c ON c.id = r.case_id WHERE r.code = wanted OR c.code = wanted
)
SELECT f.code, f.dossier_id, f.began FROM found f
WHERE audit_may_see(f.dossier_id)
ORDER BY f.place, f.began, f.code
$$;
REVOKE ALL ON FUNCTION intake_dossiers_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_dossiers_of(text) TO ra_web, ra_audit;
"""


class Migration(migrations.Migration):
    """One narrow door from a code to its dossiers."""

    dependencies = [("intake", "0005_written_back"), ("cases", "0002_rights"), ("audit", "0003_checkpoints")]
    operations = [migrations.RunSQL(DOSSIERS, "DROP FUNCTION intake_dossiers_of(text)")]

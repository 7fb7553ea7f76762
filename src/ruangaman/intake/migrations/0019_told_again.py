"""Whoever marks a report as a double of one that became a case tells its manager, and sees nothing of the case."""

from __future__ import annotations

from django.db import migrations

TOLD = """
CREATE FUNCTION intake_told_again(double uuid, level integer, moment timestamptz) RETURNS TABLE (code text, dossier uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found_case record;
BEGIN
    SELECT c.* INTO found_case
    FROM intake_report r JOIN intake_report o ON o.id = r.duplicate_of_id JOIN cases_case c ON c.id = o.case_id
    WHERE r.id = double AND r.state = 'duplicate' AND c.closed_at IS NULL
      AND vault_may_add(r.dossier_id) AND vault_may_add(o.dossier_id);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM clocks_begin('cases.reported_again', 'case', found_case.dossier_id, found_case.code, found_case.unit_id, NULL,
                         found_case.manager_id, greatest(found_case.risk::integer, level), found_case.kecamatan, moment);
    RETURN QUERY SELECT found_case.code::text, found_case.dossier_id;
END
$$;
REVOKE ALL ON FUNCTION intake_told_again(uuid, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_told_again(uuid, integer, timestamptz) TO ra_web;
"""


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("intake", "0018_written_after"), ("clocks", "0022_reported_again")]
    operations = [migrations.RunSQL(TOLD, "DROP FUNCTION intake_told_again(uuid, integer, timestamptz);")]

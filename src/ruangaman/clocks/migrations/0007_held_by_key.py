"""A clock is seen by a look-up of the viewer's wrap for its dossier, no longer by the set of all their dossiers.

Who sees which clock is as it was: a wrap that a desk holds does not count here, for a desk's clocks are found by the
desk (`0004_kind_rights`).
"""

from __future__ import annotations

from django.db import migrations

OWN = """
CREATE FUNCTION ra_own_principals() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT array(SELECT p FROM unnest(ra_principals()) AS p
             WHERE NOT EXISTS (SELECT 1 FROM accounts_desk d WHERE d.principal_id = p))
$$;
REVOKE ALL ON FUNCTION ra_own_principals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ra_own_principals() TO ra_web;
"""
"""Whose wraps somebody uses as a person: their principals without those of desks."""

MINE = """(owner_id = (SELECT ra_user())
    OR desk_id = any((SELECT clocks_desks())::uuid[])
    OR unit_id = any((SELECT ra_units())::uuid[])
    OR EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = clocks_clock.dossier_id
               AND g.principal_id = any((SELECT ra_own_principals())::uuid[])))"""
CLOCKS = f"""
ALTER POLICY staff_reads ON clocks_clock USING {MINE};
ALTER POLICY staff_changes ON clocks_clock USING {MINE};
DROP FUNCTION clocks_held();
"""


class Migration(migrations.Migration):
    """One function in the place of another, two policies."""

    dependencies = [("clocks", "0005_first_kinds")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (OWN, CLOCKS)]

"""Three doors that stood wider than the work needs, found by asking every table as everybody.

Whoever once made a grant could add to that dossier for ever, see who holds it and take grants away: the officer who
opened a case, a manager who handed it over. Now only while they make the dossier (`ra.making`, set by `new_dossier`
until the transaction ends). Whoever oversees a unit could add to its erased dossiers. A keeper of the registers could
place, see and release holds on dossiers that have not ended, in every unit.
"""

from __future__ import annotations

from django.db import migrations

MAY_ADD = """
CREATE OR REPLACE FUNCTION vault_may_add(dossier uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT current_setting('role') = 'ra_migrate' OR vault_is_new(dossier)
    OR EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = dossier
               AND (g.principal_id = any(ra_principals())
                    OR (g.grantor_id = any(ra_principals())
                        AND dossier = nullif(current_setting('ra.making', true), '')::uuid)))
    OR EXISTS (SELECT 1 FROM vault_dossier d
               WHERE d.id = dossier AND d.unit_id = any(ra_units()) AND d.shredded_at IS NULL)
$$;
"""

MAY_HOLD = (
    "vault_has_ended(dossier_id) OR (NOT (SELECT ra_keeper())"
    " AND EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier_id))"
)
HOLDS = f"""
ALTER POLICY staff_reads ON vault_legalhold USING ({MAY_HOLD});
ALTER POLICY staff_holds ON vault_legalhold
    WITH CHECK (placed_by_id = any((SELECT ra_principals())::uuid[]) AND released_at IS NULL AND ({MAY_HOLD}));
ALTER POLICY staff_releases ON vault_legalhold
    USING (released_at IS NULL AND ({MAY_HOLD}))
    WITH CHECK (released_by_id = any((SELECT ra_principals())::uuid[]));
"""


class Migration(migrations.Migration):
    """Narrower doors; nothing that is done at an address needs them wider."""

    dependencies = [("vault", "0003_keeping")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (MAY_ADD, HOLDS)]

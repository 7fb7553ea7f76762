"""What goes with a report that goes with a case goes too: words about it, sealed for those who hold nothing of it.

An order to erase the case reached one step far, so what somebody wrote about its report would have stayed for ever.
"""

from __future__ import annotations

from django.db import migrations

SHRED = """
CREATE OR REPLACE FUNCTION vault_shred(dossier uuid, moment timestamptz) RETURNS boolean LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    chain uuid[] := array(
        WITH RECURSIVE up AS (
            SELECT dossier AS id UNION SELECT k.with_dossier_id FROM up JOIN vault_keeping k ON k.dossier_id = up.id
            WHERE k.with_dossier_id IS NOT NULL)
        SELECT id FROM up);
    receipts uuid[];
BEGIN
    IF current_setting('role') NOT IN ('ra_migrate', 'ra_worker') AND NOT (
        ra_keeper()
        AND EXISTS (SELECT 1 FROM vault_erasureorder o WHERE o.dossier_id = any(chain)
                    AND o.approved_by_id = any(ra_principals()) AND o.approved_at = moment)
        AND NOT EXISTS (SELECT 1 FROM vault_legalhold h WHERE h.dossier_id = any(chain)
                        AND h.released_at IS NULL)) THEN
        RAISE EXCEPTION 'permission denied: nobody ordered this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE vault_dossier SET shredded_at = moment WHERE id = dossier AND shredded_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    receipts := array(SELECT l.principal_id FROM vault_receiptlocator l WHERE l.dossier_id = dossier);
    DELETE FROM vault_grant WHERE dossier_id = dossier;
    DELETE FROM vault_frame WHERE file_id IN (SELECT f.id FROM vault_sealedfile f WHERE f.dossier_id = dossier);
    DELETE FROM vault_sealedfile WHERE dossier_id = dossier;
    DELETE FROM vault_sealed WHERE dossier_id = dossier;
    DELETE FROM vault_dossierepoch WHERE dossier_id = dossier;
    DELETE FROM vault_receiptlocator WHERE dossier_id = dossier;
    DELETE FROM vault_principalkey WHERE principal_id = any(receipts);
    DELETE FROM vault_principal WHERE id = any(receipts) AND kind = 'receipt';
    UPDATE vault_waiting SET done_at = moment WHERE dossier_id = dossier AND done_at IS NULL;
    RETURN true;
END
$$;
"""


class Migration(migrations.Migration):
    """One function. An order counts only for what stands for itself, as before."""

    dependencies = [("vault", "0008_own_by_row")]
    operations = [migrations.RunSQL(SHRED, migrations.RunSQL.noop)]

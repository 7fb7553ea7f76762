"""Who may touch which row of the vault. Row-level security is the second line; the keys are the first.

The rules: `ra_public` only adds, and reads its own thread through a receipt; `ra_web` reads and writes what belongs to
dossiers granted to `ra.principals`; `ra_worker` sees no ciphertext and no wrap. Unset settings show nothing.

`EXISTS` on sealed rows: they are only ever read by exact reference, a few at a time, each one index look-up; a set of
all dossiers of a desk would be read anew for every request. Lists of cases use `ra_dossiers()`, evaluated once.
"""

from __future__ import annotations

from django.db import migrations

TABLES = [
    "principal",
    "principalkey",
    "keysignature",
    "keyofficer",
    "officerlist",
    "door",
    "groupkey",
    "dossier",
    "dossierepoch",
    "grant",
    "sealed",
    "sealedfile",
    "frame",
    "receiptlocator",
    "installationcheck",
    "staffsession",
    "publicsession",
]

SHUT = "".join(
    f"""
ALTER TABLE vault_{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON vault_{table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON vault_{table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON vault_{table} TO ra_backup;
"""
    for table in TABLES
)

HELD = "EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = {column})"

# Invoker's rights: what `ra_dossiers` sees of the grants is what the viewer may see.
HELPERS = """
CREATE FUNCTION ra_dossiers() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT array(SELECT DISTINCT g.dossier_id FROM vault_grant g WHERE g.principal_id = any((SELECT ra_principals())::uuid[])) $$;

CREATE FUNCTION vault_is_new(dossier uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT NOT EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = dossier) $$;

CREATE FUNCTION vault_may_add(dossier uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT current_setting('role') = 'ra_migrate' OR vault_is_new(dossier)
    OR EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = dossier
               AND (g.principal_id = any(ra_principals()) OR g.grantor_id = any(ra_principals())))
    OR EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier AND d.unit_id = any(ra_units()))
$$;

CREATE FUNCTION vault_may_add_to_thread(dossier uuid, compartment smallint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT vault_is_new(dossier) OR compartment = 8 AND EXISTS
    (SELECT 1 FROM vault_grant g WHERE g.dossier_id = dossier AND g.principal_id = any(ra_principals()))
$$;

CREATE FUNCTION vault_may_add_frame(file uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT CASE current_setting('role') WHEN 'ra_public' THEN vault_may_add_to_thread(f.dossier_id, f.compartment)
       ELSE vault_may_add(f.dossier_id) END
FROM vault_sealedfile f WHERE f.id = file
$$;
"""

# Doors into rows that no policy shows: by exact key, or for those who hold or oversee the dossier.
DOORS = """
CREATE FUNCTION vault_locate_receipt(wanted bytea) RETURNS TABLE (principal_id uuid, dossier_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT r.principal_id, r.dossier_id FROM vault_receiptlocator r WHERE r.locator = wanted $$;

CREATE FUNCTION vault_read_door(who uuid, door text) RETURNS SETOF vault_door LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT d.* FROM vault_door d WHERE d.principal_id = who AND d.kind = door $$;

CREATE FUNCTION vault_group_members(wanted uuid) RETURNS TABLE (member_id uuid, generation integer) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT k.member_id, k.generation FROM vault_groupkey k WHERE k.group_id = wanted $$;

CREATE FUNCTION vault_remove_member(wanted uuid, member uuid) RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH gone AS (DELETE FROM vault_groupkey k WHERE k.group_id = wanted AND k.member_id = member RETURNING 1)
SELECT count(*) FROM gone
$$;

CREATE FUNCTION vault_dossier_grants(dossier uuid)
RETURNS TABLE (id uuid, epoch integer, principal_id uuid, generation integer, compartments integer, grantor_id uuid,
               reason text, consent_ref uuid, not_after timestamptz, made_at timestamptz) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT g.id, g.epoch, g.principal_id, g.generation, g.compartments, g.grantor_id, g.reason, g.consent_ref, g.not_after,
       g.made_at
FROM vault_grant g WHERE g.dossier_id = dossier AND vault_may_add(dossier) ORDER BY g.epoch, g.made_at, g.id
$$;

CREATE FUNCTION vault_delete_grants(dossier uuid, principal uuid) RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH gone AS (DELETE FROM vault_grant g WHERE g.dossier_id = dossier AND vault_may_add(dossier)
              AND (principal IS NULL OR g.principal_id = principal) RETURNING 1)
SELECT count(*) FROM gone
$$;

CREATE FUNCTION vault_keep_pepper(value bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    INSERT INTO vault_installationcheck (id, value) VALUES (1, vault_keep_pepper.value) ON CONFLICT DO NOTHING;
    RETURN (SELECT i.value FROM vault_installationcheck i WHERE i.id = 1);
END
$$;

REVOKE ALL ON FUNCTION vault_is_new(uuid), vault_may_add(uuid), vault_may_add_to_thread(uuid, smallint),
    vault_may_add_frame(uuid), vault_locate_receipt(bytea), vault_read_door(uuid, text), vault_group_members(uuid),
    vault_remove_member(uuid, uuid), vault_dossier_grants(uuid), vault_delete_grants(uuid, uuid),
    vault_keep_pepper(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_is_new(uuid), vault_may_add_to_thread(uuid, smallint), vault_may_add_frame(uuid),
    vault_locate_receipt(bytea) TO ra_public;
GRANT EXECUTE ON FUNCTION vault_may_add(uuid), vault_may_add_frame(uuid), vault_read_door(uuid, text),
    vault_group_members(uuid), vault_remove_member(uuid, uuid), vault_dossier_grants(uuid),
    vault_delete_grants(uuid, uuid) TO ra_web;
GRANT EXECUTE ON FUNCTION vault_keep_pepper(bytea) TO ra_public, ra_web, ra_worker, ra_sender;
GRANT EXECUTE ON FUNCTION ra_dossiers() TO ra_public, ra_web;
"""

DIRECTORY = """
GRANT SELECT ON vault_principal, vault_principalkey, vault_keysignature, vault_keyofficer, vault_officerlist
    TO ra_public, ra_web;
CREATE POLICY directory ON vault_principal FOR SELECT TO ra_public USING (kind <> 'receipt');
CREATE POLICY directory ON vault_principalkey FOR SELECT TO ra_public
    USING (EXISTS (SELECT 1 FROM vault_principal p WHERE p.id = principal_id));
CREATE POLICY staff_reads ON vault_principal FOR SELECT TO ra_web USING (true);
CREATE POLICY staff_reads ON vault_principalkey FOR SELECT TO ra_web USING (true);
CREATE POLICY directory ON vault_keysignature FOR SELECT TO ra_public, ra_web USING (true);
CREATE POLICY directory ON vault_keyofficer FOR SELECT TO ra_public, ra_web USING (true);
CREATE POLICY directory ON vault_officerlist FOR SELECT TO ra_public, ra_web USING (true);

GRANT INSERT, UPDATE (retired_at) ON vault_principal, vault_principalkey TO ra_web;
GRANT INSERT ON vault_keysignature TO ra_web;
GRANT INSERT, DELETE ON vault_keyofficer TO ra_web;
GRANT INSERT, UPDATE (mac, changed_at) ON vault_officerlist TO ra_web;
CREATE POLICY staff_add ON vault_principal FOR INSERT TO ra_web WITH CHECK (kind <> 'receipt');
CREATE POLICY staff_retire ON vault_principal FOR UPDATE TO ra_web USING (true) WITH CHECK (true);
CREATE POLICY staff_add ON vault_principalkey FOR INSERT TO ra_web WITH CHECK (true);
CREATE POLICY staff_retire ON vault_principalkey FOR UPDATE TO ra_web USING (true) WITH CHECK (true);
CREATE POLICY staff_sign ON vault_keysignature FOR INSERT TO ra_web
    WITH CHECK (officer_id = any((SELECT ra_principals())::uuid[]));
CREATE POLICY staff_appoint ON vault_keyofficer FOR INSERT TO ra_web WITH CHECK (true);
CREATE POLICY staff_dismiss ON vault_keyofficer FOR DELETE TO ra_web USING (true);
CREATE POLICY staff_appoint ON vault_officerlist FOR INSERT TO ra_web WITH CHECK (true);
CREATE POLICY staff_change ON vault_officerlist FOR UPDATE TO ra_web USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE (salt, memory_kib, iterations, lanes, verifier, bundle, changed_at) ON vault_door TO ra_web;
CREATE POLICY own_reads ON vault_door FOR SELECT TO ra_web USING (principal_id = any((SELECT ra_principals())::uuid[]));
CREATE POLICY own_changes ON vault_door FOR UPDATE TO ra_web USING (principal_id = any((SELECT ra_principals())::uuid[]));
CREATE POLICY staff_add ON vault_door FOR INSERT TO ra_web WITH CHECK (true);

GRANT SELECT, INSERT ON vault_groupkey TO ra_web;
CREATE POLICY own_reads ON vault_groupkey FOR SELECT TO ra_web USING (member_id = any((SELECT ra_principals())::uuid[]));
CREATE POLICY staff_add ON vault_groupkey FOR INSERT TO ra_web WITH CHECK (true);
"""

STAFF = f"""
GRANT SELECT, INSERT, UPDATE (epoch, shredded_at) ON vault_dossier TO ra_web;
CREATE POLICY staff_reads ON vault_dossier FOR SELECT TO ra_web
    USING ({HELD.format(column="vault_dossier.id")} OR unit_id = any((SELECT ra_units())::uuid[]));
CREATE POLICY staff_adds ON vault_dossier FOR INSERT TO ra_web WITH CHECK (true);
CREATE POLICY staff_changes ON vault_dossier FOR UPDATE TO ra_web
    USING ({HELD.format(column="vault_dossier.id")} OR unit_id = any((SELECT ra_units())::uuid[]));

GRANT SELECT, INSERT ON vault_dossierepoch TO ra_web;
CREATE POLICY staff_reads ON vault_dossierepoch FOR SELECT TO ra_web
    USING ({HELD.format(column="vault_dossierepoch.dossier_id")});
CREATE POLICY staff_adds ON vault_dossierepoch FOR INSERT TO ra_web WITH CHECK (vault_may_add(dossier_id));

GRANT SELECT, INSERT ON vault_grant TO ra_web;
CREATE POLICY own_reads ON vault_grant FOR SELECT TO ra_public, ra_web
    USING (principal_id = any((SELECT ra_principals())::uuid[]));
CREATE POLICY staff_adds ON vault_grant FOR INSERT TO ra_web
    WITH CHECK ((grantor_id IS NULL OR grantor_id = any((SELECT ra_principals())::uuid[])) AND vault_may_add(dossier_id));

GRANT SELECT, INSERT, UPDATE (epoch, version, envelope, sealed_at) ON vault_sealed TO ra_web;
CREATE POLICY staff_reads ON vault_sealed FOR SELECT TO ra_web USING ({HELD.format(column="vault_sealed.dossier_id")});
CREATE POLICY staff_adds ON vault_sealed FOR INSERT TO ra_web WITH CHECK (vault_may_add(dossier_id));
CREATE POLICY staff_changes ON vault_sealed FOR UPDATE TO ra_web USING ({HELD.format(column="vault_sealed.dossier_id")});

GRANT SELECT, INSERT ON vault_sealedfile, vault_frame TO ra_web;
CREATE POLICY staff_reads ON vault_sealedfile FOR SELECT TO ra_web
    USING ({HELD.format(column="vault_sealedfile.dossier_id")});
CREATE POLICY staff_adds ON vault_sealedfile FOR INSERT TO ra_web WITH CHECK (vault_may_add(dossier_id));
CREATE POLICY staff_reads ON vault_frame FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_sealedfile f WHERE f.id = vault_frame.file_id));
CREATE POLICY staff_adds ON vault_frame FOR INSERT TO ra_web WITH CHECK (vault_may_add_frame(file_id));
"""

PUBLIC = f"""
GRANT INSERT ON vault_principal, vault_principalkey, vault_dossier, vault_dossierepoch, vault_grant, vault_sealed,
    vault_sealedfile, vault_frame, vault_receiptlocator TO ra_public;
GRANT SELECT ON vault_dossier, vault_dossierepoch, vault_grant, vault_sealed, vault_sealedfile, vault_frame TO ra_public;
CREATE POLICY receipt_adds ON vault_principal FOR INSERT TO ra_public WITH CHECK (kind = 'receipt');
CREATE POLICY receipt_adds ON vault_principalkey FOR INSERT TO ra_public WITH CHECK (octet_length(mac) = 32);
CREATE POLICY receipt_adds ON vault_receiptlocator FOR INSERT TO ra_public WITH CHECK (vault_is_new(dossier_id));
CREATE POLICY receipt_adds ON vault_dossier FOR INSERT TO ra_public WITH CHECK (epoch = 1);
CREATE POLICY receipt_adds ON vault_dossierepoch FOR INSERT TO ra_public WITH CHECK (epoch = 1 AND vault_is_new(dossier_id));
CREATE POLICY receipt_adds ON vault_grant FOR INSERT TO ra_public WITH CHECK (grantor_id IS NULL AND vault_is_new(dossier_id));
CREATE POLICY receipt_adds ON vault_sealed FOR INSERT TO ra_public
    WITH CHECK (version = 1 AND vault_may_add_to_thread(dossier_id, compartment));
CREATE POLICY receipt_adds ON vault_sealedfile FOR INSERT TO ra_public
    WITH CHECK (vault_may_add_to_thread(dossier_id, compartment));
CREATE POLICY receipt_adds ON vault_frame FOR INSERT TO ra_public WITH CHECK (vault_may_add_frame(file_id));

CREATE POLICY receipt_reads ON vault_dossier FOR SELECT TO ra_public USING ({HELD.format(column="vault_dossier.id")});
CREATE POLICY receipt_reads ON vault_dossierepoch FOR SELECT TO ra_public
    USING ({HELD.format(column="vault_dossierepoch.dossier_id")});
CREATE POLICY receipt_reads ON vault_sealed FOR SELECT TO ra_public
    USING (compartment = 8 AND {HELD.format(column="vault_sealed.dossier_id")});
CREATE POLICY receipt_reads ON vault_sealedfile FOR SELECT TO ra_public
    USING (compartment = 8 AND {HELD.format(column="vault_sealedfile.dossier_id")});
CREATE POLICY receipt_reads ON vault_frame FOR SELECT TO ra_public
    USING (EXISTS (SELECT 1 FROM vault_sealedfile f WHERE f.id = vault_frame.file_id));
"""

SESSIONS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON vault_staffsession TO ra_web;
CREATE POLICY bearer ON vault_staffsession TO ra_web USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault_publicsession TO ra_public;
CREATE POLICY bearer ON vault_publicsession TO ra_public USING (true) WITH CHECK (true);
"""

# The worker tidies up by columns that tell nothing.
WORKER = """
GRANT DELETE, SELECT (not_after) ON vault_grant TO ra_worker;
CREATE POLICY expiry ON vault_grant TO ra_worker USING (not_after IS NOT NULL);
GRANT DELETE, SELECT (expire_date) ON vault_staffsession, vault_publicsession TO ra_worker;
CREATE POLICY expiry ON vault_staffsession TO ra_worker USING (true) WITH CHECK (false);
CREATE POLICY expiry ON vault_publicsession TO ra_worker USING (true) WITH CHECK (false);
"""


class Migration(migrations.Migration):
    """Rights, policies and the few functions that see more than their caller."""

    dependencies = [("vault", "0001_initial"), ("audit", "0002_rights")]
    operations = [migrations.RunSQL(sql) for sql in (SHUT, HELPERS, DOORS, DIRECTORY, STAFF, PUBLIC, SESSIONS, WORKER)]

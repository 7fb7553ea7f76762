"""What waits for somebody's keys, how long dossiers are kept, what must not be erased, who ordered what to be.

`ra_keeper()`: the transaction serves somebody who keeps the registers (who that is, the application says by
`ra.keeper`, and only ever for the viewer in person). A keeper sees ended dossiers of all units, by code and dates, and
orders their erasure; a keeper opens nothing. Erasing is one function: for `ra_web` it needs an order that two people
gave and no hold; the worker and the owner may erase again what the ledger outside the database says is erased.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("waiting", "retentionclass", "keeping", "legalhold", "erasureorder")

SHUT = "".join(
    f"""
ALTER TABLE vault_{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON vault_{table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON vault_{table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON vault_{table} TO ra_backup;
"""
    for table in TABLES
)

HELPERS = """
CREATE FUNCTION ra_keeper() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('ra.keeper', true), '')::uuid = ra_user(), false) $$;
GRANT EXECUTE ON FUNCTION ra_keeper() TO ra_web;

CREATE FUNCTION vault_has_ended(dossier uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT ra_keeper() AND EXISTS (SELECT 1 FROM vault_keeping k WHERE k.dossier_id = dossier) $$;
REVOKE ALL ON FUNCTION vault_has_ended(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_has_ended(uuid) TO ra_web;

CREATE OR REPLACE FUNCTION vault_is_new(dossier uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT NOT EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = dossier)
   AND NOT EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier AND d.shredded_at IS NOT NULL)
$$;

CREATE OR REPLACE FUNCTION vault_delete_grants(dossier uuid, principal uuid) RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH gone AS (DELETE FROM vault_grant g WHERE g.dossier_id = dossier AND vault_may_add(dossier)
              AND g.principal_id = principal RETURNING 1)
SELECT count(*) FROM gone
$$;

CREATE FUNCTION vault_delete_grants_made(dossier uuid, wanted uuid[]) RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH gone AS (DELETE FROM vault_grant g WHERE g.dossier_id = dossier AND vault_may_add(dossier)
              AND g.id = any(wanted) RETURNING 1)
SELECT count(*) FROM gone
$$;
"""
"""A shredded dossier has no grants and is not new. Nobody takes all grants away any more but by erasing."""

WITH_DOSSIER = "NOT (SELECT ra_keeper()) AND EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier_id)"
"""Held, or of a unit that one oversees. What a keeper sees of ended dossiers is not enough."""

REGISTERS = f"""
GRANT SELECT ON vault_retentionclass TO ra_web, ra_worker, ra_audit;
CREATE POLICY readers ON vault_retentionclass FOR SELECT TO ra_web, ra_worker, ra_audit USING (true);

GRANT SELECT, INSERT, UPDATE (done_at, done_by_id, declined) ON vault_waiting TO ra_web;
CREATE POLICY staff_reads ON vault_waiting FOR SELECT TO ra_web USING ({WITH_DOSSIER});
CREATE POLICY staff_asks ON vault_waiting FOR INSERT TO ra_web
    WITH CHECK (asked_by_id = any((SELECT ra_principals())::uuid[]) AND done_at IS NULL AND {WITH_DOSSIER});
CREATE POLICY staff_does ON vault_waiting FOR UPDATE TO ra_web USING ({WITH_DOSSIER});

GRANT SELECT, INSERT, DELETE ON vault_keeping TO ra_web;
CREATE POLICY staff_reads ON vault_keeping FOR SELECT TO ra_web USING ((SELECT ra_keeper()) OR {WITH_DOSSIER});
CREATE POLICY staff_ends ON vault_keeping FOR INSERT TO ra_web WITH CHECK ({WITH_DOSSIER});
CREATE POLICY staff_reopens ON vault_keeping FOR DELETE TO ra_web USING ({WITH_DOSSIER});

GRANT SELECT, INSERT, UPDATE (released_at, released_by_id) ON vault_legalhold TO ra_web;
CREATE POLICY staff_reads ON vault_legalhold FOR SELECT TO ra_web USING ((SELECT ra_keeper()) OR {WITH_DOSSIER});
CREATE POLICY staff_holds ON vault_legalhold FOR INSERT TO ra_web
    WITH CHECK (placed_by_id = any((SELECT ra_principals())::uuid[]) AND released_at IS NULL
                AND ((SELECT ra_keeper()) OR {WITH_DOSSIER}));
CREATE POLICY staff_releases ON vault_legalhold FOR UPDATE TO ra_web
    USING (released_at IS NULL AND ((SELECT ra_keeper()) OR {WITH_DOSSIER}))
    WITH CHECK (released_by_id = any((SELECT ra_principals())::uuid[]));

GRANT SELECT, INSERT, UPDATE (approved_at, approved_by_id, withdrawn_at, withdrawn_by_id) ON vault_erasureorder TO ra_web;
CREATE POLICY keeper_reads ON vault_erasureorder FOR SELECT TO ra_web USING ((SELECT ra_keeper()) OR {WITH_DOSSIER});
CREATE POLICY keeper_proposes ON vault_erasureorder FOR INSERT TO ra_web
    WITH CHECK ((SELECT ra_keeper()) AND proposed_by_id = any((SELECT ra_principals())::uuid[])
                AND approved_at IS NULL AND withdrawn_at IS NULL
                AND EXISTS (SELECT 1 FROM vault_keeping k
                            WHERE k.dossier_id = vault_erasureorder.dossier_id AND k.with_dossier_id IS NULL));
CREATE POLICY keeper_decides ON vault_erasureorder FOR UPDATE TO ra_web
    USING ((SELECT ra_keeper()) AND approved_at IS NULL AND withdrawn_at IS NULL)
    WITH CHECK ((SELECT ra_keeper()) AND (approved_at IS NULL OR approved_by_id = any((SELECT ra_principals())::uuid[]))
                AND (withdrawn_at IS NULL OR withdrawn_by_id = any((SELECT ra_principals())::uuid[])));
CREATE POLICY keeper_reads ON vault_dossier FOR SELECT TO ra_web
    USING ((SELECT ra_keeper()) AND vault_has_ended(vault_dossier.id));
"""

# Asking names dossiers that the one who asks may not know of: the leaver's, in whatever unit. It changes no key.
ASKING = """
CREATE FUNCTION vault_ask_epochs(wanted uuid[], leaver uuid, why text, asker uuid, moment timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH made AS (
    INSERT INTO vault_waiting (id, dossier_id, kind, principal_id, reason, asked_by_id, asked_at, declined)
    SELECT gen_random_uuid(), d.id, 'epoch', leaver, why, asker, moment, false FROM vault_dossier d
    WHERE d.shredded_at IS NULL
      AND CASE WHEN wanted IS NULL
          THEN d.id IN (SELECT g.dossier_id FROM vault_grant g WHERE g.principal_id = leaver)
          ELSE d.id = any(wanted) END
      AND (asker IS NULL OR current_setting('role') <> 'ra_web' OR asker = any(ra_principals()))
    ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*) FROM made
$$;

CREATE FUNCTION vault_delete_wraps_of(retired uuid) RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH gone AS (DELETE FROM vault_grant g WHERE g.principal_id = retired
              AND EXISTS (SELECT 1 FROM vault_principal p WHERE p.id = retired AND p.retired_at IS NOT NULL)
              RETURNING 1)
SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION vault_ask_epochs(uuid[], uuid, text, uuid, timestamptz), vault_delete_wraps_of(uuid),
    vault_delete_grants_made(uuid, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_ask_epochs(uuid[], uuid, text, uuid, timestamptz), vault_delete_wraps_of(uuid)
    TO ra_web, ra_worker;
GRANT EXECUTE ON FUNCTION vault_delete_grants_made(uuid, uuid[]) TO ra_web;
"""

ERASING = """
CREATE FUNCTION vault_shred(dossier uuid, moment timestamptz) RETURNS boolean LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    goes_with uuid := coalesce((SELECT k.with_dossier_id FROM vault_keeping k WHERE k.dossier_id = dossier), dossier);
    receipts uuid[];
BEGIN
    IF current_setting('role') NOT IN ('ra_migrate', 'ra_worker') AND NOT (
        ra_keeper()
        AND EXISTS (SELECT 1 FROM vault_erasureorder o WHERE o.dossier_id = goes_with
                    AND o.approved_by_id = any(ra_principals()) AND o.approved_at = moment)
        AND NOT EXISTS (SELECT 1 FROM vault_legalhold h WHERE h.dossier_id IN (dossier, goes_with)
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

CREATE FUNCTION vault_not_shredded(wanted uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT d.id FROM vault_dossier d WHERE d.id = any(wanted) AND d.shredded_at IS NULL $$;

CREATE FUNCTION vault_shredded() RETURNS TABLE (dossier_id uuid, shredded_at timestamptz) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT d.id, d.shredded_at FROM vault_dossier d WHERE d.shredded_at IS NOT NULL ORDER BY 2, 1 $$;

REVOKE ALL ON FUNCTION vault_shred(uuid, timestamptz), vault_not_shredded(uuid[]), vault_shredded() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_shred(uuid, timestamptz) TO ra_web, ra_worker;
GRANT EXECUTE ON FUNCTION vault_not_shredded(uuid[]), vault_shredded() TO ra_worker;
REVOKE UPDATE (shredded_at) ON vault_dossier FROM ra_web;
"""

LAW = "UU 27/2022 Pasal 44 (musnahkan setelah masa retensi habis dan bila tidak terkait perkara)"
CITY = f"{LAW}; undang-undang tidak menyebut angka, ditetapkan kota"
CLASSES = f"""
INSERT INTO vault_retentionclass (id, kind, state, years, legal_basis, is_set_by_city, valid_from) VALUES
    ('5c1d7a10-7e70-4d0c-8a6e-4e0000000001', 'report', 'refused', 2, '{CITY}', true, '2022-10-17'),
    ('5c1d7a10-7e70-4d0c-8a6e-4e0000000002', 'report', 'duplicate', 2, '{CITY}', true, '2022-10-17'),
    ('5c1d7a10-7e70-4d0c-8a6e-4e0000000003', 'case', 'closed', 10, '{CITY}', true, '2022-10-17'),
    ('5c1d7a10-7e70-4d0c-8a6e-4e0000000004', 'case', 'closed_child', 28,
     'Korban anak: sampai ia berumur 28 tahun, dihitung dari umur termuda. {LAW}; ditetapkan kota', true, '2022-10-17')
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    """Tables, rights, policies, the functions that see more than their caller, and the first classes."""

    dependencies = [
        ("vault", "0002_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionClass",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("state", models.CharField(max_length=16)),
                ("years", models.PositiveSmallIntegerField()),
                ("legal_basis", models.CharField(max_length=240)),
                ("is_set_by_city", models.BooleanField()),
                ("valid_from", models.DateField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "state", "valid_from"), name="vault_retention_once"),
                    models.CheckConstraint(condition=models.Q(("years__gte", 1)), name="vault_retention_of_a_year"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureOrder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=24)),
                ("proposed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasure_orders", to="vault.dossier"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("approved_at", None), ("withdrawn_at", None)),
                        fields=("dossier",),
                        name="vault_one_open_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("withdrawn_at", None),
                                models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="vault_order_of_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="vault_order_withdrawn_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=24)),
                ("words_ref", models.UUIDField(null=True)),
                ("placed_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="vault.dossier"
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)), fields=("dossier",), name="vault_one_hold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="vault_hold_release_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Keeping",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="keeping",
                        serialize=False,
                        to="vault.dossier",
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("ended_at", models.DateTimeField()),
                ("keep_until", models.DateField()),
                (
                    "with_dossier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kept_with",
                        to="vault.dossier",
                    ),
                ),
                (
                    "retention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.retentionclass"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["keep_until", "code"], name="vault_keeping_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("with_dossier", None),
                            models.Q(("with_dossier", models.F("dossier")), _negated=True),
                            _connector="OR",
                        ),
                        name="vault_not_kept_with_itself",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("epoch", "Kunci baru"), ("share", "Membagikan isi")], max_length=8),
                ),
                ("compartments", models.PositiveIntegerField(null=True)),
                ("not_after", models.DateTimeField(null=True)),
                ("reason", models.CharField(max_length=24)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("declined", models.BooleanField(default=False)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="waiting", to="vault.dossier"
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at", None)), fields=["dossier"], name="vault_waiting_open")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)),
                        fields=("dossier", "kind", "principal"),
                        name="vault_waiting_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("compartments", None), ("kind", "epoch"), ("not_after", None)),
                            models.Q(("compartments__gt", 0), ("kind", "share"), ("principal__isnull", False)),
                            _connector="OR",
                        ),
                        name="vault_waiting_for_something",
                    ),
                ],
            },
        ),
        *(migrations.RunSQL(part) for part in (SHUT, HELPERS, REGISTERS, ASKING, ERASING, CLASSES)),
    ]

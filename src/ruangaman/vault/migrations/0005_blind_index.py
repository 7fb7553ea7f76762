"""The blind index: tags by which people are found, and what came of two of them being the same.

A tag is seen by who holds a wrap of the dossier that it leads to; that of an officer's relative by nobody. What is the
same in a dossier that the searcher does not hold is noted by functions that answer nothing: a meeting for who holds it,
a bar for the officer whose relative it is. Bars are read by nobody: a function says yes or no of one person.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("blindindex", "blindtag", "lookup", "meeting", "bar")
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
OWN = "principal_id = any((SELECT ra_principals())::uuid[])"
HOLDS_INDEX = HELD.format(column="vault_blindtag.index_id")

STAFF = f"""
GRANT SELECT, INSERT ON vault_blindindex TO ra_web;
CREATE POLICY staff_reads ON vault_blindindex FOR SELECT TO ra_web USING (true);
CREATE POLICY staff_makes ON vault_blindindex FOR INSERT TO ra_web
    WITH CHECK (EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier_id AND d.kind = 'index'
                        AND d.unit_id = vault_blindindex.unit_id)
                AND {HELD.format(column="vault_blindindex.dossier_id")});

GRANT SELECT, INSERT, DELETE ON vault_blindtag TO ra_web;
CREATE POLICY staff_finds ON vault_blindtag FOR SELECT TO ra_web
    USING (subject <> 'kin' AND {HOLDS_INDEX} AND {HELD.format(column="vault_blindtag.dossier_id")});
CREATE POLICY staff_adds ON vault_blindtag FOR INSERT TO ra_web
    WITH CHECK ({HOLDS_INDEX} AND vault_may_add(dossier_id));
CREATE POLICY staff_replaces ON vault_blindtag FOR DELETE TO ra_web
    USING (subject <> 'kin' AND {HOLDS_INDEX} AND {HELD.format(column="vault_blindtag.dossier_id")});

GRANT SELECT, INSERT, UPDATE (count) ON vault_lookup TO ra_web;
CREATE POLICY own_reads ON vault_lookup FOR SELECT TO ra_web USING ({OWN});
CREATE POLICY own_counts ON vault_lookup FOR INSERT TO ra_web WITH CHECK ({OWN});
CREATE POLICY own_counts_on ON vault_lookup FOR UPDATE TO ra_web USING ({OWN});
GRANT DELETE, SELECT (hour) ON vault_lookup TO ra_worker;
CREATE POLICY over ON vault_lookup TO ra_worker USING (hour < now() - interval '1 day') WITH CHECK (false);

GRANT SELECT, UPDATE (done_at, done_by_id) ON vault_meeting TO ra_web;
CREATE POLICY staff_reads ON vault_meeting FOR SELECT TO ra_web USING ({HELD.format(column="vault_meeting.found_id")});
CREATE POLICY staff_settles ON vault_meeting FOR UPDATE TO ra_web
    USING ({HELD.format(column="vault_meeting.found_id")})
    WITH CHECK (done_by_id = any((SELECT ra_principals())::uuid[]));
"""

# What sees more than its caller. None of it answers what was found, but the two that say yes or no of one person.
DOORS = """
CREATE FUNCTION vault_note_matches(tags bytea[], wanted uuid, code text, moment timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    IF NOT vault_may_add(wanted) THEN
        RAISE EXCEPTION 'permission denied for dossier' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO vault_meeting (id, found_id, origin_id, origin_code, met_at)
    SELECT gen_random_uuid(), f.dossier_id, wanted, code, moment
    FROM (SELECT DISTINCT t.dossier_id FROM vault_blindtag t JOIN vault_dossier d ON d.id = t.dossier_id
          WHERE t.tag = any(tags) AND t.subject = 'person' AND d.kind = 'case' AND t.dossier_id <> wanted
            AND NOT EXISTS (SELECT 1 FROM vault_grant g
                            WHERE g.dossier_id = t.dossier_id AND g.principal_id = any(ra_principals())
                              AND (g.not_after IS NULL OR g.not_after > moment))) f
    ON CONFLICT DO NOTHING;
    INSERT INTO vault_bar (id, dossier_id, principal_id, noted_at)
    SELECT gen_random_uuid(), wanted, k.principal_id, moment
    FROM (SELECT DISTINCT t.principal_id FROM vault_blindtag t WHERE t.tag = any(tags) AND t.subject = 'kin') k
    ON CONFLICT DO NOTHING;
END
$$;

CREATE FUNCTION vault_note_kin(tags bytea[], who uuid, moment timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vault_blindtag t WHERE t.tag = any(tags) AND t.subject = 'kin'
                   AND t.principal_id = who AND vault_may_add(t.dossier_id)) THEN
        RETURN;
    END IF;
    INSERT INTO vault_bar (id, dossier_id, principal_id, noted_at)
    SELECT gen_random_uuid(), k.dossier_id, who, moment
    FROM (SELECT DISTINCT t.dossier_id FROM vault_blindtag t WHERE t.tag = any(tags) AND t.subject <> 'kin') k
    ON CONFLICT DO NOTHING;
END
$$;

CREATE FUNCTION vault_forget_kin(wanted uuid) RETURNS bigint LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH gone AS (DELETE FROM vault_blindtag t WHERE t.subject = 'kin' AND t.ref = wanted
              AND t.principal_id = any(ra_principals()) RETURNING 1)
SELECT count(*) FROM gone
$$;

CREATE FUNCTION vault_is_barred(dossier uuid, who uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT (current_setting('role') = 'ra_migrate' OR who = any(ra_principals()) OR vault_may_add(dossier))
   AND EXISTS (SELECT 1 FROM vault_bar b WHERE b.dossier_id = dossier AND b.principal_id = who AND b.lifted_at IS NULL)
$$;

CREATE FUNCTION vault_is_kin(tags bytea[], who uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM vault_blindtag t WHERE t.tag = any(tags) AND t.subject = 'kin' AND t.principal_id = who)
$$;

CREATE FUNCTION ra_barred() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT array(SELECT b.dossier_id FROM vault_bar b WHERE b.principal_id = any(ra_principals()) AND b.lifted_at IS NULL)
$$;

CREATE FUNCTION vault_is_lifted(dossier uuid, who uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT (current_setting('role') = 'ra_migrate' OR vault_may_add(dossier))
   AND EXISTS (SELECT 1 FROM vault_bar b
               WHERE b.dossier_id = dossier AND b.principal_id = who AND b.lifted_at IS NOT NULL)
$$;

CREATE FUNCTION vault_lift_bars(dossier uuid, who uuid, lifter uuid, moment timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
INSERT INTO vault_bar (id, dossier_id, principal_id, noted_at, lifted_at, lifted_by_id)
SELECT gen_random_uuid(), d.id, who, moment, moment, lifter FROM vault_dossier d
WHERE d.id = dossier AND d.unit_id = any(ra_units()) AND d.shredded_at IS NULL
  AND lifter = any(ra_principals()) AND NOT who = any(ra_principals())
ON CONFLICT (dossier_id, principal_id) DO UPDATE SET lifted_at = moment, lifted_by_id = lifter
$$;

CREATE FUNCTION vault_barred_holders() RETURNS TABLE (dossier_id uuid, principal_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT DISTINCT b.dossier_id, b.principal_id FROM vault_bar b
JOIN vault_dossier d ON d.id = b.dossier_id AND d.unit_id = any(ra_units())
JOIN vault_grant g ON g.dossier_id = b.dossier_id AND g.principal_id = b.principal_id
WHERE b.lifted_at IS NULL AND NOT b.principal_id = any(ra_principals())
  AND NOT b.dossier_id = any(ra_barred())
$$;

CREATE FUNCTION vault_ask_about(wanted uuid, asker uuid, bits integer, moment timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH asked AS (
    INSERT INTO vault_waiting (id, dossier_id, kind, principal_id, compartments, reason, asked_by_id, asked_at, declined)
    SELECT gen_random_uuid(), m.origin_id, 'share', asker, bits, 'same_person', asker, moment, false
    FROM vault_meeting m JOIN vault_dossier d ON d.id = m.origin_id AND d.shredded_at IS NULL
    WHERE m.id = wanted AND m.done_at IS NULL AND asker = any(ra_principals())
      AND EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = m.found_id AND g.principal_id = asker)
    ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*) FROM asked
$$;

CREATE FUNCTION vault_forget_index() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
BEGIN
    DELETE FROM vault_blindtag WHERE dossier_id = NEW.id;
    DELETE FROM vault_meeting WHERE found_id = NEW.id OR origin_id = NEW.id;
    DELETE FROM vault_bar WHERE dossier_id = NEW.id;
    RETURN NEW;
END
$$;
CREATE TRIGGER vault_forget_index AFTER UPDATE OF shredded_at ON vault_dossier FOR EACH ROW
    WHEN (OLD.shredded_at IS NULL AND NEW.shredded_at IS NOT NULL) EXECUTE FUNCTION vault_forget_index();

REVOKE ALL ON FUNCTION vault_note_matches(bytea[], uuid, text, timestamptz), vault_note_kin(bytea[], uuid, timestamptz),
    vault_forget_kin(uuid), vault_is_barred(uuid, uuid), vault_is_kin(bytea[], uuid), ra_barred(),
    vault_lift_bars(uuid, uuid, uuid, timestamptz), vault_ask_about(uuid, uuid, integer, timestamptz),
    vault_is_lifted(uuid, uuid), vault_barred_holders(), vault_forget_index() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_note_matches(bytea[], uuid, text, timestamptz),
    vault_note_kin(bytea[], uuid, timestamptz), vault_forget_kin(uuid), vault_is_barred(uuid, uuid),
    vault_is_kin(bytea[], uuid), ra_barred(), vault_lift_bars(uuid, uuid, uuid, timestamptz),
    vault_is_lifted(uuid, uuid), vault_barred_holders(), vault_ask_about(uuid, uuid, integer, timestamptz) TO ra_web;
"""
"""Whatever erases a dossier, its tags go with it: hence a trigger, and not one more line in each way of erasing."""


class Migration(migrations.Migration):
    """Tables, rights, policies, and the functions that see more than their caller."""

    dependencies = [
        ("vault", "0004_narrower"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlindIndex",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="vault.dossier",
                    ),
                ),
                ("unit_id", models.UUIDField(unique=True)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Lookup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "principal_id", "hour", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                (
                    "principal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.principal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bar",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("noted_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "principal"), name="vault_bar_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lifted_by", models.F("principal")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="vault_bar_lifted_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BlindTag",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("epoch", models.PositiveIntegerField()),
                ("kind", models.CharField(choices=[("nik", "NIK"), ("phone", "Nomor telepon")], max_length=8)),
                ("tag", models.BinaryField()),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("person", "Orang dalam kasus"),
                            ("report", "Kontak pelapor"),
                            ("kin", "Kerabat petugas"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ref", models.UUIDField()),
                ("added_at", models.DateTimeField()),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "index",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.blindindex",
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
                "constraints": [
                    models.UniqueConstraint(fields=("tag", "ref"), name="vault_tag_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("principal__isnull", False), ("subject", "kin")),
                            models.Q(("principal", None), ("subject__in", ["person", "report"])),
                            _connector="OR",
                        ),
                        name="vault_tag_of_kin_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("origin_code", models.CharField(max_length=12)),
                ("met_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.principal"
                    ),
                ),
                (
                    "found",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("found", "origin"), name="vault_meeting_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("done_by", None)),
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="vault_meeting_done_together",
                    ),
                ],
            },
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SHUT, STAFF, DOORS)),
    ]

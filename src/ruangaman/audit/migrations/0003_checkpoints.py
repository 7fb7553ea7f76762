"""Signed checkpoints of the trail, the narrow doors by which they are made, and who opened one dossier.

The worker signs checkpoints and may not read the trail: it gets leaf hashes, sizes and the place of a fault, never a
row. Checkpoints are only added, by nobody changed or deleted. Source: docs/adr/0016-checkpoints-of-the-trail.md.
"""

from __future__ import annotations

from django.db import migrations, models

# The leaf of RFC 6962 over the row's own hash: always 32 bytes, so that no two splits of a run of leaves are alike.
LEAVES = """
CREATE FUNCTION audit_tips() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT array(SELECT coalesce((SELECT max(e.seq) FROM audit_auditevent e WHERE e.lane = n), 0)
             FROM generate_series(0, 15) AS n ORDER BY n)
$$;

CREATE FUNCTION audit_leaves(wanted smallint, after bigint, upto bigint) RETURNS bytea LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT coalesce(string_agg(sha256('\\x00'::bytea || e.hash), ''::bytea ORDER BY e.seq), ''::bytea)
FROM audit_auditevent e WHERE e.lane = wanted AND e.seq > after AND e.seq <= upto
$$;
"""

# What `audit_verify` says of all rows, for the rows of one lane after one of them.
RANGE = """
CREATE FUNCTION audit_first_bad(wanted smallint, after bigint, OUT seq bigint, OUT why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH sealed AS (
    SELECT s.seq, sha256(string_agg(uuid_send(s.ref) || int4send(s.version) || s.sha256,
                                    ''::bytea ORDER BY s.ref, s.version)) AS digest
    FROM audit_auditseal s WHERE s.lane = wanted AND s.seq > after GROUP BY s.seq
), chained AS (
    SELECT e.*, after + row_number() OVER chain AS place, lag(e.hash) OVER chain AS before
    FROM audit_auditevent e WHERE e.lane = wanted AND e.seq > after WINDOW chain AS (ORDER BY e.seq)
), start AS (
    SELECT CASE WHEN after = 0 THEN decode(repeat('00', 32), 'hex')
           ELSE (SELECT e.hash FROM audit_auditevent e WHERE e.lane = wanted AND e.seq = after) END AS hash
), judged AS (
    SELECT least(c.seq, c.place) AS seq, CASE
        WHEN c.seq <> c.place THEN 'gap'
        WHEN c.prev IS DISTINCT FROM coalesce(c.before, (SELECT hash FROM start)) THEN 'chain'
        WHEN c.hash <> audit_digest(c.lane, c.seq, c.at, c.type, c.actor, c.subject, c.detail, c.seals, c.prev)
            THEN 'hash'
        WHEN c.seals <> coalesce(s.digest, ''::bytea) THEN 'seals'
    END AS why
    FROM chained c LEFT JOIN sealed s ON s.seq = c.seq
    UNION ALL
    SELECT coalesce(last.seq, 0) + 1, CASE
        WHEN l.lane IS NULL THEN 'lane'
        WHEN l.seq > coalesce(last.seq, 0) THEN 'truncated'
        WHEN l.seq < last.seq THEN 'head'
        WHEN l.head <> coalesce(last.hash, decode(repeat('00', 32), 'hex')) THEN 'head'
    END
    FROM (SELECT 1) AS always
    LEFT JOIN audit_auditlane l ON l.lane = wanted
    LEFT JOIN (SELECT e.seq, e.hash FROM audit_auditevent e WHERE e.lane = wanted ORDER BY e.seq DESC LIMIT 1) AS last
           ON true
    UNION ALL
    SELECT s.seq, 'seals' FROM sealed s
    WHERE NOT EXISTS (SELECT 1 FROM audit_auditevent e WHERE e.lane = wanted AND e.seq = s.seq)
)
SELECT bad.seq, bad.why FROM (SELECT 1) AS always
LEFT JOIN (SELECT j.* FROM judged j WHERE j.why IS NOT NULL ORDER BY j.seq, j.why = 'seals' LIMIT 1) AS bad ON true
$$;
"""

# All fingerprints of one reference: a person's door that was replaced and put back is known by them.
VERSIONS = """
CREATE FUNCTION audit_seal_versions(wanted uuid) RETURNS TABLE (version integer, sha256 bytea) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT s.version, s.sha256 FROM audit_auditseal s WHERE s.ref = wanted ORDER BY s.version $$;
REVOKE ALL ON FUNCTION audit_seal_versions(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_seal_versions(uuid) TO ra_web, ra_worker;
"""

# Who opened a dossier: for those who hold it or oversee its unit, and for the auditor's role. One query, one index.
# Not `vault_may_add`: to that one a dossier without grants is new, and a shredded one has none.
READINGS = """
CREATE FUNCTION audit_may_see(dossier uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT current_setting('role') IN ('ra_audit', 'ra_migrate')
    OR EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = dossier AND g.principal_id = any(ra_principals()))
    OR EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier AND d.unit_id = any(ra_units()))
$$;
REVOKE ALL ON FUNCTION audit_may_see(uuid) FROM PUBLIC;

CREATE FUNCTION audit_readings(dossier uuid, types text[])
RETURNS TABLE (actor text, type text, purpose text, first timestamptz, last timestamptz, times bigint, refs bigint,
               compartments jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT e.actor, e.type, coalesce(e.detail ->> 'purpose', ''), min(e.at), max(e.at), count(*),
       coalesce(sum((e.detail ->> 'refs')::bigint), 0)::bigint, jsonb_agg(DISTINCT e.detail -> 'compartments')
FROM audit_auditevent e
WHERE e.subject = dossier::text AND e.type = any(types)
  AND audit_may_see(dossier)
GROUP BY e.actor, e.type, coalesce(e.detail ->> 'purpose', '')
ORDER BY max(e.at) DESC, e.actor
$$;
"""

RIGHTS = """
ALTER TABLE audit_auditcheckpoint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_auditalarm ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON audit_auditcheckpoint FOR SELECT TO ra_migrate USING (true);
CREATE POLICY owner_appends ON audit_auditcheckpoint FOR INSERT TO ra_migrate WITH CHECK (true);
CREATE POLICY readers ON audit_auditcheckpoint FOR SELECT TO ra_worker, ra_audit, ra_backup USING (true);
CREATE POLICY signer ON audit_auditcheckpoint FOR INSERT TO ra_worker WITH CHECK (true);
CREATE POLICY owner_reads ON audit_auditalarm FOR SELECT TO ra_migrate USING (true);
CREATE POLICY owner_appends ON audit_auditalarm FOR INSERT TO ra_migrate WITH CHECK (true);
CREATE POLICY readers ON audit_auditalarm FOR SELECT TO ra_worker, ra_audit, ra_backup USING (true);
CREATE POLICY signer ON audit_auditalarm FOR INSERT TO ra_worker WITH CHECK (true);
GRANT SELECT ON audit_auditcheckpoint, audit_auditalarm TO ra_audit, ra_backup;
GRANT SELECT, INSERT ON audit_auditcheckpoint, audit_auditalarm TO ra_worker;

REVOKE ALL ON FUNCTION audit_tips(), audit_leaves(smallint, bigint, bigint), audit_first_bad(smallint, bigint),
    audit_readings(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_tips(), audit_leaves(smallint, bigint, bigint), audit_first_bad(smallint, bigint)
    TO ra_worker, ra_audit;
GRANT EXECUTE ON FUNCTION audit_readings(uuid, text[]) TO ra_web, ra_audit;
"""


class Migration(migrations.Migration):
    """Checkpoints, the alarm when none can be signed, and the readings of one dossier."""

    dependencies = [("audit", "0002_rights"), ("vault", "0002_rights")]
    operations = [
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("rows", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.CharField(max_length=2048)),
            ],
        ),
        migrations.CreateModel(
            name="AuditAlarm",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("why", models.CharField(max_length=64)),
            ],
        ),
        *(migrations.RunSQL(sql) for sql in (LEAVES, RANGE, VERSIONS, READINGS, RIGHTS)),
    ]

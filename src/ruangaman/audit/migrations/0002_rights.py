"""The chain, its two doors for the application, and who may look.

The application's roles have no right on the tables: they append through `audit_append` and read single fingerprints
through `audit_seal_hash` and `audit_seal_hashes`. Even the owner has no policy to change or delete an event.
"""

from __future__ import annotations

from django.db import migrations

VIEWER = """
CREATE FUNCTION ra_user() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('ra.user', true), '')::uuid $$;
CREATE FUNCTION ra_principals() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('ra.principals', true), '')::uuid[] $$;
CREATE FUNCTION ra_units() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('ra.units', true), '')::uuid[] $$;
"""

# Every part goes in with its length, so that no two different rows have the same bytes.
DIGEST = """
CREATE FUNCTION audit_part(value text) RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') $$;

CREATE FUNCTION audit_digest(lane smallint, seq bigint, at timestamptz, type text, actor text, subject text,
                             detail jsonb, seals bytea, prev bytea) RETURNS bytea LANGUAGE sql STABLE AS
$$
SELECT sha256('ruangaman/audit/v1'::bytea || int2send(lane) || int8send(seq)
    || audit_part(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit_part(type) || audit_part(actor) || audit_part(subject) || audit_part(detail::text)
    || int4send(octet_length(seals)) || seals || prev)
$$;
"""

APPEND = """
CREATE FUNCTION audit_append(events jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
DECLARE
    event record;
    chain record;
    digest bytea;
    next_hash bytea;
BEGIN
    FOR event IN
        SELECT e.lane, e.at, e.type, e.actor, e.subject, coalesce(e.detail, '{}'::jsonb) AS detail,
               coalesce(e.seals, '[]'::jsonb) AS seals
        FROM jsonb_array_elements(events) WITH ORDINALITY AS one(value, place),
             jsonb_to_record(one.value) AS e(lane smallint, at timestamptz, type text, actor text, subject text,
                                             detail jsonb, seals jsonb)
        ORDER BY e.lane, one.place
    LOOP
        SELECT l.seq, l.head INTO STRICT chain FROM audit_auditlane l WHERE l.lane = event.lane FOR UPDATE;
        INSERT INTO audit_auditseal (ref, version, sha256, lane, seq)
        SELECT s.ref, s.version, decode(s.sha256, 'hex'), event.lane, chain.seq + 1
        FROM jsonb_to_recordset(event.seals) AS s(ref uuid, version integer, sha256 text);
        SELECT coalesce(sha256(string_agg(uuid_send(s.ref) || int4send(s.version) || decode(s.sha256, 'hex'),
                                          ''::bytea ORDER BY s.ref, s.version)), ''::bytea) INTO digest
        FROM jsonb_to_recordset(event.seals) AS s(ref uuid, version integer, sha256 text);
        next_hash := audit_digest(event.lane, chain.seq + 1, event.at, event.type, event.actor, event.subject,
                                  event.detail, digest, chain.head);
        INSERT INTO audit_auditevent (lane, seq, at, type, actor, subject, detail, seals, prev, hash)
        VALUES (event.lane, chain.seq + 1, event.at, event.type, event.actor, event.subject, event.detail, digest,
                chain.head, next_hash);
        UPDATE audit_auditlane SET seq = chain.seq + 1, head = next_hash WHERE audit_auditlane.lane = event.lane;
    END LOOP;
END
$$;
"""

# A fingerprint is given out only for the newest version: an old envelope put back finds no fingerprint.
SEAL_HASH = """
CREATE FUNCTION audit_seal_hash(wanted_ref uuid, wanted_version integer) RETURNS bytea LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT s.sha256 FROM audit_auditseal s
WHERE s.ref = wanted_ref AND s.version = wanted_version
  AND s.version = (SELECT max(n.version) FROM audit_auditseal n WHERE n.ref = wanted_ref)
$$;

CREATE FUNCTION audit_seal_hashes(refs uuid[], versions integer[]) RETURNS TABLE (ref uuid, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT w.ref, audit_seal_hash(w.ref, w.version) FROM unnest(refs, versions) AS w(ref, version) $$;
"""

VERIFY = """
CREATE FUNCTION audit_verify(OUT rows bigint, OUT lane smallint, OUT seq bigint, OUT why text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$
WITH sealed AS (
    SELECT s.lane, s.seq, sha256(string_agg(uuid_send(s.ref) || int4send(s.version) || s.sha256,
                                            ''::bytea ORDER BY s.ref, s.version)) AS digest
    FROM audit_auditseal s GROUP BY s.lane, s.seq
), chained AS (
    SELECT e.*, row_number() OVER chain AS place, lag(e.hash) OVER chain AS before
    FROM audit_auditevent e WINDOW chain AS (PARTITION BY e.lane ORDER BY e.seq)
), judged AS (
    SELECT c.lane, least(c.seq, c.place) AS seq, CASE
        WHEN c.seq <> c.place THEN 'gap'
        WHEN c.prev <> coalesce(c.before, decode(repeat('00', 32), 'hex')) THEN 'chain'
        WHEN c.hash <> audit_digest(c.lane, c.seq, c.at, c.type, c.actor, c.subject, c.detail, c.seals, c.prev)
            THEN 'hash'
        WHEN c.seals <> coalesce(s.digest, ''::bytea) THEN 'seals'
    END AS why
    FROM chained c LEFT JOIN sealed s ON s.lane = c.lane AND s.seq = c.seq
    UNION ALL
    SELECT n.lane::smallint, coalesce(last.seq, 0) + 1, CASE
        WHEN l.lane IS NULL THEN 'lane'
        WHEN l.seq > coalesce(last.seq, 0) THEN 'truncated'
        WHEN l.seq < last.seq THEN 'head'
        WHEN l.head <> coalesce(last.hash, decode(repeat('00', 32), 'hex')) THEN 'head'
    END
    FROM generate_series(0, 15) AS n(lane)
    LEFT JOIN audit_auditlane l ON l.lane = n.lane
    LEFT JOIN (SELECT DISTINCT ON (e.lane) e.lane, e.seq, e.hash FROM audit_auditevent e ORDER BY e.lane, e.seq DESC) AS last
           ON last.lane = n.lane
    UNION ALL
    SELECT s.lane, s.seq, 'seals' FROM sealed s
    WHERE NOT EXISTS (SELECT 1 FROM audit_auditevent e WHERE e.lane = s.lane AND e.seq = s.seq)
)
SELECT (SELECT count(*) FROM audit_auditevent), bad.lane, bad.seq, bad.why
FROM (SELECT 1) AS always
LEFT JOIN (SELECT j.* FROM judged j WHERE j.why IS NOT NULL ORDER BY j.lane, j.seq, j.why = 'seals' LIMIT 1) AS bad ON true
$$;
"""

RIGHTS = """
INSERT INTO audit_auditlane (lane, seq, head) SELECT n, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, 15) AS n;

ALTER TABLE audit_auditevent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_auditlane ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_auditseal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_reads ON audit_auditevent FOR SELECT TO ra_migrate USING (true);
CREATE POLICY owner_appends ON audit_auditevent FOR INSERT TO ra_migrate WITH CHECK (true);
CREATE POLICY owner_reads ON audit_auditseal FOR SELECT TO ra_migrate USING (true);
CREATE POLICY owner_appends ON audit_auditseal FOR INSERT TO ra_migrate WITH CHECK (true);
CREATE POLICY owner_moves_on ON audit_auditlane TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY readers ON audit_auditevent FOR SELECT TO ra_audit, ra_backup USING (true);
CREATE POLICY readers ON audit_auditseal FOR SELECT TO ra_audit, ra_backup USING (true);
CREATE POLICY readers ON audit_auditlane FOR SELECT TO ra_audit, ra_backup USING (true);
GRANT SELECT ON audit_auditevent, audit_auditseal, audit_auditlane TO ra_audit, ra_backup;

REVOKE ALL ON FUNCTION audit_append(jsonb), audit_seal_hash(uuid, integer), audit_seal_hashes(uuid[], integer[]),
    audit_verify() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(jsonb) TO ra_public, ra_web, ra_worker, ra_sender, ra_audit;
GRANT EXECUTE ON FUNCTION audit_seal_hash(uuid, integer), audit_seal_hashes(uuid[], integer[]) TO ra_public, ra_web;
GRANT EXECUTE ON FUNCTION audit_verify(), audit_part(text),
    audit_digest(smallint, bigint, timestamptz, text, text, text, jsonb, bytea, bytea) TO ra_audit;
GRANT EXECUTE ON FUNCTION ra_user(), ra_principals(), ra_units() TO ra_public, ra_web, ra_worker, ra_sender, ra_audit;
"""


class Migration(migrations.Migration):
    """Chain, doors and rights of the trail."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(sql) for sql in (VIEWER, DIGEST, APPEND, SEAL_HASH, VERIFY, RIGHTS)]

"""An event without seals asks nothing about seals, and one with seals asks once: every report and every page appends."""

from __future__ import annotations

from django.db import migrations

APPEND = """
CREATE OR REPLACE FUNCTION audit_append(events jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
        digest := ''::bytea;
        IF jsonb_array_length(event.seals) > 0 THEN
            WITH given AS (
                SELECT s.ref, s.version, decode(s.sha256, 'hex') AS sha256
                FROM jsonb_to_recordset(event.seals) AS s(ref uuid, version integer, sha256 text)
            ), kept AS (
                INSERT INTO audit_auditseal (ref, version, sha256, lane, seq)
                SELECT g.ref, g.version, g.sha256, event.lane, chain.seq + 1 FROM given g
            )
            SELECT sha256(string_agg(uuid_send(g.ref) || int4send(g.version) || g.sha256,
                                     ''::bytea ORDER BY g.ref, g.version)) INTO digest
            FROM given g;
        END IF;
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


class Migration(migrations.Migration):
    """One function, the same rows and hashes as before."""

    dependencies = [("audit", "0005_one_hash")]
    operations = [migrations.RunSQL(APPEND, migrations.RunSQL.noop)]

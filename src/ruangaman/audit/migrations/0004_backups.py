"""The role of backups may say one thing: that it made one.

It reads everything and could write nothing. `audit_append` would let it say anything in anybody's name; this door
appends a single kind of event, at the database's own hour, of which only the facts come from outside.
"""

from __future__ import annotations

from django.db import migrations

# Lane 14 is where `audit.services.Event.lane` puts what is about the subject "database".
BACKED_UP = """
CREATE FUNCTION audit_append_backup(taken timestamptz, row_count bigint, fingerprint bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    IF taken IS NULL OR row_count IS NULL OR octet_length(fingerprint) IS DISTINCT FROM 32 THEN
        RAISE EXCEPTION 'This does not say which backup it was.' USING ERRCODE = '22023';
    END IF;
    PERFORM audit_append(jsonb_build_array(jsonb_build_object(
        'lane', 14, 'at', clock_timestamp(), 'type', 'vault.backed_up', 'actor', 'system', 'subject', 'database',
        'detail', jsonb_build_object(
            'taken', to_char(taken AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
            'rows', row_count, 'sha256', encode(fingerprint, 'hex')))));
END
$$;
REVOKE ALL ON FUNCTION audit_append_backup(timestamptz, bigint, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append_backup(timestamptz, bigint, bytea) TO ra_backup;
"""


class Migration(migrations.Migration):
    """One door for one event."""

    dependencies = [("audit", "0003_checkpoints")]
    operations = [migrations.RunSQL(BACKED_UP)]

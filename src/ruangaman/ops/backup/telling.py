"""Telling the trail of a backup: one event, by a door through which nothing else goes."""

from __future__ import annotations

import psycopg

from ruangaman.ops.backup.taking import Source, Taken
from ruangaman.ops.backup.types import BackupError

DOOR = "audit_append_backup(timestamptz, bigint, bytea)"
_HAS_DOOR = "SELECT to_regprocedure(%s) IS NOT NULL"
_TELL = "SELECT audit_append_backup(%s::timestamptz, %s, %s)"


def tell_trail(source: Source, taken: Taken) -> bool:
    """Leave in the trail that a backup was made, of which moment, and what it is recognised by.

    It is told when the file is whole, so the event is not in the backup itself.

    Returns:
        False: the tables are of a release from before there was such an event.

    Raises:
        BackupError: the trail could not be told; the backup is whole all the same.

    Writes: one `vault.backed_up` event.
    """
    facts = taken.manifest
    try:
        with psycopg.connect(source.conninfo, connect_timeout=10, application_name="ruang backup") as connection:
            connection.execute("SET LOCAL ROLE ra_backup")
            row = connection.execute(_HAS_DOOR, [DOOR]).fetchone()
            if row is None or not row[0]:
                return False
            connection.execute(_TELL, [facts.taken_at, facts.rows, bytes.fromhex(taken.sha256)])
    except psycopg.Error as error:
        raise BackupError(
            f"The backup {taken.path} is whole and on the disk. But the audit trail does not know of it, for the "
            f"database did not take the event: {str(error).splitlines()[0]}"
        ) from error
    return True

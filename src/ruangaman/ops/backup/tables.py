"""What of the database is copied: every table, whole, in an order in which it can be put back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from psycopg import sql

from ruangaman.ops.backup.types import LEFT_OUT, BackupError, Counter

_TABLES = """
SELECT c.relname, pg_table_size(c.oid),
       array(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
             ORDER BY a.attnum),
       array(SELECT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND f.oid <> c.oid),
       has_table_privilege(c.oid, 'SELECT') AND (NOT c.relrowsecurity OR (
           EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('r', '*')
                   AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                   AND (0 = any(p.polroles) OR current_user::regrole::oid = any(p.polroles)))
           AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive
                           AND (0 = any(p.polroles) OR current_user::regrole::oid = any(p.polroles)))))
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
_COUNTERS = """
SELECT s.relname::text, t.relname::text, a.attname::text, has_sequence_privilege(s.oid, 'SELECT')
FROM pg_class s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
     JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace ORDER BY s.relname
"""
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Table:
    """One table to copy."""

    name: str
    size: int
    columns: tuple[str, ...]
    needs: frozenset[str] = field(default_factory=frozenset)

    def copy_out(self) -> sql.Composed:
        """Return the statement that reads it whole."""
        return sql.SQL("COPY {} ({}) TO STDOUT (FORMAT binary)").format(sql.Identifier(self.name), names(self.columns))


def names(words: Iterable[str]) -> sql.Composed:
    """Return identifiers with commas between them."""
    return sql.SQL(", ").join(map(sql.Identifier, words))


def read_tables(connection: Connection) -> list[Table]:
    """Return the tables in an order in which each comes after those it points to.

    Raises:
        BackupError: one is not wholly visible to this role: a backup that lacks rows is worse than none.
    """
    found, closed = [], []
    for name, size, columns, needs, whole in connection.execute(_TABLES).fetchall():
        if name in LEFT_OUT:
            continue
        found.append(Table(name, size, tuple(columns), frozenset(needs)))
        if not whole:
            closed.append(name)
    if closed:
        raise BackupError(
            f"The role of backups cannot read all of {', '.join(closed)}: a migration has to grant it SELECT and a "
            "policy that shows every row (ADR 13). No backup was made."
        )
    return in_order(found)


def in_order(tables: Sequence[Table]) -> list[Table]:
    """Sort tables so that each comes after those it needs. Those that need each other keep their order."""
    placed: list[Table] = []
    left = list(tables)
    while left:
        open_names = {table.name for table in left}
        ready = [table for table in left if not (table.needs & open_names)] or left[:1]
        placed += ready
        left = [table for table in left if table not in ready]
    return placed


def lock(connection: Connection, tables: Iterable[Table]) -> None:
    """Let nobody change the shape of the tables until the transaction ends. Reading and writing go on."""
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names(table.name for table in tables)))


def read_counters(connection: Connection) -> list[Counter]:
    """Return where the sequences stand. Read last: they do not belong to the snapshot and only ever grow."""
    counters = []
    for name, table, column, allowed in connection.execute(_COUNTERS).fetchall():
        last, called = None, True
        if allowed:
            row = connection.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name)))
            last, called = cast(tuple[int, bool], row.fetchone())
        counters.append(Counter(name, table, column, last, called))
    return counters

"""Loading without indexes: they and the constraints that need them are dropped, and made again from what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql

from ruangaman.ops.progress import Progress

FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
WHERE c.contype = 'f' AND (c.conrelid = any(%(tables)s::regclass[]) OR c.confrelid = any(%(tables)s::regclass[]))
ORDER BY 1, 2
"""
UNIQUE = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
WHERE c.contype IN ('p', 'u') AND c.conrelid = any(%(tables)s::regclass[]) ORDER BY c.contype, 1, 2
"""
PLAIN = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = any(%(tables)s::regclass[]) ORDER BY i.indrelid, 1
"""


@contextmanager
def without_indexes(
    connection: psycopg.Connection, tables: Sequence[str], progress: Progress, *, prove: bool
) -> Iterator[None]:
    """Drop every index of these tables, and make each again when the block ends.

    Args:
        tables: names in the schema of the application.
        prove: look up every reference again; without, the planner is told the same and nobody looks.
    """
    wanted = {"tables": list(tables)}
    foreign = connection.execute(FOREIGN_KEYS, wanted).fetchall()
    unique = connection.execute(UNIQUE, wanted).fetchall()
    _drop(connection, [*foreign, *unique])
    plain = connection.execute(PLAIN, wanted).fetchall()
    for name, _definition in plain:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    yield
    steps = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}" for table, name, text in _quoted(unique)]
    steps += [text for _name, text in plain]
    steps += [f"ALTER TABLE {table} ADD CONSTRAINT {name} {text} NOT VALID" for table, name, text in _quoted(foreign)]
    if prove:
        steps += [f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}" for table, name, _text in _quoted(foreign)]
    for number, step in enumerate(steps):
        progress("Indexes and constraints", number, len(steps))
        connection.execute(step.encode())
    progress("Indexes and constraints", len(steps), len(steps))


def _drop(connection: psycopg.Connection, constraints: Sequence[tuple[str, str, str]]) -> None:
    for table, name, _text in _quoted(constraints):
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())


def _quoted(constraints: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [(table, sql.Identifier(name).as_string(), text) for table, name, text in constraints]

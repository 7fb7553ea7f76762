"""Putting a backup back: the tables as they were then, the rows in one transaction, then on to today's tables.

Only rows come out of a backup. The shape of the database, its rights and functions come from this release's migrations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from ruangaman.ops.backup.archive import TABLES, Pieces, Reader
from ruangaman.ops.backup.tables import names
from ruangaman.ops.backup.types import LEFT_OUT, BackupError, Counter, Manifest, Part
from ruangaman.ops.progress import Progress

KEPT_OUT = ("ra_login_web", "ra_login_worker", "ra_login_sender", "ra_login_backup")
"""Who cannot connect until everything is proved."""

_ALL = """
SELECT c.relname::text, c.relforcerowsecurity FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
_HOLDS = """
SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = any(%s)
"""
_OPEN_TO = """
SELECT coalesce(string_agg(rolname, ', '), '') FROM pg_roles
WHERE rolname = any(%s) AND has_database_privilege(oid, current_database(), 'CONNECT')
"""


def require_empty() -> None:
    """Refuse a database that holds tables, or that somebody uses.

    Raises:
        BackupError: it is not an empty place.
    """
    if _value(_HOLDS):
        raise BackupError(
            "The database holds tables already: a backup is only restored into an empty one. Make a new database, "
            "or drop this one if you are sure, and name it in DATABASE_URL_MIGRATE."
        )
    require_alone()


def require_alone() -> None:
    """Refuse a database that web servers or workers are connected to. Raises BackupError."""
    if _value(_OTHERS, [list(KEPT_OUT)]):
        raise BackupError("Somebody is connected to the database: stop the web servers and workers, then try again.")


def end_sessions() -> None:
    """Let everybody sign in anew: some who had a session then may not be here any more."""
    _run(sql.SQL("TRUNCATE {}").format(names(LEFT_OUT)))


def count_rows() -> int:
    """Return how many rows all tables have."""
    each = [sql.SQL("SELECT count(*) AS n FROM {}").format(sql.Identifier(name)) for name, _forced in _rows(_ALL)]
    return int(_value(sql.SQL("SELECT sum(n) FROM ({}) AS t").format(sql.SQL(" UNION ALL ").join(each))))


def close_doors() -> None:
    """Let nobody but us connect. Raises BackupError: it cannot be closed."""
    _doors("REVOKE CONNECT ON DATABASE {} FROM {}")
    left = _value(_OPEN_TO, [list(KEPT_OUT)])
    if left:
        raise BackupError(
            f"The database is open to {left} while it is being restored, and this login cannot close it: "
            "let ra_migrate own it, and REVOKE ALL ON DATABASE … FROM PUBLIC."
        )


def open_doors() -> None:
    """Let the web servers and workers in again."""
    _doors("GRANT CONNECT ON DATABASE {} TO {}")


def migrate_to(migrations: Iterable[tuple[str, str]]) -> None:
    """Make the tables as they were when the backup was taken.

    Raises:
        BackupError: the backup knows migrations that this release does not.
    """
    executor = MigrationExecutor(connection)
    graph, wanted = executor.loader.graph, set(migrations)
    unknown = sorted(wanted - set(graph.nodes))
    if unknown:
        raise BackupError(
            f"The backup was made by a newer release (it knows {'.'.join(unknown[0])}): restore it with that one."
        )
    last = [
        node
        for node in sorted(wanted)
        if not any(child.key in wanted and child.key[0] == node[0] for child in graph.node_map[node].children)
    ]
    executor.migrate(last)


def migrate_on() -> None:
    """Bring the tables from then up to what this release wants."""
    call_command("migrate", verbosity=0)


def load(reader: Reader, said: Manifest, *, outside: Callable[[str, bytes], None], progress: Progress) -> None:
    """Put all rows in, in one transaction: either all that the manifest says is there, or nothing.

    Args:
        said: the manifest, from a first reading that found the backup whole.
        outside: is handed each file that belongs beside the database.

    Raises:
        BackupError: the backup is not what its manifest says.
    """
    parts = {part.name: part for part in said.tables}
    total = max(sum(part.size for part in said.tables) >> 20, 1)
    with transaction.atomic():
        forced = dict(_rows(_ALL))
        missing = sorted(parts.keys() - forced.keys())
        if missing:
            raise BackupError(f"There is no table for {', '.join(missing)}: this backup is not of this product.")
        _prepare(forced)

        def take(_opening: Manifest, folder: str, name: str, pieces: Pieces) -> None:
            if folder == TABLES:
                _copy_in(parts.get(name), name, pieces)
            else:
                outside(name, b"".join(pieces))

        again = reader.read(
            take, progress=lambda done: progress("Restoring rows (MiB)", min(done >> 20, total - 1), total)
        )
        if again != said:
            raise BackupError("The backup changed while it was being read: do not use it.")
        _run("SET CONSTRAINTS ALL IMMEDIATE")
        _finish(forced)
        _set_counters(said.counters)
    progress("Restoring rows (MiB)", total, total)


def analyze() -> None:
    """Let the planner know the rows."""
    _run(sql.SQL("ANALYZE {}").format(names(name for name, _forced in _rows(_ALL))))


def _prepare(forced: dict[str, bool]) -> None:
    """Empty the tables of what migrations put there; open them to COPY, and keep their triggers from acting again."""
    _run(sql.SQL("TRUNCATE {}").format(names(forced)))
    for name in forced:
        _alter(name, "NO FORCE ROW LEVEL SECURITY", "DISABLE TRIGGER USER")


def _finish(forced: dict[str, bool]) -> None:
    for name, was_forced in forced.items():
        _alter(name, "ENABLE TRIGGER USER", *(["FORCE ROW LEVEL SECURITY"] if was_forced else []))


def _copy_in(part: Part | None, name: str, pieces: Pieces) -> None:
    if part is None:
        raise BackupError(f"The backup holds rows of {name}, of which its manifest does not know: do not use it.")
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(name), names(part.columns))
    with connection.cursor() as cursor:
        with cursor.copy(into) as copy:
            for piece in pieces:
                copy.write(piece)
        if cursor.rowcount != part.rows:
            raise BackupError(f"{name} has {cursor.rowcount} rows instead of {part.rows}: do not use this backup.")


def _set_counters(counters: Iterable[Counter]) -> None:
    newest = "SELECT setval({name}, coalesce(max({column}), 1), max({column}) IS NOT NULL) FROM {table}"
    for counter in counters:
        identifiers = {"column": sql.Identifier(counter.column), "table": sql.Identifier(counter.table)}
        if counter.last is None:
            _run(sql.SQL(newest).format(name=sql.Literal(counter.name), **identifiers))
        else:
            _run("SELECT setval(%s::regclass, %s, %s)", [counter.name, counter.last, counter.called])


def _alter(name: str, *actions: str) -> None:
    _run(sql.SQL("ALTER TABLE {} {}").format(sql.Identifier(name), sql.SQL(", ").join(map(sql.SQL, actions))))


def _doors(statement: str) -> None:
    database = sql.Identifier(str(connection.settings_dict["NAME"]))
    there = [name for (name,) in _rows("SELECT rolname FROM pg_roles WHERE rolname = any(%s)", [list(KEPT_OUT)])]
    if there:
        _run(sql.SQL(statement).format(database, names(there)))


def _run(statement: str | sql.Composable, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rows(statement: str | sql.Composable, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _value(statement: str | sql.Composable, values: list[Any] | None = None) -> Any:
    return _rows(statement, values)[0][0]

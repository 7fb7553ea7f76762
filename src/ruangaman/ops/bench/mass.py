"""Rows of many years for the bench of the queue: how many of each there are, and bringing them into a database.

A twentieth of the cases is open. One unit is very large; the others have about a thousand open cases each, a companion
about twenty: units and companions grow with the rows, what one of them has does not. Real people of the invented city
stand among them: a companion with twenty open cases, a manager with grants on twenty thousand dossiers, the head of
the large unit, and its desk. Sealed contents are not there: lists read facts in the clear.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import psycopg
from psycopg import sql

from ruangaman.ops.bench import mass_rows
from ruangaman.ops.bench.indexes import without_indexes
from ruangaman.ops.progress import Progress

OPEN_SHARE = 20
"""One in so many cases is open."""
LARGE, UNIT, COMPANION = 20_000, 1_000, 20
"""Open cases of the large unit, of any other, of one companion."""
GRANTS = 20_000
"""Of the person who holds many; a companion has as many as open cases."""
WAITING = 200
"""Reports that wait at the desk of the large unit."""
BATCH = 250_000
PROVED = 1_000_000
"""Up to so many rows every reference is looked up after loading; the statements are the same for more."""


@dataclass(frozen=True)
class Size:
    """How many of each there are among so many cases."""

    rows: int

    @property
    def open(self) -> int:
        """Open cases."""
        return max(self.rows // OPEN_SHARE, 1)

    @property
    def large(self) -> int:
        """Open cases of the large unit: in a small city as many as there are, but for a fifth."""
        return min(LARGE, self.open * 4 // 5)

    def facts(self) -> dict[str, int]:
        """Return what the statements need."""
        rest = self.open - self.large
        return {
            "rows": self.rows,
            "large": self.large,
            "units": max(rest // UNIT, 1),
            "large_companions": max(self.large // COMPANION, 1),
            "companions": max(rest // COMPANION, 1),
            "large_managers": max(self.large // UNIT, 1),
            "many": GRANTS,
            "waits_every": max(self.large * OPEN_SHARE // WAITING // 10 * 10, 10),
        }


@dataclass(frozen=True)
class Cast:
    """Who of the city stands in the rows."""

    unit: str
    emergency: str
    desk: str
    desk_principal: str
    companion: str
    companion_principal: str
    manager: str
    manager_principal: str
    index: str

    @classmethod
    def of_city(cls, connection: psycopg.Connection) -> Cast:
        """Find them. Raises RuntimeError: this is not the city, or nobody in it can be found by a number yet."""
        row = connection.execute(
            "SELECT u.id, u.breakglass_id, d.id, d.principal_id, p.id, p.principal_id, m.id, m.principal_id,"
            " x.dossier_id FROM accounts_unit u JOIN accounts_desk d ON d.unit_id = u.id"
            " JOIN accounts_user p ON p.username = 'pendamping' JOIN accounts_user m ON m.username = 'manajer'"
            " JOIN vault_blindindex x ON x.unit_id = u.id WHERE u.code = 'uptd'"
        ).fetchone()
        if row is None:
            raise RuntimeError("The city has no large unit whose people are found by a number.")
        return cls(*map(str, row))


def load(connection: psycopg.Connection, size: Size, progress: Progress) -> None:
    """Put the rows in, with every index made after them, and let the planner know.

    No trigger runs meanwhile; every CHECK and UNIQUE holds, and every reference (looked up for up to `PROVED` rows).

    Args:
        connection: of a superuser, committing by itself.
        progress: told by rows of all tables.
    """
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET maintenance_work_mem = '1GB'")
    _note(connection, size, Cast.of_city(connection))
    with without_indexes(connection, mass_rows.TABLES, progress, prove=size.rows <= PROVED):
        for statement in mass_rows.ONCE:
            connection.execute(statement)
        for first in range(1, size.rows + 1, BATCH):
            progress("Rows", first - 1, size.rows)
            connection.execute("TRUNCATE bench.one")
            connection.execute(mass_rows.NUMBERED, [first, min(first + BATCH - 1, size.rows)])
            connection.execute("ANALYZE bench.one")
            for statement in mass_rows.OF_EACH:
                connection.execute(statement)
        progress("Rows", size.rows, size.rows)
    connection.execute("DROP SCHEMA bench CASCADE")
    for number, table in enumerate(mass_rows.TABLES):
        progress("Tidying up", number, len(mass_rows.TABLES))
        connection.execute(sql.SQL("VACUUM (FREEZE, ANALYZE) {}").format(sql.Identifier(table)))
    connection.execute("ANALYZE")
    connection.execute("RESET ALL")


def _note(connection: psycopg.Connection, size: Size, cast: Cast) -> None:
    """Keep sizes and cast in a table of one row, where every statement finds them."""
    facts: dict[str, int | str] = {**size.facts(), **asdict(cast)}
    kinds = {name: "bigint" if isinstance(value, int) else "uuid" for name, value in facts.items()}
    columns = sql.SQL(", ").join(sql.SQL(f"{{}} {kind}").format(sql.Identifier(name)) for name, kind in kinds.items())
    connection.execute("CREATE SCHEMA bench")
    connection.execute(sql.SQL("CREATE TABLE bench.whole ({}, at timestamptz DEFAULT now())").format(columns))
    names = sql.SQL(", ").join(map(sql.Identifier, facts))
    values = sql.SQL(", ").join(map(sql.Literal, facts.values()))
    connection.execute(sql.SQL("INSERT INTO bench.whole ({}) VALUES ({})").format(names, values))
    for statement in mass_rows.HELPERS:
        connection.execute(statement)

"""Asking the database in plain SQL: as a login, in a role, with the settings of somebody who looks."""

# ruff: noqa: S608 - statements are put together from names of the database itself and of raw_matrix.py
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from ruangaman.accounts.models import User
from tests.architecture.raw_matrix import CIRCLES, TABLES, Actor
from tests.architecture.raw_world import NOBODY, RawWorld

DENIED = "42501"
CELL = re.compile(
    r"(?P<verb>[SIUD]) (?P<circles>[\w:|]+)(?: by:(?P<by>\w+))?(?: \((?P<only>[\w ]+)\))?(?: \{(?P<where>.+)\})?"
)
LOGIN_OF = {"ra_web": "ra_login_web", "ra_public": "ra_login_web", "ra_audit": "ra_login_web",
            "ra_worker": "ra_login_worker", "ra_sender": "ra_login_sender", "ra_backup": "ra_login_backup"}  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """What the matrix says of one verb on one table; see there."""

    circles: tuple[tuple[str, str], ...]
    by: str = ""
    only: tuple[str, ...] = ()
    where: str = ""

    @property
    def column(self) -> str:
        """What the row to put in is about."""
        return self.circles[0][1]


def read_cells(table: str, text: str) -> dict[str, Cell]:
    """Return verb → cell."""
    cells = {}
    for part in text.split("; ") if text else ():
        match = CELL.fullmatch(part)
        assert match, f"{table}: {part} cannot be read"
        circles = tuple(
            (name, column or TABLES[table] or "")
            for name, _, column in (one.partition(":") for one in match["circles"].split("|"))
        )
        cells[match["verb"]] = Cell(
            circles, match["by"] or "", tuple((match["only"] or "").split()), match["where"] or ""
        )
    return cells


def circle(actor: Actor, name: str) -> frozenset[str] | None:
    """The names in a circle; None: everything."""
    if name == "all":
        return None
    if name == "none":
        return frozenset()
    found: frozenset[str] = CIRCLES[name](actor) if name in CIRCLES else getattr(actor, name)
    return found


@dataclass
class Table:
    """All rows of a table, as the owner sees them."""

    name: str
    columns: list[str]
    types: dict[str, str]
    key: list[str]
    rows: dict[str, Row] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Where each row lies: a row that was changed lies elsewhere."""


@dataclass
class Database:
    """The tables by name, and what every id is called."""

    world: RawWorld
    tables: dict[str, Table] = field(default_factory=dict)

    def load(self) -> None:
        """Read everything, and name what has no name yet after what it is about."""
        for name, about in TABLES.items():
            table = self.tables[name] = _describe(name)
            key = ", ".join(f'"{column}"' for column in table.key)
            for pk, place, text in run(f'SELECT ROW({key})::text, ctid::text, to_jsonb(t)::text FROM "{name}" t'):
                table.places[pk] = place
                row = table.rows[pk] = json.loads(text)
                if about and "id" in row:
                    self.world.names.setdefault(str(row["id"]), self.world.names.get(str(row[about]), "?"))

    def called(self, table: str, row: Row, column: str) -> str:
        """What a row is about, by name."""
        name = self.world.names.get(str(row[column]), "?") if column and row[column] is not None else ""
        assert name != "?", f"{table}.{column}: nobody knows what {row[column]} is"
        return name

    def rows_in(self, table: str, cell: Cell, actor: Actor) -> set[str]:
        """The keys of the rows that a cell gives to somebody."""
        found = self.tables[table]
        keys: set[str] = set()
        for name, column in cell.circles:
            names = circle(actor, name)
            keys |= {pk for pk, row in found.rows.items() if names is None or self.called(table, row, column) in names}
        return keys & self.matching(table, cell.where)

    def matching(self, table: str, where: str) -> set[str]:
        """The keys of the rows for which a condition holds."""
        found = self.tables[table]
        if not where:
            return set(found.rows)
        key = ", ".join(f'"{column}"' for column in found.key)
        return {pk for (pk,) in run(f'SELECT ROW({key})::text FROM "{table}" WHERE {where}')}


def _describe(name: str) -> Table:
    rows = run(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnum = any(k.conkey) FROM pg_attribute a"
        " JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'"
        " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        name,
    )
    return Table(name, [row[0] for row in rows], {row[0]: row[1] for row in rows}, [row[0] for row in rows if row[2]])


def run(statement: str, *values: Any) -> list[Any]:
    """Run a statement past Django, and return its rows."""
    cursor = connection.connection.cursor()
    cursor.execute(statement, values)
    return cursor.fetchall() if cursor.description else []


def attempt(statement: str, *values: Any) -> tuple[str, list[Any]]:
    """Try a statement and undo it; return the refusal's code and text ('' is none) and the rows."""
    run("SAVEPOINT one")
    try:
        rows = run(statement, *values)
    except psycopg.Error as error:
        run("ROLLBACK TO one")
        return f"{error.sqlstate} {error.diag.message_primary}", []
    run("ROLLBACK TO one")
    return "", rows


@contextmanager
def session(role: str, login: str = "", **settings: str) -> Iterator[None]:
    """Be a session of the role's login, in the role, with these settings (`user`: `ra.user`); then the owner again."""
    run("SAVEPOINT whole")
    run(f"SET LOCAL SESSION AUTHORIZATION {login or LOGIN_OF[role]}")
    if role:
        run(f"SET LOCAL ROLE {role}")
    for name, value in settings.items():
        run("SELECT set_config(%s, %s, true)", f"ra.{name}", value)
    try:
        yield
    finally:
        run("ROLLBACK TO whole")


def settings_of(user: User | None, *, keeper: bool = False) -> dict[str, str]:
    """What the application sets for somebody."""
    if user is None:
        return {}
    found = {"user": str(user.pk), "principals": array(user.principals), "units": array(user.oversight_units)}
    return found | ({"keeper": str(user.pk)} if keeper else {})


def array(ids: Any) -> str:
    """As the database writes a list of ids."""
    return "{" + ",".join(map(str, ids)) + "}"


def copy_of(table: str, row: Row) -> tuple[str, Jsonb]:
    """A statement that puts a row in, and the row."""
    names = ", ".join(f'"{name}"' for name in row)
    text = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM jsonb_populate_record(NULL::"{table}", %s)'
    return text, Jsonb(row)


def myself(user: User | None, table: str) -> str:
    """Who did it: by key in the vault, by account elsewhere."""
    if user is None:
        return str(NOBODY)
    return str(user.principal_id if table.startswith("vault_") else user.pk)


def is_refused(answer: str) -> bool:
    """Whether rights or policies refused. A constraint is looked at after them; anything else is no answer at all."""
    assert not answer or answer.startswith((DENIED, "23", "428C9")), answer
    return answer.startswith(DENIED)

"""Statements that every request needs: planned once for a connection, compiled from the ORM once for the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from django.db.models import QuerySet

Value: TypeAlias = UUID | datetime | str
Values: TypeAlias = Value | Sequence[Value]
Shape: TypeAlias = tuple[tuple[str, int | None], ...]
FIRST_MARK = datetime(9000, 1, 1, tzinfo=UTC)


def run_prepared(statement: str, values: Sequence[object] | Mapping[str, object]) -> tuple[Any, ...] | None:
    """Run a statement that every request needs, planned once for a connection: planning costs as much as running it.

    Returns its first row; None: it has none.

    Args:
        statement: constant text with `%s` or `%(name)s`: each other text is another plan that the server keeps.

    Raises:
        DatabaseError: as Django's own cursor does.
    """
    with _prepared(statement, values) as cursor:
        return cursor.fetchone() if cursor.pgresult and cursor.pgresult.ntuples else None


@contextmanager
def _prepared(statement: str, values: Sequence[object] | Mapping[str, object]) -> Iterator[psycopg.Cursor[Any]]:
    raw = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:

        def send(sql: str, params: Any, _many: object, _context: object) -> object:
            return cursor.execute(sql, params, prepare=True)

        for wrapper in reversed(connection.execute_wrappers):  # as Django's own cursor does
            send = partial(wrapper, send)
        # Only for this one: while it is set, psycopg remembers the text of all others too, with what they carry.
        raw.prepare_threshold = 0
        try:
            send(statement, values, False, {"connection": connection, "cursor": cursor})
        finally:
            raw.prepare_threshold = None
        if connection.queries_logged:
            connection.queries_log.append({"sql": statement, "time": "0"})  # counted like Django's own
        yield cursor


@dataclass(frozen=True)
class _Compiled:
    """One query as text: where in its parameters which value goes, and how its columns are read.

    Args:
        places: by mark, whose value stands there and which one of several.
    """

    sql: str
    params: tuple[object, ...]
    places: Mapping[Value, tuple[str, int | None]]
    names: tuple[str, ...]
    read: Callable[[list[tuple[Any, ...]]], list[Sequence[Any]]]

    def fill(self, value: Any, given: Mapping[str, Any]) -> Any:
        """Return a parameter with the values that are asked for in place of the marks."""
        if isinstance(value, list | tuple):
            return [self.fill(one, given) for one in value]
        found = self.places.get(value) if isinstance(value, UUID | datetime | str) else None
        if found is None:
            return value
        name, index = found
        return given[name] if index is None else given[name][index]


class Planned:
    """A query of the ORM that is asked again and again. To make its text takes Django longer than the answer takes."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        """Nothing is compiled yet.

        Args:
            build: makes it, a `values()`, of named keys, moments and codes, or sequences of them. What it does with
                them must not depend on which they are or how many, and not be changed by one that comes twice.
        """
        self._build = build
        self._compiled: dict[Shape, _Compiled] = {}

    def rows(self, **given: Values) -> list[dict[str, Any]]:
        """Ask. Of several values the last is named again until they are two, four, eight …: few plans for any number.

        Raises:
            ValueError: several values are none.
            DatabaseError: as Django's own cursor does.
        """
        given = {name: one if isinstance(one, Value) else _fill_up(one) for name, one in given.items()}
        shape = tuple((name, None if isinstance(one, Value) else len(one)) for name, one in given.items())
        found = self._compiled.get(shape)
        if found is None:
            found = self._compiled[shape] = self._compile(given)
        with _prepared(found.sql, [found.fill(one, given) for one in found.params]) as cursor:
            rows = cursor.fetchall()
        return [dict(zip(found.names, row, strict=True)) for row in found.read(rows)]

    def first(self, **given: Values) -> dict[str, Any] | None:
        """Ask for one row; None: there is none."""
        rows = self.rows(**given)
        return rows[0] if rows else None

    def _compile(self, given: Mapping[str, Values]) -> _Compiled:
        places: dict[Value, tuple[str, int | None]] = {}

        def mark(name: str, index: int | None, like: Value) -> Value:
            text = f"mark {uuid4()}"
            moment = FIRST_MARK + timedelta(days=len(places))
            new: dict[type, Value] = {UUID: uuid4(), datetime: moment, str: text}
            found = new[next(kind for kind in new if isinstance(like, kind))]
            places[found] = (name, index)
            return found

        marks = {
            name: mark(name, None, one)
            if isinstance(one, Value)
            else [mark(name, index, each) for index, each in enumerate(one)]
            for name, one in given.items()
        }
        query: Any = self._build(**marks).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)

        def read(rows: list[tuple[Any, ...]]) -> list[Sequence[Any]]:
            return list(compiler.apply_converters(rows, converters)) if converters else list(rows)

        return _Compiled(sql, tuple(params), places, tuple(query.selected), read)


def _fill_up(several: Sequence[Value]) -> Sequence[Value]:
    """Return values as many as a power of two, the last of them repeated. Raises ValueError: there is none."""
    if not several:
        raise ValueError("A planned query asks for something.")
    return [*several, *[several[-1]] * ((1 << (len(several) - 1).bit_length()) - len(several))]

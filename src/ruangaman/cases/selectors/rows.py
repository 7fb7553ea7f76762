"""Several tables in one statement: every row travels as JSON under the name of its part, and becomes a row again.

Each query costs a round trip, its planning and its compiling, whether it finds two hundred rows or none; the page of a
case reads thirty tables. Nothing binary travels so: content of the vault is read by the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from django.db.models import F, Model, QuerySet, Value
from django.db.models.functions import JSONObject

from ruangaman.audit.services import Planned


@dataclass(frozen=True)
class Given:
    """What the parts of a case's page are found by.

    Args:
        principals: those whose wraps count.
    """

    case_id: UUID
    dossier_id: UUID
    principals: Sequence[UUID]
    at: datetime


Part: TypeAlias = Callable[[Given], QuerySet[Any, Any]]
"""Makes a queryset with an annotation `row` that is JSON. A function of a module: the statement is kept by it."""
Parts: TypeAlias = Mapping[str, Part]
"""What is read at once, by the name of the part."""
Found: TypeAlias = Mapping[str, list[Any]]
"""What came of it, by the same names, in no order."""
Row = TypeVar("Row", bound=Model)

PERSON = ("id", "display_name", "role", "principal_id", "is_active")
"""What a page has to know of somebody who works here."""


def as_json(rows: QuerySet[Any, Any], **related: tuple[str, ...]) -> QuerySet[Any, Any]:
    """Let each row travel as JSON with all of its columns.

    Args:
        related: by the path to another row, which of its columns come along; `build` puts that row where it belongs.
    """
    own: dict[str, Any] = {field.attname: F(field.attname) for field in rows.model._meta.concrete_fields}
    for path, columns in related.items():
        own[path] = JSONObject(**{column: F(f"{path}__{column}") for column in columns})
    found: QuerySet[Any, Any] = rows.annotate(row=JSONObject(**own))
    return found


def read_parts(parts: Parts, given: Given) -> Found:
    """Read every part by one statement, whose text is made once for these parts."""
    found: dict[str, list[Any]] = {name: [] for name in parts}
    key = frozenset(parts.items())
    statement = STATEMENTS.get(key)
    if statement is None:
        statement = STATEMENTS[key] = Planned(_union(dict(parts)))
    for one in statement.rows(**vars(given)):
        found[one["part"]].append(one["row"])
    return found


STATEMENTS: dict[frozenset[tuple[str, Part]], Planned] = {}
"""As many as there are kinds of viewers."""


def _union(parts: Parts) -> Callable[..., QuerySet[Any, Any]]:
    def build(**given: Any) -> QuerySet[Any, Any]:
        known = Given(**given)
        first, *others = [
            part(known).order_by().annotate(part=Value(name)).values("part", "row") for name, part in parts.items()
        ]
        found: QuerySet[Any, Any] = first.union(*others, all=True)
        return found

    return build


def build(model: type[Row], found: Iterable[Mapping[str, Any]], *, by: str = "id", **same: Model) -> list[Row]:
    """Make rows of what `as_json` let travel, in the order of the column `by`, then of the key.

    Args:
        same: rows that all of them point to, by the name of the field.
    """
    known: dict[tuple[type[Model], UUID], Model] = {}
    rows = [_build(model, one, known, same) for one in found]
    return sorted(rows, key=lambda row: (getattr(row, by), row.pk))


def _build(
    model: type[Row],
    data: Mapping[str, Any],
    known: dict[tuple[type[Model], UUID], Model],
    same: Mapping[str, Model],
) -> Row:
    row = _make(model, data)
    for name, other in same.items():
        setattr(row, name, other)
    for path in sorted(name for name, value in data.items() if isinstance(value, dict)):
        *way, last = path.split("__")
        holder: Any = row
        for step in way:
            holder = getattr(holder, step)
        target: type[Model] = type(holder)._meta.get_field(last).related_model
        setattr(holder, last, _shared(target, data[path], known))
    return row


def _shared(model: type[Model], data: Mapping[str, Any], known: dict[tuple[type[Model], UUID], Model]) -> Model | None:
    """The same row once, however many point to it; None where nothing was joined."""
    if data["id"] is None:
        return None
    return known.setdefault((model, data["id"]), _make(model, data))


def _make(model: type[Row], data: Mapping[str, Any]) -> Row:
    fields = [field for field in model._meta.concrete_fields if field.attname in data]
    values = [field.to_python(data[field.attname]) for field in fields]
    return model.from_db("default", [field.attname for field in fields], values)

"""Pages by keyset: what comes after one row in the order of a list.

As one comparison of rows an index in that order begins right there; of ANDs and ORs the planner makes several looks
into it, or none. The columns are named in the order's sequence, the last of them being one of a kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.lookups import GreaterThan, LessThan


def above(**last: int | datetime | UUID) -> GreaterThan:
    """Return the condition for what comes after a row with these values, all columns ascending."""
    return GreaterThan(_row(map(F, last)), _row(map(Value, last.values())))


def below(**last: int | datetime | UUID) -> LessThan:
    """Return the condition for what comes after a row with these values, all columns descending."""
    return LessThan(_row(map(F, last)), _row(map(Value, last.values())))


def between(column: str, since: datetime | None, until: datetime | None) -> Q:
    """Return the condition for moments from `since` on and before `until`; None: no bound."""
    begins = Q(**{f"{column}__gte": since}) if since is not None else Q()
    return begins & Q(**{f"{column}__lt": until}) if until is not None else begins


def scanned(
    column: str, since: datetime | None, until: datetime | None, after: tuple[datetime, UUID] | None
) -> list[Q | GreaterThan]:
    """Return the conditions of one scan of an index in the order of a moment and the id.

    Args:
        after: a place in it after which the scan begins, instead of `since`.
    """
    if after is None:
        return [between(column, since, until)]
    place: dict[str, int | datetime | UUID] = {column: after[0], "id": after[1]}
    return [above(**place), between(column, None, until)]


def _row(cells: Iterable[F | Value]) -> Func:
    return Func(*cells, function="ROW", output_field=BooleanField())

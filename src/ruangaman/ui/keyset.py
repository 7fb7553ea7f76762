"""Pages by keyset: what comes after one row in the order of a list.

As one comparison of rows an index in that order begins right there; of ANDs and ORs the planner makes several looks
into it, or none. The columns are named in the order's sequence, the last of them being one of a kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, F, Func, Value
from django.db.models.lookups import GreaterThan, LessThan


def above(**last: int | datetime | UUID) -> GreaterThan:
    """Return the condition for what comes after a row with these values, all columns ascending."""
    return GreaterThan(_row(map(F, last)), _row(map(Value, last.values())))


def below(**last: int | datetime | UUID) -> LessThan:
    """Return the condition for what comes after a row with these values, all columns descending."""
    return LessThan(_row(map(F, last)), _row(map(Value, last.values())))


def _row(cells: Iterable[F | Value]) -> Func:
    return Func(*cells, function="ROW", output_field=BooleanField())

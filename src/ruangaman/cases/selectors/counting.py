"""How many records use a code of a list: a number for who changes the lists, and sees no case."""

from __future__ import annotations

from django.db import connection

from ruangaman.codelists.types import ListKey


def count_code(key: ListKey, code: str) -> int | None:
    """Return 0, `codelists.registry.FEW` for one to four, else the number; None: the viewer changes no lists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_count_code(%s, %s)", [str(key), code])
        found: int | None = cursor.fetchone()[0]
    return found

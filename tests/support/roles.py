"""With whose rights something is done in the database."""

from __future__ import annotations

from django.db import connection


def acting_role() -> str:
    """Return the role of the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])

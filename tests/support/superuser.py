"""What only somebody with all rights on the database can do."""

from __future__ import annotations

from django.db import connection


def as_superuser(*statements: str) -> None:
    """Run statements past every right and policy, then be `ra_migrate` again, as the body of a test is."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE ra_migrate")

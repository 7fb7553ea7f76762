"""A world that many tests look at and none changes: made once for a file, in one transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from ruangaman.intake.selectors import reception
from ruangaman.vault import directory


@contextmanager
def one_transaction(blocker: Any) -> Iterator[None]:
    """Be the owner inside a transaction. What was remembered of another database is forgotten before and after."""
    with blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE ra_migrate")
        reception.forget()
        directory.forget()
        yield
        reception.forget()
        directory.forget()
        transaction.set_rollback(True)


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """Undo at the end whatever is done in it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

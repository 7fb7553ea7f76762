"""Who has to act gets one letter that says only that something waits: deferred with the change, sent by the worker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from ruangaman.accounts.models import DoorRequest, User


def call_second_person(*, request: DoorRequest) -> int:
    """Call whoever could decide a request that was just made. Returns how many.

    Writes: one job for each; none for whom a letter is on its way already.
    """
    return _call("accounts_call_second(%s)", request.pk)


def call_officers(*, at: datetime) -> int:
    """Call the key officers if a key was made at this moment that nobody has signed. Returns how many.

    Writes: as `call_second_person`.
    """
    return _call("accounts_call_officers(%s)", at)


def call_heads(*, user: User, at: datetime) -> int:
    """Call the heads of units of whose dossiers nobody can open some, now that `user` has fresh keys.

    Writes: as `call_second_person`.
    """
    return _call("accounts_call_heads(%s, %s)", user.pk, at)


def _call(function: str, *values: UUID | datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", list(values))
        return int(cursor.fetchone()[0])

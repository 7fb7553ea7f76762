"""What the worker forgets about the doors, with the worker's own rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from ruangaman.accounts import jobs
from ruangaman.accounts.models import SignInAttempt
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role

pytestmark = pytest.mark.django_db


def tried(key: bytes, *, ago: timedelta) -> SignInAttempt:
    return SignInAttempt.objects.create(key=key * 32, failures=3, last_at=timezone.now() - ago)


def test_tries_that_nobody_touched_for_a_day_are_forgotten() -> None:
    tried(b"a", ago=timedelta(hours=25))
    young = tried(b"b", ago=timedelta(hours=23))

    assert jobs.forget_tries.func(timestamp=0) == 1

    assert [bytes(row.key) for row in SignInAttempt.objects.all()] == [young.key]
    assert jobs.forget_tries.func(timestamp=0) == 0


def test_the_worker_cannot_free_a_door_that_is_slowed_nor_read_whose_it_is() -> None:
    tried(b"a", ago=timedelta(hours=1))
    with unit_of_work(Role.WORKER), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_signinattempt")
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT key FROM accounts_signinattempt")
    assert SignInAttempt.objects.count() == 1

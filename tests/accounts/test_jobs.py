"""What the worker forgets about the doors, with the worker's own rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from ruangaman.accounts import jobs
from ruangaman.accounts.models import Invitation, SignInAttempt
from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from tests.factories.accounts import JAN_5, make_office

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
    with unit_of_work(DatabaseRole.WORKER), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_signinattempt")
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT key FROM accounts_signinattempt")
    assert SignInAttempt.objects.count() == 1


def test_invitations_that_ended_a_month_ago_are_forgotten_and_no_name_is_read() -> None:
    office = make_office()
    for name, ago in (("lama", 31), ("baru", 29)):
        Invitation(
            code_mac=name.encode(),
            username=name,
            display_name=name,
            role=Role.PETUGAS,
            unit=office.unit,
            made_by=office.head,
            made_at=JAN_5,
            expires_at=timezone.now() - timedelta(days=ago),
        ).save(force_insert=True)

    assert jobs.forget_invitations.func(timestamp=0) == 1

    assert [row.username for row in Invitation.objects.all()] == ["baru"]
    denied = pytest.raises(ProgrammingError, match="permission denied")
    with unit_of_work(DatabaseRole.WORKER), connection.cursor() as cursor, denied, transaction.atomic():
        cursor.execute("SELECT username FROM accounts_invitation")

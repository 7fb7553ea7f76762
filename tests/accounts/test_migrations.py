"""The migrations of this app with rows in the tables: there, back, and there again."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID, uuid4

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ruangaman.accounts import services
from ruangaman.accounts.models import DoorRequest, User
from ruangaman.accounts.types import Role
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.vault.models import Waiting
from tests.accounts.test_lifecycle import a_dossier
from tests.factories.accounts import JAN_5, Office, working

AFTER = [("accounts", "0006_handing_on")]


def migrate(to: list[tuple[str, str]]) -> None:
    """Bring the tables there, as whoever owns them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with working(role=DatabaseRole.MIGRATE):
        MigrationExecutor(connection).migrate(to)


def test_what_waited_because_somebody_left_goes_over(safe: Office) -> None:
    """The rows that an older release had: its table is made here as far as they need it."""
    admin = safe.user(Role.ADMIN)
    leaver, stays = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    waiting, done = a_dossier(safe, leaver, stays), a_dossier(safe, leaver, stays)
    with working(admin):
        assert services.let_go(user=leaver, by=admin, at=JAN_5) == 2
    handing_on = import_module("ruangaman.accounts.migrations.0006_handing_on")
    with working(role=DatabaseRole.MIGRATE), connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_waiting")
        cursor.execute(
            "CREATE TABLE accounts_leftdossier"
            " (dossier_id uuid, user_id uuid, left_at timestamptz, done_at timestamptz)"
        )
        for dossier_id, done_at in ((waiting, None), (done, JAN_5)):
            cursor.execute(
                "INSERT INTO accounts_leftdossier (dossier_id, user_id, left_at, done_at) VALUES (%s, %s, %s, %s)",
                [dossier_id, leaver.pk, JAN_5, done_at],
            )
        cursor.execute(handing_on.LEFT)
    line = Waiting.objects.get()
    assert (line.dossier_id, line.principal_id, line.reason, line.kind) == (
        waiting,
        leaver.principal_id,
        "left",
        "epoch",
    )
    with working(stays):
        assert services.renew_epochs(by=stays, at=JAN_5) == 1
    with working(safe.head):
        services.let_go(user=stays, by=safe.head, at=JAN_5)


def test_of_several_askers_one_row_stays_and_what_was_decided_is_left_alone(office: Office) -> None:
    admin, user, other = office.user(Role.ADMIN), office.user(), office.user(Role.PENDAMPING)
    migrate(AFTER)
    rows = [
        ("second_step", user, office.head, JAN_5, False),
        ("second_step", user, admin, JAN_5 + timedelta(days=1), True),
        ("fresh_keys", user, office.head, JAN_5, True),
        ("regrant", other, user, JAN_5, True),
        ("regrant", other, admin, JAN_5, True),
    ]
    wanted = set()
    for kind, about, asker, at, stays in rows:
        row = uuid4()
        wanted |= {row} if stays else set()
        _insert(row, kind, about, asker, at)
    decided = uuid4()
    _insert(decided, "officer", user, office.head, JAN_5)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_doorrequest SET decided_at = %s, decided_by_id = %s, is_approved = false WHERE id = %s",
            [JAN_5, office.guard.pk, decided],
        )
    migrate([("accounts", "0009_requests")])
    assert set(DoorRequest.objects.values_list("pk", flat=True)) == wanted | {decided}
    migrate(AFTER)
    migrate([("accounts", "0009_requests")])
    assert DoorRequest.objects.count() == 5


def _insert(row: UUID, kind: str, about: User, asker: User, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_doorrequest (id, kind, user_id, asked_by_id, asked_at) VALUES (%s, %s, %s, %s, %s)",
            [row, kind, about.pk, asker.pk, at],
        )

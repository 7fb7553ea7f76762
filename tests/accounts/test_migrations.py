"""The migrations of this app with rows in the tables: there, back, and there again."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ruangaman.accounts import services
from ruangaman.accounts.types import Role
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.vault.models import Waiting
from tests.accounts.test_lifecycle import a_dossier
from tests.factories.accounts import JAN_5, Office, working

BEFORE, AFTER = [("accounts", "0005_lifecycle_rights")], [("accounts", "0006_handing_on")]


def migrate(to: list[tuple[str, str]]) -> None:
    """Bring the tables there, as whoever owns them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with working(role=DatabaseRole.MIGRATE):
        MigrationExecutor(connection).migrate(to)


def test_what_waited_because_somebody_left_goes_over_and_comes_back(safe: Office) -> None:
    admin = safe.user(Role.ADMIN)
    leaver, stays = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    waiting, done = a_dossier(safe, leaver, stays), a_dossier(safe, leaver, stays)
    with working(admin):
        assert services.let_go(user=leaver, by=admin, at=JAN_5) == 2
    Waiting.objects.filter(dossier_id=done).update(done_at=JAN_5)

    migrate(BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossier_id, user_id, done_at FROM accounts_leftdossier")
        assert cursor.fetchall() == [(waiting, leaver.pk, None)]
        cursor.execute("DELETE FROM vault_waiting")
        for dossier_id, done_at in ((waiting, None), (done, JAN_5)):
            cursor.execute(
                "INSERT INTO accounts_leftdossier (id, dossier_id, user_id, left_at, done_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                [uuid4(), dossier_id, leaver.pk, JAN_5, done_at],
            )
    migrate(AFTER)
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

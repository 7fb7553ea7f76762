"""What each database role may do to the trail, by raw SQL."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from ruangaman.audit import services
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.registry import event_types, register
from ruangaman.audit.types import EventType, Role, Seal

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
TABLES = ("audit_auditevent", "audit_auditlane", "audit_auditseal")
SEEN = event_types.get("test.seen") or register(EventType("test.seen", "{actor} melihat {subject}"))


def run(role: Role, sql: str) -> list[tuple[object, ...]]:
    """Run a statement as a role, and undo it."""
    with services.unit_of_work(role) as unit, connection.cursor() as cursor:
        unit.roll_back()
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB, Role.WORKER, Role.SENDER])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM {}", "DELETE FROM {}", "UPDATE {} SET lane = 1", "TRUNCATE {}", "INSERT INTO {} (lane) VALUES (1)"],
)
def test_the_application_cannot_touch_the_tables(role, table, sql):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        run(role, sql.format(table))


@pytest.mark.parametrize("role", [Role.AUDIT, Role.BACKUP])
@pytest.mark.parametrize("table", TABLES)
def test_the_auditor_reads_and_changes_nothing(role, table):
    run(role, f"SELECT count(*) FROM {table}")
    for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET lane = 1", f"TRUNCATE {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(role, sql)


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB, Role.WORKER, Role.SENDER, Role.AUDIT])
def test_everybody_appends(role):
    with services.unit_of_work(role):
        services.record(SEEN, by=None, subject=role.value, at=FEB_1)
    assert services.verify().ok


def backed_up(fingerprint: str) -> str:
    return f"SELECT audit_append_backup('2026-02-01T08:00+00:00', 7, decode('{fingerprint}', 'hex'))"


def test_the_role_of_backups_appends_that_it_made_one_and_nothing_else():
    with services.unit_of_work(Role.BACKUP), connection.cursor() as cursor:
        cursor.execute(backed_up("ab" * 32))
    event = AuditEvent.objects.get(type="vault.backed_up")
    assert (event.actor, event.subject) == ("system", "database")
    assert event.detail == {"taken": "2026-02-01T08:00:00.000000+00:00", "rows": 7, "sha256": "ab" * 32}
    assert abs(event.at - datetime.now(UTC)) < timedelta(minutes=1), "nobody chooses the hour"
    ours = services.Event(SEEN, "system", event.subject, FEB_1, {})
    assert event.lane == ours.lane, "as everything about the database"
    assert services.verify().ok
    with pytest.raises(ProgrammingError, match="permission denied for function audit_append"):
        run(Role.BACKUP, "SELECT audit_append('[]')")
    for fingerprint in ("", "ab" * 31):
        with pytest.raises(DatabaseError, match="does not say which backup"):
            run(Role.BACKUP, backed_up(fingerprint))


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB, Role.WORKER, Role.SENDER, Role.AUDIT])
def test_nobody_else_says_that_a_backup_was_made(role):
    with pytest.raises(ProgrammingError, match="permission denied for function audit_append_backup"):
        run(role, backed_up("ab" * 32))


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.PUBLIC, True), (Role.WEB, True), (Role.WORKER, False), (Role.SENDER, False), (Role.AUDIT, False)],
)
def test_a_single_fingerprint_is_read_by_those_who_open(role, allowed):
    ref = uuid4()
    with services.unit_of_work(Role.WEB):
        services.record(SEEN, by=None, subject="s", at=FEB_1, seals=[Seal(ref, 1, b"1" * 32)])
    sql = f"SELECT audit_seal_hash('{ref}', 1)"
    if allowed:
        assert [bytes(row[0]) for row in run(role, sql)] == [b"1" * 32]
        assert run(role, f"SELECT audit_seal_hash('{ref}', 2)") == [(None,)]
    else:
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(role, sql)


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB, Role.WORKER])
def test_only_the_auditor_verifies(role):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(role, "SELECT * FROM audit_verify()")


def test_a_temporary_table_does_not_fool_the_functions():
    with services.unit_of_work(Role.WEB), connection.cursor() as cursor, transaction.atomic():
        try:
            with transaction.atomic():
                cursor.execute("CREATE TEMP TABLE audit_auditlane (lane smallint, seq bigint, head bytea)")
        except ProgrammingError:
            pytest.skip("this role may not make temporary tables at all")
        services.record(SEEN, by=None, subject="fooled", at=FEB_1)
    assert services.verify().ok
    assert services.verify().rows == 1

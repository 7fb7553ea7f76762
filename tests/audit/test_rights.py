"""What each database role may do to the trail, by raw SQL."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from ruangaman.audit import services
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

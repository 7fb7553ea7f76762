"""What is read of checkpoints and readings: one query, and nothing for who may not know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from ruangaman.audit import selectors, services
from ruangaman.audit.models import AuditAlarm, AuditCheckpoint
from ruangaman.audit.registry import event_types, register
from ruangaman.audit.types import BadRow, EventType, Readings, Role

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
READ = event_types.get("test.reading") or register(
    EventType("test.reading", "{actor} {subject}", frozenset({"purpose", "refs", "compartments"}))
)


def read(dossier: UUID, *, at: datetime, purpose: str | None = "triage", parts: list[str] | None = None) -> None:
    with services.unit_of_work(Role.WEB):
        detail = {"refs": 2, "purpose": purpose, "compartments": parts} if purpose else {}
        services.record(READ, by=None, subject=str(dossier), at=at, dossier_id=dossier, detail=detail)


def test_readings_are_summed_by_person_and_purpose():
    dossier = uuid4()
    read(dossier, at=FEB_1, parts=["work"])
    read(dossier, at=FEB_1 + DAY, parts=["work", "narrative"])
    read(dossier, at=FEB_1 + 2 * DAY, purpose=None)
    read(uuid4(), at=FEB_1)
    with services.unit_of_work(Role.AUDIT):
        found = selectors.list_readings(dossier, ["test.reading"])
        assert selectors.list_readings(dossier, ["test.other"]) == []
    assert found == [
        Readings("system", "test.reading", "", FEB_1 + 2 * DAY, FEB_1 + 2 * DAY, 1, 0, ()),
        Readings("system", "test.reading", "triage", FEB_1, FEB_1 + DAY, 2, 4, ("narrative", "work")),
    ]
    with services.unit_of_work(Role.WEB):
        assert selectors.list_readings(dossier, ["test.reading"]) == []


def test_checkpoints_and_alarms_are_found_by_their_moment():
    assert selectors.last_alarm() is None
    for number in (1, 2):
        services.keep_checkpoint(number=number, at=FEB_1 + number * DAY, rows=number, root=b"r" * 32, note="n")
    assert services.keep_alarm(at=FEB_1, why="lane 1, row 2: hash")
    assert not services.keep_alarm(at=FEB_1 + DAY / 3, why="again")
    before = selectors.last_checkpoint_before(FEB_1 + 2 * DAY)
    assert before is not None
    assert str(before) == "1: 1 rows"
    assert selectors.last_checkpoint_before(FEB_1) is None
    assert [one.number for one in selectors.list_by_root(b"r" * 32)] == [1, 2]
    alarm = selectors.last_alarm()
    assert str(alarm) == "2026-02-01: lane 1, row 2: hash"
    assert str(BadRow(1, 2, "hash")) in str(alarm)


@pytest.mark.parametrize("table", [AuditCheckpoint._meta.db_table, AuditAlarm._meta.db_table])
@pytest.mark.parametrize("role", [Role.WEB, Role.PUBLIC, Role.SENDER])
def test_others_see_no_checkpoint(role: Role, table: str):
    with pytest.raises(ProgrammingError), transaction.atomic(), services.unit_of_work(role):
        connection.cursor().execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from above


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditcheckpoint SET rows = 1", "DELETE FROM audit_auditcheckpoint"]
)
def test_nobody_changes_or_deletes_a_checkpoint(statement: str):
    services.keep_checkpoint(number=1, at=FEB_1, rows=7, root=b"r" * 32, note="n")
    with connection.cursor() as cursor:
        cursor.execute(statement)  # the owner of the table
        assert cursor.rowcount == 0
    with pytest.raises(ProgrammingError), transaction.atomic(), services.unit_of_work(Role.WORKER):
        connection.cursor().execute(statement)
    assert AuditCheckpoint.objects.get().rows == 7


def test_the_worker_gets_hashes_and_no_rows():
    read(uuid4(), at=FEB_1)
    with services.unit_of_work(Role.WORKER):
        assert sum(selectors.read_tips()) == 1
    with pytest.raises(ProgrammingError), transaction.atomic(), services.unit_of_work(Role.WORKER):
        connection.cursor().execute("SELECT * FROM audit_auditevent")

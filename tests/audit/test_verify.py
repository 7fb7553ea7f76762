"""`verify` names the first row that somebody with all rights changed behind the trail's back."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.audit import services
from ruangaman.audit.registry import register
from ruangaman.audit.types import BadRow, EventType, Role, Seal, Verdict

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
NOTED = register(EventType("test.noted", "{actor} mencatat {subject}", fields=frozenset({"reason", "refs"})))
LANE = 5
WHERE = f"WHERE lane = {LANE} AND seq ="


@pytest.fixture
def trail() -> list[UUID]:
    """Nine events in one lane, each with two seals, and some in others."""
    dossier = UUID(int=(uuid4().int & ~15) | LANE)
    refs = [uuid4() for _ in range(18)]
    for number in range(9):
        with services.unit_of_work(Role.WEB):
            seals = [Seal(refs[2 * number + i], 1, bytes([number, i]) * 16) for i in range(2)]
            services.record(NOTED, by=None, subject=str(number), at=FEB_1, dossier_id=dossier, seals=seals)
            services.record(NOTED, by=None, subject="elsewhere", at=FEB_1, dossier_id=UUID(int=number % 5))
    assert services.verify() == Verdict(18)
    return refs


def as_superuser(*statements: str) -> None:
    """Do what only the owner of the machine can do."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE ra_migrate")


TAMPERINGS: list[tuple[str, list[str], int, str]] = [
    ("subject", [f"UPDATE audit_auditevent SET subject = 'x' {WHERE} 4"], 4, "hash"),
    ("actor", [f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 4"], 4, "hash"),
    ("type", [f"UPDATE audit_auditevent SET type = 'x' {WHERE} 4"], 4, "hash"),
    ("moment", [f"UPDATE audit_auditevent SET at = at + interval '1 microsecond' {WHERE} 4"], 4, "hash"),
    ("detail", [f"""UPDATE audit_auditevent SET detail = '{{"reason": "x"}}' {WHERE} 4"""], 4, "hash"),
    ("hash", [f"UPDATE audit_auditevent SET hash = sha256('x') {WHERE} 4"], 4, "hash"),
    ("first row's prev", [f"UPDATE audit_auditevent SET prev = sha256('x') {WHERE} 1"], 1, "chain"),
    ("prev", [f"UPDATE audit_auditevent SET prev = sha256('x') {WHERE} 4"], 4, "chain"),
    ("delete", [f"DELETE FROM audit_auditevent {WHERE} 4"], 4, "gap"),
    ("delete first", [f"DELETE FROM audit_auditevent {WHERE} 1"], 1, "gap"),
    ("truncate", [f"DELETE FROM audit_auditevent WHERE lane = {LANE} AND seq > 6"], 7, "truncated"),
    ("empty", [f"DELETE FROM audit_auditevent WHERE lane = {LANE}"], 1, "truncated"),
    (
        "reorder",
        [
            f"UPDATE audit_auditevent SET seq = 100 {WHERE} 4",
            f"UPDATE audit_auditevent SET seq = 4 {WHERE} 5",
            f"UPDATE audit_auditevent SET seq = 5 {WHERE} 100",
        ],
        4,
        "chain",
    ),
    (
        "move to another lane",
        [f"UPDATE audit_auditevent SET lane = 15, seq = 1 {WHERE} 9"],
        10,
        "",
    ),
    (
        "add",
        [
            f"INSERT INTO audit_auditevent SELECT lane, 10, at, type, actor, subject, detail, seals, hash, hash "
            f"FROM audit_auditevent {WHERE} 9"
        ],
        10,
        "hash",
    ),
    ("head", [f"UPDATE audit_auditlane SET head = sha256('x') WHERE lane = {LANE}"], 10, "head"),
    ("lane set back", [f"UPDATE audit_auditlane SET seq = 3 WHERE lane = {LANE}"], 10, "head"),
    ("lane gone", [f"DELETE FROM audit_auditlane WHERE lane = {LANE}"], 10, "lane"),
    ("seal", [f"UPDATE audit_auditseal SET sha256 = sha256('x') {WHERE} 4"], 4, "seals"),
    ("seal's version", [f"UPDATE audit_auditseal SET version = 7 {WHERE} 4"], 4, "seals"),
    ("seal gone", [f"DELETE FROM audit_auditseal {WHERE} 4"], 4, "seals"),
    ("seal moved", [f"UPDATE audit_auditseal SET seq = 3 {WHERE} 4"], 3, "seals"),
    ("seal of nothing", [f"UPDATE audit_auditseal SET seq = 77 {WHERE} 9"], 9, "seals"),
    (
        "seal added",
        [f"INSERT INTO audit_auditseal VALUES (gen_random_uuid(), 1, sha256('x'), {LANE}, 77)"],
        77,
        "seals",
    ),
    ("event's digest", [f"UPDATE audit_auditevent SET seals = sha256('x') {WHERE} 4"], 4, "hash"),
]


@pytest.mark.parametrize(("statements", "seq", "why"), [t[1:] for t in TAMPERINGS], ids=[t[0] for t in TAMPERINGS])
def test_the_first_bad_row_is_named(trail, statements, seq, why):
    as_superuser(*statements)

    bad = services.verify().fault

    if why:
        assert bad == BadRow(LANE, seq, why)
    else:
        assert bad is not None


def test_lower_lanes_are_named_first(trail):
    as_superuser(
        f"UPDATE audit_auditevent SET subject = 'x' {WHERE} 4",
        "UPDATE audit_auditevent SET subject = 'x' WHERE lane = 2",
    )
    assert services.verify().fault == BadRow(2, 1, "hash")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.integers(1, 9), st.sampled_from(["prev", "hash", "seals", "subject", "actor", "type"]), st.integers(0, 255))
def test_any_flipped_byte_is_found(trail, seq, column, bit):
    is_text = column in {"subject", "actor", "type"}
    value = f"{column} || 'x'" if is_text else f"set_bit({column}, {bit}, 1 - get_bit({column}, {bit}))"
    back = f"left({column}, -1)" if is_text else value

    as_superuser(f"UPDATE audit_auditevent SET {column} = {value} {WHERE} {seq}")
    bad = services.verify().fault
    as_superuser(f"UPDATE audit_auditevent SET {column} = {back} {WHERE} {seq}")

    assert bad is not None
    assert isinstance(bad, BadRow)
    assert (bad.lane, bad.seq) == (LANE, seq)
    assert services.verify().ok


def test_even_the_owner_of_the_tables_changes_nothing(trail):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET subject = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM audit_auditevent")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM audit_auditseal")
        assert cursor.rowcount == 0
    assert services.verify().ok

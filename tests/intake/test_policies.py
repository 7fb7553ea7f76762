"""Who may do what with a report, without a database: each condition alone decides when all others would allow it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ruangaman.accounts import types
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission, Role
from ruangaman.intake import policies
from ruangaman.intake.models import Report

DESKS = {Role.PETUGAS, Role.DINSOS}
WRITERS = {Role.MANAJER, Role.PENDAMPING, Role.PSIKOLOG, Role.HUKUM, Role.RUMAHAMAN}
THREAD = {Role.PETUGAS, Role.MANAJER, Role.PENDAMPING}


def person(role: Role | str) -> User:
    return User(id=uuid4(), role=role, is_active=True)


@pytest.mark.parametrize("role", Role)
def test_only_desks_work_at_a_desk_and_open_cases(role: Role) -> None:
    assert policies.can_work_at_desk(person(role)) == (role in DESKS)
    assert policies.can_open_case(person(role)) == (role in DESKS)


@pytest.mark.parametrize("missing", [Permission.REPORT_DESK, Permission.CASE_OPEN])
def test_opening_a_case_takes_the_desk_and_the_verb(missing: Permission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(types, "ROLE_PERMISSIONS", {**types.ROLE_PERMISSIONS})
    held = types.ROLE_PERMISSIONS[Role.PETUGAS]
    monkeypatch.setitem(types.ROLE_PERMISSIONS, Role.PETUGAS, held - {missing})

    assert not policies.can_open_case(person(Role.PETUGAS))


@pytest.mark.parametrize("in_case", [False, True])
@pytest.mark.parametrize("at_desk", [False, True])
@pytest.mark.parametrize("role", Role)
def test_the_reporter_is_answered_by_the_own_desk_and_by_the_people_of_the_case(
    role: Role, at_desk: bool, in_case: bool
) -> None:
    expected = (at_desk and role in DESKS) or (in_case and role in WRITERS)

    assert policies.can_write_in_thread(person(role), at_desk=at_desk, in_case=in_case) == expected


@pytest.mark.parametrize("role", Role)
def test_the_conversation_is_part_of_the_work_of_few(role: Role) -> None:
    assert policies.has_thread(person(role)) == (role in THREAD)


def test_an_unknown_role_has_no_part() -> None:
    assert not policies.has_thread(person("kader-lama"))


def test_a_report_is_held_by_whoever_took_it() -> None:
    me, other = person(Role.PETUGAS), person(Role.PETUGAS)

    assert not policies.is_held_by_other(me, Report(taken_by=None))
    assert not policies.is_held_by_other(me, Report(taken_by=me))
    assert policies.is_held_by_other(me, Report(taken_by=other))

"""Who may do what to a case, without a database: each condition alone decides when everything else would allow it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ruangaman.accounts.models import Agency, Unit, User
from ruangaman.accounts.types import CASE_ROLES, ROLE_COMPARTMENTS, Role
from ruangaman.cases import policies
from ruangaman.cases.models import Access, Assignment, Case, Task
from ruangaman.cases.types import CaseState
from ruangaman.vault.types import Compartment as C

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
AGENCY = Agency(id=uuid4())
HERE, THERE = Unit(id=uuid4(), agency=AGENCY), Unit(id=uuid4(), agency=AGENCY)
ABROAD = Unit(id=uuid4(), agency=Agency(id=uuid4()))


def person(role: Role | str, **facts: Any) -> User:
    """Return somebody of a role in this unit."""
    return User(**{"id": uuid4(), "role": role, "unit": HERE, "is_active": True, **facts})


def unvouched(role: Role) -> User:
    """Return somebody whose key does not count yet: no verb is theirs, whatever else they are."""
    user = person(role)
    user.is_vouched = False
    return user


MANAGER, COMPANION, HEAD = person(Role.MANAJER), person(Role.PENDAMPING), person(Role.KEPALA)


def case_of(manager: User = MANAGER, **facts: Any) -> Case:
    """Return a case of this unit."""
    return Case(**{"unit": HERE, "manager": manager, "state": CaseState.SERVICES, **facts})


def part(user: User, until: datetime | None = None) -> Assignment:
    """Return somebody's part in a case."""
    return Assignment(user=user, role=user.role, until=until)


def test_who_gives_out_cases_opens_them() -> None:
    assert policies.can_open(person(Role.PETUGAS))
    assert not policies.can_open(MANAGER)


@pytest.mark.parametrize(
    ("user", "can"),
    [
        (person(Role.MANAJER), True),
        (person(Role.MANAJER, is_active=False), False),
        (person(Role.MANAJER, unit=THERE), False),
        (person(Role.PENDAMPING), False),
    ],
)
def test_an_active_manager_of_the_unit_is_named(user: User, can: bool) -> None:
    assert policies.can_manage(user, HERE.id) is can


@pytest.mark.parametrize(
    ("user", "state", "can"),
    [
        (COMPANION, CaseState.SERVICES, True),
        (COMPANION, CaseState.AFTERCARE, True),
        (COMPANION, CaseState.CLOSED, False),
        (HEAD, CaseState.SERVICES, False),
    ],
)
def test_the_verb_and_the_state_let_somebody_write(user: User, state: CaseState, can: bool) -> None:
    assert policies.can_write(user, case_of(state=state)) is can


@pytest.mark.parametrize("policy", [policies.can_assign, policies.can_close, policies.can_govern])
def test_its_manager_with_a_key_that_counts(policy: Any) -> None:
    late = unvouched(Role.MANAJER)

    assert policy(MANAGER, case_of())
    assert not policy(person(Role.MANAJER), case_of())
    assert not policy(late, case_of(late))


def test_readers_are_seen_by_the_manager_and_by_who_oversees_the_unit() -> None:
    assert policies.can_see_readers(MANAGER, case_of())
    assert policies.can_see_readers(HEAD, case_of())
    assert not policies.can_see_readers(HEAD, case_of(unit=THERE))
    assert not policies.can_see_readers(COMPANION, case_of())


def test_access_is_governed_by_who_oversees_the_unit_too() -> None:
    assert policies.can_govern(HEAD, case_of())
    assert not policies.can_govern(HEAD, case_of(unit=THERE))
    assert not policies.can_govern(COMPANION, case_of(COMPANION))


def test_while_there_is_a_manager_only_that_one_names_the_next() -> None:
    assert policies.can_name_manager(MANAGER, case_of(), [])
    assert not policies.can_name_manager(COMPANION, case_of(), [part(COMPANION)])


def test_once_the_manager_has_left_whoever_works_on_it_names_the_next() -> None:
    left = case_of(person(Role.MANAJER, is_active=False))
    idle, late = person(Role.PSIKOLOG), unvouched(Role.PENDAMPING)

    assert policies.can_name_manager(COMPANION, left, [part(idle), part(COMPANION)])
    assert not policies.can_name_manager(COMPANION, left, [part(idle)])
    assert not policies.can_name_manager(COMPANION, left, [part(COMPANION, until=AT)])
    assert not policies.can_name_manager(late, left, [part(late)])


@pytest.mark.parametrize(
    ("user", "role", "can"),
    [
        (person(Role.PSIKOLOG), Role.PSIKOLOG, True),
        (person(Role.PSIKOLOG, is_active=False), Role.PSIKOLOG, False),
        (person(Role.PSIKOLOG), Role.PENDAMPING, False),
        (person(Role.PETUGAS), Role.PETUGAS, False),
    ],
)
def test_a_part_is_for_an_active_person_of_that_role(user: User, role: Role, can: bool) -> None:
    assert policies.can_take_part(user, role) is can


def test_a_task_is_ticked_off_by_its_owner_by_who_asked_and_by_the_manager() -> None:
    task = Task(owner=COMPANION, made_by=person(Role.PSIKOLOG), case=case_of())

    assert all(policies.can_finish(user, task) for user in (COMPANION, task.made_by, MANAGER))
    assert not policies.can_finish(person(Role.PENDAMPING), task)


def test_only_parts_that_go_on_carry_compartments() -> None:
    psychologist, lawyer = person(Role.PSIKOLOG), person(Role.HUKUM)

    both = policies.compartments_of([part(psychologist), part(lawyer)])
    assert both == ROLE_COMPARTMENTS[Role.PSIKOLOG] | ROLE_COMPARTMENTS[Role.HUKUM]
    assert policies.compartments_of([part(psychologist, until=AT), part(lawyer)]) == ROLE_COMPARTMENTS[Role.HUKUM]
    assert policies.compartments_of([]) == frozenset()


@pytest.mark.parametrize(
    ("user", "can"),
    [
        (person(Role.PSIKOLOG, unit=THERE), True),
        (person(Role.PSIKOLOG, unit=ABROAD), False),
        (person(Role.PSIKOLOG, is_active=False), False),
        (person(Role.PETUGAS), False),
    ],
)
def test_a_part_is_read_for_a_while_by_caseworkers_of_the_agency(user: User, can: bool) -> None:
    assert policies.can_read_a_part(user, case_of()) is can


def test_what_is_given_for_a_while_is_what_the_role_and_the_manager_hold_but_files_and_conversations() -> None:
    assert {C.IDENTITY, C.CONTACT, C.NARRATIVE, C.LEGAL, C.WORK} == policies.PARTIAL
    assert policies.offered_to(Role.PSIKOLOG) == {C.IDENTITY, C.NARRATIVE, C.WORK}
    assert policies.offered_to(Role.HUKUM) == {C.IDENTITY, C.NARRATIVE, C.LEGAL, C.WORK}
    assert policies.offered_to(Role.KEPALA) == frozenset()
    assert all(policies.offered_to(role) for role in CASE_ROLES)


@pytest.mark.parametrize(
    ("not_after", "ended_at", "runs"),
    [
        (AT + timedelta(seconds=1), None, True),
        (AT, None, False),
        (AT - timedelta(seconds=1), None, False),
        (AT + timedelta(days=1), AT - timedelta(days=1), False),
    ],
)
def test_access_runs_until_its_moment_or_its_end(not_after: datetime, ended_at: datetime | None, runs: bool) -> None:
    assert policies.is_running(Access(not_after=not_after, ended_at=ended_at), AT) is runs

"""Who may do what to a case, without a database: each condition alone decides when everything else would allow it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ruangaman.accounts.models import User
from ruangaman.accounts.types import CASE_ROLES, ROLE_COMPARTMENTS, Permission, Role
from ruangaman.cases import policies
from ruangaman.cases.models import Access, Approval, Assignment, Case, Task
from ruangaman.cases.types import CaseState
from ruangaman.vault.types import Compartment as C
from tests.factories.unsaved import ABROAD, AT, HERE, THERE, person, with_verbs


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
    assert policies.can_govern(with_verbs(Permission.ACCESS_GOVERN), case_of())
    assert not policies.can_govern(with_verbs(Permission.CASE_OVERSEE), case_of())


def test_what_speaks_against_a_person_is_set_aside_by_who_oversees_and_governs_and_never_for_themselves() -> None:
    assert policies.can_lift(HEAD, COMPANION)
    assert not policies.can_lift(HEAD, HEAD)
    assert not policies.can_lift(MANAGER, COMPANION)
    assert policies.can_lift(with_verbs(Permission.ACCESS_GOVERN, Permission.CASE_OVERSEE), COMPANION)
    assert not policies.can_lift(with_verbs(Permission.CASE_OVERSEE), COMPANION)
    assert not policies.can_lift(with_verbs(Permission.ACCESS_GOVERN), COMPANION)


def test_what_a_manager_asks_is_decided_by_who_oversees_the_unit_and_never_by_who_asked() -> None:
    asked = Approval(case=case_of(), asked_by=MANAGER)

    assert policies.can_decide(HEAD, asked)
    assert not policies.can_decide(HEAD, Approval(case=case_of(unit=THERE), asked_by=MANAGER))
    assert not policies.can_decide(HEAD, Approval(case=case_of(), asked_by=HEAD))
    assert not policies.can_decide(MANAGER, asked)
    assert policies.can_decide(with_verbs(Permission.CASE_APPROVE), asked)
    assert not policies.can_decide(with_verbs(Permission.CASE_OVERSEE), asked)


def closed(**facts: Any) -> Case:
    """Return a closed case, whose subject was found unsafe since."""
    later = {"closed_at": AT, "unsafe_at": AT + timedelta(seconds=1)}
    return case_of(**{"state": CaseState.CLOSED, **later, **facts})


@pytest.mark.parametrize(
    ("user", "facts", "parts", "can"),
    [
        (MANAGER, {"unsafe_at": None}, [], True),
        (COMPANION, {}, [part(COMPANION)], True),
        (COMPANION, {"unsafe_at": None}, [part(COMPANION)], False),
        (COMPANION, {"unsafe_at": AT}, [part(COMPANION)], False),
        (COMPANION, {"closed_at": None}, [part(COMPANION)], False),
        (COMPANION, {}, [part(COMPANION, until=AT)], False),
        (COMPANION, {}, [part(person(Role.PENDAMPING))], False),
        (COMPANION, {}, [], False),
    ],
)
def test_a_closed_case_is_opened_again_by_its_manager_and_in_danger_by_its_companion(
    user: User, facts: dict[str, Any], parts: list[Assignment], can: bool
) -> None:
    assert policies.can_reopen(user, closed(**facts), parts) is can


@pytest.mark.parametrize("user", [person(Role.PSIKOLOG), unvouched(Role.PENDAMPING)])
def test_nobody_else_with_a_part_opens_it_again(user: User) -> None:
    assert not policies.can_reopen(user, closed(), [part(user)])


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

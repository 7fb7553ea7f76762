"""May this person do this? Pure functions of loaded objects.

The role gives the verb. That a grant gives the object is settled where the case is loaded: `Case.objects.granted_to`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ruangaman.accounts.models import User
from ruangaman.accounts.types import CASE_ROLES, ROLE_COMPARTMENTS, Permission, Role
from ruangaman.cases.models import Access, Approval, Assignment, Case, Glass, Task
from ruangaman.cases.types import WRITABLE_STATES, CaseState, GlassState
from ruangaman.vault.types import Compartment


def can_open(user: User) -> bool:
    """Whether `user` may open cases."""
    return user.has(Permission.CASE_OPEN)


def can_manage(user: User, unit_id: object) -> bool:
    """Whether `user` can be named manager of a case of this unit."""
    return user.is_active and user.role == Role.MANAJER and user.unit_id == unit_id


def can_write(user: User, case: Case) -> bool:
    """Whether `user` may add to this case: the verb, and the case takes additions."""
    return is_writer(user) and CaseState(case.state) in WRITABLE_STATES


def is_writer(user: User) -> bool:
    """Whether `user` has the verb: adds to the cases that they work on."""
    return user.has(Permission.CASE_WRITE)


def can_assign(user: User, case: Case) -> bool:
    """Whether `user` may assign people and move the state: its manager alone."""
    return user.has(Permission.CASE_ASSIGN) and case.manager_id == user.pk


def can_see_readers(user: User, case: Case) -> bool:
    """Whether `user` may see who opened the case: its manager, and whoever oversees its unit."""
    return can_assign(user, case) or case.unit_id in user.oversight_units


def can_name_manager(user: User, case: Case, parts: Iterable[Assignment]) -> bool:
    """Whether `user` may name who manages the case next: its manager; once that one has left, whoever works on it."""
    if case.manager.is_active:
        return can_assign(user, case)
    return user.has(Permission.CASE_WRITE) and any(one.user_id == user.pk and one.until is None for one in parts)


def can_lift(user: User, other: User) -> bool:
    """Whether `user` may let somebody work on a case of the unit whatever speaks against it: never for themselves."""
    return user.has(Permission.ACCESS_GOVERN) and user.has(Permission.CASE_OVERSEE) and user.pk != other.pk


def can_close(user: User, case: Case) -> bool:
    """Whether `user` may close the case: its manager alone."""
    return user.has(Permission.CASE_CLOSE) and case.manager_id == user.pk


def can_reopen(user: User, case: Case, parts: Iterable[Assignment]) -> bool:
    """Whether `user` may open a closed case again: its manager; where she was found unsafe since, its companion too.

    At night nobody waits for one person. Who manages the case stays who does.
    """
    if can_close(user, case):
        return True
    is_alarm = case.closed_at is not None and case.unsafe_at is not None and case.unsafe_at > case.closed_at
    return (
        is_alarm
        and is_writer(user)
        and any(one.user_id == user.pk and one.until is None and one.role == Role.PENDAMPING for one in parts)
    )


def can_take_part(user: User, role: Role) -> bool:
    """Whether `user` can be assigned in `role`: active, of that role, and the role has a part in cases."""
    return user.is_active and role in CASE_ROLES and user.role == role


def can_finish(user: User, task: Task) -> bool:
    """Whether `user` may tick off a task: whoever owns it or asked for it, and the case's manager."""
    return user.pk in {task.owner_id, task.made_by_id, task.case.manager_id}


def compartments_of(assignments: Iterable[Assignment]) -> frozenset[Compartment]:
    """Return the compartments that these parts in a case carry."""
    held = (ROLE_COMPARTMENTS[Role(one.role)] for one in assignments if one.until is None)
    return frozenset().union(*held)


PARTIAL = ROLE_COMPARTMENTS[Role.MANAJER] - {Compartment.ATTACHMENT, Compartment.THREAD}
"""What can be given for a while without a part in the case: what its manager holds, but for files and conversations."""


def can_govern(user: User, case: Case) -> bool:
    """Whether `user` may give and take away access for a while: the case's manager, and who oversees its unit."""
    return user.has(Permission.ACCESS_GOVERN) and (can_assign(user, case) or case.unit_id in user.oversight_units)


def can_read_a_part(user: User, case: Case) -> bool:
    """Whether `user` can be given access for a while: active, with a role for cases, of the case's agency."""
    return user.is_active and user.role in CASE_ROLES and user.unit.agency_id == case.unit.agency_id


def offered_to(role: str) -> frozenset[Compartment]:
    """Return what of a case can be given for a while to somebody of this role."""
    return ROLE_COMPARTMENTS.get(Role(role), frozenset()) & PARTIAL


def is_running(access: Access, at: datetime) -> bool:
    """Whether an access was neither taken away nor is its time over."""
    return access.ended_at is None and access.not_after > at


def can_decide(user: User, approval: Approval) -> bool:
    """Whether `user` decides what a manager asked: who oversees the unit, and never what they asked themselves."""
    return (
        user.has(Permission.CASE_APPROVE)
        and approval.case.unit_id in user.oversight_units
        and approval.asked_by_id != user.pk
    )


def can_hold_session(user: User) -> bool:
    """Whether `user` records sessions: who holds the clinical drawer by their role."""
    return Compartment.CLINICAL in ROLE_COMPARTMENTS.get(Role(user.role), frozenset())


def can_decide_police(user: User) -> bool:
    """Whether `user` decides what is told to the police: the legal staff."""
    return user.role == Role.HUKUM


def is_frozen(user: User, openings: Iterable[Glass], at: datetime) -> bool:
    """Whether nothing is opened by `user` with an emergency key: one of their openings was not reviewed in time."""
    return user.emergency_frozen_at is not None or any(one.state(at) is GlassState.LATE for one in openings)


def oversees_glass(user: User, glass: Glass) -> bool:
    """Whether `user` answers for an opening: the head of its unit, and the data protection officer."""
    return user.has(Permission.GLASS_REVIEW) and (user.role == Role.DPO or glass.unit_id in user.oversight_units)


def can_agree(user: User, glass: Glass, at: datetime, *, is_holder: bool, reviewers: Iterable[UUID]) -> bool:
    """Whether `user` may be the second person: never who asks, and never the last one who could review it.

    Args:
        is_holder: of the emergency key of the case's unit.
        reviewers: who could review it: head and data protection officers.
    """
    return (
        glass.state(at) is GlassState.ASKED
        and user.pk != glass.opener_id
        and (is_holder or oversees_glass(user, glass))
        and bool(set(reviewers) - {user.pk, glass.opener_id})
    )


def can_decline(user: User, glass: Glass, at: datetime, *, is_holder: bool) -> bool:
    """Whether `user` may say no to an opening that has not begun: whoever could agree, the last reviewer too."""
    waits = glass.state(at) in {GlassState.ASKED, GlassState.READY}
    return waits and user.pk != glass.opener_id and (is_holder or oversees_glass(user, glass))


def can_begin(user: User, glass: Glass, at: datetime) -> bool:
    """Whether `user` may begin an opening: who asked, once nobody has to be waited for."""
    return user.pk == glass.opener_id and user.emergency_frozen_at is None and glass.state(at) is GlassState.READY


def can_end(user: User, glass: Glass, at: datetime, *, manages: bool) -> bool:
    """Whether `user` may end a running opening: who opened, who manages the case, and who answers for it."""
    running = glass.state(at) is GlassState.OPEN
    return running and (user.pk == glass.opener_id or manages or oversees_glass(user, glass))


def can_review(user: User, glass: Glass) -> bool:
    """Whether `user` may review an opening: answers for it, and neither opened nor agreed."""
    return oversees_glass(user, glass) and user.pk not in {glass.opener_id, glass.agreed_by_id}

"""May this person do this? Pure functions of loaded objects.

The role gives the verb. That a grant gives the object is settled where the case is loaded: `Case.objects.granted_to`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ruangaman.accounts.models import User
from ruangaman.accounts.types import CASE_ROLES, ROLE_COMPARTMENTS, Permission, Role
from ruangaman.cases.models import Assignment, Case, Task
from ruangaman.cases.types import WRITABLE_STATES, CaseState
from ruangaman.vault.types import Compartment


def can_open(user: User) -> bool:
    """Whether `user` may open cases."""
    return user.has(Permission.CASE_OPEN)


def can_manage(user: User, unit_id: object) -> bool:
    """Whether `user` can be named manager of a case of this unit."""
    return user.is_active and user.role == Role.MANAJER and user.unit_id == unit_id


def can_write(user: User, case: Case) -> bool:
    """Whether `user` may add to this case: the verb, and the case takes additions."""
    return user.has(Permission.CASE_WRITE) and CaseState(case.state) in WRITABLE_STATES


def can_assign(user: User, case: Case) -> bool:
    """Whether `user` may assign people and move the state: its manager alone."""
    return user.has(Permission.CASE_ASSIGN) and case.manager_id == user.pk


def can_name_manager(user: User, case: Case, parts: Iterable[Assignment]) -> bool:
    """Whether `user` may name who manages the case next: its manager; once that one has left, whoever works on it."""
    if case.manager.is_active:
        return can_assign(user, case)
    return user.has(Permission.CASE_WRITE) and any(one.user_id == user.pk and one.until is None for one in parts)


def can_close(user: User, case: Case) -> bool:
    """Whether `user` may close the case or open it again: its manager alone."""
    return user.has(Permission.CASE_CLOSE) and case.manager_id == user.pk


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

"""May this person do this with a report? Pure functions of loaded objects.

The role gives the verb; that the desk or a grant gives the object is settled where the report is loaded.
"""

from __future__ import annotations

from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Permission, Role
from ruangaman.intake.models import Report
from ruangaman.vault.types import Compartment


def can_work_at_desk(user: User) -> bool:
    """Whether `user` may take, answer, triage and refuse reports of the own desk."""
    return user.has(Permission.REPORT_DESK)


def can_open_case(user: User) -> bool:
    """Whether `user` may open a case from a report."""
    return user.has(Permission.REPORT_DESK) and user.has(Permission.CASE_OPEN)


def can_write_in_thread(user: User, *, at_desk: bool, in_case: bool) -> bool:
    """Whether `user` may answer the reporter: the desk always; once it is a case, its people too.

    Args:
        at_desk: `user` sits at the desk of the report.
        in_case: `user` holds a grant on the case that the report became.
    """
    return (at_desk and can_work_at_desk(user)) or (in_case and user.has(Permission.CASE_WRITE))


def has_thread(user: User) -> bool:
    """Whether the part that `user` has in cases includes the conversations with reporters (vault.md rule 1)."""
    return user.role in Role.values and Compartment.THREAD in ROLE_COMPARTMENTS.get(Role(user.role), frozenset())


def is_held_by_other(user: User, report: Report) -> bool:
    """Whether somebody else has taken the report: then only that person answers it."""
    return report.taken_by_id is not None and report.taken_by_id != user.pk

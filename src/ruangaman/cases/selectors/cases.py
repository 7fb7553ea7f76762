"""One case, one row of it: found by those who may know of it, absent for everybody else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from ruangaman.accounts.models import User
from ruangaman.cases import policies
from ruangaman.cases.models import Assignment, Case, CaseFile, Person, Task
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.types import Fact
from ruangaman.clocks.models import Clock
from ruangaman.clocks.policies import can_drop
from ruangaman.clocks.selectors import open_of_dossier
from ruangaman.vault.types import Compartment


def get_case(*, code: str, viewer: User) -> Case:
    """Return one case with unit, manager and who closed it. Raises Http404: absent, or not for `viewer` to know of."""
    cases = Case.objects.visible_to(viewer).select_related("unit", "manager", "opened_by", "closed_by", "dossier")
    return get_object_or_404(cases, code=code)


def get_droppable(*, case: Case, clock_id: UUID, viewer: User, at: datetime) -> Clock:
    """Return a clock of a case that `viewer` may end as begun by mistake. Raises Http404: none, or not theirs."""
    found = open_of_dossier(case.dossier_id).select_related("kind", "limit").filter(pk=clock_id).first()
    if found is None or not policies.can_write(viewer, case):
        raise Http404
    if not can_drop(viewer, found, is_safe=Fact.SAFE in facts_of(case, at)):
        raise Http404
    return found


def get_granted(*, code: str, viewer: User) -> Case:
    """Return one case that `viewer` holds a grant on. Raises Http404: overseeing is not enough to add anything."""
    return get_object_or_404(Case.objects.granted_to(viewer).select_related("unit", "manager"), code=code)


def get_worked_on(*, code: str, viewer: User) -> Case:
    """Return one case, open or closed, on whose team `viewer` is and writes. Raises Http404."""
    case = get_granted(code=code, viewer=viewer)
    is_on_team = Assignment.objects.filter(case=case, user=viewer, until=None).exists()
    if not is_on_team or not policies.is_writer(viewer):
        raise Http404
    return case


def get_managed(*, code: str, viewer: User) -> Case:
    """Return one case that `viewer` manages. Raises Http404: for the others this page is not there."""
    case = get_granted(code=code, viewer=viewer)
    if not policies.can_assign(viewer, case):
        raise Http404
    return case


def get_reopenable(*, code: str, viewer: User) -> Case:
    """Return one case that `viewer` may open again. Raises Http404: for the others this page is not there."""
    case = get_granted(code=code, viewer=viewer)
    if not policies.can_reopen(viewer, case, case.assignments.filter(user=viewer, until=None)):
        raise Http404
    return case


def get_governed(*, code: str, viewer: User) -> Case:
    """Return one case whose access `viewer` governs. Raises Http404: for the others this page is not there."""
    case = get_case(code=code, viewer=viewer)
    if not policies.can_govern(viewer, case):
        raise Http404
    return case


def get_overseen(*, code: str, viewer: User) -> Case:
    """Return one case of a unit that `viewer` oversees. Raises Http404: absent, or a relative of theirs is in it."""
    return get_object_or_404(Case.objects.overseen_by(viewer).select_related("unit", "manager"), code=code)


def get_to_hand_over(*, code: str, viewer: User) -> Case:
    """Return one case whose next manager `viewer` may name. Raises Http404: for the others this page is not there."""
    case = get_granted(code=code, viewer=viewer)
    if not policies.can_name_manager(viewer, case, case.assignments.filter(user=viewer, until=None)):
        raise Http404
    return case


def get_person(*, case: Case, person_id: UUID) -> Person:
    """Return a person of a case. Raises Http404."""
    return get_object_or_404(Person.objects.filter(case=case), pk=person_id)


def get_task(*, case: Case, task_id: UUID) -> Task:
    """Return a task of a case. Raises Http404."""
    return get_object_or_404(Task.objects.filter(case=case).select_related("owner"), pk=task_id)


def get_part(*, case: Case, part_id: UUID) -> Assignment:
    """Return a part that somebody has in a case now. Raises Http404; the manager's is not taken off but handed on."""
    parts = Assignment.objects.filter(case=case, until=None).exclude(user_id=case.manager_id)
    return get_object_or_404(parts.select_related("user"), pk=part_id)


def get_file(*, case: Case, file_id: UUID, viewer: User) -> CaseFile:
    """Return a file of a case by its row. Raises Http404: absent, or `viewer` does not hold the attachments."""
    if Compartment.ATTACHMENT not in policies.compartments_of(case.assignments.filter(user=viewer, until=None)):
        raise Http404
    return get_object_or_404(CaseFile.objects.filter(case=case), pk=file_id)


def count_open_tasks(*, case: Case, viewer: User) -> int:
    """Return how many tasks of a case are still open."""
    return Task.objects.filter(case=case, done_at=None).count()

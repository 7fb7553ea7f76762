"""Tasks: promised by somebody until a moment, ticked off, taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases import events, policies
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Case, Task
from ruangaman.cases.selectors.needs import subject_of
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import note_content
from ruangaman.clocks import services as clocks
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault.types import Compartment


@transaction.atomic
def add_task(
    *, code: str, title: str, owner: User, due_at: datetime, by: User, at: datetime, task_id: UUID | None = None
) -> Task:
    """Promise something on somebody's behalf.

    Args:
        owner: somebody who has a part in the case.
        due_at: timezone-aware; may be past, for what was forgotten.
        task_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`.
        NotAssignable: `owner` has no part in the case.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed title, the task, one `cases.task_added` event.
    """
    case = lock_writable(code, by)
    found = find_first(Task, task_id, case)
    if found is not None:
        return found
    if not case.assignments.filter(user=owner, until=None).exists():
        raise NotAssignable(_("Tugas hanya dapat diberikan kepada orang yang ditugaskan pada kasus ini."))
    task = Task(
        id=task_id or uuid4(),
        case=case,
        ref=seal(case, Compartment.WORK, note_content(title), by=by, at=at),
        owner=owner,
        made_at=at,
        made_by=by,
        due_at=due_at,
    )
    task.save(force_insert=True)
    detail: Detail = {"task": str(task.pk), "owner": str(owner.pk)}
    tell(events.TASK_ADDED, case, by=by, at=at, detail=detail, promised_at=due_at)
    return task


@transaction.atomic
def complete_task(*, code: str, task_id: UUID, by: User, at: datetime) -> Task:
    """Tick a task off. Done already: it is returned as it is.

    Raises:
        NotFound: no such task for `by`.
        NotAllowed: neither the owner's, nor the maker's, nor the manager's.
        CaseClosed: nothing is written.

    Writes: the task, one `cases.task_done` event.
    """
    case, task = _lock_task(code, task_id, by)
    if task.done_at is None:
        task.done_at, task.done_by = at, by
        save_tick(case, task, events.TASK_DONE, by=by, at=at)
    return task


@transaction.atomic
def undo_task(*, code: str, task_id: UUID, by: User, at: datetime) -> Task:
    """Take a tick back. Not done: it is returned as it is.

    Raises:
        NotFound, NotAllowed, CaseClosed: as for `complete_task`.

    Writes: the task, one `cases.task_undone` event.
    """
    case, task = _lock_task(code, task_id, by)
    if task.done_at is not None:
        task.done_at, task.done_by = None, None
        save_tick(case, task, events.TASK_UNDONE, by=by, at=at)
    return task


def _lock_task(code: str, task_id: UUID, by: User) -> tuple[Case, Task]:
    case = lock_writable(code, by)
    task = Task.objects.select_for_update(of=("self",)).filter(pk=task_id, case=case).first()
    if task is None:
        raise NotFound(_("Tugas ini tidak ada dalam kasus ini."))
    task.case = case
    if not policies.can_finish(by, task):
        raise NotAllowed(_("Tugas ini milik orang lain."))
    return case, task


def save_tick(case: Case, task: Task, event: EventType, *, by: User, at: datetime) -> None:
    """Write that a task is done, or not any more. Writes: the task, one event."""
    task.save(update_fields=["done_at", "done_by"])
    detail: Detail = {"task": str(task.pk), "owner": str(task.owner_id)}
    tell(event, case, by=by, at=at, detail=detail, promised_at=task.due_at)


def wake_tasks(case: Case, *, by: User, at: datetime) -> None:
    """Let the tasks that were left open when a case was closed press again, now that it goes on.

    Writes: clocks.
    """
    for task in Task.objects.filter(case=case, done_at=None):
        clocks.happened(
            event=events.TASK_UNDONE.key,
            subject=subject_of(case),
            by=by,
            at=at,
            detail={"task": str(task.pk), "owner": str(task.owner_id)},
            promised_at=task.due_at,
        )

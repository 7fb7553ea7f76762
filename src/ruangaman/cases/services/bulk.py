"""One thing done to several tasks at once, each as if it were done alone; and taking all of it back for a minute."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases import events
from ruangaman.cases.models import BulkAct, BulkItem, Task
from ruangaman.cases.selectors.tasks import get_tasks, why_not
from ruangaman.cases.services.loading import lock_writable
from ruangaman.cases.services.tasks import save_tick
from ruangaman.cases.services.versions import keep_first, save_next, tell_edited
from ruangaman.cases.types import UNDO_LIMIT, BulkKind
from ruangaman.core.errors import Conflict, DomainError, NotFound


@dataclass(frozen=True)
class Undone:
    """What came of taking an act back: how many are as before, and which somebody changed meanwhile."""

    restored: int
    changed: list[Task]


@transaction.atomic
def do_bulk(
    *,
    task_ids: Collection[UUID],
    kind: BulkKind,
    by: User,
    at: datetime,
    owner: User | None = None,
    due_at: datetime | None = None,
    act_id: UUID | None = None,
) -> BulkAct:
    """Do one thing to several tasks. What cannot be done to one of them is left out, as the preview said.

    Args:
        owner: who gets them, for handing on.
        due_at: timezone-aware, for a new time limit.
        act_id: minted with the form: sent twice, it is done once.

    Raises:
        NotFound: none of them is in a case that `by` works on.
        Conflict: nothing can be done to any of them, or what is needed for it is missing.

    Writes: the tasks; versions where owner or time changed; the act with what each was; for each task one
        `cases.task_done` or `cases.task_edited` event.
    """
    if (kind == BulkKind.HAND and owner is None) or (kind == BulkKind.DUE and due_at is None):
        raise Conflict(_("Pilih dulu kepada siapa, atau sampai kapan."))
    known = BulkAct.objects.filter(pk=act_id, by=by).first() if act_id is not None else None
    if known is not None:
        return known
    tasks = get_tasks(ids=task_ids, viewer=by)
    if not tasks:
        raise NotFound(_("Tidak ada tugas yang dipilih."))
    act = BulkAct(id=act_id or uuid4(), kind=kind, by=by, at=at)
    act.save(force_insert=True)
    items = [item for task in tasks if (item := _do(act, task, owner, due_at)) is not None]
    if not items:
        raise Conflict(_("Tidak satu pun dari tugas ini dapat diubah begitu."))
    BulkItem.objects.bulk_create(items)
    return act


def _do(act: BulkAct, task: Task, owner: User | None, due_at: datetime | None) -> BulkItem | None:
    """Do it to one task, locked; None: it cannot be done to this one."""
    row = _lock(task, act.by)
    if row is None or why_not(task=row, kind=BulkKind(act.kind), owner=owner, viewer=act.by):
        return None
    before = _facts(row)
    if act.kind == BulkKind.DONE:
        _finish(row, act.by, act.at)
    else:
        new_owner = owner.pk if act.kind == BulkKind.HAND and owner is not None else row.owner_id
        new_due = due_at if act.kind == BulkKind.DUE and due_at is not None else row.due_at
        _change(row, new_owner, new_due, act.by, act.at)
    return BulkItem(act=act, case_id=row.case_id, task=row, before=before, after=_facts(row))


@transaction.atomic
def undo_bulk(*, act_id: UUID, by: User, at: datetime) -> Undone:
    """Take an act back within a minute: every task is as it was, but for those that somebody changed since.

    Raises:
        NotFound: no such act of `by`.
        Conflict: the minute is over, or it was taken back before.

    Writes: the tasks, versions, the act; for each task one `cases.task_undone` or `cases.task_edited` event.
    """
    act = BulkAct.objects.select_for_update().filter(pk=act_id, by=by).first()
    if act is None:
        raise NotFound(_("Tidak ada yang dapat dibatalkan."))
    if act.undone_at is not None or at - act.at > UNDO_LIMIT:
        raise Conflict(_("Waktu membatalkan sudah lewat. Ubah tugasnya satu per satu."))
    act.undone_at = at
    act.save(update_fields=["undone_at"])
    restored, changed = 0, []
    for item in act.items.select_related("task__case").order_by("case_id", "task_id"):
        row = _lock(item.task, by)
        if row is None or _facts(row) != item.after:
            changed.append(item.task)
            continue
        _restore(row, item.before, by, at)
        restored += 1
    return Undone(restored, changed)


def _lock(task: Task, by: User) -> Task | None:
    """Lock a task and its case; None: `by` may not write there any more."""
    try:
        case = lock_writable(task.case.code, by)
    except DomainError:
        return None
    row = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    row.case = case
    return row


def _facts(row: Task) -> dict[str, Any]:
    """In one time zone: a limit from a form is in the city's, the same one from the database is not."""
    return {
        "owner": str(row.owner_id),
        "due_at": row.due_at.astimezone(UTC).isoformat(),
        "done_at": row.done_at.astimezone(UTC).isoformat() if row.done_at else None,
        "version": row.version,
    }


def _finish(row: Task, by: User, at: datetime) -> None:
    row.done_at, row.done_by = at, by
    save_tick(row.case, row, events.TASK_DONE, by=by, at=at)


def _change(row: Task, owner_id: UUID, due_at: datetime, by: User, at: datetime) -> None:
    keep_first(row)
    row.owner_id, row.due_at = owner_id, due_at
    save_next(row, ["owner", "due_at"], by=by, at=at)
    tell_edited(row, by=by, at=at)


def _restore(row: Task, before: dict[str, Any], by: User, at: datetime) -> None:
    if before["done_at"] is None and row.done_at is not None:
        row.done_at, row.done_by = None, None
        save_tick(row.case, row, events.TASK_UNDONE, by=by, at=at)
    else:
        _change(row, UUID(before["owner"]), datetime.fromisoformat(before["due_at"]), by, at)

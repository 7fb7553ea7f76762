"""Open tasks over all cases that somebody works on, and whether one thing can be done to each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases import policies
from ruangaman.cases.models import Assignment, BulkAct, BulkItem, Case, Task
from ruangaman.cases.selectors.listing import narrow
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.types import MOST_AT_ONCE, UNDO_LIMIT, BulkKind, CaseFilters
from ruangaman.ui.types import Promised
from ruangaman.vault import services as vault
from ruangaman.vault.types import Purpose


@dataclass(frozen=True)
class TaskLine:
    """A task in the list; `why_not` empty: it can be done to it."""

    row: Task
    title: str
    why_not: str = ""

    @property
    def promised(self) -> Promised:
        """Its clock."""
        return Promised(self.row.made_at, self.row.due_at)


def list_open_tasks(*, viewer: User, filters: CaseFilters, everybody: bool, at: datetime) -> list[Task]:
    """Return open tasks of the cases that `viewer` works on, the first due first, at most `MOST_AT_ONCE`.

    Args:
        filters: of which cases.
        everybody: False: only one's own.
    """
    cases = narrow(Case.objects.granted_to(viewer), viewer, filters, at)
    parts = Assignment.objects.filter(user=viewer, until=None).values("case_id")
    rows = Task.objects.filter(done_at=None, case__in=cases).filter(case_id__in=parts)
    if not everybody:
        rows = rows.filter(owner=viewer)
    return list(rows.select_related("case", "owner").order_by("due_at", "id")[:MOST_AT_ONCE])


def get_tasks(*, ids: Collection[UUID], viewer: User) -> list[Task]:
    """Return those of these tasks that are in cases `viewer` works on, by case; others are not told of."""
    parts = Assignment.objects.filter(user=viewer, until=None).values("case_id")
    rows = Task.objects.filter(pk__in=list(ids)[:MOST_AT_ONCE], case__in=Case.objects.granted_to(viewer))
    return list(rows.filter(case_id__in=parts).select_related("case", "owner").order_by("case_id", "id"))


def with_titles(*, tasks: Sequence[Task], viewer: User, at: datetime) -> list[TaskLine]:
    """Open the titles of tasks, all at once. Leaves one audit event for each case."""
    refs = {task.ref: task.case.dossier_id for task in tasks}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=viewer, at=at) if refs else {}
    return [TaskLine(task, text_of(opened.get(task.ref))) for task in tasks]


def why_not(*, task: Task, kind: BulkKind, owner: User | None, viewer: User) -> str:
    """Say why something cannot be done to a task; "": it can."""
    if not policies.can_write(viewer, task.case):
        return _("Kasusnya sudah ditutup.")
    if not policies.can_finish(viewer, task):
        return _("Tugas ini milik orang lain.")
    if task.done_at is not None:
        return _("Sudah selesai.")
    if kind == BulkKind.HAND and owner is not None:
        if not Assignment.objects.filter(case_id=task.case_id, user=owner, until=None).exists():
            return _("%(name)s tidak bertugas di kasus ini.") % {"name": owner.display_name}
        if task.owner_id == owner.pk:
            return _("Sudah di tangannya.")
    return ""


def list_colleagues(*, tasks: Sequence[Task]) -> list[User]:
    """Return who has a part in any of the cases of these tasks."""
    parts = Assignment.objects.filter(case_id__in={task.case_id for task in tasks}, until=None)
    return list(User.objects.filter(pk__in=parts.values("user_id")).order_by("display_name", "pk"))


def find_undoable(*, act_id: UUID, viewer: User, at: datetime) -> tuple[BulkAct, int] | None:
    """Return an act of `viewer` that can still be taken back, and on how many tasks; None: there is none such."""
    act = BulkAct.objects.filter(pk=act_id, by=viewer, undone_at=None, at__gt=at - UNDO_LIMIT).first()
    return (act, BulkItem.objects.filter(act=act).count()) if act is not None else None

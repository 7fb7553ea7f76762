"""The head's view of a unit: who carries how much, and what is about to be late. Codes and counts, no content."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.models import User
from ruangaman.accounts.types import CASE_ROLES, Role
from ruangaman.cases.models import Assignment, Case, Task
from ruangaman.cases.types.load import HEIGHT, PRESSES_BEFORE, STEP, PersonLoad
from ruangaman.clocks.types import Clock
from ruangaman.core.regions import KECAMATAN
from ruangaman.ui.types import Promised, QueueRow

WEEK = timedelta(days=7)
MOST_LATE = 40
NARROWEST = 180
"""The picture's width when nobody has many cases: a single case must not fill the page."""


@dataclass(frozen=True)
class UnitLoad:
    """Everybody's load, the heaviest first, and what presses, the soonest first."""

    people: list[PersonLoad]
    late: list[QueueRow]
    pressing: list[QueueRow]
    is_cut: bool
    """There are more than are shown."""

    @property
    def width(self) -> int:
        """The width of every picture: one scale for all."""
        return max([NARROWEST, *(STEP * one.cases for one in self.people)])

    @property
    def height(self) -> int:
        """The height of every picture."""
        return HEIGHT

    @property
    def headline(self) -> str:
        """Answer whether something is late or about to be."""
        late, soon = len(self.late), len(self.pressing)
        if self.is_cut:
            return _("Lebih dari %(n)d tugas terlambat atau hampir terlambat.") % {"n": MOST_LATE}
        if late and soon:
            return _("%(late)d tugas terlambat, %(soon)d hampir.") % {"late": late, "soon": soon}
        if late:
            return ngettext("%(n)d tugas terlambat.", "%(n)d tugas terlambat.", late) % {"n": late}
        if soon:
            return _("Tidak ada tugas yang terlambat; %(soon)d hampir.") % {"soon": soon}
        return _("Tidak ada tugas yang terlambat atau hampir terlambat.")


def get_unit_load(*, viewer: User, at: datetime) -> UnitLoad:
    """Return the load of the units that `viewer` oversees: four queries, however many people and cases there are."""
    cases = _cases_by_person(viewer)
    steps = _steps_by_owner(viewer, at)
    wanted = cases.keys() | steps.keys()
    staff = Q(unit_id__in=viewer.oversight_units, role__in=CASE_ROLES, is_active=True)
    users = User.objects.filter(staff | Q(pk__in=wanted)).values_list("pk", "display_name", "role")
    people = [
        PersonLoad(name, Role(role).label, cases.get(pk, {}), *steps.get(pk, (0, 0, None))) for pk, name, role in users
    ]
    rows = _pressing(viewer, at)
    shown = rows[:MOST_LATE]
    return UnitLoad(
        people=sorted(people, key=lambda one: (-one.weight, -one.overdue, one.name)),
        late=[_row(task, at) for task in shown if task.due_at < at],
        pressing=[_row(task, at) for task in shown if task.due_at >= at],
        is_cut=len(rows) > MOST_LATE,
    )


def _cases_by_person(viewer: User) -> dict[UUID, dict[int, int]]:
    found: dict[UUID, dict[int, int]] = defaultdict(dict)
    parts = Assignment.objects.filter(until=None, case__in=Case.objects.overseen_by(viewer).open())
    for user_id, risk, count in parts.values_list("user_id", "case__risk").annotate(Count("pk")).order_by():
        found[user_id][risk] = count
    return found


def _steps_by_owner(viewer: User, at: datetime) -> dict[UUID, tuple[int, int, datetime | None]]:
    """Return owner → how many end within a week, how many are late, when the next one ends."""
    ahead = Q(due_at__gte=at)
    rows = (
        Task.objects.filter(done_at=None, case__in=Case.objects.overseen_by(viewer).open())
        .values("owner_id")
        .annotate(
            week=Count("pk", filter=ahead & Q(due_at__lt=at + WEEK)),
            overdue=Count("pk", filter=~ahead),
            next=Min("due_at", filter=ahead),
        )
        .order_by()
    )
    return {row["owner_id"]: (row["week"], row["overdue"], row["next"]) for row in rows}


def _pressing(viewer: User, at: datetime) -> list[Task]:
    """Return the steps that are late or about to be, by how much they press: danger counts as time."""
    near = Q()
    for risk, before in PRESSES_BEFORE.items():
        near |= Q(case__risk=risk, due_at__lte=at + before)
    found = (
        Task.objects.filter(near, done_at=None, case__in=Case.objects.overseen_by(viewer).open())
        .select_related("case", "owner")
        .order_by("due_at", "-case__risk", "id")[: MOST_LATE + 1]
    )
    return sorted(found, key=lambda task: (task.due_at - PRESSES_BEFORE[task.case.risk], task.case.code))


def _row(task: Task, at: datetime) -> QueueRow:
    case, clock = task.case, Clock(min(task.made_at, task.due_at), task.due_at)
    return QueueRow(
        url=f"/kasus/{case.code}/",
        sentence=_("Satu tugas, %(left)s") % {"left": clock.words(at)},
        code=case.code,
        promised=Promised(task.made_at, task.due_at),
        danger=case.risk,
        facts=(case.get_state_display(),),
        place=KECAMATAN.get(case.kecamatan, ""),
        owner=task.owner.display_name,
        action=_("Lihat kasus"),
    )

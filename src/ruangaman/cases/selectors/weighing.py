"""What stands in the clear and has to be weighed before a case ends or its plan begins: clocks that run, dangers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ruangaman.cases.models import Approval, Case, Incident, SafetyCheck
from ruangaman.cases.selectors.facts import unsafe_check
from ruangaman.cases.selectors.windows import counted_from
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import WITH, open_of_dossier
from ruangaman.clocks.types import ClockState, span
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.ui.types import Promised

TASK = "task"
DECISION = "decision.closing"


@dataclass(frozen=True)
class Running:
    """One clock of a case that runs, or all of its tasks together: their clocks have one name.

    Args:
        row: of several the one that presses first.
        is_binding: law or medicine asks for it.
        is_answered: a closing says why it is needed no more.
    """

    row: Clock
    name: str
    law: str
    promised: Promised
    is_late: bool
    is_binding: bool
    is_answered: bool
    count: int = 1

    @property
    def is_task(self) -> bool:
        """Whether it is ticked off, and holds the closing until it is."""
        return self.row.kind.key == TASK


@dataclass(frozen=True)
class Weighed:
    """What who decides without a key has to know beside what is asked.

    Args:
        forms: of violence, in words.
        unsafe: the last safety check of this episode, where it said not safe.
        waits: how long it has waited, in words.
    """

    forms: list[str]
    unsafe: SafetyCheck | None
    running: list[Running]
    waits: str

    @property
    def binding(self) -> list[Running]:
        """Those of law and medicine."""
        return [one for one in self.running if one.is_binding]

    @property
    def others(self) -> list[Running]:
        """The rest."""
        return [one for one in self.running if not one.is_binding]


def list_running(*, case: Case, at: datetime, covers: Collection[UUID] = ()) -> list[Running]:
    """Return every clock of a case that runs, those of law and medicine first, then what presses first.

    But for the decision about the closing itself: whoever reads this is about to ask for it, or to make it.

    Args:
        covers: of which a closing says why they are needed no more.
    """
    rows = list(open_of_dossier(case.dossier_id).filter(about="case").pressing(at).select_related(*WITH))
    tasks = [row for row in rows if row.kind.key == TASK]
    found = [_running(row, at, covers) for row in rows if row.kind.key not in {TASK, DECISION}]
    if tasks:
        found.append(replace(_running(tasks[0], at, covers), count=len(tasks)))
    return sorted(found, key=lambda one: not one.is_binding)


def _running(row: Clock, at: datetime, covers: Collection[UUID]) -> Running:
    return Running(
        row=row,
        name=row.kind.name,
        law=row.limit.legal_basis if row.limit else "",
        promised=Promised(counted_from(row), row.due_at, "pause" if row.paused_at else ""),
        is_late=row.face.state(at) is ClockState.OVER,
        is_binding=row.is_binding,
        is_answered=row.pk in covers,
    )


def weigh(*, approval: Approval, at: datetime, covers: Collection[UUID] = ()) -> Weighed:
    """Return what speaks for care, for who decides about an approval: facts in the clear only."""
    case = approval.case
    forms = {form for forms in Incident.objects.filter(case=case).values_list("forms", flat=True) for form in forms}
    return Weighed(
        forms=book().labels(ListKey.VIOLENCE_FORM, sorted(forms)),
        unsafe=unsafe_check(case),
        running=list_running(case=case, at=at, covers=covers),
        waits=span(max(at - approval.asked_at, at - at)),
    )

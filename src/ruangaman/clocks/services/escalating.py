"""What is late, or nearly, is told further: each step once, whoever works on it and however often it is tried."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from ruangaman.audit import services as audit
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.clocks import events
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import list_whom
from ruangaman.clocks.services.happening import name_of, place
from ruangaman.core import jobs

TELL_TASK = "ruangaman.notifications.jobs.tell_of_clock"
AT_ONCE = 200
"""How many are taken in one transaction; what is left is taken by the next."""


def escalate_due(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Take one step of the escalation of every running clock whose step is due. Returns how many.

    The rows are locked and those that another worker holds are left to it. The step is counted in the same transaction
    in which the letters are ordered, so that no step is taken twice and none is lost.

    Writes: clocks, one job for each person, one `clocks.escalated` event for each clock.
    """
    with unit_of_work(Role.WORKER):
        due = (
            Clock.objects.running()
            .filter(escalates_at__lte=at)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("kind")
            .order_by("escalates_at")
        )
        rows = list(due[:limit])
        for clock in rows:
            _tell(clock, at)
    return len(rows)


def letter_key(clock_id: UUID, level: int) -> UUID:
    """Return what a letter is about: the same for the same step of the same clock, so that nobody gets it twice."""
    return uuid5(clock_id, str(level))


def _tell(clock: Clock, at: datetime) -> None:
    steps = clock.kind.steps
    if clock.level >= len(steps):  # the chain was made shorter since
        clock.escalates_at = None
        clock.save(update_fields=["escalates_at"])
        return
    step = steps[clock.level]
    clock.level += 1
    place(clock, steps)
    clock.save(update_fields=["level", "escalates_at"])
    people = list_whom(to=step.to, clock=clock)
    about = letter_key(clock.pk, clock.level)
    for person in people:
        jobs.enqueue(TELL_TASK, lock=f"tell:{about}:{person}", about=str(about), user_id=str(person))
    audit.record(
        events.ESCALATED,
        by=None,
        subject=clock.subject,
        at=at,
        dossier_id=clock.dossier_id,
        detail={**name_of(clock), "level": clock.level, "to": step.to.value, "people": len(people)},
    )

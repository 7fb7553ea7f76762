"""What an end stopped although it was not done goes on when that end is taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ruangaman.clocks.models import Clock
from ruangaman.clocks.services.happening import place
from ruangaman.clocks.types import Subject


@transaction.atomic(savepoint=False)
def resume_ended(
    *, event: str, subject: Subject, since: datetime, gone: Collection[UUID] = (), but: Collection[str] = ()
) -> int:
    """Let the clocks that an event ended run again, each until when it ran before: what was late is late again.

    Called before the event that takes the end back is told: what runs already does not begin anew. Only what can be
    done where the subject stands now goes on.

    Args:
        event: what ended them.
        since: what was ended before belongs to another time.
        gone: who has no part in it any more; their turns are the lead's.
        but: keys of kinds that have a way of their own.

    Returns:
        How many go on.

    Writes: clocks.
    """
    found = Clock.objects.filter(dossier_id=subject.dossier_id).select_related("kind", "limit")
    running = set(found.open().values_list("kind_id", "anchor"))
    resumed = 0
    ended = found.filter(stopped_on=event, stopped_at__gte=since).exclude(kind__key__in=but)
    for clock in ended.order_by("-stopped_at", "-started_at", "id"):
        states, place_of = clock.kind.rule.states, (clock.kind_id, clock.anchor)
        if place_of in running or (states and subject.state not in states):
            continue
        running.add(place_of)
        clock.stopped_at, clock.stopped_on = None, ""
        clock.snoozed_until, clock.snooze_reason = None, ""
        clock.danger, clock.lead_id = subject.danger, subject.lead_id
        if clock.owner_id in gone and subject.lead_id:
            clock.owner_id = subject.lead_id
        place(clock, clock.kind.steps)
        clock.save(update_fields=CHANGED)
        resumed += 1
    return resumed


CHANGED = [
    "stopped_at", "stopped_on", "snoozed_until", "snooze_reason", "danger", "lead", "owner", "presses_at",
    "escalates_at",
]  # fmt: skip

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
    *,
    event: str,
    subject: Subject,
    since: datetime,
    at: datetime,
    gone: Collection[UUID] = (),
    but: Collection[str] = (),
) -> int:
    """Let what an event ended undone run again, each until when it ran before: what was late is late again.

    The rows that ended stay as they ended; each goes on as a new one, so that the past can be told. Called before the
    event that takes the end back is told: what runs already does not begin anew. Only what can be done where the
    subject stands now goes on.

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
    ended = found.filter(stopped_on=event, stopped_at__gte=since).exclude(kind__key__in=but)
    rows = []
    for clock in ended.order_by("-stopped_at", "-started_at", "id"):
        states, what = clock.kind.rule.states, (clock.kind_id, clock.anchor)
        if what in running or (states and subject.state not in states):
            continue
        running.add(what)
        rows.append(_again(clock, subject, gone, at))
    Clock.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _again(clock: Clock, subject: Subject, gone: Collection[UUID], at: datetime) -> Clock:
    owner = subject.lead_id if clock.owner_id in gone and subject.lead_id else clock.owner_id
    row = Clock(
        kind=clock.kind,
        limit_id=clock.limit_id,
        dossier_id=clock.dossier_id,
        about=clock.about,
        subject=clock.subject,
        anchor=clock.anchor,
        unit_id=subject.unit_id,
        desk_id=clock.desk_id,
        owner_id=owner,
        lead_id=subject.lead_id,
        danger=subject.danger,
        kecamatan=subject.kecamatan,
        started_at=at,
        due_at=clock.due_at,
    )
    place(row, clock.kind.steps)
    return row

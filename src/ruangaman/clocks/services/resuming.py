"""What stood still goes on: a pause that is over, and what an end stopped undone when that end is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.clocks import events
from ruangaman.clocks.models import Clock, Pause
from ruangaman.clocks.selectors import dues_if_resumed
from ruangaman.clocks.services.happening import name_of, place
from ruangaman.clocks.types import Detail, Subject

AT_ONCE = 200
"""How many pauses end in one transaction; what is left is taken by the next."""


def resume_due(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Let every clock go on whose pause lasts until now or less. Returns how many.

    Each goes on from the day that was named, however late the worker comes; twice changes nothing.

    Writes: clocks, their pauses, one `clocks.resumed` event for each.
    """
    with unit_of_work(Role.WORKER):
        over = Pause.objects.filter(ended_at=None, until__lte=at).values("clock_id")
        rows = Clock.objects.open().filter(pk__in=over, paused_at__isnull=False)
        found = list(rows.select_for_update(of=("self",), skip_locked=True).select_related("kind", "limit")[:limit])
        for clock in found:
            go_on(clock, by=None, at=at)
    return len(found)


@transaction.atomic(savepoint=False)
def resume_all(*, dossier_id: UUID, by: User, at: datetime) -> int:
    """Let everything of one dossier go on that stands still: something happened. Returns how many.

    Writes: clocks, their pauses, one `clocks.resumed` event for each.
    """
    rows = Clock.objects.open().filter(dossier_id=dossier_id, paused_at__isnull=False).order_by("pk")
    found = list(rows.select_for_update(of=("self",)).select_related("kind", "limit"))
    for clock in found:
        go_on(clock, by=by, at=at)
    return len(found)


def go_on(clock: Clock, *, by: User | None, at: datetime) -> None:
    """Let the time of a locked clock that is paused count again. By nobody: from the day that was named for it.

    Writes: the clock, its pause, one `clocks.resumed` event.
    """
    if clock.paused_at is None:
        raise ValueError("It is not paused.")
    pause = Pause.objects.filter(clock=clock, ended_at=None).first()
    end = min(at, pause.until) if pause is not None else at
    before, since = clock.due_at, clock.paused_at
    clock.due_at = dues_if_resumed([clock], at=end)[0]
    clock.paused_seconds += int((clock.due_at - before).total_seconds())
    clock.paused_at, clock.pause_reason = None, ""
    place(clock, clock.kind.steps)
    clock.save(update_fields=["due_at", "presses_at", "escalates_at", "paused_seconds", "paused_at", "pause_reason"])
    if pause is not None:
        pause.ended_at, pause.ended_by = max(end, pause.since), by
        pause.save(update_fields=["ended_at", "ended_by"] if by else ["ended_at"])
    detail: Detail = {"seconds": int((end - since).total_seconds())}
    audit.record(
        events.RESUMED, by=by, subject=clock.subject, at=at, dossier_id=clock.dossier_id,
        detail={**name_of(clock), **detail},
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def resume_ended(
    *,
    event: str,
    subject: Subject,
    since: datetime,
    at: datetime,
    gone: Collection[UUID] = (),
    but: Collection[str] = (),
    only: Iterable[str] | None = None,
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
        only: keys of the kinds that go on; None: any.

    Returns:
        How many go on.

    Writes: clocks.
    """
    found = Clock.objects.filter(dossier_id=subject.dossier_id).select_related("kind", "limit")
    running = set(found.open().values_list("kind_id", "anchor"))
    ended = found.filter(stopped_on=event, stopped_at__gte=since).exclude(kind__key__in=but)
    ended = ended if only is None else ended.filter(kind__key__in=list(only))
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

"""Something happened: the clocks that it ends stop, those that it begins start. Nobody starts a clock by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from ruangaman.accounts.models import User
from ruangaman.clocks.models import Clock
from ruangaman.clocks.registry import abouts
from ruangaman.clocks.selectors import NO_OFFICE, Holding, get_office, list_concerned
from ruangaman.clocks.types import Detail, Holder, More, Office, Step, Subject, due_or_farthest, presses_at, step_at


@transaction.atomic(savepoint=False)
def happened(
    *,
    event: str,
    subject: Subject,
    by: User,
    at: datetime,
    detail: Detail | None = None,
    promised_at: datetime | None = None,
    sooner_at: datetime | None = None,
    occurred: tuple[datetime, datetime] | None = None,
) -> None:
    """Stop and start the clocks that an event concerns, in the transaction in which it happens.

    Without a savepoint of its own: who tells of the event has one, and nothing of it holds when this fails.

    One query for the kinds; none more when the event concerns none. Then one to stop and one to start; what a
    condition asks about the subject, and the office's hours, are read only when a kind needs them.

    Args:
        event: key of the event, such as `cases.opened`.
        detail: what the event carries: codes, counts and keys.
        promised_at: the moment that somebody promised, for kinds that have no limit of their own.
        sooner_at: the moment that somebody chose for kinds that have one: it holds where it is sooner than the limit.
        occurred: the earliest and the latest moment at which the thing can have happened, for kinds that count from
            then: from the earliest, and not at all when even from the latest it would be over.

    Writes: clocks.
    """
    facts = detail or {}
    concerned = list_concerned(event=event, about=subject.kind, at=at)
    if not concerned:
        return
    ended = _stop(concerned, event, subject, facts, at)
    more: Callable[[], More] = cache(subject.more)
    begun = [*ended, *_starting(concerned, event, subject, facts, more, at)]
    office = get_office() if any(one.length and one.length.is_working for one, _anchor in begun) else NO_OFFICE
    rows = []
    for one, anchor in begun:
        due = _due(one, at, promised_at, sooner_at, occurred, office)
        if due is not None:
            row = _row(one, anchor, due, subject, facts, more, by, at)
            row.owner_id = row.owner_id or (None if row.desk_id else by.pk)
            place(row, one.kind.steps)
            rows.append(row)
    if rows:
        Clock.objects.bulk_create(rows, ignore_conflicts=True)  # one that runs already goes on


def _stop(
    concerned: list[Holding], event: str, subject: Subject, detail: Detail, at: datetime
) -> list[tuple[Holding, UUID | None]]:
    """Stop what the event ends. Returns what begins again because of it."""
    ending = [one for one in concerned if event in one.kind.stops_on and one.kind.rule.stops(detail)]
    if not ending:
        return []
    wanted = Q()
    for one in ending:
        anchor = anchor_of(one, detail)
        wanted |= Q(kind=one.kind) if anchor is None else Q(kind=one.kind, anchor=anchor)
    found = Clock.objects.filter(wanted, dossier_id=subject.dossier_id).open()
    about = abouts.get(subject.kind)
    again = {} if about is not None and event in about.ends_on else {one.kind.pk: one for one in ending}
    again = {key: one for key, one in again.items() if one.kind.restarts and one.kind.is_valid(at)}
    pairs = list(found.filter(kind_id__in=again).values_list("kind_id", "anchor")) if again else []
    # Of two requests the later one may have looked at its watch first: no clock ends before it began.
    found.update(stopped_at=Greatest(F("started_at"), Value(at)), stopped_on=event)
    return [(again[kind], anchor) for kind, anchor in pairs]


def _starting(
    concerned: list[Holding], event: str, subject: Subject, detail: Detail, more: Callable[[], More], at: datetime
) -> list[tuple[Holding, UUID | None]]:
    """Return what the event begins. A kind about one thing needs an event that names it."""
    found = []
    for one in concerned:
        anchor = anchor_of(one, detail)
        if event not in one.kind.starts_on or not one.kind.is_valid(at) or (one.kind.anchor and anchor is None):
            continue
        if one.kind.rule.starts(subject, detail, more):
            found.append((one, anchor))
    return found


def anchor_of(one: Holding, detail: Detail) -> UUID | None:
    """Return which thing the event names, for a kind that is about one; None: it is about the whole, or all of them."""
    value = detail.get(one.kind.anchor) if one.kind.anchor else None
    return UUID(str(value)) if value else None


def _due(
    one: Holding,
    at: datetime,
    promised_at: datetime | None,
    sooner_at: datetime | None,
    occurred: tuple[datetime, datetime] | None,
    office: Office,
) -> datetime | None:
    """Return until when; None: nothing is promised, or the window has closed already.

    A moment that somebody chose holds as far as the limit lets it. A limit that cannot be reckoned stops nothing: the
    clock runs to the farthest day, and the page of limits says why.
    Where nobody knows when it happened, nobody knows how much is left: then it is at once.
    """
    if one.kind.is_promised:
        return promised_at
    if one.length is None:
        return None
    if not one.kind.from_occurrence:
        due = due_or_farthest(at, one.length, office)
        return min(sooner_at, due) if sooner_at is not None and sooner_at > at else due
    if occurred is None:
        return at
    first, last = occurred
    is_over = due_or_farthest(last, one.length, office) <= at
    return None if is_over else due_or_farthest(first, one.length, office)


def _row(
    one: Holding,
    anchor: UUID | None,
    due: datetime,
    subject: Subject,
    detail: Detail,
    more: Callable[[], More],
    by: User,
    at: datetime,
) -> Clock:
    owner, desk = _holder(one, subject, detail, more, by)
    return Clock(
        kind=one.kind,
        limit_id=None if one.kind.is_promised else one.limit_id,
        dossier_id=subject.dossier_id,
        about=subject.kind,
        subject=subject.code,
        anchor=anchor,
        unit_id=subject.unit_id,
        desk_id=desk,
        owner_id=owner,
        lead_id=subject.lead_id,
        danger=subject.danger,
        kecamatan=subject.kecamatan,
        started_at=at,
        due_at=due,
    )


def _holder(
    one: Holding, subject: Subject, detail: Detail, more: Callable[[], More], by: User
) -> tuple[UUID | None, UUID | None]:
    """Return the person or the desk whose turn it is; where the part is empty, who answers for the whole.

    Where that one has left, the subject may say who has the turn in their place.
    """
    holder = Holder(one.kind.holder)
    if holder is Holder.DESK and subject.desk_id is not None:
        return subject.taken_by_id, subject.desk_id
    named = detail.get("owner") if holder is Holder.OWNER else None
    if named:
        return UUID(str(named)), None
    if holder in {Holder.COMPANION, Holder.LAWYER, Holder.HEAD}:
        found = more().holders.get(holder.value)
        if found is not None:
            return found, None
    if holder is Holder.MANAGER and by.pk != subject.lead_id:  # who does something has not gone
        found = more().holders.get(holder.value)
        if found is not None:
            return found, None
    return (subject.lead_id, None) if subject.lead_id else (None, subject.desk_id)


def place(clock: Clock, steps: tuple[Step, ...]) -> None:
    """Put a clock where it belongs after its limit or its danger changed. Nothing is written."""
    clock.presses_at = presses_at(clock.due_at, clock.danger)
    left = steps[clock.level :]
    clock.escalates_at = step_at(left[0], started=clock.started_at, due=clock.due_at) if left else None


def name_of(clock: Clock) -> dict[str, str | None]:
    """Return what tells a clock from the others of its dossier, for the trail: its kind and what it is about."""
    return {"kind": clock.kind.key, "anchor": str(clock.anchor) if clock.anchor else None}

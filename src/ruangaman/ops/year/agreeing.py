"""Whether what the year left behind agrees: the trail, the stored history, the timeline, the clocks at past moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.utils import translation

from ruangaman.accounts.models import User
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.cases.models import Case, Transition
from ruangaman.cases.registry import TimelineItem
from ruangaman.cases.selectors.page import Asked, get_case_page
from ruangaman.cases.types import CaseState
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import list_at
from ruangaman.clocks.types import Turn, rank_at
from ruangaman.ops.city import acting
from ruangaman.ops.year.ledger import Ledger, Told, read_trail
from ruangaman.ops.year.world import BEGIN, World

MOMENTS = 60
"""How many past instants are looked at."""
OF_A_CASE = ("cases.", "consents.", "intake.written", "intake.replied", "clocks.paused", "clocks.resumed")
UNSHOWN: dict[str, str] = {
    "cases.person_edited": "stands as a version on the person",
    "cases.incident_edited": "stands as a version on the incident",
    "cases.task_edited": "stands as a version on the task",
    "cases.answers_kept": "stands with the incident",
    "cases.task_undone": "the tick is gone from the timeline",
    "cases.answer_awaited": "stands among the clocks",
    "cases.reporter_answered": "shown as the answer",
    "cases.reported_again": "stands among the clocks",
    "cases.access_given": "stands on the page of who may read",
    "cases.access_changed": "stands on the page of who may read",
    "cases.access_ended": "stands on the page of who may read",
    "cases.glass_asked": "nothing was opened yet",
    "cases.glass_closed": "shown only when an opening that had begun was ended",
    "cases.glass_reviewed": "stands on the page of who may read",
    "cases.glass_frozen": "stands on the account",
    "cases.plan_agreed": "shown as the plan",
    "cases.plan_started": "shown as the tasks",
    "cases.risk_changed": "shown as the review",
    "cases.tied": "stands with the people",
    "cases.untied": "stands with the people",
    "consents.revoked": "stands on the page of consents",
}
"""Events that the stream of a case leaves out, and where they stand instead."""
TWICE = {"cases.manager_changed": 2, "cases.reopened": 2}
"""One part ends and another begins; a move, and the episode that begins with it."""
OTHER_DRAWERS = ("psikolog", "hukum")
"""Parts that hold a drawer which the manager does not: of what lies in it her timeline tells nothing."""
MOVED = "Tahap pindah ke "
Key: TypeAlias = tuple[datetime, str]


@dataclass
class Agreement:
    """What was compared, and what did not agree."""

    cases: int
    moments: int
    clocks: int
    events: int
    entries: int
    faults: list[str]


def compare(world: World) -> Agreement:
    """Compare everything with everything, at the instants between the beginning and now."""
    with unit_of_work(Role.MIGRATE):
        ledger = read_trail(world.seen.forms)
        moments = _moments(world.now)
        rows = list(Clock.objects.select_related("kind"))
        faults = [*_states(ledger, moments), *_clocks(ledger, rows, moments), *_order(ledger, rows)]
        codes = list(Case.objects.order_by("opened_at").values_list("code", flat=True))
    faults += _queue(world, ledger, moments)
    events = entries = 0
    for code in codes:
        told, (items, *others) = _told(ledger, code), read_timelines(world, code)
        opened_at = ledger.subjects[code].states[0][0]
        shown = _shown(items, opened_at)
        for other in others:  # whoever sees more adds to it
            shown |= _shown(other, opened_at)
        events, entries = events + sum(told.values()), entries + len(items)
        faults += [f"{code}: the trail tells of {key}, the timeline does not." for key in (told - shown)]
        faults += [f"{code}: the timeline shows {key}, the trail does not." for key in (shown - told)]
        moves = sorted(_moves_in(items))
        if moves != sorted(ledger.subjects[code].states[1:]):
            faults.append(f"{code}: the timeline moves {moves}, the trail {ledger.subjects[code].states[1:]}.")
    return Agreement(len(codes), len(moments), len(rows), events, entries, faults)


def _moments(end: datetime) -> list[datetime]:
    return [BEGIN + (end - BEGIN) * number / MOMENTS for number in range(1, MOMENTS + 1)]


def _states(ledger: Ledger, moments: Sequence[datetime]) -> Iterator[str]:
    """Compare the state of each case as the trail tells it with its transitions, and in the end with the case."""
    for case in Case.objects.all():
        subject = ledger.subjects[case.code]
        moves = list(Transition.objects.filter(case=case).order_by("at", "id"))
        first = moves[0].from_state if moves else case.state
        kept = [(case.opened_at, first), *((row.at, row.to_state) for row in moves)]
        if sorted(kept) != sorted(subject.states):
            yield f"{case.code}: the trail tells {subject.states}, the history {kept}."
        for at in moments:
            mine, theirs = _state_at(subject.states, at), _state_at(kept, at)
            if mine != theirs:
                yield f"{case.code} at {at}: {mine} by the trail, {theirs} by the history."
        if subject.state != case.state:
            yield f"{case.code}: {subject.state} by the trail, {case.state} by itself."


def _state_at(states: Sequence[tuple[datetime, str]], at: datetime) -> str:
    before = [state for moment, state in states if moment <= at]
    return before[-1] if before else ""


def _clocks(ledger: Ledger, rows: Sequence[Clock], moments: Sequence[datetime]) -> Iterator[str]:
    """Compare what was open at each instant, by the trail and by the clocks."""
    told = Counter((one.kind, one.subject, one.anchor, one.started_at, one.stopped_at) for one in ledger.clocks)
    kept = Counter((row.kind.key, row.subject, _anchor(row), row.started_at, row.stopped_at) for row in rows)
    for key in told - kept:
        yield f"The trail tells of a clock that is not there: {key}."
    for key in kept - told:
        yield f"There is a clock that the trail does not tell of: {key}."
    for at in moments:
        mine = sorted(_face(one) for one in ledger.open_at(at))
        theirs = sorted(
            (row.kind.key, row.subject, _anchor(row) or "", row.started_at)
            for row in rows
            if row.started_at <= at and (row.stopped_at is None or row.stopped_at > at)
        )
        if mine != theirs:
            yield f"At {at} the trail has {len(mine)} open clocks, the tables {len(theirs)}."


def _order(ledger: Ledger, rows: Sequence[Clock]) -> Iterator[str]:
    """Compare until when each was promised, and the order in which what is open now presses."""
    due = {(one.kind, one.subject, one.anchor, one.started_at): one for one in ledger.clocks}
    for row in rows:
        one = due.get((row.kind.key, row.subject, _anchor(row), row.started_at))
        if one is not None and one.due_at != row.due_at:
            yield f"{row.kind.key} of {row.subject}: due {one.due_at} by the trail, {row.due_at} by itself."
        if one is not None and row.stopped_at is None and one.presses_at != row.presses_at:
            yield f"{row.kind.key} of {row.subject} presses at {row.presses_at}, by the trail at {one.presses_at}."


def _queue(world: World, ledger: Ledger, moments: Sequence[datetime]) -> Iterator[str]:
    """Compare the head's queue at each instant with the trail: the same turns, in the order in which they press."""
    head = world.person("kepala")
    for at in moments:
        with acting(head):
            rows = list_at(viewer=head, turn=Turn.UNIT, at=at)
        found = [(rank_at(row.presses_at, row.danger, at), row.presses_at, row.kind.key, row.subject) for row in rows]
        told = [one for one in ledger.open_at(at) if one.paused_at is None or one.paused_at > at]
        mine = sorted((rank_at(one.presses_at, one.danger, at), one.presses_at, one.kind, one.subject) for one in told)
        if mine != sorted(found) or [one[:2] for one in mine] != [one[:2] for one in found]:
            yield f"At {at} the head's queue has {len(found)} turns, by the trail {len(mine)}, or in another order."


def _face(one: Told) -> tuple[str, str, str, datetime]:
    return (one.kind, one.subject, one.anchor or "", one.started_at)


def _anchor(row: Clock) -> str | None:
    return str(row.anchor) if row.anchor else None


def read_timelines(world: World, code: str) -> list[list[TimelineItem]]:
    """Return the whole stream of a case as its manager sees it, then as those see it who hold a drawer she does not."""
    with unit_of_work(Role.MIGRATE):
        case = Case.objects.select_related("manager").get(code=code)
        beside = case.assignments.filter(until=None, role__in=OTHER_DRAWERS).order_by("since")
        names = [case.manager.username, *beside.values_list("user__username", flat=True)]
    return [_read_timeline(world, code, name) for name in names]


def _read_timeline(world: World, code: str, username: str) -> list[TimelineItem]:
    user = world.person(username)
    with acting(user), translation.override("id"):
        page = get_case_page(case=Case.objects.get(code=code), viewer=user, at=world.now, asked=Asked(whole=True))
        return [item for _day, several in page.days for item in several]


def _told(ledger: Ledger, code: str) -> Counter[Key]:
    """Count what the stream has to show of the trail: when, and by whom."""
    subjects = [code, *(one.code for one in ledger.subjects.values() if one.case == code)]
    with unit_of_work(Role.MIGRATE):
        names = {str(user.principal_id): user.display_name for user in User.objects.all()}
        events = list(AuditEvent.objects.filter(subject__in=subjects).order_by("lane", "seq"))
    undone = Counter(one.detail["task"] for one in events if one.type == "cases.task_undone")
    found: Counter[Key] = Counter()
    for event in events:
        if not event.type.startswith(OF_A_CASE) or event.type in UNSHOWN:
            continue
        if event.type == "cases.task_done" and undone[event.detail["task"]]:
            undone[event.detail["task"]] -= 1
            continue
        found[event.at, names.get(event.actor, "")] += TWICE.get(event.type, 1)
    return found


def _shown(items: Sequence[TimelineItem], opened_at: datetime) -> Counter[Key]:
    """Count what the stream shows; all that comes with the opening is told by one event."""
    found = Counter((item.at, str(item.by)) for item in items)
    return Counter({key: 1 if key[0] == opened_at else count for key, count in found.items()})


def _moves_in(items: Sequence[TimelineItem]) -> Iterator[tuple[datetime, str]]:
    """Read the moves out of the sentences of a stream."""
    labels = {str(state.label): state.value for state in CaseState}
    for item in items:
        words = str(item.sentence)
        if words.startswith("Kasus ditutup"):
            yield item.at, CaseState.CLOSED.value
        elif words == "Kasus dibuka lagi":
            yield item.at, CaseState.ASSESSMENT.value
        elif words.startswith(MOVED):
            yield item.at, labels[words.removeprefix(MOVED).split(", ")[0]]

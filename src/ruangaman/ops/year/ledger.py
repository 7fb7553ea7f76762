"""The open clocks at any past moment, told once more from the trail alone: plainly, without a look at the clocks.

What a kind begins and ends with and its limits are read as data; what the trail does not carry (until when somebody
promised a task, which forms an incident had) is read from the rows that the event names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ruangaman.audit.models import AuditEvent
from ruangaman.cases.models import Incident, Task, Version
from ruangaman.clocks.models import ClockKind, Limit
from ruangaman.clocks.selectors import get_office
from ruangaman.clocks.types import HEAD_START, Office, add_working, due_after, working_between
from ruangaman.core.clock import end_of_day
from ruangaman.core.regions import zone

CLOSED = {"cases.closed"}
CONTACT = "aftercare.month_"
OWN_WAY = {
    "task",
    "desk.decide",
    "case.review",
    "case.review_high",
    "returned.plan",
    "returned.closing",
    "closing.approved",
}
"""What does not go on when a case is opened again: tasks are woken, reviews counted anew."""
CASE_ENDS, REPORT_ENDS = CLOSED, {"intake.case_opened", "intake.duplicated", "intake.refused"}

REPORT_STATES = {
    "intake.triaged": "triaged", "intake.refused": "refused", "intake.duplicated": "duplicate",
    "intake.case_opened": "case_opened", "intake.unduplicated": "received", "intake.unrefused": "received",
    "intake.sent_back": "received",
}  # fmt: skip
FORGETS = frozenset({"intake.unduplicated", "intake.unrefused", "intake.sent_back"})
"""After these nobody has triaged a report any more."""
MAY_DIE, BEFORE = 4, datetime(1, 1, 1, tzinfo=UTC)


@dataclass
class Told:
    """One clock as the trail tells of it."""

    kind: str
    subject: str
    anchor: str | None
    started_at: datetime
    due_at: datetime
    length: Any = None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    danger: int = 0
    """As it was last told."""

    @property
    def presses_at(self) -> datetime:
        """Where it stands in the order."""
        return self.due_at - HEAD_START[self.danger]


@dataclass
class Subject:
    """A case or report as the trail tells of it."""

    code: str
    about: str
    state: str = ""
    danger: int = 0
    case_type: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    """By person: the part that they have."""
    tasks: dict[str, bool] = field(default_factory=dict)
    """By task: whether it is done."""
    case: str = ""
    """Of a report: the case that it became."""
    said: int = 0
    """Of a report: the danger that its answers say."""
    waits_since: datetime = BEFORE
    """Of a report: since when its reporter waits for an answer."""
    due_at: datetime = BEFORE
    """Until when it has to be answered."""
    is_answered: bool = False
    reported: tuple[str, ...] = ()
    states: list[tuple[datetime, str]] = field(default_factory=list)


def _danger(subject: Subject, event: AuditEvent) -> int:
    """How pressing what an event begins is: a further report may tell of more danger than the case is in."""
    is_another = event.type == "cases.reported_again"
    return max(subject.danger, event.detail["danger"]) if is_another else subject.danger


@dataclass
class Ledger:
    """Every clock that the trail tells of, and every subject."""

    office: Office
    kinds: list[ClockKind]
    limits: list[Limit]
    forms: Mapping[str, tuple[list[str], Any]]
    """By incident: its forms of violence and the day of it."""
    promises: Mapping[str, datetime]
    """By task, and by task and version where it was changed: until when it was promised."""
    reported: Mapping[str, tuple[str, ...]]
    """By case: the forms that its report spoke of."""
    promised: dict[str, datetime] = field(default_factory=dict)
    """By task: until when, as it was last told."""
    subjects: dict[str, Subject] = field(default_factory=dict)
    clocks: list[Told] = field(default_factory=list)
    running: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    """By case: what its closing ended undone, since it was opened last."""

    reviewed: dict[str, tuple[datetime | None, str]] = field(default_factory=dict)
    """By case: when it was reviewed last, and on which day it is again."""
    waiting: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    """By case: the contacts after its closing that opening it again ended."""

    def open_at(self, at: datetime) -> list[Told]:
        """Return what was open at a moment."""
        return [one for one in self.clocks if one.started_at <= at and (one.stopped_at is None or one.stopped_at > at)]

    def read(self, event: AuditEvent) -> None:
        """Take one event in."""
        about = "report" if event.type.startswith("intake.") else "case"
        subject = self.subjects.get(event.subject)
        if subject is None:
            if event.type not in {"cases.opened", "intake.accepted"}:
                return
            subject = Subject(event.subject, about, reported=self.reported.get(event.subject, ()))
            self.subjects[event.subject] = subject
        if event.type.startswith("clocks."):
            self._changed(subject, event)
            return
        self._note(subject, event)
        for one in self.waiting.pop(subject.code, []) if event.type in CLOSED else ():
            self._again(one, subject, event)
        self._stop(subject, event)
        if event.type in {"cases.reopened", "intake.unduplicated"}:
            self._resume(subject, event)
        self._start(subject, event)

    def _note(self, subject: Subject, event: AuditEvent) -> None:
        detail, kind = event.detail, event.type
        moved = {
            "cases.opened": detail.get("state"),
            "cases.moved": detail.get("to"),
            "cases.closed": "closed",
            "cases.reopened": detail.get("state", "assessment"),
        }.get(kind)
        if moved:
            subject.state = moved
            subject.states.append((event.at, moved))
        if kind in {"cases.opened", "intake.triaged"}:
            subject.danger, subject.case_type = detail["risk"], detail["case_type"]
        self._note_report(subject, event)
        if kind == "cases.risk_changed":
            subject.danger = detail["risk"]
        if kind == "cases.answer_awaited":
            self.promised[detail["report"]] = datetime.fromisoformat(detail["due"])
        if kind == "intake.case_opened":
            subject.case = detail["case"]
        if kind in {"cases.assigned", "cases.unassigned"}:
            subject.roles[detail["user"]] = detail["role"] if kind == "cases.assigned" else ""
        if kind in {"cases.task_added", "cases.task_edited"}:
            task, version = detail["task"], detail.get("version", 1)
            self.promised[task] = self.promises.get(f"{task} {version}") or self.promises[task]
        if kind in {"cases.task_added", "cases.task_undone", "cases.task_done"}:
            subject.tasks[detail["task"]] = kind == "cases.task_done"

    def _note_report(self, subject: Subject, event: AuditEvent) -> None:
        """Before a case it is as dangerous as its answers say, until somebody has triaged it."""
        detail, kind = event.detail, event.type
        if kind == "intake.accepted":
            subject.state, subject.said, subject.danger = "received", detail["danger"], detail["danger"]
            subject.waits_since, subject.due_at = event.at, self._answer_due(event.at, detail["danger"])
        is_anew = kind == "intake.sent_back" and subject.state == "refused"
        subject.state = REPORT_STATES.get(kind, subject.state)
        if kind in FORGETS:
            subject.danger = subject.said
        if is_anew:  # who was refused is answered once more
            subject.is_answered, subject.waits_since = False, event.at
            subject.due_at = self._answer_due(event.at, subject.said)
        elif kind in FORGETS | {"intake.triaged"} and not subject.is_answered:
            due = self._answer_due(subject.waits_since, max(subject.danger, subject.said))
            subject.due_at = due if kind == "intake.triaged" else min(due, subject.due_at)
        if kind == "intake.danger_raised":
            subject.danger = detail["risk"]
            if not subject.is_answered:
                subject.due_at = min(subject.due_at, self._answer_due(subject.waits_since, subject.danger))
        if kind == "intake.replied":
            subject.is_answered = True
        if kind == "intake.duplicated":
            self.promised["None"] = subject.due_at

    def _answer_due(self, at: datetime, danger: int) -> datetime:
        """Until when a report has to be answered; whoever may die presses at once."""
        key = ("report.low", "report.medium", "report.high", "report.extreme")[danger - 1]
        valid = [one for one in self.limits if one.key == key and one.valid_from <= at]
        hours = max(valid, key=lambda one: one.valid_from).value
        return at + timedelta(hours=min(hours, 72) if danger == MAY_DIE else hours)

    def _stop(self, subject: Subject, event: AuditEvent) -> None:
        for one in list(self.running[subject.code]):
            kind = next(kind for kind in self.kinds if kind.key == one.kind)
            if event.type not in kind.stops_on or not _fits(kind.condition.get("stops_when", {}), event.detail):
                continue
            named = event.detail.get(kind.anchor) if kind.anchor else None
            if named is not None and named != one.anchor:
                continue
            one.stopped_at = max(one.started_at, event.at)
            self.running[subject.code].remove(one)
            if event.type in CLOSED | {"intake.duplicated"}:
                self.ended[subject.code].append(one)
            if event.type == "cases.reopened" and one.kind.startswith(CONTACT):
                self.waiting[subject.code].append(one)
            ends = CASE_ENDS if subject.about == "case" else REPORT_ENDS
            if kind.restarts and event.type not in ends:
                self._begin(kind, subject, event, one.anchor)

    def _resume(self, subject: Subject, event: AuditEvent) -> None:
        """What the closing ended undone goes on until when it ran before; tasks and reviews have a way of their own."""
        running = self.running[subject.code]
        for one in reversed(self.ended.pop(subject.code, [])):
            states = next(kind for kind in self.kinds if kind.key == one.kind).condition.get("states")
            is_there = any((other.kind, other.anchor) == (one.kind, one.anchor) for other in running)
            if one.kind in OWN_WAY or is_there or (states and subject.state not in states):
                continue
            self._again(one, subject, event)

    def _again(self, one: Told, subject: Subject, event: AuditEvent) -> None:
        again = Told(one.kind, one.subject, one.anchor, event.at, one.due_at, one.length, danger=subject.danger)
        self.clocks.append(again)
        self.running[subject.code].append(again)

    def _start(self, subject: Subject, event: AuditEvent) -> None:
        for kind in self.kinds:
            if kind.about != subject.about or event.type not in kind.starts_on:
                continue
            anchor = event.detail.get(kind.anchor) if kind.anchor else None
            if (kind.anchor and anchor is None) or not self._holds(kind.condition, subject, event):
                continue
            self._begin(kind, subject, event, anchor)
        woken = event.type == "cases.reopened" or event.detail.get("to") == "aftercare"
        for task, is_done in subject.tasks.items() if woken else ():
            if not is_done:
                self._begin(next(one for one in self.kinds if one.key == "task"), subject, event, task)

    def _holds(self, condition: Mapping[str, Any], subject: Subject, event: AuditEvent) -> bool:
        if subject.about == "report" and event.type == "intake.written":
            return subject.case in self.subjects
        marks = {"no_companion"} - {"no_companion" for role in subject.roles.values() if role == "pendamping"}
        marks |= set() if any(not is_done for is_done in subject.tasks.values()) else {"no_step"}
        forms = set(self._forms(subject, event))
        return (
            condition.get("danger", 0) <= _danger(subject, event) <= (condition.get("danger_most") or 9)
            and _fits(condition.get("starts_when", {}), event.detail)
            and (not condition.get("case_types") or subject.case_type in condition["case_types"])
            and (not condition.get("states") or subject.state in condition["states"])
            and set(condition.get("marks", ())) <= marks
            and (not condition.get("forms") or bool(forms & set(condition["forms"])))
        )

    def _forms(self, subject: Subject, event: AuditEvent) -> tuple[str, ...] | list[str]:
        if event.type == "cases.opened":
            return subject.reported
        return self.forms[event.detail["incident"]][0] if "incident" in event.detail else ()

    def _begin(self, kind: ClockKind, subject: Subject, event: AuditEvent, anchor: str | None) -> None:
        at, running = event.at, self.running[subject.code]
        if any(one.kind == kind.key and one.anchor == anchor for one in running):
            return
        length, due = None, None
        said = self._day_said(subject, event)
        if kind.is_promised:
            due = said if kind.key.startswith(CONTACT) else self.promised.get(str(anchor))
        else:
            valid = [one for one in self.limits if one.key == kind.limit_key and one.valid_from <= at]
            length = max(valid, key=lambda one: one.valid_from).length
            due = self._window(kind, event, length) if kind.from_occurrence else due_after(at, length, self.office)
            due = min(due, said) if due is not None and said is not None else due
        if due is None:
            return
        case = self.subjects.get(subject.case)
        danger = case.danger if case is not None and event.type == "intake.written" else _danger(subject, event)
        danger = subject.said if event.type == "intake.ruled" else danger  # the head looks at what the answers say
        told = Told(kind.key, subject.code, anchor, at, due, length, danger=danger)
        self.clocks.append(told)
        running.append(told)

    def _day_said(self, subject: Subject, event: AuditEvent) -> datetime | None:
        """Until the end of which day somebody promised: a contact's, or a review's and the danger that it changed."""
        if event.type == "cases.reviewed":
            self.reviewed[subject.code] = (event.at, event.detail["next_on"])
        if event.type in {"cases.aftercare_planned", "cases.aftercare_tried"}:
            return end_of_day(date.fromisoformat(event.detail["due_on"]))
        at, day = self.reviewed.get(subject.code, (None, ""))
        is_of_review = event.type in {"cases.reviewed", "cases.risk_changed"} and at == event.at
        return end_of_day(date.fromisoformat(day)) if is_of_review else None

    def _window(self, kind: ClockKind, event: AuditEvent, length: Any) -> datetime | None:
        day = self.forms[event.detail["incident"]][1]
        if day is None:
            return event.at
        begin = datetime.combine(day, time(), zone())
        last = min(max(begin, event.at), begin + timedelta(days=1))
        return due_after(begin, length, self.office) if due_after(last, length, self.office) > event.at else None

    def _changed(self, subject: Subject, event: AuditEvent) -> None:
        detail = event.detail
        if event.type == "clocks.danger_set":
            for one in self.running[subject.code]:
                one.danger = one.danger if one.kind.startswith("decision.report_") else detail["danger"]
            return
        if event.type not in {"clocks.paused", "clocks.resumed"}:
            return
        which = (detail["kind"], detail["anchor"])
        found = [one for one in self.running[subject.code] if (one.kind, one.anchor) == which]
        for one in found:
            if event.type == "clocks.paused":
                one.paused_at = event.at
            elif one.paused_at is not None:
                one.due_at = self._moved(one, one.paused_at, event.at)
                one.paused_at = None

    def _moved(self, one: Told, paused_at: datetime, at: datetime) -> datetime:
        if one.length is not None and one.length.is_working and paused_at < one.due_at:
            return add_working(at, working_between(paused_at, one.due_at, self.office), self.office)
        return one.due_at + (at - paused_at)


def read_trail(reported: Mapping[str, tuple[str, ...]]) -> Ledger:
    """Return what the whole trail tells. Needs a unit of work that may read everything.

    Args:
        reported: by code of a case, the forms that its report spoke of.
    """
    rows = Incident.objects.values_list("pk", "forms", "from_on", "to_on")
    ledger = Ledger(
        get_office(),
        list(ClockKind.objects.order_by("key")),
        list(Limit.objects.all()),
        {str(pk): (list(forms), to_on or from_on) for pk, forms, from_on, to_on in rows},
        dict(_promises()),
        reported,
    )
    for event in AuditEvent.objects.order_by("at", "lane", "seq").defer("seals", "prev", "hash").iterator():
        ledger.read(event)
    return ledger


def _promises() -> Iterator[tuple[str, datetime]]:
    """Yield until when each task was promised, in each version of it."""
    for pk, due_at in Task.objects.values_list("pk", "due_at"):
        yield str(pk), due_at
    for version in Version.objects.filter(kind="task"):
        yield f"{version.record} {version.number}", datetime.fromisoformat(version.facts["due_at"])


def _fits(wanted: Mapping[str, list[str]], detail: Mapping[str, Any]) -> bool:
    return all(str(detail[name]) in values for name, values in wanted.items() if name in detail)

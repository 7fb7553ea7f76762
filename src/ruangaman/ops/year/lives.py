"""The life of one case, from the report on: each step by who does it, refused where something is missing, then done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case, Incident, Person, Task
from ruangaman.cases.selectors.windows import windows_of
from ruangaman.cases.services import DomainNote, NewGoal
from ruangaman.cases.types import (
    AboutEvent,
    Agreed,
    ApprovalKind,
    CaseState,
    Domain,
    Doubt,
    Escort,
    Identity,
    NewPerson,
    Outcome,
    PersonKind,
    Point,
    Right,
    VictimLink,
    WindowOutcome,
)
from ruangaman.consents.types import Answer, Basis, ConsentPurpose, Giver, How
from ruangaman.core.codelists import Authority, CaseType, ClosingReason, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.intake.services import PreparedReport
from ruangaman.ops import story
from ruangaman.ops.city import acting
from ruangaman.ops.year import reports
from ruangaman.ops.year.world import Life, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YES = Answer(Basis.CONSENT, Giver.SELF, How.PAPER)
NO = Answer(Basis.CONSENT, Giver.SELF, How.SPOKEN, is_given=False)


@dataclass(frozen=True)
class Spec:
    """How one case goes.

    Args:
        is_prompt: each step comes before its limit; otherwise each after it.
        waits_on: the case is opened before anybody has answered.
        special: names of `specials.SPECIALS`: what happens to it beside the usual.
    """

    number: int
    risk: RiskLevel
    forms: tuple[str, ...]
    is_prompt: bool
    reason: ClosingReason = ClosingReason.GOALS_MET
    case_type: CaseType = CaseType.WOMAN
    authority: Authority = Authority.CITY
    special: frozenset[str] = frozenset()
    waits_on: bool = False


@dataclass
class CaseLife:
    """One case on its way."""

    world: World
    spec: Spec
    code: str = ""
    sent: PreparedReport | None = None
    manager: str = "manajer"
    companion: str = "pendamping"
    tasks: list[UUID] = field(default_factory=list)

    def wait(self, prompt: float, slow: float) -> timedelta:
        """So many hours, by whether everything comes in time."""
        return HOUR * (prompt if self.spec.is_prompt else slow)

    @property
    def row(self) -> Case:
        """The case as it is now."""
        with acting(self.world.person(self.manager)):
            return Case.objects.get(code=self.code)

    # From the report to the plan.

    def arrive(self) -> Life:
        """Let it come in as a report, be read, triaged and opened as a case."""
        world, spec = self.world, self.spec
        sent = self.sent = reports.send(world, forms=spec.forms)
        yield self.wait(0.5, 26)
        reports.take(world, sent.code)
        if not spec.waits_on:
            reports.reply(world, sent.code)
        reports.triage(world, sent.code, risk=spec.risk, case_type=spec.case_type, authority=spec.authority)
        yield self.wait(0.5, 30)
        with_manager = {"manager": world.person(self.manager), "case_id": uuid4()}
        case = world.do(reports.holder(world, sent.code), intake.open_case, code=sent.code, **with_manager)
        self.code = case.code
        world.seen.states[case.state] += 1
        world.seen.forms[case.code] = spec.forms
        if spec.waits_on:
            yield self.wait(1, 20)
            reports.reply(world, sent.code, self.manager)

    def make_safe(self) -> Life:
        """Let her be brought to safety; before that the case does not go on."""
        world = self.world
        yield HOUR / 2
        if not world.move(self.manager, self.code, CaseState.ASSESSMENT, reason=""):
            self.check_safety(is_safe=False)
            world.move(self.manager, self.code, CaseState.ASSESSMENT)
        yield self.wait(0.5, 8)
        self.check_safety(is_safe=True)
        world.move(self.manager, self.code, CaseState.ASSESSMENT)

    def check_safety(self, *, is_safe: bool, by: str = "") -> None:
        """Let somebody see whether she is safe; the manager where nobody is named."""
        words = story.SAFE_PLACES[0]
        facts = {"is_safe": is_safe, "escort": Escort.POLICE, "words": words}
        self.world.do(by or self.manager, cases.check_safety, code=self.code, **facts)

    def record(self) -> Life:
        """Write down who it is and what happened, and promise a next step."""
        world, manager = self.world, self.manager
        yield self.wait(0.2, 3)
        victim = self.victim()
        accused = NewPerson(kind=PersonKind.PERPETRATOR, sex="L", identity=Identity(full_name=story.MEN[0]))
        other = world.do(manager, cases.add_person, code=self.code, person=accused).pk
        self.incident = self.add_incident(
            self.spec.forms, links=[VictimLink(victim, other, "SUAMI_ISTRI", self.spec.forms)]
        )
        if self.spec.is_prompt:
            self.answer_windows()
        yield self.wait(1, 50)
        self.promise()
        yield self.wait(1, 4)
        self.assign(self.companion, Role.PENDAMPING)

    def add_incident(self, forms: Sequence[str], *, links: Sequence[VictimLink] = ()) -> UUID:
        """Write down something that happened today."""
        narrative, day = {"text": "Kejadian contoh.", "kelurahan": ""}, timezone.localdate(self.world.now)
        return self.world.do(
            self.manager, cases.add_incident, code=self.code, forms=forms, place="RUMAH", kecamatan="64.71.03",
            from_on=day, to_on=None, narrative=narrative, about=AboutEvent(), links=links,
        ).pk  # fmt: skip

    def answer_windows(self) -> None:
        """Say what came of every window of health and evidence."""
        with acting(self.world.person(self.manager)):
            found = list(windows_of(self.row).values_list("pk", flat=True))
        for clock in found:
            self.world.do(
                self.manager, cases.answer_window, code=self.code, clock_id=clock, outcome=WindowOutcome.GIVEN, words=""
            )

    def victim(self) -> UUID:
        """Return the person whom it happened to; she came with the report, or is added now."""
        with acting(self.world.person(self.manager)):
            known = Person.objects.filter(case__code=self.code, kind=PersonKind.VICTIM).first()
        if known is not None:
            return known.pk
        person = NewPerson(
            kind=PersonKind.VICTIM, sex="P", age_group="25-44", identity=Identity(full_name=story.WOMEN[0])
        )
        return self.world.do(self.manager, cases.add_person, code=self.code, person=person).pk

    def promise(self, hours: float = 48) -> None:
        """Let the manager promise a next step."""
        title, due_at = story.TASKS[self.spec.number % len(story.TASKS)], self.world.in_hours(hours)
        owner = self.world.person(self.manager)
        task = self.world.do(self.manager, cases.add_task, code=self.code, title=title, owner=owner, due_at=due_at)
        self.tasks.append(task.pk)

    def assign(self, username: str, role: Role) -> None:
        """Give somebody a part."""
        self.world.do(self.manager, cases.assign, code=self.code, user=self.world.person(username), role=role)

    def assess(self) -> Life:
        """Let her agree and be assessed; without either nothing is planned."""
        world, manager, code = self.world, self.manager, self.code
        late = {RiskLevel.RENDAH: 200, RiskLevel.SEDANG: 90}.get(self.spec.risk, 30)
        if world.move(manager, code, CaseState.PLAN):  # it was all there before the case went back
            return
        for answer in (NO, YES):
            world.do(
                manager, cases.give_consent, code=code, purpose=ConsentPurpose.SERVICES, recipient=None, answer=answer
            )
            yield HOUR / 4
        world.do(manager, cases.tell_rights, code=code, rights=list(Right)[:9])
        notes = {domain: DomainNote(story.FINDINGS[domain.value][0]) for domain in Domain}
        some = dict(list(notes.items())[:4])
        yield self.wait(3, late)
        world.do(manager, cases.assess, code=code, notes=some, summary="")
        world.move(manager, code, CaseState.PLAN)
        yield HOUR
        world.do(manager, cases.assess, code=code, notes=notes, summary=story.SUMMARIES[0])
        world.move(manager, code, CaseState.PLAN)

    def plan(self) -> Life:
        """Let a plan be made, sent back, made again and approved."""
        world, manager, code = self.world, self.manager, self.code
        if world.move(manager, code, CaseState.SERVICES):
            return
        yield self.wait(24, 24 * 9)
        self.make_plan(safety="")
        if self.row.risk >= RiskLevel.TINGGI:
            world.refuse(manager, cases.ask_approval, code=code, kind=ApprovalKind.PLAN)
        else:
            yield from self.decide(ApprovalKind.PLAN, is_approved=False)
        world.move(manager, code, CaseState.SERVICES)
        yield self.wait(2, 24 * 9)
        self.make_plan(safety=story.SAFETY_PLANS[0])
        yield HOUR
        yield from self.decide(ApprovalKind.PLAN, is_approved=True)
        yield HOUR
        world.move(manager, code, CaseState.SERVICES)

    def make_plan(self, *, safety: str) -> None:
        """Write the plan, or its next version."""
        world, owner = self.world, self.world.person(self.manager)
        words, service = story.GOALS[self.spec.number % len(story.GOALS)]
        world.do(
            self.manager, cases.make_plan, code=self.code, why_not=None, agreed=Agreed.SIGNED, safety=safety,
            goals=[NewGoal(words, service, owner, world.in_hours(6 * 24))],
            review_on=timezone.localdate(world.now) + timedelta(days=7),
        )  # fmt: skip

    def decide(self, kind: ApprovalKind, *, is_approved: bool) -> Life:
        """Let the manager ask and the head decide, now and then later than a day."""
        world = self.world
        asked = world.do(self.manager, cases.ask_approval, code=self.code, kind=kind)
        yield self.wait(2, 40)
        points = [] if is_approved else [Point.SAFETY]
        outcome = Outcome.APPROVED if is_approved else Outcome.RETURNED
        facts = {"outcome": outcome, "points": points, "despite": list(Doubt)}
        world.do("kepala", cases.decide_approval, approval_id=asked.pk, **facts)

    def finish(self) -> None:
        """Tick off whatever is open."""
        with acting(self.world.person(self.manager)):
            left = list(Task.objects.filter(case__code=self.code, done_at=None).values_list("pk", flat=True))
        for task in left:
            self.world.do(self.manager, cases.complete_task, code=self.code, task_id=task)

    def incidents(self) -> list[Incident]:
        """Return what is recorded of what happened."""
        with acting(self.world.person(self.manager)):
            return list(Incident.objects.filter(case__code=self.code).order_by("added_at"))


def begin_work(life: CaseLife) -> Iterator[timedelta]:
    """Bring a case that was opened as far as its services."""
    if life.row.state == CaseState.EMERGENCY:
        yield from life.make_safe()
    if life.row.state == CaseState.REFERRED_OUT:
        yield 2 * DAY
        life.world.move(life.manager, life.code, CaseState.ASSESSMENT)
    yield from life.record()
    yield from life.assess()
    yield from life.plan()

"""The two sides of a history: the machine with its gates, and the same on PostgreSQL, each beside the plain model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.http import Http404

from ruangaman.accounts.models import Unit, User
from ruangaman.cases import registry, selectors, services
from ruangaman.cases.models import (
    Aftercare,
    Approval,
    Case,
    ClosingAssessment,
    MediationRequest,
    Person,
    Transfer,
)
from ruangaman.cases.selectors.aftercare import list_aftercare, months_left
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.types import (
    ApprovalKind,
    AskedBy,
    CaseState,
    Doing,
    Domain,
    Evidence,
    Identity,
    MediationFacts,
    MoveKind,
    NewPerson,
    Outcome,
    PersonKind,
    Reached,
    SafeContact,
    VictimLink,
    find_move,
    missing_for,
    note_content,
    why_no_mediation,
)
from ruangaman.consents.models import Consent
from ruangaman.consents.types import Answer, Basis, ConsentPurpose, Giver, How
from ruangaman.core.codelists import Authority, CaseType, ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.core.regions import zone
from ruangaman.ops.city import acting
from ruangaman.ops.soak.histories import acts
from ruangaman.ops.soak.histories.model import BEGIN, STATES, Act, Plain, moment
from ruangaman.ops.soak.histories.walks import history
from ruangaman.vault.types import Compartment

OWN_WAYS = {MoveKind.CLOSE, MoveKind.REOPEN}
NEVER = {"SEKSUAL", "KBGO", "TRAFFICKING"}
"""Forms on which there is no mediation, ever."""


class Disagreed(AssertionError):
    """The model and what is real do not say the same, or a state was reached that must never be."""


@dataclass(frozen=True)
class Crew:
    """Who does the acts."""

    unit: Unit
    desk: User
    manager: User
    head: User
    cadre: User

    def open(self, risk: int, *, at: datetime = BEGIN) -> Case:
        """Open a case as the desk does."""
        people = [
            NewPerson(
                kind=PersonKind.VICTIM,
                sex="P",
                age_group="25-44",
                identity=Identity(chosen_name="NAMA-UJI"),
                contact=SafeContact(way="whatsapp", value="KONTAK-UJI", hours="09.00"),
            ),
            NewPerson(kind=PersonKind.PERPETRATOR, sex="L", identity=Identity(full_name="TERLAPOR-UJI")),
        ]
        with acting(self.desk):
            return services.open_case(
                unit=self.unit, case_type=CaseType.WOMAN, risk=RiskLevel(risk), authority=Authority.CITY,
                kecamatan="64.71.03", manager=self.manager, people=people, by=self.desk, at=at,
                contents={Compartment.NARRATIVE: [note_content("CERITA-UJI")]},
            )  # fmt: skip


def machine_closes(case: Plain, reason: str) -> bool:
    """What table and gates say of closing for this reason, of what the plain model says is there."""
    facts = case.facts(reason)
    if case.closing is not None and case.closing.what != reason:
        facts -= {"closing_assessed"}
    return _is_open(case.state, "closed", facts, True)


@cache
def _is_open(state: str, target: str, facts: frozenset[str], is_closing: bool) -> bool:
    """Asked once for each: gates are pure."""
    move = find_move(CaseState(state), CaseState(target))
    if move is None or (move.kind in OWN_WAYS and not is_closing):
        return False
    return not missing_for(move, Evidence(by=uuid4(), has_reason=True, facts=facts), registry.gates)


HARMS = {
    "FISIK": "physical", "PSIKIS": "psychological", "SEKSUAL": "sexual", "KBGO": "online", "TRAFFICKING": "trafficking",
}  # fmt: skip
"""What each form counts as, as the list says it at first."""


def gate_of_mediation(case: Plain, asker: str) -> bool:
    """What the pure gate says."""
    facts = MediationFacts(
        asked_by=AskedBy(asker),
        is_assessed=case.assessed,
        is_signed=case.signed,
        risk=RiskLevel(case.risk),
        case_type=CaseType.WOMAN,
        harms=frozenset(HARMS[form] for form in case.forms),
    )
    return not why_no_mediation(facts)


def check_machine(seed: int, seen: set[str], *, steps: int = 26) -> None:
    """Compare table and gates with the model before each act of a history. Raises Disagreed.

    Args:
        seen: the states that were come to are added.
    """
    case, several = history(seed, steps=steps)
    for place, (kind, what) in enumerate(several):
        told, facts = f"seed {seed}, act {place}: {kind} {what} in {case.state}", case.facts()
        for target in STATES:
            if target != "closed" and _is_open(case.state, target, facts, False) != case.may_move(target):
                raise Disagreed(f"{told}, to {target}")
        for reason in ClosingReason.values:
            if machine_closes(case, reason) != case.may_close(reason):
                raise Disagreed(f"{told}, for {reason}")
        if kind == "mediate" and gate_of_mediation(case, what) != case.mediation_is_allowed(what):
            raise Disagreed(told)
        case.do(kind, what)
        seen.add(case.state)
    if case.closed_without or any(forms & NEVER for forms in case.mediations):
        raise Disagreed(f"seed {seed}: a forbidden state")


class OnPostgres:
    """The same acts, by the services, as the people of a team do them."""

    def __init__(self, crew: Crew, plain: Plain, case: Case) -> None:
        """Nothing was done yet with `case`, which was opened with the risk that `plain` says."""
        self.crew, self.plain, self.case = crew, plain, case
        self.by: dict[str, Any] = {"by": crew.manager}

    def fresh(self) -> Case:
        """Return the row as it is now, outside of anybody's work: the role of the transaction sees all."""
        return Case.objects.get(pk=self.case.pk)

    def do(self, kind: str, what: Any, at: datetime) -> bool:
        """Try it; False: it was refused."""
        act: Callable[[Any, datetime], Any] = getattr(self, f"_{kind}")
        try:
            return act(what, at) is not False
        except DomainError:
            return False

    def _consent(self, what: str, at: datetime) -> Any:
        if what == "back":
            with acting(self.crew.manager):
                live = Consent.objects.live(at).filter(dossier=self.case.dossier_id, purpose=ConsentPurpose.SERVICES)
                row = live.first()
                return row is not None and services.revoke_consent(
                    code=self.case.code, consent_id=row.pk, at=at, **self.by
                )
        no = Answer(Basis.CONSENT, Giver.SELF, How.SPOKEN, is_given=False)
        answer = {"yes": acts.YES, "vital": acts.VITAL, "no": no}[what]
        return acts.consent(self.case, at=at, answer=answer, **self.by)

    def _sign(self, what: str, at: datetime) -> Any:
        return acts.consent(self.case, at=at, purpose=ConsentPurpose.MEDIATION, **self.by)

    def _safe(self, what: bool | str, at: datetime) -> Any:
        words = "" if what == "bare" else "AMAN-UJI"
        return acts.check_safety(self.case, at=at, is_safe=bool(what), words=words, **self.by)

    def _assess(self, what: int, at: datetime) -> Any:
        return acts.assess(self.case, at=at, domains=list(Domain)[:what], **self.by)

    def _plan(self, what: bool, at: datetime) -> Any:
        return acts.plan(self.case, at=at, safety="SELAMAT" if what else "", **self.by)

    def _ask_plan(self, what: str, at: datetime) -> Any:
        return acts.ask(self.case, ApprovalKind.PLAN, at=at, **self.by)

    def _ask_closing(self, what: str, at: datetime) -> Any:
        return acts.ask(self.case, ApprovalKind.CLOSING, at=at, **self.by)

    def _decide_plan(self, what: bool, at: datetime) -> Any:
        return self._decide(ApprovalKind.PLAN, what, at)

    def _decide_closing(self, what: bool, at: datetime) -> Any:
        return self._decide(ApprovalKind.CLOSING, what, at)

    def _decide(self, kind: ApprovalKind, what: bool, at: datetime) -> Any:
        with acting(self.crew.manager):
            row = Approval.objects.filter(case=self.case, kind=kind).order_by("-asked_at").first()
        outcome = Outcome.APPROVED if what else Outcome.RETURNED
        return row is not None and acts.decide(row, by=self.crew.head, at=at, outcome=outcome)

    def _serve(self, what: str, at: datetime) -> Any:
        return acts.serve(self.case, at=at, **self.by)

    def _task(self, what: str, at: datetime) -> Any:
        facts: dict[str, Any] = {"title": "x", "owner": self.crew.manager, "due_at": at + timedelta(days=1)}
        with acting(self.crew.manager):
            return services.add_task(code=self.case.code, at=at, **facts, **self.by)

    def _finish(self, what: str, at: datetime) -> Any:
        if CaseState(self.fresh().state) is CaseState.CLOSED:
            return False  # nothing to tick off: the model says that a closed case takes nothing
        acts.finish_tasks(self.case, at=at, **self.by)
        return True

    def _closing(self, what: str, at: datetime) -> Any:
        return acts.assess_closing(self.case, at=at, reason=ClosingReason(what), **self.by)

    def _closing_bare(self, what: str, at: datetime) -> Any:
        return acts.assess_closing(self.case, at=at, reason=ClosingReason(what), why="", despite="", **self.by)

    def _closing_short(self, what: str, at: datetime) -> Any:
        return acts.assess_closing(self.case, at=at, reason=ClosingReason(what), goals=(0, 1), **self.by)

    def _withdraw(self, what: str, at: datetime) -> Any:
        if self.plain.sent == 0:
            return False
        with acting(self.crew.manager):
            waiting = Transfer.objects.filter(case=self.case, acknowledged_at=None, withdrawn_at=None)
            row = waiting.order_by("-at")[0]
            return services.withdraw_transfer(code=self.case.code, transfer_id=row.pk, reason="x", at=at, **self.by)

    def _cancel_after(self, what: str, at: datetime) -> Any:
        with acting(self.crew.manager):
            row = Aftercare.objects.filter(case=self.case, held_at=None, cancelled_at=None).first()
            return row is not None and services.cancel_aftercare(
                code=self.case.code, contact_id=row.pk, reason="x", at=at, **self.by
            )

    def _try(self, what: bool | str, at: datetime) -> Any:
        results = {True: Reached.REACHED, "stopped": Reached.UNSAFE}
        facts: dict[str, Any] = {"is_in_hours": what != "wrong hour"}
        return acts.try_contact(self.case, at=at, result=results.get(what, Reached.NO_ANSWER), **facts, **self.by)

    def _transfer(self, what: str, at: datetime) -> Any:
        return acts.transfer(self.case, at=at, acknowledged=False, **self.by)

    def _receive(self, what: str, at: datetime) -> Any:
        if self.plain.sent == 0:  # what was sent in an episode before is not this one's
            return False
        with acting(self.crew.manager):
            waiting = Transfer.objects.filter(case=self.case, acknowledged_at=None, withdrawn_at=None)
            row = waiting.order_by("-at")[0]
            return services.acknowledge_transfer(
                code=self.case.code, transfer_id=row.pk, who="x", on=at.astimezone(zone()).date(), at=at, **self.by
            )

    def _plan_after(self, what: str, at: datetime) -> Any:
        with acting(self.crew.manager):
            rows = list_aftercare(case=self.case)
            left = months_left(Case.objects.get(pk=self.case.pk), rows)
            month, days = (min(left), 30 * min(left)) if left else (1, 400)  # the same day again would change nothing
            day = (at + timedelta(days=days)).date()
            return services.plan_aftercare(code=self.case.code, days={month: day}, at=at, **self.by) is not None

    def _after(self, what: bool, at: datetime) -> Any:
        with acting(self.crew.manager):
            row = Aftercare.objects.filter(case=self.case, held_at=None, cancelled_at=None).first()
            return row is not None and services.contact_after(
                code=self.case.code,
                contact_id=row.pk,
                doing=Doing.WELL if what else Doing.DANGER,
                words="x",
                at=at,
                **self.by,
            )

    def _review(self, what: int, at: datetime) -> Any:
        facts: dict[str, Any] = {"risk": RiskLevel(what), "reason": "x", "next_on": (at + timedelta(days=7)).date()}
        with acting(self.crew.manager):
            return services.review(code=self.case.code, at=at, **facts, **self.by)

    def _incident(self, what: str, at: datetime) -> Any:
        with acting(self.crew.manager):
            victim = Person.objects.filter(case=self.case, kind=PersonKind.VICTIM)[0]
            facts: dict[str, Any] = {"place": "RUMAH", "kecamatan": "", "from_on": None, "to_on": None}
            links = [VictimLink(victim.pk, None, "NA")]
            services.add_incident(
                code=self.case.code, forms=[what], narrative=note_content("x"), links=links, at=at, **facts, **self.by
            )
        return True

    def _mediate(self, what: str, at: datetime) -> Any:
        with acting(self.crew.manager):
            row = services.ask_mediation(code=self.case.code, asked_by=AskedBy(what), words="x", at=at, **self.by)
        if (row.against == []) != self.plain.mediation_is_allowed(what):
            raise Disagreed(f"mediation for {what}: {row.against}")
        return True

    def _move(self, what: str, at: datetime) -> Any:
        return acts.move(self.case, CaseState(what), at=at, **self.by)

    def _close(self, what: str, at: datetime) -> Any:
        facts: dict[str, Any] = {"reason": ClosingReason(what), "explanation": "x"}
        with acting(self.crew.manager):
            return services.close_case(code=self.case.code, at=at, **facts, **self.by)

    def _reopen(self, what: tuple[int, bool], at: datetime) -> Any:
        return acts.reopen(self.case, at=at, risk=RiskLevel(what[0]), is_safe=what[1], **self.by)


def check_on_postgres(crew: Crew, seeds: Iterable[int], seen: set[str]) -> int:
    """Do histories twice, on the model and by the services, and compare; then look for what must never be.

    Needs a transaction whose role sees every case. What each history does is undone.

    Args:
        seen: the states that were come to are added.

    Raises:
        Disagreed.

    Returns:
        How many acts there were.
    """
    opened, acts = {int(risk): crew.open(risk) for risk in RiskLevel}, 0
    for seed in seeds:
        with transaction.atomic():
            acts += _check_history(crew, seed, seen, opened)
            transaction.set_rollback(True)
    return acts


def _check_history(crew: Crew, seed: int, seen: set[str], opened: Mapping[int, Case], *, steps: int = 16) -> int:
    plain, several = history(seed, steps=steps)
    real = OnPostgres(crew, plain, opened[plain.risk])
    walk(real, plain, several, f"seed {seed}", seen)
    _check_end(real, plain, moment(len(several) + 1), f"seed {seed}: {several}")
    with acting(crew.cadre):
        if Case.objects.filter(pk=real.case.pk).exists():
            raise Disagreed(f"seed {seed}: a cadre sees a case")
        with suppress(Http404):
            selectors.get_case(code=real.case.code, viewer=crew.cadre)
            raise Disagreed(f"seed {seed}: a cadre was shown a case")
    return len(several)


def _check_end(real: OnPostgres, plain: Plain, at: datetime, told: str) -> None:
    row = Case.objects.get(pk=real.case.pk)
    if facts_of(row, at) != plain.facts():
        raise Disagreed(told)
    allowed = MediationRequest.objects.filter(case=row, against=[])
    if allowed.count() != len(plain.mediations) or any(forms & NEVER for forms in plain.mediations):
        raise Disagreed(f"{told}: mediations")
    closings = ClosingAssessment.objects.filter(case=row, reason=row.closing_reason)
    if row.closed_at is not None and not closings.exists():
        raise Disagreed(f"{told}: closed without a closing assessment")


def walk(real: OnPostgres, plain: Plain, several: list[Act], told: str, seen: set[str]) -> None:
    """Do every act twice, here and there, and compare. Raises Disagreed."""
    for place, (kind, what) in enumerate(several):
        at = moment(place + 1)
        answer = real.do(kind, what, at)
        if answer != plain.do(kind, what):
            raise Disagreed(f"{told}, act {place}: {kind} {what} in {plain.state}: {answer}")
        row = real.fresh()
        if (row.state, row.risk) != (plain.state, plain.risk):
            raise Disagreed(f"{told}, act {place}: {kind} {what}")
        seen.add(plain.state)

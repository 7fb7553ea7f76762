"""Histories of cases: the machine with its gates, and the same on PostgreSQL, against a plain model of the flow.

`RUANG_HISTORIES` and `RUANG_HISTORIES_SQL` say how many; a soak runs more of them, from another seed on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from ruangaman.accounts.types import Role
from ruangaman.cases import registry, selectors, services
from ruangaman.cases.models import Aftercare, Approval, Case, ClosingAssessment, MediationRequest, Transfer
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.types import (
    ApprovalKind,
    AskedBy,
    CaseState,
    Doing,
    Domain,
    Evidence,
    MediationFacts,
    MoveKind,
    Outcome,
    Reached,
    find_move,
    missing_for,
    why_no_mediation,
)
from ruangaman.consents.models import Consent
from ruangaman.consents.types import Answer, Basis, ConsentPurpose, Giver, How
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.core.regions import zone
from tests.cases.flow_model import STATES, Act, Plain, history
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, Team, add_incident

MANY = int(os.environ.get("RUANG_HISTORIES", "5000"))
SOME = int(os.environ.get("RUANG_HISTORIES_SQL", "200"))
FIRST = int(os.environ.get("RUANG_HISTORIES_FROM", "0"))
OWN_WAYS = {MoveKind.CLOSE, MoveKind.REOPEN}


def machine_says(case: Plain, target: str, closing: str = "") -> bool:
    """What table and gates say of a move, of what the plain model says is there."""
    facts = case.facts()
    if closing and case.closing is not None and case.closing.what != closing:
        facts -= {"closing_assessed"}
    return _is_open(case.state, target, facts, bool(closing))


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


def test_the_machine_and_its_gates_say_what_the_plain_model_says() -> None:
    seen: set[str] = set()
    for seed in range(FIRST, FIRST + MANY):
        case, acts = history(seed, steps=26)
        for place, (kind, what) in enumerate(acts):
            told = f"seed {seed}, act {place}: {kind} {what} in {case.state}"
            for target in STATES:
                if target != "closed":
                    assert machine_says(case, target) == case.may_move(target), f"{told}, to {target}"
            for reason in ClosingReason.values:
                assert machine_says(case, "closed", reason) == case.may_close(reason), f"{told}, for {reason}"
            if kind == "mediate":
                assert gate_of_mediation(case, what) == case.mediation_is_allowed(what), told
            case.do(kind, what)
            seen.add(case.state)
        assert not case.closed_without, f"seed {seed}"
        assert not any(forms & {"SEKSUAL", "KBGO", "TRAFFICKING"} for forms in case.mediations), f"seed {seed}"
    assert seen == set(STATES), "the histories come everywhere"


class OnPostgres:
    """The same acts, by the services, as the people of a team do them."""

    def __init__(self, team: Team, plain: Plain) -> None:
        self.team, self.plain = team, plain
        self.case: Case = team.open(risk=RiskLevel(plain.risk), at=FEB_2)
        self.by: dict[str, Any] = {"by": team.manager}

    def do(self, kind: str, what: Any, at: datetime) -> bool:
        """Try it; False: it was refused."""
        act: Callable[[Any, datetime], Any] = getattr(self, f"_{kind}")
        try:
            return act(what, at) is not False
        except DomainError:
            return False

    def _consent(self, what: str, at: datetime) -> Any:
        if what == "back":
            row = Consent.objects.live(at).filter(dossier=self.case.dossier, purpose=ConsentPurpose.SERVICES).first()
            with working(self.team.manager):
                return row is not None and services.revoke_consent(
                    code=self.case.code, consent_id=row.pk, at=at, **self.by
                )
        no = Answer(Basis.CONSENT, Giver.SELF, How.SPOKEN, is_given=False)
        answer = {"yes": flow.YES, "vital": flow.VITAL, "no": no}[what]
        return flow.consent(self.case, at=at, answer=answer, **self.by)

    def _sign(self, what: str, at: datetime) -> Any:
        return flow.consent(self.case, at=at, purpose=ConsentPurpose.MEDIATION, **self.by)

    def _safe(self, what: bool, at: datetime) -> Any:
        return flow.check_safety(self.case, at=at, is_safe=what, **self.by)

    def _assess(self, what: int, at: datetime) -> Any:
        return flow.assess(self.case, at=at, domains=list(Domain)[:what], **self.by)

    def _plan(self, what: bool, at: datetime) -> Any:
        return flow.plan(self.case, at=at, safety="SELAMAT" if what else "", **self.by)

    def _ask_plan(self, what: str, at: datetime) -> Any:
        return flow.ask(self.case, ApprovalKind.PLAN, at=at, **self.by)

    def _ask_closing(self, what: str, at: datetime) -> Any:
        return flow.ask(self.case, ApprovalKind.CLOSING, at=at, **self.by)

    def _decide_plan(self, what: bool, at: datetime) -> Any:
        return self._decide(ApprovalKind.PLAN, what, at)

    def _decide_closing(self, what: bool, at: datetime) -> Any:
        return self._decide(ApprovalKind.CLOSING, what, at)

    def _decide(self, kind: ApprovalKind, what: bool, at: datetime) -> Any:
        row = Approval.objects.filter(case=self.case, kind=kind).order_by("-asked_at").first()
        outcome = Outcome.APPROVED if what else Outcome.RETURNED
        return row is not None and flow.decide(row, by=self.team.head, at=at, outcome=outcome)

    def _serve(self, what: str, at: datetime) -> Any:
        return flow.serve(self.case, at=at, **self.by)

    def _task(self, what: str, at: datetime) -> Any:
        facts: dict[str, Any] = {"title": "x", "owner": self.team.manager, "due_at": at + timedelta(days=1)}
        with working(self.team.manager):
            return services.add_task(code=self.case.code, at=at, **facts, **self.by)

    def _finish(self, what: str, at: datetime) -> Any:
        if CaseState(self.team.fresh(self.case).state) is CaseState.CLOSED:
            return False  # nothing to tick off: the model says that a closed case takes nothing
        flow.finish_tasks(self.case, at=at, **self.by)
        return True

    def _closing(self, what: str, at: datetime) -> Any:
        return flow.assess_closing(self.case, at=at, reason=ClosingReason(what), **self.by)

    def _try(self, what: bool, at: datetime) -> Any:
        result = Reached.REACHED if what else Reached.NO_ANSWER
        return flow.try_contact(self.case, at=at, result=result, **self.by)

    def _transfer(self, what: str, at: datetime) -> Any:
        return flow.transfer(self.case, at=at, acknowledged=False, **self.by)

    def _receive(self, what: str, at: datetime) -> Any:
        if self.plain.sent == 0:  # what was sent in an episode before is not this one's
            return False
        row = Transfer.objects.filter(case=self.case, acknowledged_at=None).order_by("-at")[0]
        with working(self.team.manager):
            return services.acknowledge_transfer(
                code=self.case.code, transfer_id=row.pk, who="x", on=at.astimezone(zone()).date(), at=at, **self.by
            )

    def _plan_after(self, what: str, at: datetime) -> Any:
        count = Aftercare.objects.filter(case=self.case).count()
        with working(self.team.manager):
            day = (at + timedelta(days=30 + count)).date()
            return services.plan_aftercare(code=self.case.code, days=[day], at=at, **self.by) is not None

    def _after(self, what: str, at: datetime) -> Any:
        row = Aftercare.objects.filter(case=self.case, held_at=None).first()
        with working(self.team.manager):
            return row is not None and services.contact_after(
                code=self.case.code, contact_id=row.pk, doing=Doing.WELL, words="", at=at, **self.by
            )

    def _review(self, what: int, at: datetime) -> Any:
        facts: dict[str, Any] = {"risk": RiskLevel(what), "reason": "x", "next_on": (at + timedelta(days=7)).date()}
        with working(self.team.manager):
            return services.review(code=self.case.code, at=at, **facts, **self.by)

    def _incident(self, what: str, at: datetime) -> Any:
        with working(self.team.manager):
            add_incident(self.case, at=at, forms=[what], **self.by)
        return True

    def _mediate(self, what: str, at: datetime) -> Any:
        with working(self.team.manager):
            row = services.ask_mediation(code=self.case.code, asked_by=AskedBy(what), words="x", at=at, **self.by)
        assert (row.against == []) == self.plain.mediation_is_allowed(what)
        return True

    def _move(self, what: str, at: datetime) -> Any:
        return flow.move(self.case, CaseState(what), at=at, **self.by)

    def _close(self, what: str, at: datetime) -> Any:
        facts: dict[str, Any] = {"reason": ClosingReason(what), "explanation": "x"}
        with working(self.team.manager):
            return services.close_case(code=self.case.code, at=at, **facts, **self.by)

    def _reopen(self, what: str, at: datetime) -> Any:
        with working(self.team.manager):
            return services.reopen_case(code=self.case.code, reason="x", at=at, **self.by)


@pytest.mark.slow
def test_postgresql_says_what_the_plain_model_says(team: Team) -> None:
    cadre = team.office.user(Role.KADER)
    seen: set[str] = set()
    for seed in range(FIRST, FIRST + SOME):
        plain, acts = history(seed, steps=16)
        real = OnPostgres(team, plain)
        walk(real, plain, acts, f"seed {seed}", seen)
        row = team.fresh(real.case)
        end = FEB_2 + timedelta(hours=len(acts) + 1)
        assert facts_of(row, end) == plain.facts(), f"seed {seed}: {acts}"
        allowed = MediationRequest.objects.filter(case=row, against=[])
        assert allowed.count() == len(plain.mediations)
        if row.closed_at is not None:
            assert ClosingAssessment.objects.filter(case=row, reason=row.closing_reason).exists(), f"seed {seed}"
        with working(cadre):
            assert not Case.objects.filter(pk=row.pk).exists(), "a cadre sees no case"
            with suppress(Http404):
                selectors.get_case(code=row.code, viewer=cadre)
                raise AssertionError("a cadre was shown a case")
    assert len(seen) >= 6, "the histories come far"


def walk(real: OnPostgres, plain: Plain, acts: list[Act], told: str, seen: set[str]) -> None:
    """Do every act twice, here and there, and compare."""
    for place, (kind, what) in enumerate(acts):
        at = FEB_2 + timedelta(hours=place + 1)
        answer = real.do(kind, what, at)
        assert answer == plain.do(kind, what), f"{told}, act {place}: {kind} {what} in {plain.state}: {answer}"
        row = real.team.fresh(real.case)
        assert (row.state, row.risk) == (plain.state, plain.risk), f"{told}, act {place}: {kind} {what}"
        seen.add(plain.state)

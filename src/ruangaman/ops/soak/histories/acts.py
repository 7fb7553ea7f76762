"""Walking a case through its gates, each step by who does it. What the words are makes no difference to a gate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from ruangaman.accounts.models import User
from ruangaman.cases import services
from ruangaman.cases.models import Approval, Case, ClosingAssessment, Plan, Task
from ruangaman.cases.selectors.people import open_safe_contact
from ruangaman.cases.selectors.weighing import stand_of
from ruangaman.cases.services import DomainNote, NewGoal
from ruangaman.cases.types import (
    Agreed,
    ApprovalKind,
    CaseState,
    Domain,
    Escort,
    Outcome,
    Point,
    Reached,
    Way,
    permitted_way,
)
from ruangaman.consents.types import Answer, Basis, ConsentPurpose, Giver, How
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.regions import zone
from ruangaman.ops.city import acting

YES = Answer(Basis.CONSENT, Giver.SELF, How.PAPER)
VITAL = Answer(Basis.VITAL, Giver.NOBODY, How.RECORD)


def consent(case: Case, *, by: User, at: datetime, answer: Answer = YES, **facts: Any) -> Any:
    """Let her agree to be helped."""
    wanted: dict[str, Any] = {"purpose": ConsentPurpose.SERVICES, "recipient": None, **facts}
    with acting(by):
        return services.give_consent(code=case.code, answer=answer, by=by, at=at, **wanted)


def check_safety(case: Case, *, by: User, at: datetime, is_safe: bool = True, words: str = "AMAN-UJI") -> Any:
    """Look first whether she is safe."""
    with acting(by):
        return services.check_safety(code=case.code, is_safe=is_safe, escort=Escort.NONE, words=words, by=by, at=at)


def assess(case: Case, *, by: User, at: datetime, domains: Iterable[Domain] = tuple(Domain)) -> Any:
    """Look at the domains."""
    notes = {domain: DomainNote("ASESMEN-UJI") for domain in domains}
    with acting(by):
        return services.assess(code=case.code, notes=notes, summary="", by=by, at=at)


def plan(case: Case, *, by: User, at: datetime, **facts: Any) -> Plan:
    """Make a plan with one goal."""
    goal = NewGoal("TUJUAN-UJI", "KESEHATAN", case.manager, at + timedelta(days=9))
    wanted: dict[str, Any] = {
        "goals": [goal],
        "why_not": None,
        "agreed": Agreed.SIGNED,
        "safety": "SELAMAT-UJI",
        "review_on": (at + timedelta(days=7)).date(),
    }
    with acting(by):
        return services.make_plan(code=case.code, by=by, at=at, **{**wanted, **facts})


def ask(case: Case, kind: ApprovalKind, *, by: User, at: datetime) -> Approval:
    """Ask the head."""
    with acting(by):
        return services.ask_approval(code=case.code, kind=kind, by=by, at=at)


def decide(approval: Approval, *, by: User, at: datetime, outcome: Outcome = Outcome.APPROVED) -> Approval:
    """Let the head decide, in spite of what speaks against it as the head's page says."""
    points = [Point.TALK] if outcome is Outcome.RETURNED else []
    with acting(by):
        closing = ClosingAssessment.objects.select_related("case").filter(pk=approval.subject).first()
        seen = stand_of(closing, case=closing.case, at=at).doubts if closing is not None else frozenset()
        return services.decide_approval(
            approval_id=approval.pk, outcome=outcome, points=points, despite=seen, by=by, at=at
        )


def move(case: Case, target: CaseState, *, by: User, at: datetime) -> Case:
    """Move it on."""
    with acting(by):
        return services.move_state(code=case.code, target=target, reason="ALASAN-UJI", by=by, at=at)


def finish_tasks(case: Case, *, by: User, at: datetime) -> None:
    """Tick off whatever is open."""
    for task in Task.objects.filter(case=case, done_at=None):
        with acting(by):
            services.complete_task(code=case.code, task_id=task.pk, by=by, at=at)


def serve(case: Case, *, by: User, at: datetime) -> Any:
    """Record a service."""
    facts: dict[str, Any] = {"type": "KESEHATAN", "on": at.astimezone(zone()).date(), "hours": None, "result": ""}
    with acting(by):
        return services.add_service(code=case.code, provider_unit=case.unit, by=by, at=at, **facts)


def assess_closing(
    case: Case,
    *,
    by: User,
    at: datetime,
    reason: ClosingReason = ClosingReason.GOALS_MET,
    why: str = "JAM-UJI",
    despite: str = "TETAP-UJI",
    goals: tuple[int, int] = (1, 1),
    words: str = "PENUTUP-UJI",
) -> ClosingAssessment:
    """Say what was reached, why clocks of law and medicine that run are needed no more, why it ends all the same."""
    facts: dict[str, Any] = {
        "goals": goals,
        "was_asked": True,
        "words": words,
        "her_words": "",
        "why_clocks": why,
        "why_despite": despite,
    }
    with acting(by):
        return services.assess_closing(code=case.code, reason=reason, risk=RiskLevel.RENDAH, by=by, at=at, **facts)


def try_contact(case: Case, *, by: User, at: datetime, result: Reached = Reached.NO_ANSWER, **facts: Any) -> Any:
    """Try to reach her, by the way that she permits and at her hours."""
    with acting(by):
        permitted = permitted_way(open_safe_contact(case=case, viewer=by, at=at).contact) or Way.CHAT
        wanted: dict[str, Any] = {"way": permitted, "is_in_hours": True, "words": "", **facts}
        return services.try_contact(code=case.code, result=result, by=by, at=at, **wanted)


def transfer(case: Case, *, by: User, at: datetime, acknowledged: bool = True) -> Any:
    """Hand it to another office, which takes it on."""
    with acting(by):
        allowed = {"basis": Basis.DUTY, "why": "DASAR-UJI"}
        facts = {"to": None, "name": "LEMBAGA-UJI", "letter": "SURAT-UJI", "words": "", **allowed}
        sent = services.send_transfer(code=case.code, by=by, at=at, **facts)  # type: ignore[arg-type]  # as a form has
        if acknowledged:
            services.acknowledge_transfer(
                code=case.code, transfer_id=sent.pk, who="PENERIMA-UJI", on=at.astimezone(zone()).date(), by=by, at=at
            )
        return sent


def open_for_closing(
    case: Case, *, by: User, head: User, at: datetime, reason: ClosingReason = ClosingReason.GOALS_MET
) -> None:
    """Do all that has to be there before a case is closed for this reason; tries to reach her began a week before."""
    finish_tasks(case, by=by, at=at)
    if reason == ClosingReason.UNREACHABLE:
        for days in (7, 4, 0):
            try_contact(case, by=by, at=at - timedelta(days=days))
    if reason == ClosingReason.MOVED:
        transfer(case, by=by, at=at)
    assess_closing(case, by=by, at=at, reason=reason)
    decide(ask(case, ApprovalKind.CLOSING, by=by, at=at), by=head, at=at)


def reopen(case: Case, *, by: User, at: datetime, **facts: Any) -> Case:
    """Open it again."""
    wanted: dict[str, Any] = {"reason": "LAGI-UJI", "risk": RiskLevel.RENDAH, "is_safe": True, "words": "DI-UJI"}
    with acting(by):
        return services.reopen_case(code=case.code, by=by, at=at, **{**wanted, **facts})


def close(
    case: Case, *, by: User, head: User, at: datetime, reason: ClosingReason = ClosingReason.GOALS_MET, **facts: Any
) -> Case:
    """Close a case with all that this needs."""
    open_for_closing(case, by=by, head=head, at=at, reason=reason)
    with acting(by):
        return services.close_case(code=case.code, reason=reason, by=by, at=at, **{"explanation": "x", **facts})


def advance(case: Case, target: CaseState, *, by: User, head: User, at: datetime) -> Case:
    """Bring a case from where it stands forward to a state, through every gate."""
    while True:
        state = CaseState(Case.objects.values_list("state", flat=True).get(pk=case.pk))
        if state is target:
            return Case.objects.get(pk=case.pk)
        if state is CaseState.EMERGENCY:
            check_safety(case, by=by, at=at)
            move(case, CaseState.ASSESSMENT, by=by, at=at)
        elif state is CaseState.ASSESSMENT:
            consent(case, by=by, at=at)
            assess(case, by=by, at=at)
            move(case, CaseState.PLAN, by=by, at=at)
        elif state is CaseState.PLAN:
            plan(case, by=by, at=at)
            decide(ask(case, ApprovalKind.PLAN, by=by, at=at), by=head, at=at)
            move(case, CaseState.SERVICES, by=by, at=at)
        elif state is CaseState.SERVICES:
            serve(case, by=by, at=at)
            move(case, CaseState.MONITORING, by=by, at=at)
        else:
            raise AssertionError(f"There is no way forward from {state} to {target}.")

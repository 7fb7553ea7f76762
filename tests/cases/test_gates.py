"""The whole way of a case through its gates on PostgreSQL, and each gate alone with the control that opens it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import registry, services
from ruangaman.cases.errors import EvidenceMissing
from ruangaman.cases.models import Aftercare, Approval, Episode, Goal, Task
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.types import (
    AccessReason,
    ApprovalKind,
    CaseState,
    Domain,
    Evidence,
    Fact,
    Outcome,
    Point,
    Reached,
    Right,
    find_move,
    missing_for,
)
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound
from ruangaman.vault.types import Compartment
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9, Team, read

S = CaseState


def missing(team: Team, case: object, target: CaseState, reason: ClosingReason | None = None) -> list[str]:
    """What the manager still has to do, by the page where it is done."""
    row = team.fresh(case)  # type: ignore[arg-type]
    move = find_move(CaseState(row.state), target)
    assert move is not None
    with working(team.manager):
        facts = facts_of(row, FEB_9, closing=reason)
    found = missing_for(move, Evidence(by=team.manager.pk, has_reason=True, facts=facts), registry.gates)
    return [one.step for one in found]


def test_a_case_walks_the_whole_way(team: Team) -> None:
    case = team.open(risk=RiskLevel.TINGGI)
    one = {"by": team.manager, "at": FEB_2}
    assert missing(team, case, S.ASSESSMENT) == ["aman/"]
    flow.check_safety(case, **one)
    flow.move(case, S.ASSESSMENT, **one)
    assert missing(team, case, S.PLAN) == ["izin/", "asesmen/"]
    flow.consent(case, **one)
    flow.assess(case, **one)
    flow.move(case, S.PLAN, **one)
    assert missing(team, case, S.SERVICES) == ["rencana/", "rencana/"]
    flow.plan(case, **one)
    assert missing(team, case, S.SERVICES) == ["rencana/"]
    flow.decide(flow.ask(case, ApprovalKind.PLAN, **one), by=team.head, at=FEB_2)
    flow.move(case, S.SERVICES, **one)
    task, goal = Task.objects.get(case=case), Goal.objects.get(case=case)
    assert (task.ref, task.owner, goal.task) == (goal.ref, team.manager, task)
    assert read(team.manager, task.ref)[task.ref]["text"] == "TUJUAN-UJI"
    assert missing(team, case, S.MONITORING) == ["layanan/"]
    flow.serve(case, **one)
    flow.move(case, S.MONITORING, by=team.manager, at=FEB_3)
    assert missing(team, case, S.CLOSED) == ["penutupan/", "#berikutnya"]
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    assert missing(team, case, S.AFTERCARE) == ["pasca/"]
    days = {n: (FEB_3 + timedelta(days=30 * n)).date() for n in (1, 3, 6)}
    with working(team.manager):
        services.plan_aftercare(code=case.code, days=days, by=team.manager, at=FEB_3)
    flow.move(case, S.AFTERCARE, by=team.manager, at=FEB_3)
    assert team.fresh(case).state == S.AFTERCARE
    assert Aftercare.objects.filter(case=case, held_at=None).count() == 3


def test_what_is_missing_is_refused_in_words(team: Team) -> None:
    case = team.open()
    with working(team.manager), pytest.raises(EvidenceMissing, match="persetujuan atau dasar lain, asesmen tujuh"):
        services.move_state(code=case.code, target=S.PLAN, reason="x", by=team.manager, at=FEB_2)
    assert team.fresh(case).state == S.ASSESSMENT


def test_the_facts_take_one_query(team: Team) -> None:
    case = team.open()
    flow.advance(case, S.MONITORING, by=team.manager, head=team.head, at=FEB_2)
    with working(team.manager), CaptureQueriesContext(connection) as seen:
        facts = facts_of(team.fresh(case), FEB_3)
    assert len([one for one in seen.captured_queries if "cases_assessment" in one["sql"]]) == 1
    assert len(seen.captured_queries) == 2, "the row, and its facts"
    assert Fact.SERVED in facts


def test_an_assessment_counts_once_all_seven_domains_were_looked_at(team: Team) -> None:
    case = team.open()
    flow.consent(case, by=team.manager, at=FEB_2)
    flow.assess(case, by=team.manager, at=FEB_2, domains=list(Domain)[:6])
    assert missing(team, case, S.PLAN) == ["asesmen/"]
    flow.assess(case, by=team.manager, at=FEB_3)
    assert missing(team, case, S.PLAN) == []


def test_the_last_safety_check_counts_and_only_for_this_emergency(team: Team) -> None:
    case, one = team.open(risk=RiskLevel.EKSTREM), {"by": team.manager}
    flow.check_safety(case, at=FEB_2, is_safe=True, **one)
    flow.check_safety(case, at=FEB_3, is_safe=False, **one)
    assert missing(team, case, S.ASSESSMENT) == ["aman/"]
    flow.check_safety(case, at=FEB_3 + timedelta(hours=1), is_safe=True, **one)
    flow.move(case, S.ASSESSMENT, at=FEB_3 + timedelta(hours=2), **one)
    flow.move(case, S.EMERGENCY, at=FEB_3 + timedelta(hours=3), **one)
    assert missing(team, case, S.ASSESSMENT) == ["aman/"]


def test_an_emergency_waits_for_nothing_but_a_reason(team: Team) -> None:
    case = team.open()
    assert missing(team, case, S.EMERGENCY) == []
    flow.move(case, S.EMERGENCY, by=team.manager, at=FEB_2)
    assert team.fresh(case).state == S.EMERGENCY


def test_a_safety_plan_is_asked_for_when_the_danger_is_high(team: Team) -> None:
    case = team.open()
    flow.advance(case, S.PLAN, by=team.manager, head=team.head, at=FEB_2)
    flow.plan(case, by=team.manager, at=FEB_2, safety="")
    flow.decide(flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2), by=team.head, at=FEB_2)
    assert missing(team, case, S.SERVICES) == []
    with working(team.manager):
        facts = {"risk": RiskLevel.TINGGI, "reason": "x", "next_on": FEB_9.date()}
        services.review(code=case.code, by=team.manager, at=FEB_3, **facts)  # type: ignore[arg-type]
    assert missing(team, case, S.SERVICES) == ["rencana/"]
    assert team.fresh(case).risk == RiskLevel.TINGGI


def test_a_new_version_has_to_be_approved_again(team: Team) -> None:
    case = team.open()
    flow.advance(case, S.PLAN, by=team.manager, head=team.head, at=FEB_2)
    flow.plan(case, by=team.manager, at=FEB_2)
    asked = flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2)
    flow.plan(case, by=team.manager, at=FEB_3)
    with pytest.raises(Conflict):
        flow.decide(asked, by=team.head, at=FEB_3)
    assert missing(team, case, S.SERVICES) == ["rencana/"]
    flow.decide(flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_3), by=team.head, at=FEB_3)
    assert missing(team, case, S.SERVICES) == []


def test_only_the_head_decides_once_and_says_what_to_look_at_again(team: Team) -> None:
    case = team.open()
    flow.advance(case, S.PLAN, by=team.manager, head=team.head, at=FEB_2)
    flow.plan(case, by=team.manager, at=FEB_2)
    asked = flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2)
    assert flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_3).pk == asked.pk, "asked once"
    for user in (team.manager, team.companion, team.office.guard):
        with pytest.raises(NotFound):
            flow.decide(asked, by=user, at=FEB_3)
    with working(team.head), pytest.raises(DomainError, match="Pilih apa"):
        services.decide_approval(approval_id=asked.pk, outcome=Outcome.RETURNED, by=team.head, at=FEB_3)
    flow.decide(asked, by=team.head, at=FEB_3, outcome=Outcome.RETURNED)
    with pytest.raises(Conflict):
        flow.decide(asked, by=team.head, at=FEB_3)
    row = Approval.objects.get(pk=asked.pk)
    assert (row.outcome, row.points, row.decided_by) == ("returned", [Point.TALK], team.head)
    assert missing(team, case, S.SERVICES) == ["rencana/"]
    with pytest.raises(Conflict, match="Ubah dulu: Perlu dibicarakan langsung"):
        flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_3)
    flow.plan(case, by=team.manager, at=FEB_3)
    assert flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_3).pk != asked.pk
    detail = AuditEvent.objects.get(type="cases.approval_decided").detail
    assert detail == {"approval": str(asked.pk), "kind": "plan", "outcome": "returned", "points": ["talk"]}


def test_a_companion_asks_for_no_approval(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    flow.advance(case, S.PLAN, by=team.manager, head=team.head, at=FEB_3)
    flow.plan(case, by=team.companion, at=FEB_3)
    with pytest.raises(NotAllowed):
        flow.ask(case, ApprovalKind.PLAN, by=team.companion, at=FEB_3)
    assert flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_3).decided_at is None


def test_who_moved_is_handed_over_with_a_receipt(team: Team) -> None:
    case, one = team.open(), {"by": team.manager}
    for reason, step, at in ((ClosingReason.MOVED, ["pelimpahan/"], FEB_2), (ClosingReason.GOALS_MET, [], FEB_3)):
        one["at"] = at
        flow.assess_closing(case, reason=reason, **one)
        flow.decide(flow.ask(case, ApprovalKind.CLOSING, **one), by=team.head, at=at)
        assert missing(team, case, S.CLOSED, reason) == step
    one["at"] = FEB_9
    flow.assess_closing(case, reason=ClosingReason.MOVED, **one)
    flow.decide(flow.ask(case, ApprovalKind.CLOSING, **one), by=team.head, at=FEB_9)
    sent = flow.transfer(case, acknowledged=False, **one)
    assert missing(team, case, S.CLOSED, ClosingReason.MOVED) == ["pelimpahan/"]
    with working(team.manager):
        facts = {"transfer_id": sent.pk, "who": "x", "on": FEB_9.date()}
        services.acknowledge_transfer(code=case.code, **one, **facts)  # type: ignore[arg-type]
    assert missing(team, case, S.CLOSED, ClosingReason.MOVED) == []


def test_who_was_reached_is_not_unreachable(team: Team) -> None:
    case, one = team.open(), {"by": team.manager}
    for hour in range(3):
        flow.try_contact(case, at=FEB_2 + timedelta(hours=hour), **one)
    flow.try_contact(case, at=FEB_3, result=Reached.REACHED, **one)
    flow.assess_closing(case, by=team.manager, at=FEB_9, reason=ClosingReason.UNREACHABLE)
    assert "upaya/" in missing(team, case, S.CLOSED)


def test_a_case_is_closed_for_the_reason_that_was_assessed(team: Team) -> None:
    case = team.open()
    flow.open_for_closing(case, by=team.manager, head=team.head, at=FEB_2)
    with working(team.manager), pytest.raises(EvidenceMissing, match="asesmen penutupan"):
        services.close_case(code=case.code, reason=ClosingReason.DIED, explanation="x", by=team.manager, at=FEB_3)
    with working(team.manager):
        services.close_case(code=case.code, reason=ClosingReason.GOALS_MET, explanation="x", by=team.manager, at=FEB_3)
    assert team.fresh(case).state == S.CLOSED


def test_opened_again_everything_but_consent_begins_anew(team: Team) -> None:
    case = team.open()
    flow.advance(case, S.MONITORING, by=team.manager, head=team.head, at=FEB_2)
    flow.close(case, by=team.manager, head=team.head, at=FEB_2)
    moves = case.transitions.count()
    with working(team.manager):
        services.reopen_case(
            code=case.code, risk=RiskLevel.RENDAH, is_safe=True, reason="LAGI", by=team.manager, at=FEB_3
        )
    assert Episode.objects.get(case=case).number == 2
    assert case.transitions.count() == moves + 1, "what was before stays"
    assert missing(team, case, S.PLAN) == ["asesmen/"]
    flow.advance(case, S.SERVICES, by=team.manager, head=team.head, at=FEB_9)
    assert missing(team, case, S.MONITORING) == ["layanan/"]
    assert missing(team, case, S.CLOSED) == ["penutupan/", "#berikutnya"]
    flow.close(case, by=team.manager, head=team.head, at=FEB_9)
    with working(team.manager):
        services.reopen_case(
            code=case.code, risk=RiskLevel.RENDAH, is_safe=True, reason="LAGI", by=team.manager, at=FEB_9
        )
    assert [one.number for one in Episode.objects.filter(case=case).order_by("number")] == [2, 3]


def test_goals_that_go_on_keep_their_task(team: Team) -> None:
    case, one = team.open(), {"by": team.manager}
    flow.advance(case, S.SERVICES, head=team.head, at=FEB_2, **one)
    goal = Goal.objects.get(case=case)
    flow.move(case, S.PLAN, at=FEB_3, **one)
    kept = services.NewGoal("LANJUT", goal.service, team.manager, FEB_9, before=goal.pk)
    new = services.NewGoal("BARU", goal.service, team.manager, FEB_9)
    flow.plan(case, at=FEB_3, goals=[kept, new], **one)
    flow.decide(flow.ask(case, ApprovalKind.PLAN, at=FEB_3, **one), by=team.head, at=FEB_3)
    flow.move(case, S.SERVICES, at=FEB_3, **one)
    assert Task.objects.filter(case=case).count() == 2
    rows = Goal.objects.filter(plan__version=2).order_by("position")
    assert [row.task_id == goal.task_id for row in rows] == [True, False]


def test_who_only_reads_a_case_for_a_while_writes_no_step(team: Team) -> None:
    at = timezone.now()
    case, reader = team.open(at=at), team.companion
    with working(team.manager):
        services.give_access(
            code=case.code,
            user=reader,
            compartments={Compartment.NARRATIVE},
            reason=AccessReason.SECOND_VIEW,
            not_after=at + timedelta(days=9),
            by=team.manager,
            at=at,
        )
    for act in (flow.consent, flow.serve, flow.try_contact):
        with pytest.raises(NotAllowed):
            act(case, by=reader, at=at)
        act(case, by=team.manager, at=at)
    with working(reader), pytest.raises(NotAllowed):
        services.tell_rights(code=case.code, rights=[Right.LEGAL], by=reader, at=at)
    with working(team.manager):
        services.tell_rights(code=case.code, rights=[Right.LEGAL], by=team.manager, at=at)

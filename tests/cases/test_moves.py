"""The machine: a table of moves, gates that say what is missing, and the same on PostgreSQL."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.errors import AlreadyClosed, EvidenceMissing, NoSuchMove
from ruangaman.cases.models import Case, Transition
from ruangaman.cases.types import (
    CLOSED_STATES,
    MOVES,
    OPEN_STATES,
    STEPS,
    ActorGate,
    CaseState,
    Evidence,
    MoveKind,
    ReasonGate,
    find_move,
    first_state,
    missing_for,
    moves_from,
)
from ruangaman.core.codelists import Authority, ClosingReason, RiskLevel
from ruangaman.core.errors import NotAllowed, NotFound
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9, Team, read

STATES = st.sampled_from(list(CaseState))


@given(STATES)
def test_every_open_state_leads_to_closing_and_onward(state: CaseState) -> None:
    targets = {move.target for move in moves_from(state)}
    assert targets
    assert state not in targets
    assert (CaseState.CLOSED in targets) == (state is not CaseState.CLOSED)


@given(STATES)
def test_every_state_has_a_step_from_three_to_nine(state: CaseState) -> None:
    assert 3 <= state.step <= 9
    assert state.is_open == (state.step < 8)
    assert set(STEPS) == set(CaseState)


@given(STATES, STATES)
def test_only_opening_again_leads_out_of_the_closed_states_into_work(source: CaseState, target: CaseState) -> None:
    move = find_move(source, target)
    if move is None:
        assert (source, target) not in MOVES
        return
    assert (move.source, move.target) == (source, target)
    leaves = source in CLOSED_STATES and target in OPEN_STATES
    assert leaves == (move.kind is MoveKind.REOPEN)
    assert (target is CaseState.CLOSED) == (move.kind is MoveKind.CLOSE)
    if move.kind is MoveKind.FORWARD:
        assert target.step == source.step + 1


@given(st.sampled_from(list(RiskLevel)), st.sampled_from(list(Authority)))
def test_every_state_is_reachable_from_where_a_case_begins(risk: RiskLevel, authority: Authority) -> None:
    reached, edge = set(), {first_state(risk=risk, authority=authority)}
    assert edge <= OPEN_STATES
    while edge:
        reached |= edge
        edge = {move.target for state in edge for move in moves_from(state)} - reached
    assert reached == set(CaseState)


@given(st.sampled_from(list(MOVES.values())), st.booleans(), st.booleans())
def test_the_gates_ask_for_an_actor_and_a_reason(move: object, has_actor: bool, has_reason: bool) -> None:
    evidence = Evidence(by=uuid4() if has_actor else None, has_reason=has_reason)
    missing = missing_for(move, evidence, [ActorGate(), ReasonGate()])  # type: ignore[arg-type]
    assert len(missing) == (not has_actor) + (not has_reason)


def test_a_move_is_written_with_its_sealed_reason_and_told_in_codes(team: Team) -> None:
    case, one = team.open(), uuid4()
    flow.consent(case, by=team.manager, at=FEB_2)
    flow.assess(case, by=team.manager, at=FEB_2)
    for _ in range(2):
        with working(team.manager):
            services.move_state(
                code=case.code,
                target=CaseState.PLAN,
                reason="ALASAN-UJI",
                by=team.manager,
                at=FEB_2,
                transition_id=one,
            )
    row = team.fresh(case)
    assert (row.state, row.state_since) == (CaseState.PLAN, FEB_2)
    move = Transition.objects.get(case=case)
    assert read(team.manager, move.reason_ref)[move.reason_ref]["text"] == "ALASAN-UJI"
    assert AuditEvent.objects.get(type="cases.moved").detail == {"from": "assessment", "to": "plan"}


def test_a_closed_case_says_why_and_opens_again_into_assessment(team: Team) -> None:
    case, closing, opening = team.open(), uuid4(), uuid4()
    flow.open_for_closing(case, by=team.manager, head=team.head, at=FEB_2, reason=ClosingReason.MOVED)
    for _ in range(2):
        with working(team.manager):
            services.close_case(
                code=case.code,
                reason=ClosingReason.MOVED,
                explanation="PINDAH-UJI",
                by=team.manager,
                at=FEB_2,
                transition_id=closing,
            )
    row = team.fresh(case)
    assert (row.state, row.closed_at, row.closed_by, row.closing_reason) == ("closed", FEB_2, team.manager, "moved")
    with pytest.raises(AlreadyClosed), working(team.manager):
        services.close_case(code=case.code, reason=ClosingReason.MOVED, explanation="x", by=team.manager, at=FEB_3)
    for _ in range(2):
        with working(team.manager):
            services.reopen_case(
                code=case.code,
                risk=RiskLevel.RENDAH,
                is_safe=True,
                reason="KEMBALI-UJI",
                by=team.manager,
                at=FEB_3,
                transition_id=opening,
            )
    row = team.fresh(case)
    assert (row.state, row.closed_at, row.closing_reason, row.closing_ref) == ("assessment", None, "", None)
    assert [move.reason_code for move in case.transitions.order_by("at")] == ["moved", ""]


def test_after_closing_comes_aftercare_and_it_can_end(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_2)
    with working(team.manager):
        services.plan_aftercare(code=case.code, days={1: FEB_9.date()}, by=team.manager, at=FEB_3)
        services.move_state(code=case.code, target=CaseState.AFTERCARE, reason="x", by=team.manager, at=FEB_3)
    assert team.fresh(case).closed_at == FEB_2
    with working(team.manager):
        services.close_case(code=case.code, reason=ClosingReason.GOALS_MET, explanation="x", by=team.manager, at=FEB_9)
    assert team.fresh(case).state == CaseState.CLOSED


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_moves(team: Team, reason: str) -> None:
    case = team.open()
    for act in (
        lambda: services.move_state(code=case.code, target=CaseState.PLAN, reason=reason, by=team.manager, at=FEB_2),
        lambda: services.close_case(
            code=case.code, reason=ClosingReason.DIED, explanation=reason, by=team.manager, at=FEB_2
        ),
    ):
        with working(team.manager), pytest.raises(EvidenceMissing, match="alasan"):
            act()
    assert team.fresh(case).state == CaseState.ASSESSMENT


def test_only_the_manager_moves_closes_and_opens_again(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    with working(team.companion):
        with pytest.raises(NotAllowed):
            services.move_state(code=case.code, target=CaseState.PLAN, reason="x", by=team.companion, at=FEB_2)
        with pytest.raises(NotAllowed):
            services.close_case(code=case.code, reason=ClosingReason.DIED, explanation="x", by=team.companion, at=FEB_2)
        with pytest.raises(NotAllowed):
            services.reopen_case(
                code=case.code, risk=RiskLevel.RENDAH, is_safe=True, reason="x", by=team.companion, at=FEB_2
            )
    for user in (team.lawyer, team.head):
        with working(user), pytest.raises(NotFound):
            services.move_state(code=case.code, target=CaseState.PLAN, reason="x", by=user, at=FEB_2)


def test_closing_and_opening_again_are_not_moves_of_the_status_page(team: Team) -> None:
    case = team.open()
    for target in (CaseState.CLOSED, CaseState.AFTERCARE):
        with working(team.manager), pytest.raises(NoSuchMove):
            services.move_state(code=case.code, target=target, reason="x", by=team.manager, at=FEB_2)
    with working(team.manager), pytest.raises(NoSuchMove):
        services.reopen_case(code=case.code, risk=RiskLevel.RENDAH, is_safe=True, reason="x", by=team.manager, at=FEB_2)


def test_the_database_refuses_a_closed_case_without_its_facts(team: Team) -> None:
    from django.db import IntegrityError, transaction

    case = team.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=CaseState.CLOSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(closed_at=FEB_2)

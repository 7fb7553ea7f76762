"""The report's machine, walked at random by the desk's own services: what the table allows happens, nothing else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.intake import services
from ruangaman.intake.errors import WrongState
from ruangaman.intake.models import Report
from ruangaman.intake.types import TRANSITIONS, WORKED_ON, State, Step, state_after, steps_from

REPEATABLE = {Step.UNDO_REFUSAL, Step.UNDO_DUPLICATE}
"""Undoing what is undone already is no fault: the report is received, as it was asked to be."""


@given(st.lists(st.sampled_from(Step), max_size=8))
def test_every_walk_stays_on_the_table(walk):
    state = State.RECEIVED
    for step in walk:
        target = state_after(state, step)
        assert (target is not None) == (step in steps_from(state))
        state = target or state
    assert state in State


def test_nothing_leads_out_of_a_case_and_everything_can_be_reached():
    assert steps_from(State.CASE_OPENED) == frozenset()
    reached, frontier = set(), {State.RECEIVED}
    while frontier:
        reached |= frontier
        frontier = {target for (source, _step), target in TRANSITIONS.items() if source in reached} - reached
    assert reached == set(State)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from(Step), min_size=1, max_size=6))
def test_services_follow_the_table_and_the_row_always_fits_together(counter, walk):
    report, other = counter.send(), counter.send()
    acts = {
        Step.TRIAGE: lambda: counter.do(
            services.triage,
            report,
            case_type=CaseType.WOMAN,
            risk=RiskLevel.SEDANG,
            authority=Authority.CITY,
        ),
        Step.OPEN_CASE: lambda: counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4()),
        Step.MARK_DUPLICATE: lambda: counter.do(services.mark_duplicate, report, original=other.code),
        Step.UNDO_DUPLICATE: lambda: counter.do(services.undo_duplicate, report),
        Step.REFUSE: lambda: counter.do(
            services.refuse, report, reason=RefusalReason.SPAM, words="x", note="", message_id=uuid4()
        ),
        Step.UNDO_REFUSAL: lambda: counter.do(services.undo_refusal, report),
    }
    state = State.RECEIVED
    for step in walk:
        target = state_after(state, step)
        repeats = (state is State.RECEIVED and step in REPEATABLE) or (
            state is State.DUPLICATE and step is Step.MARK_DUPLICATE
        )
        if target is None and not repeats:
            with pytest.raises(WrongState):
                acts[step]()
        else:
            acts[step]()
        state = target or state
        fresh = Report.objects.get(pk=report.pk)
        assert fresh.state == state
        assert fresh.needs_desk == (state in WORKED_ON)
        assert fresh.taken_by in {None, counter.first}

"""The scripted year of an office, smaller: it comes to everything, and what it leaves behind agrees."""

from __future__ import annotations

from typing import Any

import pytest

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.cases import registry
from ruangaman.cases.models import Case, Transition
from ruangaman.cases.types import Fact, FactGate, MoveKind
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.intake.selectors import reception
from ruangaman.ops.year import agreeing, reached, script
from ruangaman.ops.year.world import World

pytestmark = pytest.mark.slow


def no_progress(what: str, done: int, total: int) -> None:
    """Show nothing."""


@pytest.fixture
def world(db: None) -> World:
    reception.forget()
    return script.live_year(reports=script.FEW_REPORTS, cases=script.FEW_CASES, progress=no_progress)


def test_a_year_comes_to_everything_and_agrees_and_what_is_amiss_is_noticed(world: World, monkeypatch: Any) -> None:
    assert not reached.missing(world), reached.missing(world)
    found = agreeing.compare(world)
    assert found.faults == [], "\n".join(found.faults)
    assert (found.cases, found.moments) == (script.FEW_CASES, agreeing.MOMENTS)

    _a_new_gate_is_missed(world)
    _a_new_kind_is_missed(world)
    _what_was_changed_behind_the_trail_is_seen(world)


def _a_new_gate_is_missed(world: World) -> None:
    gate = FactGate("new", Fact.SAFE, "sesuatu yang baru", "", kind=MoveKind.REFER)
    registry.gates.add(gate)
    try:
        assert reached.missing(world) == ["The gate new let nothing pass.", "The gate new refused nothing."]
    finally:
        del registry.gates._entries["new"]


def _a_new_kind_is_missed(world: World) -> None:
    with unit_of_work(Role.MIGRATE):
        kind = ClockKind.objects.get(key="case.companion")
        kind.pk, kind.key, kind.condition = None, "case.new", {"states": ["none"]}
        kind.id = ClockKind._meta.pk.get_default()
        kind.save(force_insert=True)
    assert reached.missing(world) == ["No clock case.new began."]
    with unit_of_work(Role.MIGRATE):
        kind.delete()


def _what_was_changed_behind_the_trail_is_seen(world: World) -> None:
    with unit_of_work(Role.MIGRATE):
        stopped = Clock.objects.exclude(stopped_at=None).order_by("started_at")[0]
        Clock.objects.filter(pk=stopped.pk).update(stopped_at=None, stopped_on="")
        case = Case.objects.order_by("opened_at")[0]
        Transition.objects.filter(case=case).order_by("-at")[0].delete()
    faults = agreeing.compare(world).faults
    assert any(stopped.subject in one for one in faults)
    assert any(one.startswith(case.code) for one in faults)

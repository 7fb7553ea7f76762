"""Who may change a clock, without a database: each condition alone decides when everything else would allow it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ruangaman.accounts.models import Desk, User
from ruangaman.accounts.types import Role
from ruangaman.clocks import policies
from ruangaman.clocks.models import Clock, ClockKind, Limit
from ruangaman.clocks.types import LONG_PAUSE, LONGEST_PAUSE, LONGEST_SNOOZE
from ruangaman.core.codelists import RiskLevel
from tests.factories.unsaved import AT, HERE, THERE, person

DESK = Desk(id=uuid4(), unit=HERE)
LAW, OFFICE = "UU 12/2022 ps. 42", "SOP UPTD PPA"


OWNER, LEAD, HEAD, CLERK = (person(one) for one in (Role.PENDAMPING, Role.MANAJER, Role.KEPALA, Role.PETUGAS))


def kind_of(key: str = "case.plan", **facts: Any) -> ClockKind:
    """Return a kind of the office's own, that may be paused."""
    return ClockKind(key=key, **facts)


def clock(kind: ClockKind | None = None, *, basis: str = OFFICE, **facts: Any) -> Clock:
    """Return a clock of this unit with an owner and somebody who answers for it, due in a day."""
    usual = {"unit": HERE, "owner": OWNER, "lead": LEAD, "danger": RiskLevel.SEDANG, "due_at": AT + timedelta(days=1)}
    return Clock(kind=kind or kind_of(), limit=Limit(legal_basis=basis), **{**usual, **facts})


def at_the_desk(**facts: Any) -> Clock:
    """Return a clock that is a whole desk's turn."""
    return clock(**{"owner": None, "lead": None, "desk": DESK, **facts})


@pytest.mark.parametrize(
    ("user", "can"),
    [
        (OWNER, True),
        (LEAD, True),
        (HEAD, True),
        (person(Role.PENDAMPING), False),
        (person(Role.KEPALA, unit=THERE), False),
        (CLERK, False),
    ],
)
def test_a_clock_is_changed_by_whose_turn_it_is_who_answers_for_it_and_who_oversees_the_unit(
    user: User, can: bool
) -> None:
    assert policies.can_change(user, clock(), {DESK.pk}) is can


def test_who_has_left_changes_nothing() -> None:
    gone = person(Role.PENDAMPING, is_active=False)
    assert not policies.can_change(gone, clock(owner=gone), ())


def test_what_is_a_desks_turn_is_changed_and_looked_at_later_by_who_sits_there() -> None:
    for may in (policies.can_change, policies.is_whose_turn):
        assert may(CLERK, at_the_desk(), {DESK.pk})
        assert not may(CLERK, at_the_desk(), {uuid4()})
        assert not may(CLERK, at_the_desk(desk=None), {DESK.pk})
        assert not may(CLERK, at_the_desk(desk=None), {None})  # type: ignore[arg-type]
        assert not may(person(Role.PSIKOLOG), at_the_desk(), {DESK.pk})


def test_only_the_owner_looks_at_it_later_where_there_is_one() -> None:
    assert policies.is_whose_turn(OWNER, clock(), ())
    assert not policies.is_whose_turn(LEAD, clock(), ())
    assert not policies.is_whose_turn(CLERK, clock(desk=DESK), {DESK.pk})


@pytest.mark.parametrize(
    ("key", "kind", "basis", "needed"),
    [
        ("report.triage", None, OFFICE, True),
        ("case.safety", kind_of(), OFFICE, True),
        ("case.plan", None, LAW, False),
        ("case.plan", kind_of(), OFFICE, False),
        ("case.plan", kind_of(), LAW, True),
        ("case.plan", kind_of("clinical.pep"), OFFICE, True),
        ("case.plan", kind_of(from_occurrence=True), OFFICE, True),
    ],
)
def test_more_time_needs_a_reason_where_somebody_waits_or_a_law_asks(
    key: str, kind: ClockKind | None, basis: str, needed: bool
) -> None:
    assert policies.needs_reason(key, kind, basis) is needed


@pytest.mark.parametrize(
    ("kind", "basis", "can"),
    [
        (kind_of(), OFFICE, True),
        (kind_of(), "", True),
        (kind_of(is_pausable=False), OFFICE, False),
        (kind_of("safety.led"), OFFICE, False),
        (kind_of(), LAW, False),
        (kind_of(is_third_party=True), LAW, True),
        (kind_of("safety.led", is_third_party=True), LAW, False),
    ],
)
def test_what_law_or_safety_asks_of_us_never_stands_still(kind: ClockKind, basis: str, can: bool) -> None:
    assert policies.can_stand_still(kind, basis) is can
    assert policies.can_pause(clock(kind, basis=basis)) is can


def test_a_promised_moment_may_stand_still() -> None:
    promised = clock(kind_of(is_promised=True))
    promised.limit = None
    assert policies.can_pause(promised)


def test_what_binds_is_dropped_by_who_answers_for_the_whole_alone() -> None:
    for binding in (clock(basis=LAW), clock(kind_of(is_third_party=True)), clock(kind_of(is_pausable=False))):
        assert policies.can_drop(LEAD, binding, is_safe=True)
        assert not policies.can_drop(OWNER, binding, is_safe=True)
    assert policies.can_drop(OWNER, clock(), is_safe=True)
    assert policies.can_drop(OWNER, clock(), is_safe=False)
    assert not policies.can_drop(LEAD, clock(kind_of(is_promised=True)), is_safe=True)


def test_what_waits_for_her_safety_is_not_dropped_before_she_is_safe() -> None:
    assert not policies.can_drop(LEAD, clock(kind_of("safety.told")), is_safe=False)
    assert policies.can_drop(LEAD, clock(kind_of("safety.told")), is_safe=True)


@pytest.mark.parametrize(
    "waits",
    [clock(danger=RiskLevel.TINGGI), clock(kind_of("safety.led")), clock(kind_of(is_pausable=False))],
    ids=["in high danger", "for safety", "not pausable"],
)
def test_what_somebody_waits_for_is_never_looked_at_after_its_limit(waits: Clock) -> None:
    assert policies.can_put_off(waits, waits.due_at)
    assert not policies.can_put_off(waits, waits.due_at + timedelta(seconds=1))
    assert policies.can_put_off(clock(), AT + timedelta(days=5))


def test_it_is_put_off_for_a_week_at_most() -> None:
    assert policies.is_soon_enough(AT + LONGEST_SNOOZE, AT)
    assert not policies.is_soon_enough(AT + LONGEST_SNOOZE + timedelta(seconds=1), AT)


def test_it_stands_still_for_a_month_and_in_high_danger_for_a_week() -> None:
    assert policies.longest_pause(clock()) == LONGEST_PAUSE
    assert policies.longest_pause(clock(danger=RiskLevel.TINGGI)) == LONG_PAUSE


def test_rules_are_written_down_by_administrators() -> None:
    assert policies.can_set_rules(person(Role.ADMIN))
    assert not policies.can_set_rules(HEAD)

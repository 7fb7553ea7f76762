"""Who may change a clock, and who may write down a rule: pure functions of what is loaded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.types import LONG_PAUSE, LONGEST_PAUSE, LONGEST_SNOOZE, SAFETY, is_binding
from ruangaman.core.codelists import RiskLevel

WAITED_FOR = ("report.", "case.safety", "case.first_answer", "case.emergency")
"""How the keys of limits begin for which somebody in danger waits."""


def can_change(by: User, clock: Clock, desks: Collection[UUID]) -> bool:
    """Whether `by` may pause, put off or hand on: whose turn it is, who answers for it, who oversees the unit.

    Args:
        desks: at which `by` sits.
    """
    if by.pk in {clock.owner_id, clock.lead_id} or clock.unit_id in by.oversight_units:
        return by.is_active
    return by.has(Permission.REPORT_DESK) and clock.desk_id is not None and clock.desk_id in desks


def is_asked_of_us(kind: ClockKind, basis: str) -> bool:
    """Whether law or medicine asks for a kind. Args: basis: of its limit; empty: it has none."""
    return is_binding(key=kind.key, from_occurrence=kind.from_occurrence, basis=basis)


def is_waited_for(key: str) -> bool:
    """Whether somebody who may be in danger waits for what has this limit: an answer, a triage, a look at safety."""
    return key.startswith(WAITED_FOR)


def needs_reason(key: str, kind: ClockKind | None, basis: str) -> bool:
    """Whether a limit is made longer only with a reason, by who looked at what it rests on.

    Args:
        kind: that has the limit; None: reports carry it themselves.
        basis: of the limit as it is.
    """
    return is_waited_for(key) or (kind is not None and is_asked_of_us(kind, basis))


def can_stand_still(kind: ClockKind, basis: str) -> bool:
    """Whether the time of a kind may be paused: what law or medicine asks of us never, whatever the office wrote down.

    Of another office's duty only our counting is paused; theirs goes on.

    Args:
        basis: of its limit; empty: it has none.
    """
    return kind.is_pausable and not guards_safety(kind) and (kind.is_third_party or not is_asked_of_us(kind, basis))


def guards_safety(kind: ClockKind) -> bool:
    """Whether somebody who may not be safe waits for it, whatever the office wrote down."""
    return kind.key in SAFETY


def can_pause(clock: Clock) -> bool:
    """Whether the time of a clock may be paused at all, whoever asks."""
    return can_stand_still(clock.kind, clock.limit.legal_basis if clock.limit else "")


def is_whose_turn(by: User, clock: Clock, desks: Collection[UUID]) -> bool:
    """Whether it is the turn of `by`, or of a desk at which they sit. Only they look at it later.

    What one of them does not see for a while is out of everybody's queue: nobody does that to another's duty.
    """
    if clock.owner_id is not None:
        return by.pk == clock.owner_id
    return by.has(Permission.REPORT_DESK) and clock.desk_id is not None and clock.desk_id in desks


def is_the_leads(clock: Clock) -> bool:
    """Whether more than the office's own ruling asks for it: a law, a window of medicine or evidence, another office.

    What may not even be paused is such a thing, too.
    """
    return clock.is_binding or clock.kind.is_third_party or not clock.kind.is_pausable


def can_drop(by: User, clock: Clock, *, is_safe: bool) -> bool:
    """Whether `by`, who works on it, may end what began by mistake: what binds only who answers for the whole.

    What waits for her safety is no mistake before somebody looked and found her safe.

    Args:
        is_safe: the last look where it stands now said so; False also where nobody has looked.
    """
    if clock.kind.is_promised or (guards_safety(clock.kind) and not is_safe):
        return False
    return by.pk == clock.lead_id or not is_the_leads(clock)


def is_bound_by_limit(clock: Clock) -> bool:
    """Whether it is never looked at later than its limit: in high danger, for safety, and what somebody waits for."""
    return clock.danger >= RiskLevel.TINGGI or guards_safety(clock.kind) or not clock.kind.is_pausable


def can_put_off(clock: Clock, until: datetime) -> bool:
    """Whether something may be looked at as late as `until`."""
    return not is_bound_by_limit(clock) or until <= clock.due_at


def is_soon_enough(until: datetime, at: datetime) -> bool:
    """Whether what is put off comes back within a week."""
    return until - at <= LONGEST_SNOOZE


def longest_pause(clock: Clock) -> timedelta:
    """How long it may stand still at once: a month, in high danger a week."""
    return LONG_PAUSE if clock.danger >= RiskLevel.TINGGI else LONGEST_PAUSE


def can_set_rules(by: User) -> bool:
    """Whether `by` may write down kinds, limits, holidays and office hours."""
    return by.has(Permission.CODES_MANAGE)

"""Who may change a clock, and who may write down a rule: pure functions of what is loaded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.types import LONGEST_SNOOZE, is_binding
from ruangaman.core.codelists import RiskLevel


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


def can_stand_still(kind: ClockKind, basis: str) -> bool:
    """Whether the time of a kind may be paused: what law or medicine asks of us never, whatever the office wrote down.

    Of another office's duty only our counting is paused; theirs goes on.

    Args:
        basis: of its limit; empty: it has none.
    """
    return kind.is_pausable and (kind.is_third_party or not is_asked_of_us(kind, basis))


def can_pause(clock: Clock) -> bool:
    """Whether the time of a clock may be paused at all, whoever asks."""
    return can_stand_still(clock.kind, clock.limit.legal_basis if clock.limit else "")


def is_the_leads(clock: Clock) -> bool:
    """Whether more than the office's own ruling asks for it: a law, a window of medicine or evidence, another office.

    What may not even be paused is such a thing, too.
    """
    return clock.is_binding or clock.kind.is_third_party or not clock.kind.is_pausable


def can_drop(by: User, clock: Clock) -> bool:
    """Whether `by`, who works on it, may end what began by mistake: what binds only who answers for the whole."""
    return not clock.kind.is_promised and (by.pk == clock.lead_id or not is_the_leads(clock))


def can_put_off(clock: Clock, until: datetime) -> bool:
    """Whether something may be looked at as late as `until`: in high danger never after its limit."""
    return clock.danger < RiskLevel.TINGGI or until <= clock.due_at


def is_soon_enough(until: datetime, at: datetime) -> bool:
    """Whether what is put off comes back within a week."""
    return until - at <= LONGEST_SNOOZE


def can_set_rules(by: User) -> bool:
    """Whether `by` may write down kinds, limits, holidays and office hours."""
    return by.has(Permission.CODES_MANAGE)

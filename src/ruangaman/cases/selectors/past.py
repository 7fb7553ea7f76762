"""That a case was closed before, as its page says it above all else that was done since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ruangaman.cases.models import Case, Transition
from ruangaman.cases.types import CaseState
from ruangaman.core.codelists import ClosingReason
from ruangaman.ui.types import Words


@dataclass(frozen=True)
class Past:
    """When a case was closed before the present episode, and why.

    Args:
        number: of the present episode.
    """

    at: datetime
    reason: Words
    number: int


def past_of(case: Case, moves: Sequence[Transition]) -> Past | None:
    """Return how the episode before ended; None: it is closed now, or was never closed before.

    Args:
        moves: of the case, the oldest first.
    """
    closings = [one for one in moves if one.to_state == CaseState.CLOSED and one.reason_code in ClosingReason.values]
    if not case.is_open or not closings:
        return None
    again = [one for one in moves if not CaseState(one.from_state).is_open and CaseState(one.to_state).is_open]
    return Past(closings[-1].at, ClosingReason(closings[-1].reason_code).label, len(again) + 1)

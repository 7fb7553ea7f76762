"""How soon a case is looked at again: by the limits that the clocks of the reviews have."""

from __future__ import annotations

from datetime import date, datetime

from ruangaman.clocks.selectors import NO_OFFICE, get_office, limit_for
from ruangaman.clocks.types import due_or_farthest
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import zone

WEEKLY, MONTHLY = "case.review_high", "case.review"


def latest_review(*, risk: RiskLevel, at: datetime) -> date:
    """Return the last day on which a case in this danger is to be looked at again. Source: domain.md 2.3, state 7."""
    length = limit_for(WEEKLY if risk >= RiskLevel.TINGGI else MONTHLY, at).length
    return due_or_farthest(at, length, get_office() if length.is_working else NO_OFFICE).astimezone(zone()).date()

"""Shapes of lists of cases: what they are narrowed to, where a page begins, why a case asks for somebody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.types import Role
from ruangaman.cases.types.flow import CaseState
from ruangaman.core.regions import zone
from ruangaman.ui.types import Words

SOON = timedelta(hours=24)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Span:
    """From one moment on until just before another; None: without that end."""

    since: datetime | None = None
    until: datetime | None = None


def closed_lately(at: datetime) -> Span:
    """Return the last twelve months."""
    return Span(since=at - YEAR)


def closed_in(year: int) -> Span:
    """Return a calendar year of the city."""
    return Span(datetime(year, 1, 1, tzinfo=zone()), datetime(year + 1, 1, 1, tzinfo=zone()))


@dataclass(frozen=True)
class CaseFilters:
    """What a list of cases is narrowed to; the address carries it.

    Args:
        closed: when they were closed; None: those that are open.
    """

    state: str = ""
    risk: int | None = None
    kecamatan: str = ""
    need: str = ""
    closed: Span | None = None


@dataclass(frozen=True)
class Cursor:
    """Where the next page of a list begins: after this row.

    Args:
        at: when it was opened; among closed cases, when it was closed, and `risk` says nothing.
    """

    risk: int
    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.risk}.{int(self.at.timestamp() * 1_000_000)}.{self.id.hex}"


class Need(StrEnum):
    """Why a case asks for somebody now, the most pressing first."""

    UNSAFE = "unsafe"
    EMERGENCY = "emergency"
    NO_MANAGER = "no_manager"
    OVERDUE = "overdue"
    SOON = "soon"
    NO_COMPANION = "no_companion"
    NO_STEP = "no_step"
    NONE = "none"


URGENT_NEEDS = frozenset(Need) - {Need.NONE}
LACKS: dict[Need, Words] = {
    Need.NO_COMPANION: _("belum ada pendamping"),
    Need.NO_STEP: _("belum ada langkah berikut"),
}
"""What a case lacks, in the words of lists and of the conditions of clocks."""


def lacks_companion(roles: Collection[str]) -> bool:
    """Whether none of those who have a part in a case walks beside her."""
    return Role.PENDAMPING.value not in roles


@dataclass(frozen=True)
class CaseFacts:
    """What of a case is counted for a list: no key is needed for any of it.

    Args:
        next_due: of the open tasks; None: nothing is promised.
        roles: roles of those who have a part in it now.
        has_manager: False: its manager has left.
        is_unsafe: she is not safe: at the last look, or, once it is closed, as a contact since said.
    """

    state: CaseState
    overdue: int
    next_due: datetime | None
    roles: frozenset[str]
    has_manager: bool = True
    is_unsafe: bool = False


def need_of(facts: CaseFacts, at: datetime) -> Need:
    """Return the most pressing reason why somebody has to look at the case at `at`."""
    if facts.is_unsafe:
        return Need.UNSAFE
    if not facts.state.is_open:
        return Need.OVERDUE if facts.overdue else Need.NONE
    if facts.state is CaseState.EMERGENCY:
        return Need.EMERGENCY
    if not facts.has_manager:
        return Need.NO_MANAGER
    if facts.overdue:
        return Need.OVERDUE
    if facts.next_due is not None and facts.next_due - at <= SOON:
        return Need.SOON
    if lacks_companion(facts.roles) and facts.state is not CaseState.REFERRED_OUT:
        return Need.NO_COMPANION
    return Need.NO_STEP if facts.next_due is None else Need.NONE

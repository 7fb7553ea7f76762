"""Why a code is not taken."""

from __future__ import annotations

from ruangaman.core.errors import Conflict, DomainError


class FixedList(DomainError):
    """The program decides by these codes: none is added or ended on a screen."""


class CodeTaken(Conflict):
    """There is such a code in this list already; a code never means two things."""


class WrongDay(DomainError):
    """A version cannot begin or end on this day."""


class WrongExtra(DomainError):
    """An attribute that the list needs is missing, or has a value that the program does not know."""

"""Refusals of intake. The sentences may be read by anybody; none says whether a report exists."""

from __future__ import annotations

from ruangaman.core.errors import Conflict, DomainError, NotFound


class NoDeskLeft(DomainError):
    """Every desk is among those that must not see the report."""


class AlreadyTaken(Conflict):
    """Somebody else is already answering this report."""


class WrongState(Conflict):
    """The report has moved on; what was asked cannot be done from where it stands."""


class ReceiptUnknown(NotFound):
    """No thread opens with this number: mistyped, unknown and erased are one and the same."""

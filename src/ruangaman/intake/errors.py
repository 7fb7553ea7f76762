"""Refusals of intake. The sentences may be read by anybody; none says whether a report exists."""

from __future__ import annotations

from typing import Any

from ruangaman.core.errors import Conflict, DomainError, NotFound


class Unreadable(DomainError):
    """What came in has to be looked at again; `form` names each thing and holds what was typed."""

    def __init__(self, form: Any) -> None:
        super().__init__("The form has to be filled in again.")
        self.form = form


class NoDeskLeft(DomainError):
    """Every desk is among those that must not see the report."""


class NotReady(DomainError):
    """No desk has a key that two officers signed: the office has not finished setting up."""


class AlreadyTaken(Conflict):
    """Somebody else is already answering this report."""


class NeedsReason(DomainError):
    """The answers say more danger than what was decided: that needs a written reason."""


class WrongState(Conflict):
    """The report has moved on; what was asked cannot be done from where it stands."""


class AlreadyOpened(WrongState):
    """A case was opened from this report before; whose case it is now, the desk does not see."""


class ReceiptUnknown(NotFound):
    """No thread opens with this number: mistyped, unknown and erased are one and the same."""

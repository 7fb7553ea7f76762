"""What the audit trail refuses: always a mistake of the program, never of a person."""

from __future__ import annotations


class AuditError(RuntimeError):
    """The trail cannot be kept; the work that asked for it must not happen either."""


class OutsideUnitOfWork(AuditError):
    """Something was recorded outside a unit of work: nothing would bind it to the change."""


class UnknownEvent(AuditError):
    """The event type is not registered."""


class ForbiddenDetail(AuditError):
    """The detail has a field that its type does not list, or a value that is not a code, count or key."""

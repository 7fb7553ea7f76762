"""Refusals. Each carries a sentence that a person may read; none carries personal data."""

from __future__ import annotations


class DomainError(ValueError):
    """A rule refused what was asked; `str(error)` is the sentence for the person who asked."""


class NotAllowed(DomainError):
    """The actor may not do this, though the thing is known to the actor."""


class NotFound(DomainError):
    """There is no such thing, or not for this actor to know of."""


class Locked(DomainError):
    """The actor's keys are locked: the password has to be entered again."""


class Conflict(DomainError):
    """Somebody else was faster, or the state has moved on; nothing was written."""


class Busy(DomainError):
    """Too many ask at once; the same call may succeed in a moment."""

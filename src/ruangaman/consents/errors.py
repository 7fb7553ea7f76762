"""What the ledger refuses, each with the sentence for the person who asked."""

from __future__ import annotations

from ruangaman.core.errors import Conflict, DomainError


class NotTheirsToGive(DomainError):
    """This person's word does not count here."""


class AlreadyRevoked(Conflict):
    """It was taken back before, or a newer answer has taken its place."""

"""Refusals of the vault. None says what was inside, none carries a key."""

from __future__ import annotations

from ruangaman.audit.types import BadNote, BadRow
from ruangaman.core.errors import Busy, DomainError

__all__ = [
    "BrokenLedger",
    "Busy",
    "KeyNotSigned",
    "NotHeld",
    "NotSealable",
    "Tampered",
    "TooMany",
    "TrailBroken",
    "UnknownSuite",
    "WrongKey",
    "WrongPepper",
]


class Tampered(DomainError):
    """Sealed bytes are not what was once sealed in this place: changed, moved, cut, or rolled back."""


class WrongKey(Tampered):
    """The key does not belong to these bytes, or the bytes were changed: the two cannot be told apart."""


class UnknownSuite(Tampered):
    """The envelope names a version or a suite that this release does not know."""


class NotHeld(DomainError):
    """The keyring holds no key for this."""


class NotSealable(DomainError):
    """The content has no canonical JSON form (not a number, a lone surrogate), or is too large to keep."""


class KeyNotSigned(DomainError):
    """A principal has no public key that two key officers signed: nothing may be wrapped to it yet."""


class TooMany(DomainError):
    """One person asked so often in a short time that nothing more is done for them for a while."""


class BrokenLedger(RuntimeError):
    """The ledger of erasures has a line that is not ours or not whole: nobody may go on as if nothing was erased."""


class WrongPepper(RuntimeError):
    """The pepper is not the one that this database was made with: the process must not start."""


class TrailBroken(RuntimeError):
    """The trail is not what was signed before: nothing is signed until somebody has looked into it."""

    def __init__(self, why: BadRow | BadNote | str) -> None:
        """Say why: the fault itself, if it is one of the trail."""
        super().__init__(str(why))
        self.fault = None if isinstance(why, str) else why

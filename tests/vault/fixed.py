"""The fixed inputs of golden vectors and of tests that need no database."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from ruangaman.vault.layout import DirectoryEntry, GrantFacts
from ruangaman.vault.types import Compartment, Place, PrincipalKind

PEPPER = bytes(range(32))
OTHER_PEPPER = bytes(range(1, 33))
REAL_DOOR = (64 * 1024, 3, 1)
REAL_RECEIPT = (19 * 1024, 2, 1)
CHEAP = (64, 1, 1)

DOSSIER = UUID(int=0xD0)
PERSON = UUID(int=0xA1)
DESK = UUID(int=0xA2)
REF = UUID(int=0xEF)
FILE = UUID(int=0xF1)
FEB_2 = datetime(2026, 2, 2, 8, 30, 0, 123456, tzinfo=UTC)
FEB_9 = datetime(2026, 2, 9, 8, 30, tzinfo=UTC)

DATA_KEY = hashlib.sha256(b"data key").digest()
SEED = hashlib.shake_256(b"seed").digest(96)
SMALL_SEED = hashlib.sha256(b"small seed").digest()
SIGNING_SEED = hashlib.sha256(b"signing seed").digest()

GRANT = GrantFacts(
    dossier_id=DOSSIER,
    epoch=3,
    principal_id=DESK,
    generation=2,
    compartments=frozenset({Compartment.IDENTITY, Compartment.THREAD}),
    reason="desk",
    grantor_id=PERSON,
    not_after=FEB_9,
    consent_ref=REF,
)


def place(compartment: Compartment = Compartment.NARRATIVE, *, epoch: int = 1, version: int = 1) -> Place:
    """Return a place in the fixed dossier."""
    return Place(DOSSIER, compartment, REF, epoch, version)


def entry(kem_public: bytes, signing_public: bytes) -> DirectoryEntry:
    """Return a directory entry of the fixed person."""
    return DirectoryEntry(PERSON, PrincipalKind.USER, 1, kem_public, signing_public)


class FixedRandom:
    """Stands in for `secrets.token_bytes`: the same bytes in every run, never the same twice in one."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, length: int) -> bytes:
        self._calls += 1
        return hashlib.shake_256(b"fixed %d" % self._calls).digest(length)

"""The blind index: by a NIK or a phone number somebody is found, and nobody reads numbers out of it.

A number is stretched by one Argon2id run under the pepper; the tag in the table is an HMAC of that under a key that is
wrapped to officers like every other key (the work compartment of a dossier of kind `index`). A thief with the database
and the pepper can stretch every NIK there is and compute no tag.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings

from ruangaman.vault import hashing, layout, pepper
from ruangaman.vault.identifiers import normalise
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.types import Compartment, IdentifierKind

COMPARTMENT = Compartment.WORK
STRETCHED_BYTES = 32


@dataclass(frozen=True)
class Probe:
    """A stretched number: what can be looked for and kept. The number itself is not in it."""

    kind: IdentifierKind
    stretched: bytes = field(repr=False)


def stretch(kind: IdentifierKind, text: str) -> Probe | None:
    """Stretch a number as somebody typed it, on the hash thread; never while a connection is held.

    Returns:
        None: it cannot be such a number; nothing was hashed.

    Raises:
        Busy: too many search at once.
    """
    number = normalise(kind, text)
    if number is None:
        return None
    memory_kib, iterations, lanes = settings.RUANGAMAN_INDEX_PARAMS
    argon2 = Argon2id(
        salt=pepper.installation(),
        length=STRETCHED_BYTES,
        iterations=iterations,
        lanes=lanes,
        memory_cost=memory_kib,
        secret=pepper.key(pepper.Label.INDEX),
    )
    return Probe(kind, hashing.run_search(lambda: argon2.derive(layout.index_input(kind, number))))


def stretch_all(wanted: Iterable[tuple[IdentifierKind, str]]) -> tuple[Probe, ...]:
    """Stretch several numbers; what cannot be one is left out. Raises Busy."""
    found = (stretch(kind, text) for kind, text in dict.fromkeys(wanted) if text)
    return tuple(probe for probe in found if probe is not None)


def tag_of(probe: Probe, keys: EpochKeys, *, index_id: UUID, epoch: int) -> bytes | None:
    """Return the 32 bytes by which a number is found in one epoch of an index; None: the key is not held."""
    held = keys.get(COMPARTMENT)
    if held is None:
        return None
    key = pepper.hkdf(held, layout.label("index-key"))
    data = layout.index_tag(pepper.installation(), index_id, epoch, probe.stretched)
    return hmac.digest(key, data, hashlib.sha256)

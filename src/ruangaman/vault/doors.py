"""A person's doors: a password or a printed code, one Argon2id run, and the private keys closed behind it.

The same run gives the login verifier, whose SHA-256 is stored, and the key that opens the private bundle: there is no
second hash to guess against. Never call from inside a transaction: it takes a sixth of a second.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings

from ruangaman.vault import hashing, layout, pepper, sealing
from ruangaman.vault.keyring import Keyring

SALT_BYTES = 16
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 28
"""Of 32 letters: 140 bits, printed as seven groups of four."""

_CODE_ALIKE = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class DoorParams:
    """The cost of one door, stored with it, so that it can grow with the machines."""

    salt: bytes
    memory_kib: int = 65536
    iterations: int = 3
    lanes: int = 1

    @classmethod
    def fresh(cls) -> DoorParams:
        """Return today's cost (`settings.RUANGAMAN_DOOR_PARAMS`) with a new salt."""
        return cls(secrets.token_bytes(SALT_BYTES), *settings.RUANGAMAN_DOOR_PARAMS)


@dataclass(frozen=True)
class DoorKeys:
    """What comes out of a password. Neither half says anything about the other."""

    verifier: bytes = field(repr=False)
    kek: bytes = field(repr=False)

    def stored(self) -> bytes:
        """Return the SHA-256 of the verifier, the only thing that is stored."""
        return hashlib.sha256(self.verifier).digest()

    def matches(self, stored: bytes) -> bool:
        """Say whether this is the verifier that was stored, in constant time."""
        return hmac.compare_digest(self.stored(), stored)


def run(params: DoorParams, password: str) -> DoorKeys:
    """Derive a door's keys, on the hash thread. The password is taken in NFKC, as keyboards differ.

    Raises:
        Busy: too many sign in at once.
    """
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    hashed = hashing.run_sign_in(lambda: _argon2(params, secret))
    return DoorKeys(pepper.hkdf(hashed, layout.label("door/verifier")), pepper.hkdf(hashed, layout.label("door/kek")))


def decoy(password: str) -> None:
    """Do the work of `run` for somebody who has no door, so that time does not tell who has one. Raises Busy."""
    run(DoorParams(bytes(SALT_BYTES), *settings.RUANGAMAN_DOOR_PARAMS), password)


def _argon2(params: DoorParams, secret: bytes) -> bytes:
    return Argon2id(
        salt=params.salt,
        length=64,
        iterations=params.iterations,
        lanes=params.lanes,
        memory_cost=params.memory_kib,
        secret=pepper.key(pepper.Label.DOOR),
    ).derive(secret)


def close(keyring: Keyring, kek: bytes) -> bytes:
    """Seal a person's private keys behind a door."""
    return sealing.seal_bytes(kek, keyring.to_bytes(), layout.door_place(pepper.installation(), keyring.principal_id))


def open_closed(closed: bytes, kek: bytes, principal_id: UUID) -> Keyring:
    """Open what `close` sealed for this person. Raises Tampered."""
    place = layout.door_place(pepper.installation(), principal_id)
    return Keyring.from_bytes(sealing.open_bytes(kek, closed, place))


def new_code() -> str:
    """Return a recovery code to print: a door like a password, that nobody has to remember."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def normalise_code(text: str) -> str:
    """Return a typed recovery code as `run` takes it: `normalise_code(new_code())` is what the door is made of."""
    letters = unicodedata.normalize("NFKC", text).upper().translate(_CODE_ALIKE)
    return "".join(letter for letter in letters if letter in CODE_LETTERS)

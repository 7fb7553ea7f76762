"""Key pairs: HPKE (RFC 9180) to wrap, Ed25519 to sign.

Suite 2 (ML-KEM-768 with X25519) is the default, for what is sealed today must stay closed for decades; suite 1
(X25519) is there for partners that cannot do better. A wrap opens only under the suite of the key, so nobody can
lower it silently.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from django.utils.translation import gettext_lazy as _

from ruangaman.vault import layout
from ruangaman.vault.errors import Tampered, UnknownSuite, WrongKey

SUITES = {
    layout.SUITE_X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
    layout.SUITE_HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
PUBLIC_BYTES = {layout.SUITE_X25519: 32, layout.SUITE_HYBRID: 1184 + 32}
PRIVATE_BYTES = {layout.SUITE_X25519: 32, layout.SUITE_HYBRID: layout.SEED_BYTES}

_UNKNOWN = _("Jenis kunci ini tidak dikenal.")
_CLOSED = _("Kunci ini tidak cocok dengan isi yang diminta.")


@dataclass(frozen=True)
class KemPublic:
    """The half to wrap to. `raw`: ML-KEM-768 then X25519 for suite 2, X25519 for suite 1."""

    suite: int
    raw: bytes

    def __post_init__(self) -> None:
        if PUBLIC_BYTES.get(self.suite) != len(self.raw):
            raise UnknownSuite(_UNKNOWN)

    def to_bytes(self) -> bytes:
        """Return the suite byte and the key."""
        return bytes([self.suite]) + self.raw

    @classmethod
    def from_bytes(cls, data: bytes) -> KemPublic:
        """Return the key in `data`. Raises UnknownSuite."""
        return cls(data[0] if data else 0, data[1:])

    @cached_property
    def handle(self) -> X25519PublicKey | MLKEM768X25519PublicKey:
        """The library's key. Raises Tampered: these bytes are no public key."""
        try:
            if self.suite == layout.SUITE_X25519:
                return X25519PublicKey.from_public_bytes(self.raw)
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:1184]), X25519PublicKey.from_public_bytes(self.raw[1184:])
            )
        except ValueError as error:
            raise Tampered(_UNKNOWN) from error


@dataclass(frozen=True)
class KemPrivate:
    """The half to unwrap with, kept as its seed: 96 bytes for suite 2, 32 for suite 1."""

    suite: int
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if PRIVATE_BYTES.get(self.suite) != len(self.seed):
            raise UnknownSuite(_UNKNOWN)

    def to_bytes(self) -> bytes:
        """Return the suite byte and the seed."""
        return bytes([self.suite]) + self.seed

    @classmethod
    def from_bytes(cls, data: bytes) -> KemPrivate:
        """Return the key in `data`. Raises UnknownSuite."""
        return cls(data[0] if data else 0, data[1:])

    @cached_property
    def handle(self) -> X25519PrivateKey | MLKEM768X25519PrivateKey:
        """The library's key."""
        if self.suite == layout.SUITE_X25519:
            return X25519PrivateKey.from_private_bytes(self.seed)
        lattice, curve = layout.split_seed(self.seed)
        return MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(lattice), X25519PrivateKey.from_private_bytes(curve)
        )

    def public(self) -> KemPublic:
        """Return the other half."""
        curve = X25519PrivateKey.from_private_bytes(self.seed[-32:]).public_key().public_bytes_raw()
        if self.suite == layout.SUITE_X25519:
            return KemPublic(self.suite, curve)
        lattice = MLKEM768PrivateKey.from_seed_bytes(layout.split_seed(self.seed)[0]).public_key().public_bytes_raw()
        return KemPublic(self.suite, lattice + curve)


def generate(suite: int = layout.SUITE_HYBRID) -> KemPrivate:
    """Return a fresh key pair. Raises UnknownSuite."""
    return KemPrivate(suite, secrets.token_bytes(PRIVATE_BYTES.get(suite, 0)))


def from_seed(seed: bytes) -> KemPrivate:
    """Return the suite 2 pair of a 96-byte seed: a receipt's or the recovery key's."""
    return KemPrivate(layout.SUITE_HYBRID, seed)


def wrap(public: KemPublic, plain: bytes, info: bytes) -> bytes:
    """Wrap bytes to a public key and return the envelope.

    Args:
        info: what the wrap is for, from `layout` (`wrap_info`, `group_info`, `message_info`).

    Raises:
        Tampered: the public key is none.
    """
    head = layout.wrap_head(public.suite)
    try:
        return head + SUITES[public.suite].encrypt(plain, public.handle, head + info)
    except ValueError as error:
        raise Tampered(_UNKNOWN) from error


def unwrap(private: KemPrivate, wrapped: bytes, info: bytes) -> bytes:
    """Open an envelope of `wrap`.

    Raises:
        UnknownSuite: another version, or a suite that is not known.
        WrongKey: the suite is not this key's, or wrapped to another key, for other facts, or changed.
    """
    head, message = wrapped[:2], wrapped[2:]
    if head not in {layout.wrap_head(suite) for suite in SUITES}:
        raise UnknownSuite(_UNKNOWN)
    if head != layout.wrap_head(private.suite):
        raise WrongKey(_CLOSED)
    try:
        return SUITES[private.suite].decrypt(message, private.handle, head + info)
    except InvalidTag as error:
        raise WrongKey(_CLOSED) from error


@dataclass(frozen=True)
class SigningPair:
    """An Ed25519 pair, kept as its 32-byte seed."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> SigningPair:
        """Return a fresh pair."""
        return cls(secrets.token_bytes(32))

    @cached_property
    def _handle(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        """The 32 bytes that `verify` takes."""
        return self._handle.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature of bytes made by `layout`."""
        return self._handle.sign(data)


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Say whether the holder of `public` signed `data`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True

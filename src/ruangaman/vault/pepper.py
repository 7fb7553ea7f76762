"""The installation's secret beside the database, and every key that comes from it.

The pepper itself is used for nothing: each use has its own key under its own label, so no output of one can serve
another. What is derived here is the same in every process and is never stored, but the check value.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ruangaman.vault import layout


class Label(StrEnum):
    """What a key from the pepper is for. The words are in derived bytes: never reuse or rename one."""

    INSTALLATION = "installation"
    CHECK = "check"
    DOOR = "door"
    RECEIPT = "receipt"
    RECEIPT_DIGITS = "receipt-digits"
    IDEMPOTENCY = "idempotency"
    COOKIE = "cookie"
    GRANT = "grant"
    DIRECTORY = "directory"
    OFFICERS = "officers"
    TOTP = "totp"
    ADDRESS = "address"
    SESSION = "session"
    ERASURE = "erasure"
    INVITATION = "invitation"
    DRAFT = "draft"
    INDEX = "index"


def hkdf(secret: bytes, info: bytes, length: int = layout.KEY_BYTES) -> bytes:
    """Derive a key from a secret that is already uniform, by HKDF-SHA256 without salt."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)


def key(name: Label) -> bytes:
    """Return the 32-byte key for one use."""
    return _key(settings.RUANGAMAN_PEPPER, name)


@lru_cache(maxsize=64)
def _key(pepper: bytes, name: Label) -> bytes:
    return hkdf(pepper, layout.label("pepper/" + name.value))


def installation() -> bytes:
    """Return the 16 bytes that say in every sealed thing to which installation it belongs."""
    return key(Label.INSTALLATION)[:16]


def check_value() -> bytes:
    """Return the 16 bytes kept in the database, by which a start with a foreign pepper is noticed."""
    return check_value_of(settings.RUANGAMAN_PEPPER)


def check_value_of(secret: bytes) -> bytes:
    """Return the check value that belongs to a pepper; needs no settings."""
    return _key(secret, Label.CHECK)[:16]


def mac(name: Label, data: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 of `data` under the key for one use."""
    return hmac.digest(key(name), data, hashlib.sha256)


def is_mac(name: Label, data: bytes, tag: bytes) -> bool:
    """Say whether `tag` is the MAC of `data`, in constant time."""
    return hmac.compare_digest(mac(name, data), tag)

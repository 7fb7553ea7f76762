"""Receipt numbers: twenty digits that are the only key of a reporter.

The form carries an idempotency key that we minted and MACed; the digits are an HMAC of it, so the same form sent
twice gives the same receipt, and nothing that is stored leads back to the digits. One Argon2id run over the digits
gives a locator to find the thread by and the seed of a key pair that opens the thread and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings
from django.utils.translation import gettext as _

from ruangaman.vault import hashing, layout, pepper, wrapping
from ruangaman.vault.errors import WrongKey
from ruangaman.vault.wrapping import KemPublic

DIGITS = 20
GROUP = 4
LOCATOR_BYTES = 16
DECOY_DIGITS = "0" * DIGITS

_RANDOM, _COOKIE, _MAC = 19, 12, 16
_KEY_BYTES = 1 + _RANDOM + _COOKIE + _MAC
_LONGEST_TYPED = 200
_SEPARATORS = frozenset(".·•_")


@dataclass(frozen=True)
class KeyFacts:
    """What a genuine idempotency key says: how it is stored.

    Whose sending it is, is asked when the same key comes again: of the cookie it was used with (`intake_accept`), not
    of the one it was minted for, which changes when a visit begins.
    """

    key_hmac: bytes


@dataclass(frozen=True)
class Receipt:
    """A receipt number and what is derived from it; the digits are shown once and stored nowhere."""

    digits: str = field(repr=False)
    locator: bytes = field(repr=False)
    seed: bytes = field(repr=False)

    def public(self) -> KemPublic:
        """Return the public half that the thread is wrapped to."""
        return wrapping.from_seed(self.seed).public()


def mint_key(cookie: str | None) -> str:
    """Return a fresh idempotency key for one form: 64 characters, 152 random bits, no two cookies alike, MACed."""
    body = bytes([layout.VERSION]) + secrets.token_bytes(_RANDOM) + _cookie_tag(cookie)
    return base64.urlsafe_b64encode(body + _key_mac(body)).decode("ascii")


def check_key(key: str) -> KeyFacts | None:
    """Return what a key says, or None when we did not mint it."""
    try:
        data = base64.b64decode(key, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) != _KEY_BYTES or base64.urlsafe_b64encode(data) != key.encode("ascii"):
        return None  # one key has one spelling, else the same form sent twice could be two reports
    body, tag = data[:-_MAC], data[-_MAC:]
    if body[0] != layout.VERSION or not hmac.compare_digest(_key_mac(body), tag):
        return None
    return KeyFacts(key_hmac(key))


def key_hmac(key: str) -> bytes:
    """Return the 32 bytes by which a used key is remembered."""
    return pepper.mac(pepper.Label.IDEMPOTENCY, layout.label("key-stored") + key.encode("utf-8"))


def cookie_hmac(cookie: str) -> bytes:
    """Return the 32 bytes by which a cookie is remembered."""
    return pepper.mac(pepper.Label.COOKIE, layout.label("cookie-stored") + cookie.encode("utf-8"))


def derive_receipt(key: str) -> Receipt:
    """Derive the receipt of an idempotency key, on the hash thread; never inside a transaction.

    Raises:
        WrongKey: we did not mint it.
        Busy: too many send at once.
    """
    if check_key(key) is None:
        raise WrongKey(_("Formulir ini tidak dikenal. Muat ulang halamannya."))
    return receipt_from_digits(digits_of(key))


def digits_of(key: str) -> str:
    """Return the twenty digits of a key: 256 bits reduced, so every number is equally likely to within 2^-189."""
    number = int.from_bytes(pepper.mac(pepper.Label.RECEIPT_DIGITS, layout.label("digits") + key.encode("utf-8")))
    return str(number % 10**DIGITS).zfill(DIGITS)


def receipt_from_digits(digits: str) -> Receipt:
    """Derive the locator and the seed of normalised digits, on the hash thread. Raises Busy."""
    memory_kib, iterations, lanes = settings.RUANGAMAN_RECEIPT_PARAMS
    argon2 = Argon2id(
        salt=pepper.installation(),
        length=64,
        iterations=iterations,
        lanes=lanes,
        memory_cost=memory_kib,
        secret=pepper.key(pepper.Label.RECEIPT),
    )
    hashed = hashing.run_intake(lambda: argon2.derive(digits.encode("ascii")))
    locator = pepper.hkdf(hashed, layout.label("receipt/locator"), LOCATOR_BYTES)
    return Receipt(digits, locator, pepper.hkdf(hashed, layout.label("receipt/seed"), layout.SEED_BYTES))


def decoy() -> Receipt:
    """Do the work of a number that may exist for one that is malformed, so that time does not tell them apart.

    What it returns can be looked up like any other and is never found. Raises Busy.
    """
    return receipt_from_digits(DECOY_DIGITS)


def normalise_digits(text: str) -> str | None:
    """Return the twenty digits in what somebody typed or pasted, or None when it is no receipt number.

    Spaces, dashes, dots, invisible marks and full-width digits are taken as people's keyboards make them.
    """
    if len(text) > _LONGEST_TYPED:
        return None
    kept = "".join(char for char in unicodedata.normalize("NFKC", text) if not _is_separator(char))
    return kept if len(kept) == DIGITS and kept.isascii() and kept.isdigit() else None


def group(digits: str) -> str:
    """Return the digits as they are shown: five groups of four."""
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def _is_separator(char: str) -> bool:
    return char in _SEPARATORS or char.isspace() or unicodedata.category(char) in {"Pd", "Cf"}


def _cookie_tag(cookie: str | None) -> bytes:
    if cookie is None:
        return bytes(_COOKIE)
    return pepper.mac(pepper.Label.COOKIE, layout.label("cookie-in-key") + cookie.encode("utf-8"))[:_COOKIE]


def _key_mac(body: bytes) -> bytes:
    return pepper.mac(pepper.Label.IDEMPOTENCY, layout.label("key-minted") + body)[:_MAC]

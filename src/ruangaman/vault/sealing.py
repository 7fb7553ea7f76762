"""Seal and open by symmetric keys: AES-256-GCM-SIV, bound to a place, padded to a size class."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.utils.translation import gettext_lazy as _

from ruangaman.vault import layout, pepper
from ruangaman.vault.errors import NotHeld, NotSealable, Tampered, UnknownSuite, WrongKey
from ruangaman.vault.types import Compartment, Content, Place

_MOVED = _("Isi tidak dapat dibuka: bukan seperti saat disimpan.")


@dataclass(frozen=True)
class EpochKeys:
    """The keys of one dossier's epoch that somebody holds: the whole data key, or some compartments."""

    data_key: bytes | None = field(repr=False)
    parts: dict[Compartment, bytes] = field(default_factory=dict, repr=False)

    def get(self, compartment: Compartment) -> bytes | None:
        """Return the key of a compartment, or None when it is not held."""
        if self.data_key is not None and compartment not in self.parts:
            self.parts[compartment] = compartment_key(self.data_key, compartment)  # once: a report asks twenty times
        return self.parts.get(compartment)

    def bundle(self, compartments: frozenset[Compartment] | None) -> bytes:
        """Return the plaintext of a wrap for the compartments; None: for the whole data key.

        Raises:
            NotHeld: something is asked for that is not held; nobody can share more than they have.
        """
        if compartments is None:
            if self.data_key is None:
                raise NotHeld(_("Kunci seluruh berkas tidak Anda pegang."))
            return layout.pack_whole(self.data_key)
        keys = {part: held for part in compartments if (held := self.get(part)) is not None}
        if not keys or len(keys) != len(compartments):
            raise NotHeld(_("Kunci bagian ini tidak Anda pegang."))
        return layout.pack_parts(keys)


def new_data_key() -> bytes:
    """Return a fresh 32-byte data key."""
    return secrets.token_bytes(layout.KEY_BYTES)


def compartment_key(data_key: bytes, compartment: Compartment) -> bytes:
    """Derive the key of a compartment."""
    return pepper.hkdf(data_key, layout.compartment_label(compartment))


def commitment(data_key: bytes) -> bytes:
    """Return what is stored with the epoch, so that a wrap with other keys is noticed.

    The cipher alone does not commit to its key. Kept are 32 bytes for the data key, then 32 for each compartment's
    key in the order of their numbers (320 in all): people hold compartment keys and could check nothing else.
    """
    parts = [_commit(compartment_key(data_key, part)) for part in sorted(layout.COMPARTMENT_LABELS)]
    return _commit(data_key) + b"".join(parts)


def _commit(secret: bytes) -> bytes:
    return pepper.hkdf(secret, layout.label("commitment"))


def open_bundle(bundle: bytes, committed: bytes) -> EpochKeys:
    """Return the keys in an unwrapped bundle.

    Args:
        committed: the epoch's stored `commitment`.

    Raises:
        WrongKey: a key in it is not the one that the epoch committed to.
        Tampered: it is not a bundle.
    """
    unpacked = layout.unpack_bundle(bundle)
    if unpacked is None or len(committed) != layout.COMMITMENT_BYTES:
        raise Tampered(_MOVED)
    data_key, parts = unpacked
    held = {0: data_key} if data_key is not None else {int(part): secret for part, secret in parts.items()}
    for index, secret in held.items():
        expected = committed[index * layout.KEY_BYTES : (index + 1) * layout.KEY_BYTES]
        if not hmac.compare_digest(_commit(secret), expected):
            raise WrongKey(_MOVED)
    return EpochKeys(data_key, parts)


def canonical(content: Content) -> bytes:
    """Return the canonical JSON of a content: sorted keys, no spaces, UTF-8.

    Raises:
        NotSealable: it has none.
    """
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise NotSealable(_("Isi ini tidak dapat disimpan.")) from error


def seal_content(key: bytes, content: Content, place: Place, installation: bytes) -> bytes:
    """Seal a content in its place under the compartment's key and return the envelope."""
    head = layout.content_head(place.epoch, place.version)
    return _seal(key, canonical(content), head, layout.content_place(installation, place))


def open_content(key: bytes, envelope: bytes, place: Place, installation: bytes) -> Content:
    """Open an envelope that was sealed in exactly this place.

    Raises:
        Tampered: it was not, or not by this key, or it was changed.
    """
    head = layout.content_head(place.epoch, place.version)
    content: Content = json.loads(_open(key, envelope, head, layout.content_place(installation, place)))
    return content


def fingerprint(envelope: bytes) -> bytes:
    """Return the SHA-256 of an envelope, which the audit lane keeps so that nobody rolls content back."""
    return hashlib.sha256(envelope).digest()


def seal_bytes(key: bytes, plain: bytes, place: bytes) -> bytes:
    """Seal other bytes than content (a private bundle, a session), padded; `place` is the associated data."""
    return _seal(key, plain, layout.sealed_head(), place)


def open_bytes(key: bytes, envelope: bytes, place: bytes) -> bytes:
    """Open what `seal_bytes` made. Raises Tampered."""
    return _open(key, envelope, layout.sealed_head(), place)


def seal_totp(secret: str) -> str:
    """Seal the secret of a second factor under the pepper; text in, text out, as allauth's adapter wants it."""
    place = layout.totp_place(pepper.installation())
    return base64.b64encode(seal_bytes(pepper.key(pepper.Label.TOTP), secret.encode("utf-8"), place)).decode("ascii")


def open_totp(sealed: str) -> str:
    """Open what `seal_totp` made. Raises Tampered."""
    try:
        envelope = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Tampered(_MOVED) from error
    place = layout.totp_place(pepper.installation())
    return open_bytes(pepper.key(pepper.Label.TOTP), envelope, place).decode("utf-8")


def _seal(key: bytes, plain: bytes, head: bytes, place: bytes) -> bytes:
    nonce = secrets.token_bytes(layout.NONCE_BYTES)
    return head + nonce + AESGCMSIV(key).encrypt(nonce, layout.pad(plain), head + place)


def _open(key: bytes, envelope: bytes, head: bytes, place: bytes) -> bytes:
    if envelope[:2] != head[:2]:
        raise UnknownSuite(_MOVED)
    start = len(head) + layout.NONCE_BYTES
    nonce, sealed = envelope[len(head) : start], envelope[start:]
    if envelope[: len(head)] != head or len(nonce) != layout.NONCE_BYTES:
        raise Tampered(_MOVED)
    try:
        plain = layout.unpad(AESGCMSIV(key).decrypt(nonce, sealed, head + place))
    except InvalidTag as error:
        raise Tampered(_MOVED) from error
    if plain is None:
        raise Tampered(_MOVED)
    return plain

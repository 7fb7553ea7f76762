"""Every byte that the vault signs, seals or derives from: fixed in `docs/adr/0012-byte-layout-of-the-vault.md`.

Nothing here has a key or a secret. Numbers are big-endian and of fixed width, texts and byte strings of varying
length carry their length before them, so that no two different facts ever have the same bytes. Every string starts
with its own label and a NUL, so that bytes made for one use are never valid for another.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ruangaman.vault.types import Compartment, IdentifierKind, Place, PrincipalKind

VERSION = 1
SUITE_X25519 = 1
SUITE_HYBRID = 2
ALG_GCM_SIV = 16

NONCE_BYTES = 12
KEY_BYTES = 32
SEED_BYTES = 96
NO_ID = UUID(int=0)

COMPARTMENT_LABELS: dict[Compartment, str] = {
    Compartment.IDENTITY: "identity",
    Compartment.CONTACT: "contact",
    Compartment.NARRATIVE: "narrative",
    Compartment.CLINICAL: "clinical",
    Compartment.LEGAL: "legal",
    Compartment.SHELTER: "shelter",
    Compartment.ATTACHMENT: "attachment",
    Compartment.THREAD: "thread",
    Compartment.WORK: "work",
}
COMMITMENT_BYTES = KEY_BYTES * (1 + len(COMPARTMENT_LABELS))

SIZE_CLASSES = (256, 1024, 4096, 16384, 65536)
LENGTH_BYTES = 4
FRAME_BYTES = 4 * SIZE_CLASSES[-1] - LENGTH_BYTES
"""Plain bytes in a file frame; with the length before them exactly 256 KiB."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def label(name: str) -> bytes:
    """Return the bytes that begin everything made for the use `name`."""
    return b"ra/v1/" + name.encode("ascii") + b"\0"


def compartment_label(compartment: Compartment) -> bytes:
    """Return the HKDF label of a compartment's key."""
    return label("compartment/" + COMPARTMENT_LABELS[compartment])


# --- padding -------------------------------------------------------------------------------------------------------


def size_class(length: int) -> int:
    """Return the padded size for `length` bytes of plaintext (without the four bytes of the length)."""
    needed = length + LENGTH_BYTES
    for size in SIZE_CLASSES:
        if needed <= size:
            return size
    largest = SIZE_CLASSES[-1]
    return -(-needed // largest) * largest


def pad(plain: bytes) -> bytes:
    """Return length, plaintext and zeros, filling a size class."""
    return (struct.pack(">I", len(plain)) + plain).ljust(size_class(len(plain)), b"\0")


def unpad(padded: bytes) -> bytes | None:
    """Return the plaintext, or None when the padding is not what `pad` makes."""
    if len(padded) < LENGTH_BYTES:
        return None
    (length,) = struct.unpack_from(">I", padded)
    if len(padded) != size_class(length):
        return None
    plain = padded[LENGTH_BYTES : LENGTH_BYTES + length]
    return plain if pad(plain) == padded else None


# --- envelope heads ------------------------------------------------------------------------------------------------


def content_head(epoch: int, version: int) -> bytes:
    """Return the ten bytes before the nonce of sealed content: version, algorithm, epoch, content version."""
    return struct.pack(">BBII", VERSION, ALG_GCM_SIV, epoch, version)


def sealed_head() -> bytes:
    """Return the two bytes before the nonce of everything else sealed by a symmetric key."""
    return struct.pack(">BB", VERSION, ALG_GCM_SIV)


def wrap_head(suite: int) -> bytes:
    """Return the two bytes before an HPKE message."""
    return struct.pack(">BB", VERSION, suite)


# --- associated data -----------------------------------------------------------------------------------------------


def content_place(installation: bytes, place: Place) -> bytes:
    """Return the associated data of sealed content."""
    return (
        label("content")
        + installation
        + place.dossier_id.bytes
        + struct.pack(">B", place.compartment)
        + place.ref.bytes
        + struct.pack(">II", place.epoch, place.version)
    )


def frame_place(installation: bytes, file_id: UUID, index: int, *, last: bool) -> bytes:
    """Return the associated data of one file frame."""
    return label("file-frame") + installation + file_id.bytes + struct.pack(">IB", index, last)


def frame_nonce(index: int, *, last: bool) -> bytes:
    """Return the nonce of one file frame: a counter, for the file's key is used for that file alone."""
    return struct.pack(">7xBI", last, index)


def door_place(installation: bytes, principal_id: UUID) -> bytes:
    """Return the associated data of a person's closed private bundle."""
    return label("door") + installation + principal_id.bytes


def session_place(installation: bytes, row_id: str) -> bytes:
    """Return the associated data of a session row."""
    return label("session") + installation + bytes.fromhex(row_id)


def totp_place(installation: bytes) -> bytes:
    """Return the associated data of a second-factor secret."""
    return label("totp") + installation


# --- grants --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GrantFacts:
    """What a grant says. All of it is bound into the wrap and into the signature.

    Args:
        generation: of the principal's key, from 1.
        compartments: None means the whole data key.
        grantor_id: the signing principal; None for grants made at acceptance, which are MACed under the pepper.
        reason: a code.
    """

    dossier_id: UUID
    epoch: int
    principal_id: UUID
    generation: int
    compartments: frozenset[Compartment] | None
    reason: str
    grantor_id: UUID | None = None
    not_after: datetime | None = None
    consent_ref: UUID | None = None


def compartment_bits(compartments: frozenset[Compartment] | None) -> int:
    """Return the set as bits, bit n for compartment n; 0 stands for the whole data key."""
    if compartments is None:
        return 0
    if not compartments:
        raise ValueError("A grant of no compartment is not a grant.")
    return sum(1 << compartment for compartment in compartments)


def wrap_info(installation: bytes, grant: GrantFacts) -> bytes:
    """Return the HPKE info of a grant's wrap: another principal, dossier, scope or expiry does not open it."""
    return label("grant") + installation + _grant(grant)


def grant_bytes(installation: bytes, grant: GrantFacts, *, wrapped: bytes, commitment: bytes, at: datetime) -> bytes:
    """Return what the grantor signs (or the pepper MACs): the facts, the wrap, the epoch's commitment, the moment."""
    hashes = hashlib.sha256(wrapped).digest() + hashlib.sha256(commitment).digest()
    return label("grant-signature") + installation + _grant(grant) + hashes + _moment(at)


def _grant(grant: GrantFacts) -> bytes:
    return (
        grant.dossier_id.bytes
        + struct.pack(">I", grant.epoch)
        + grant.principal_id.bytes
        + struct.pack(">II", grant.generation, compartment_bits(grant.compartments))
        + _moment(grant.not_after)
        + (grant.grantor_id or NO_ID).bytes
        + (grant.consent_ref or NO_ID).bytes
        + _text(grant.reason)
    )


# --- people, groups, messages --------------------------------------------------------------------------------------


def group_info(
    installation: bytes, *, group_id: UUID, generation: int, member_id: UUID, member_generation: int
) -> bytes:
    """Return the HPKE info of a group's private half wrapped to one member."""
    group = group_id.bytes + struct.pack(">I", generation)
    return label("group") + installation + group + member_id.bytes + struct.pack(">I", member_generation)


def message_info(installation: bytes, *, message_id: UUID, principal_id: UUID, generation: int) -> bytes:
    """Return the HPKE info of one outgoing message, wrapped to the sender principal."""
    return label("message") + installation + message_id.bytes + principal_id.bytes + struct.pack(">I", generation)


def draft_slot(installation: bytes, principal_id: UUID, *, page: str, address: str = "", form_id: str = "") -> bytes:
    """Return what the pepper MACs to find a draft again: by its page alone, or by the form on it."""
    return label("draft-slot") + installation + principal_id.bytes + _text(page) + _text(address) + _text(form_id)


def draft_info(installation: bytes, *, principal_id: UUID, generation: int, slot: bytes, at: datetime) -> bytes:
    """Return the HPKE info of a draft, wrapped to its author; with the envelope's hash, what the pepper MACs."""
    return (
        label("draft") + installation + principal_id.bytes + struct.pack(">I", generation) + _bytes(slot) + _moment(at)
    )


def author_bytes(installation: bytes, principal_id: UUID) -> bytes:
    """Return what the pepper MACs into a form: for whom it was drawn."""
    return label("draft-author") + installation + principal_id.bytes


@dataclass(frozen=True)
class DirectoryEntry:
    """A public key as the directory vouches for it. `kem_public` is `KemPublic.to_bytes()`; groups sign nothing."""

    principal_id: UUID
    kind: PrincipalKind
    generation: int
    kem_public: bytes
    signing_public: bytes = b""


def directory_bytes(installation: bytes, entry: DirectoryEntry) -> bytes:
    """Return what two key officers sign (or, for receipts, the pepper MACs): whose key this is."""
    return (
        label("directory")
        + installation
        + entry.principal_id.bytes
        + _text(entry.kind.value)
        + struct.pack(">I", entry.generation)
        + _bytes(entry.kem_public)
        + _bytes(entry.signing_public)
    )


def officers_bytes(installation: bytes, officers: Iterable[tuple[UUID, bytes]]) -> bytes:
    """Return what the pepper MACs: the key officers, each with the signing key that counts, in the order of ids."""
    return label("officers") + installation + b"".join(who.bytes + _bytes(key) for who, key in sorted(officers))


def erasure_bytes(installation: bytes, dossier_id: UUID, at: datetime) -> bytes:
    """Return what the pepper MACs in the ledger of erasures: which dossier, when."""
    return label("erasure") + installation + dossier_id.bytes + _moment(at)


def _moment(at: datetime | None) -> bytes:
    """Return a moment in whole microseconds; an absent one has its own first byte."""
    if at is None:
        return struct.pack(">Bq", 0, 0)
    if at.tzinfo is None:
        raise ValueError("A moment in signed bytes needs a time zone.")
    return struct.pack(">Bq", 1, (at - _EPOCH) // timedelta(microseconds=1))


def _text(text: str) -> bytes:
    return _bytes(text.encode("utf-8"))


def _bytes(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


# --- the blind index -------------------------------------------------------------------------------------------------


def index_input(kind: IdentifierKind, number: str) -> bytes:
    """Return what the slow derivation of the blind index takes: a number in its one spelling."""
    return label("index") + _text(kind.value) + _text(number)


def index_tag(installation: bytes, index_id: UUID, epoch: int, stretched: bytes) -> bytes:
    """Return what is MACed under an index's key: the stretched number, in one epoch of one unit's index."""
    return label("index-tag") + installation + index_id.bytes + struct.pack(">I", epoch) + stretched


# --- bundles -------------------------------------------------------------------------------------------------------


def pack_whole(data_key: bytes) -> bytes:
    """Return the bundle of a grant that carries the data key itself."""
    return struct.pack(">BB", VERSION, 0) + data_key


def pack_parts(keys: dict[Compartment, bytes]) -> bytes:
    """Return the bundle of a grant that carries some compartment keys, in the order of their numbers."""
    parts = b"".join(struct.pack(">B", part) + keys[part] for part in sorted(keys))
    return struct.pack(">BB", VERSION, len(keys)) + parts


def unpack_bundle(bundle: bytes) -> tuple[bytes | None, dict[Compartment, bytes]] | None:
    """Return the data key or the compartment keys of a bundle, or None when it is not one."""
    if len(bundle) < 2 or bundle[0] != VERSION:
        return None
    count, body = bundle[1], bundle[2:]
    if count == 0:
        return (body, {}) if len(body) == KEY_BYTES else None
    step = 1 + KEY_BYTES
    numbers = [body[start] for start in range(0, len(body), step)]
    if len(body) != count * step or any(number not in Compartment.values for number in numbers):
        return None
    keys = {Compartment(body[start]): body[start + 1 : start + step] for start in range(0, len(body), step)}
    return (None, keys) if pack_parts(keys) == bundle else None


# --- keyrings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeyringParts:
    """What a keyring's bytes hold: `kem` is a list of (generation, `KemPrivate.to_bytes()`), the serving one first."""

    principal_id: UUID
    signing_seed: bytes = field(repr=False)
    kem: tuple[tuple[int, bytes], ...] = field(repr=False)


def pack_keyring(parts: KeyringParts) -> bytes:
    """Return the private bundle of a person (or the shorter one of a receipt, which signs nothing)."""
    keys = b"".join(struct.pack(">I", generation) + _bytes(key) for generation, key in parts.kem)
    head = struct.pack(">B", VERSION) + parts.principal_id.bytes + _bytes(parts.signing_seed)
    return head + struct.pack(">B", len(parts.kem)) + keys


def unpack_keyring(data: bytes) -> KeyringParts | None:
    """Return what `pack_keyring` packed, or None when these are not its bytes."""
    try:
        signing, at = _read(data, 17)
        count, at = data[at], at + 1
        kem = []
        for _ in range(count):
            (generation,) = struct.unpack_from(">I", data, at)
            key, at = _read(data, at + 4)
            kem.append((generation, key))
    except (struct.error, IndexError):
        return None
    parts = KeyringParts(UUID(bytes=data[1:17]), signing, tuple(kem))
    return parts if kem and pack_keyring(parts) == data else None


def _read(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", data, at)
    return data[at + 2 : at + 2 + length], at + 2 + length


# --- seeds ---------------------------------------------------------------------------------------------------------


def split_seed(seed: bytes) -> tuple[bytes, bytes]:
    """Return the halves of a 96-byte seed: 64 bytes for ML-KEM-768 (d, z), 32 bytes for X25519."""
    if len(seed) != SEED_BYTES:
        raise ValueError("A seed has 96 bytes.")
    return seed[:64], seed[64:]

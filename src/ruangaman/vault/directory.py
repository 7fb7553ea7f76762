"""The directory of public keys: which of them count, because two key officers signed them or the pepper MACed them.

Nothing is ever wrapped to a key that is not active, and no grant is believed whose grantor's key is not.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery

from ruangaman.vault import layout, pepper, wrapping
from ruangaman.vault.models import KeyOfficer, KeySignature, OfficerList, PrincipalKey
from ruangaman.vault.types import PrincipalKind
from ruangaman.vault.wrapping import KemPublic

SIGNATURES = 2
DIGITS = 30
SECONDS = 10.0
GROUPS = (
    PrincipalKind.DESK,
    PrincipalKind.RECOVERY,
    PrincipalKind.BREAKGLASS,
    PrincipalKind.INBOX,
    PrincipalKind.SENDER,
)

Officers = dict[UUID, bytes]
"""Signing keys of the key officers, by principal."""


@dataclass(frozen=True)
class ActiveKey:
    """A public key that may be wrapped to."""

    principal_id: UUID
    kind: PrincipalKind
    generation: int
    kem: KemPublic


@dataclass(frozen=True)
class Directory:
    """The active keys of desks, recovery and break-glass, as they were a moment ago."""

    keys: dict[UUID, ActiveKey]

    def get(self, principal_id: UUID) -> ActiveKey | None:
        """Return the active key, or None: unknown, retired, or not signed yet."""
        return self.keys.get(principal_id)

    @property
    def recovery(self) -> ActiveKey | None:
        """The recovery key, or None while there is none that is signed."""
        found = [key for key in self.keys.values() if key.kind == PrincipalKind.RECOVERY]
        return max(found, key=lambda key: (key.generation, key.principal_id), default=None)


def read_officers() -> Officers:
    """Return the key officers; nobody when the list's MAC does not fit: then no key is active."""
    officers = {row.principal_id: bytes(row.signing_public) for row in KeyOfficer.objects.all()}
    mac = OfficerList.objects.values_list("mac", flat=True).first()
    return officers if mac is not None and are_officers(officers, bytes(mac)) else {}


def are_officers(officers: Officers, mac: bytes) -> bool:
    """Say whether the pepper vouches for this list."""
    return pepper.is_mac(pepper.Label.OFFICERS, layout.officers_bytes(pepper.installation(), officers.items()), mac)


def entry_of(key: PrincipalKey) -> layout.DirectoryEntry:
    """Return the entry that is signed for a stored key. `key.principal` must be loaded."""
    return layout.DirectoryEntry(
        principal_id=key.principal_id,
        kind=PrincipalKind(key.principal.kind),
        generation=key.generation,
        kem_public=bytes(key.kem_public),
        signing_public=bytes(key.signing_public),
    )


def digits_of(key: PrincipalKey) -> str:
    """Return what two people compare by voice: thirty digits, a hundred bits of the entry that is signed."""
    entry = layout.directory_bytes(pepper.installation(), entry_of(key))
    found = hashlib.sha256(layout.label("fingerprint") + entry).digest()
    return str(int.from_bytes(found, "big") % 10**DIGITS).zfill(DIGITS)


def is_vouched(key: PrincipalKey, officers: Officers) -> bool:
    """Say whether two officers signed this key, or, for a receipt, the pepper vouches for it."""
    return _is_signed(key, officers, [(one.officer_id, bytes(one.signature)) for one in key.signatures.all()])


def _is_signed(key: PrincipalKey, officers: Officers, signatures: Iterable[tuple[UUID, bytes]]) -> bool:
    data = layout.directory_bytes(pepper.installation(), entry_of(key))
    if key.principal.kind == PrincipalKind.RECEIPT:
        return pepper.is_mac(pepper.Label.DIRECTORY, data, bytes(key.mac))
    signed = {
        officer
        for officer, signature in signatures
        if (public := officers.get(officer)) and _verified(public, data, signature)
    }
    return len(signed) >= SIGNATURES


@lru_cache(maxsize=8192)
def _verified(public: bytes, data: bytes, signature: bytes) -> bool:
    return wrapping.verify(public, data, signature)


def read_active(principals: Iterable[UUID] = (), *, kinds: Collection[PrincipalKind] = ()) -> dict[UUID, ActiveKey]:
    """Read the newest active key of each principal asked for; who has none is left out.

    Args:
        principals: by id; or
        kinds: all principals of these kinds.
    """
    wanted = {"principal__kind__in": kinds} if kinds else {"principal_id__in": set(principals)}
    rows = PrincipalKey.objects.filter(retired_at=None, principal__retired_at=None, **wanted)
    found: dict[UUID, ActiveKey] = {}
    officers = read_officers()
    for key in rows.select_related("principal").prefetch_related("signatures").order_by("generation"):
        if is_vouched(key, officers):
            kind, kem = PrincipalKind(key.principal.kind), KemPublic.from_bytes(bytes(key.kem_public))
            found[key.principal_id] = ActiveKey(key.principal_id, kind, key.generation, kem)
    return found


_NONE: tuple[float, tuple[bytes, ...]] = (-SECONDS, ())


class _Cache:
    """What this process read a moment ago. Grants are checked against keys, so an old answer is never a wrong one."""

    def __init__(self) -> None:
        self.directory: Directory | None = None
        self.read_at = 0.0
        self.signing: dict[UUID, tuple[float, tuple[bytes, ...]]] = {}

    def fresh(self, read_at: float) -> bool:
        return time.monotonic() - read_at < SECONDS


_cache = _Cache()


def cached_directory() -> Directory | None:
    """Return the directory if it was read less than ten seconds ago."""
    return _cache.directory if _cache.directory and _cache.fresh(_cache.read_at) else None


def read_directory() -> Directory:
    """Read the directory of groups and keep it for ten seconds."""
    directory = Directory(read_active(kinds=GROUPS))
    _cache.directory, _cache.read_at = directory, time.monotonic()
    return directory


def read_signing(principals: Collection[UUID]) -> dict[UUID, tuple[bytes, ...]]:
    """Return the vouched signing keys of each principal, of all generations: old signatures stay good.

    Kept for ten seconds; that somebody has none is asked again each time, for it may be signed any moment.
    """
    kept = {who: _cache.signing.get(who, _NONE) for who in principals}  # once: another request may drop it meanwhile
    wanted = {who for who, (read_at, _keys) in kept.items() if not _cache.fresh(read_at)}
    if wanted:
        read_at = time.monotonic()
        found: dict[UUID, list[bytes]] = {who: [] for who in wanted}
        for key in _read_signed(wanted):
            officers = dict(zip(key.officers, map(bytes, key.publics), strict=True))
            counted = officers if key.mac_of_all and are_officers(officers, bytes(key.mac_of_all)) else {}
            signatures = zip(key.signers, map(bytes, key.signed), strict=True)
            if key.signing_public and _is_signed(key, counted, signatures):
                found[key.principal_id].append(bytes(key.signing_public))
        read = {who: (read_at, tuple(keys)) for who, keys in found.items()}
        kept |= read
        _cache.signing.update({who: one if one[1] else _NONE for who, one in read.items()})
    return {who: keys for who, (_read_at, keys) in kept.items()}


def _read_signed(principals: Collection[UUID]) -> Iterable[Any]:
    """Read keys, who signed each, the officers and the MAC over them, by one query: a page waits for it every ten
    seconds."""
    signatures = KeySignature.objects.filter(key=OuterRef("pk")).order_by("pk")
    officers = KeyOfficer.objects.order_by("pk")
    rows: Iterable[Any] = (
        PrincipalKey.objects.filter(principal_id__in=principals)
        .select_related("principal")
        .annotate(
            signers=ArraySubquery(signatures.values("officer_id")),
            signed=ArraySubquery(signatures.values("signature")),
            officers=ArraySubquery(officers.values("principal_id")),
            publics=ArraySubquery(officers.values("signing_public")),
            mac_of_all=Subquery(OfficerList.objects.values("mac")[:1]),
        )
    )
    return rows


def forget() -> None:
    """Drop what is kept: after a change in this process, and between tests."""
    _cache.__init__()  # type: ignore[misc]  # back to the beginning

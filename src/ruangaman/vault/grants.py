"""Making and opening grants: the only way from a dossier to its keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from ruangaman.audit.services import Planned
from ruangaman.core.errors import Locked, NotAllowed
from ruangaman.core.types import Actor
from ruangaman.vault import directory, layout, pepper, sealing, wrapping
from ruangaman.vault.directory import ActiveKey
from ruangaman.vault.errors import NotHeld, Tampered
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.layout import GrantFacts
from ruangaman.vault.models import DossierEpoch, Grant, GroupKey
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind
from ruangaman.vault.wrapping import KemPrivate

EpochId: TypeAlias = tuple[UUID, int]
WHOLE = frozenset({PrincipalKind.RECOVERY, PrincipalKind.BREAKGLASS})


@dataclass
class Opened:
    """What an actor can open: keys by dossier and epoch, and where a grant was found that is not genuine."""

    keys: dict[EpochId, EpochKeys] = field(default_factory=dict)
    false: set[EpochId] = field(default_factory=set)

    def add(self, epoch: EpochId, keys: EpochKeys) -> None:
        """Put keys beside those already held for the epoch."""
        before = self.keys.get(epoch)
        if before is None:
            self.keys[epoch] = keys
        else:
            self.keys[epoch] = EpochKeys(before.data_key or keys.data_key, {**before.parts, **keys.parts})

    def get(self, epoch: EpochId, compartment: Compartment) -> bytes | None:
        """Return the key of a compartment, or None when it is not held.

        Raises:
            Tampered: it is not held, and a grant that is not genuine stands where it might be.
        """
        keys = self.keys.get(epoch)
        key = keys.get(compartment) if keys else None
        if key is None and epoch in self.false:
            raise Tampered(_("Izin akses ini tidak sah. Laporkan kepada petugas perlindungan data."))
        return key

    def need(self, epoch: EpochId, compartment: Compartment) -> EpochKeys:
        """Return the epoch's keys, the compartment's among them. Raises NotHeld, or Tampered as `get`."""
        if self.get(epoch, compartment) is None:
            raise NotHeld(_("Bagian berkas ini tidak terbuka bagi Anda."))
        return self.keys[epoch]

    def of(self, dossier_id: UUID) -> dict[int, EpochKeys]:
        """Return the keys of one dossier by epoch."""
        return {epoch: keys for (dossier, epoch), keys in self.keys.items() if dossier == dossier_id}


@dataclass(frozen=True)
class EpochFacts:
    """The epoch that grants are made for."""

    dossier_id: UUID
    epoch: int
    commitment: bytes


def keyring_of(by: Actor, *, to_read: bool = False) -> Keyring:
    """Return the actor's unlocked keys.

    Args:
        to_read: they open something and change nothing; whoever does not say so cannot be given keys that only read.

    Raises:
        Locked: the actor's keys are locked.
        NotAllowed: they only read.
    """
    keyring: Keyring | None = by.keyring
    if keyring is None:
        raise Locked(_("Kunci Anda terkunci. Masukkan kata sandi lagi."))
    if keyring.only is not None and not to_read:
        raise NotAllowed(_("Dengan kunci darurat hanya dapat dibaca."))
    return keyring


def facts_of(row: Grant) -> GrantFacts:
    """Return what a stored grant says."""
    return GrantFacts(
        dossier_id=row.dossier_id,
        epoch=row.epoch,
        principal_id=row.principal_id,
        generation=row.generation,
        compartments=compartments_of(row.compartments),
        reason=row.reason,
        grantor_id=row.grantor_id,
        not_after=row.not_after,
        consent_ref=row.consent_ref,
    )


def compartments_of(bits: int | None) -> frozenset[Compartment] | None:
    """Return the compartments of a stored mask; None: the whole data key."""
    if bits is None:
        return None
    return frozenset(part for part in Compartment if bits & 1 << part)


def make_grant(
    spec: GrantSpec, key: ActiveKey, epoch: EpochFacts, keys: EpochKeys, *, by: Keyring | None, at: datetime
) -> Grant:
    """Return an unsaved grant: wrapped to the active key, signed by `by`, or MACed under the pepper.

    Raises:
        NotHeld: `keys` lacks something that the grant names.
    """
    if spec.compartments is None and key.kind not in WHOLE:
        raise NotHeld(_("Seluruh berkas hanya terbuka bagi kunci pemulihan dan kunci darurat."))
    facts = GrantFacts(
        dossier_id=epoch.dossier_id,
        epoch=epoch.epoch,
        principal_id=spec.principal_id,
        generation=key.generation,
        compartments=spec.compartments,
        reason=spec.reason,
        grantor_id=by.principal_id if by else None,
        not_after=spec.not_after,
    )
    place = pepper.installation()
    wrapped = wrapping.wrap(key.kem, keys.bundle(spec.compartments), layout.wrap_info(place, facts))
    data = layout.grant_bytes(place, facts, wrapped=wrapped, commitment=epoch.commitment, at=at)
    return Grant(
        id=uuid4(),
        dossier_id=facts.dossier_id,
        epoch=facts.epoch,
        principal_id=facts.principal_id,
        generation=facts.generation,
        compartments=layout.compartment_bits(facts.compartments) or None,
        wrapped=wrapped,
        grantor_id=facts.grantor_id,
        reason=facts.reason,
        not_after=facts.not_after,
        made_at=at,
        signature=by.sign(data) if by else pepper.mac(pepper.Label.GRANT, data),
    )


def open_grants(dossiers: Collection[UUID], *, by: Actor, at: datetime) -> Opened:
    """Open every live grant that the actor holds on these dossiers.

    The order for each: expiry, signature of the grantor (or MAC), unwrap, commitment of the epoch. What does not hold
    is kept apart and gives no key.

    Raises:
        Locked: the actor's keys are locked.
    """
    keyring = keyring_of(by, to_read=True)
    if keyring.only is not None:
        dossiers = {keyring.only} & set(dossiers)
    groups = set(by.principals) - {keyring.principal_id}
    found = _read_held(dossiers, by.principals, keyring.principal_id if groups else None)
    rows = [row for row in found if row.not_after is None or row.not_after > at]
    if groups:
        _hold_groups(keyring, rows)
    rows = [row for row in rows if keyring.holds(row.principal_id, row.generation)]
    signing = directory.read_signing({row.grantor_id for row in rows if row.grantor_id is not None})
    opened = Opened()
    for row in rows:
        epoch = (row.dossier_id, row.epoch)
        committed = bytes(row.committed or b"")
        if not is_genuine(row, committed, signing):
            opened.false.add(epoch)
            continue
        try:
            opened.add(epoch, _unwrap(row, committed, keyring))
        except Tampered:
            opened.false.add(epoch)
    return opened


def is_genuine(row: Grant, commitment: bytes, signing: dict[UUID, tuple[bytes, ...]]) -> bool:
    """Say whether its grantor signed this grant, or the pepper vouches for it."""
    place, facts, tag = pepper.installation(), facts_of(row), bytes(row.signature)
    data = layout.grant_bytes(place, facts, wrapped=bytes(row.wrapped), commitment=commitment, at=row.made_at)
    if row.grantor_id is None:
        return pepper.is_mac(pepper.Label.GRANT, data, tag)
    return any(wrapping.verify(public, data, tag) for public in signing[row.grantor_id])


def _unwrap(row: Grant, commitment: bytes, keyring: Keyring) -> EpochKeys:
    info = layout.wrap_info(pepper.installation(), facts_of(row))
    bundle = keyring.unwrap_as(row.principal_id, row.generation, bytes(row.wrapped), info)
    return sealing.open_bundle(bundle, commitment)


def _read_held(dossiers: Collection[UUID], principals: Collection[UUID], member: UUID | None) -> list[Any]:
    """Return every grant of these principals on these dossiers, with the commitment of its epoch as `committed`.

    Args:
        member: through whom groups hold theirs; None: no group is among the principals.
    """
    if not dossiers or not principals:
        return []
    wanted = {"dossiers": list(dossiers), "principals": list(principals)}
    found = HELD.rows(**wanted) if member is None else HELD_BY_GROUPS.rows(**wanted, member=member)
    return [_with_more(row) for row in found]


def _with_more(row: dict[str, Any]) -> Any:
    grant = Grant.from_db("default", COLUMNS, [row.pop(name) for name in COLUMNS])
    for name, value in row.items():
        setattr(grant, name, value)
    return grant


def _held(*, dossiers: list[UUID], principals: list[UUID]) -> QuerySet[Any, Any]:
    rows: Any = Grant.objects.filter(dossier_id__in=dossiers, principal_id__in=principals)
    found: QuerySet[Any, Any] = rows.annotate(committed=_commitment()).values(*COLUMNS, "committed")
    return found


def _held_by_groups(*, dossiers: list[UUID], principals: list[UUID], member: UUID) -> QuerySet[Any, Any]:
    rows: Any = Grant.objects.filter(dossier_id__in=dossiers, principal_id__in=principals)
    wraps = _group_wrap(member)
    found: QuerySet[Any, Any] = rows.annotate(committed=_commitment(), **wraps).values(*COLUMNS, "committed", *wraps)
    return found


COLUMNS = tuple(field.attname for field in Grant._meta.concrete_fields)
HELD, HELD_BY_GROUPS = Planned(_held), Planned(_held_by_groups)


def _commitment() -> Subquery:
    """What the keys of a grant's epoch must be."""
    epochs = DossierEpoch.objects.filter(dossier_id=OuterRef("dossier_id"), epoch=OuterRef("epoch"))
    return Subquery(epochs.values("commitment"))


def _group_wrap(member: UUID) -> dict[str, Subquery]:
    """The key of the group that a grant is made to, as it is wrapped to this member; NULL: it is made to no group."""
    wraps = GroupKey.objects.filter(
        group_id=OuterRef("principal_id"), generation=OuterRef("generation"), member_id=member
    )
    return {
        "group_wrap": Subquery(wraps.values("wrapped")),
        "member_generation": Subquery(wraps.values("member_generation")),
    }


def _hold_groups(keyring: Keyring, grants: Iterable[Any]) -> None:
    """Unwrap the keys of groups that are needed and not in hand; they stay in hand as long as the request.

    A wrap that does not open gives no key, as if it were not there.

    Args:
        grants: read with `_group_wrap`.
    """
    for row in grants:
        group, generation = row.principal_id, row.generation
        if row.group_wrap is None or keyring.holds(group, generation):
            continue
        key = GroupKey(
            group_id=group,
            generation=generation,
            member_id=keyring.principal_id,
            member_generation=row.member_generation,
            wrapped=row.group_wrap,
        )
        with suppress(Tampered, NotHeld):
            keyring.hold(group, generation, unwrap_group(key, keyring))


def unwrap_group(row: GroupKey, keyring: Keyring) -> KemPrivate:
    """Return the private half in a member's wrap. Raises WrongKey: it was not made for this member."""
    info = group_info(row)
    return KemPrivate.from_bytes(
        keyring.unwrap_as(keyring.principal_id, row.member_generation, bytes(row.wrapped), info)
    )


def group_info(row: GroupKey) -> bytes:
    """Return the facts that a member's wrap of a group key is bound to."""
    return layout.group_info(
        pepper.installation(),
        group_id=row.group_id,
        generation=row.generation,
        member_id=row.member_id,
        member_generation=row.member_generation,
    )

"""Dossiers and who may open them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.audit import services as audit
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import directory, events, sealing
from ruangaman.vault.directory import ActiveKey
from ruangaman.vault.errors import KeyNotSigned, Tampered
from ruangaman.vault.grants import EpochFacts, keyring_of, make_grant, open_grants
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Dossier, DossierEpoch, Grant, Principal
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.selectors import GrantView, read_grants
from ruangaman.vault.types import GrantSpec, PrincipalKind

BARRED = gettext_lazy("Orang ini tidak dapat ditugaskan pada kasus ini.")
"""All that is said to whoever assigns: the reason would tell whose relative is in the case."""


@dataclass(frozen=True)
class OpenDossier:
    """A dossier that was just made: whoever made it may seal into it without holding a grant."""

    dossier_id: UUID
    epoch: int
    keys: EpochKeys = field(repr=False)
    by: Actor | None = field(repr=False)


def new_dossier(
    *, kind: str, unit_id: UUID | None, grants: Sequence[GrantSpec], at: datetime, by: Actor | None
) -> OpenDossier:
    """Make a dossier and wrap its keys; the recovery key is always among those who get one.

    Args:
        kind: a code: report, case, family, participant.
        unit_id: the unit that oversees it.
        grants: who may open what; name the unit's break-glass principal here, unless the reporter avoids the unit.
        by: None: made at acceptance; the grants are then MACed under the pepper.

    Raises:
        KeyNotSigned: somebody named has no key that two officers signed.
        Locked: the keys of `by` are locked.

    Writes: dossier, epoch, grants, one `vault.dossier_made` event.
    """
    signer = keyring_of(by) if by else None
    dossier = Dossier(id=uuid4(), kind=kind, unit_id=unit_id, epoch=1, created_at=at)
    data_key = sealing.new_data_key()
    epoch = EpochFacts(dossier.id, 1, sealing.commitment(data_key))
    keys = EpochKeys(data_key)
    specs = _with_recovery(grants)
    rows = make_all(specs, read_keys(specs), epoch, keys, signer=signer, at=at)
    with transaction.atomic():
        _begin_making(dossier.id)
        dossier.save(force_insert=True)
        _save_epoch(epoch, at)
        Grant.objects.bulk_create(rows)
    audit.record(
        events.DOSSIER_MADE,
        by=by,
        subject=str(dossier.id),
        at=at,
        dossier_id=dossier.id,
        detail={"kind": kind, "principals": [str(row.principal_id) for row in rows]},
    )
    return OpenDossier(dossier.id, 1, keys, by)


def _begin_making(dossier_id: UUID) -> None:
    """Let whoever makes a dossier for others put things into it, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.making', %s, true)", [str(dossier_id)])


def read_keys(specs: Iterable[GrantSpec]) -> dict[UUID, ActiveKey]:
    """Return the active key of everybody named. Raises KeyNotSigned: somebody has none."""
    wanted = {spec.principal_id for spec in specs}
    active = directory.read_active(wanted)
    if wanted - active.keys():
        raise KeyNotSigned(_("Kunci penerima belum disahkan dua petugas kunci."))
    return active


def make_all(
    specs: Iterable[GrantSpec],
    active: Mapping[UUID, ActiveKey],
    epoch: EpochFacts,
    keys: EpochKeys,
    *,
    signer: Keyring | None,
    at: datetime,
) -> list[Grant]:
    """Return unsaved grants for all `specs`."""
    return [make_grant(spec, active[spec.principal_id], epoch, keys, by=signer, at=at) for spec in specs]


def share(*, dossier_id: UUID, to: Sequence[GrantSpec], by: Actor, at: datetime) -> None:
    """Give access to a dossier, back through every epoch that `by` can open.

    A compartment of the present epoch that `by` cannot open begins a new epoch: what was written before stays closed
    to the new ones until a holder shares it (vault.md, rule 1).

    Raises:
        NotFound: `by` holds no live grant on the dossier.
        NotAllowed: a relative of somebody in `to` is in the dossier; nothing is shared.
        Tampered: a grant of `by` is not genuine; nothing is shared until that is looked into.
        KeyNotSigned, Locked.

    Writes: grants, perhaps an epoch, one `vault.shared` event for each one shared with.
    """
    signer = keyring_of(by)
    dossier = lock_dossier(dossier_id)
    found = open_grants([dossier_id], by=by, at=at)
    opened = found.of(dossier_id)
    if found.false:
        raise Tampered(_("Izin akses ini tidak sah. Laporkan kepada petugas perlindungan data."))
    if not opened:
        raise NotFound(_("Tidak ada berkas seperti itu."))
    current = opened.get(dossier.epoch, EpochKeys(None))
    _refuse_barred(dossier_id, to)
    active = read_keys(to)
    with transaction.atomic():
        if not all(_can_give(current, spec) for spec in to):
            _begin_epoch(dossier, extra=to, without=None, signer=signer, at=at)
        commitments, before = _commitments(dossier_id), read_grants(dossier_id)
        rows: list[Grant] = []
        for number, keys in opened.items():
            epoch = EpochFacts(dossier_id, number, commitments[number])
            there = [view for view in before if view.epoch == number]
            parts = [part for spec in to if (part := _narrowed(spec, keys)) and not _is_there(part, there)]
            rows += make_all(parts, active, epoch, keys, signer=signer, at=at)
        Grant.objects.bulk_create(rows)
    for spec in to:
        _record_shared(spec, dossier, by, at)


def rotate(*, dossier_id: UUID, by: Actor | None, at: datetime) -> None:
    """Begin a new epoch for the principals that remain. Needs nobody's private key.

    The grants are signed by `by`, or MACed under the pepper when `by` is absent or locked.

    Raises:
        NotFound: not for `by` to know of.

    Writes: epoch, grants, one `vault.rotated` event.
    """
    dossier = lock_dossier(dossier_id)
    with transaction.atomic():
        _begin_epoch(dossier, extra=(), without=None, signer=_signer(by), at=at)
    audit.record(
        events.ROTATED, by=by, subject=str(dossier_id), at=at, dossier_id=dossier_id, detail={"epoch": dossier.epoch}
    )


def revoke(*, dossier_id: UUID, principal_id: UUID, by: Actor | None, at: datetime) -> None:
    """Take somebody's access away: all their wraps go, and a new epoch begins without them.

    Raises:
        NotFound: no such dossier, or they have no grant on it.
        NotAllowed: the recovery key cannot be revoked.

    Writes: deletes grants; epoch, grants, one `vault.revoked` event.
    """
    dossier = lock_dossier(dossier_id)
    if Principal.objects.filter(id=principal_id, kind=PrincipalKind.RECOVERY).exists():
        raise NotAllowed(_("Kunci pemulihan tidak dapat dicabut."))
    with transaction.atomic():
        _begin_epoch(dossier, extra=(), without=principal_id, signer=_signer(by), at=at)
        if not _delete_grants(dossier_id, principal_id):
            raise NotFound(_("Tidak ada akses seperti itu."))
    audit.record(
        events.REVOKED,
        by=by,
        subject=str(dossier_id),
        at=at,
        dossier_id=dossier_id,
        detail={"principals": [str(principal_id)], "epoch": dossier.epoch},
    )


def set_expiry(*, dossier_id: UUID, principal_id: UUID, not_after: datetime | None, by: Actor, at: datetime) -> None:
    """Let a person's access end at another moment. The wraps are made anew, for the moment is bound into each.

    Args:
        not_after: timezone-aware; None: as long as the dossier lives.

    Raises:
        NotFound: no such dossier for `by`, or the person holds nothing on it.
        NotAllowed: not a person's access.
        NotHeld: something of it `by` cannot open, and so cannot wrap again.
        Tampered, KeyNotSigned, Locked: as `share`.

    Writes: grants in the place of grants, one `vault.expiry_changed` event.
    """
    signer = keyring_of(by)
    dossier = lock_dossier(dossier_id)
    if not Principal.objects.filter(id=principal_id, kind=PrincipalKind.USER).exists():
        raise NotAllowed(_("Hanya akses seseorang yang diberi batas waktu."))
    views = [view for view in read_grants(dossier_id) if view.principal_id == principal_id]
    found = open_grants([dossier_id], by=by, at=at)
    if found.false:
        raise Tampered(_("Izin akses ini tidak sah. Laporkan kepada petugas perlindungan data."))
    if not views or not found.of(dossier_id):
        raise NotFound(_("Tidak ada akses seperti itu."))
    active, commitments = read_keys([_spec_of(views[0], not_after)]), _commitments(dossier_id)
    rows = []
    for view in views:
        keys = found.of(dossier_id).get(view.epoch, EpochKeys(None))
        epoch = EpochFacts(dossier_id, view.epoch, commitments[view.epoch])
        rows += make_all([_spec_of(view, not_after)], active, epoch, keys, signer=signer, at=at)
    _replace_grants(dossier, views, rows)
    audit.record(
        events.EXPIRY_CHANGED,
        by=by,
        subject=str(dossier_id),
        at=at,
        dossier_id=dossier_id,
        detail={"principals": [str(principal_id)], "until": not_after.isoformat() if not_after else None},
    )


def delete_expired_grants(*, at: datetime) -> int:
    """Delete wraps whose time is over; reading has ignored them since. For the worker. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_grant WHERE not_after <= %s", [at])
        return int(cursor.rowcount)


def lock_dossier(dossier_id: UUID) -> Dossier:
    """Return a dossier that is not shredded, locked for a change of its epoch. Raises NotFound."""
    dossier = Dossier.objects.select_for_update().filter(id=dossier_id, shredded_at=None).first()
    if dossier is None:
        raise NotFound(_("Tidak ada berkas seperti itu."))
    return dossier


def _with_recovery(grants: Sequence[GrantSpec]) -> list[GrantSpec]:
    recovery = (directory.cached_directory() or directory.read_directory()).recovery
    if recovery is None:
        raise KeyNotSigned(_("Kunci pemulihan belum disahkan; tanpa itu tidak ada berkas yang dibuat."))
    named = {spec.principal_id for spec in grants}
    extra = [] if recovery.principal_id in named else [GrantSpec(recovery.principal_id, None, "recovery")]
    return [*grants, *extra]


def _begin_epoch(
    dossier: Dossier, *, extra: Sequence[GrantSpec], without: UUID | None, signer: Keyring | None, at: datetime
) -> None:
    """Make the next epoch and wrap it to whoever has a live grant in the present one, and to `extra`."""
    kept = [
        GrantSpec(view.principal_id, view.compartments, view.reason, view.not_after)
        for view in read_grants(dossier.id)
        if view.epoch == dossier.epoch and view.is_live(at) and view.principal_id != without
    ]
    active = directory.read_active(spec.principal_id for spec in kept)
    remaining = [spec for spec in kept if spec.principal_id in active]
    data_key = sealing.new_data_key()
    dossier.epoch += 1
    epoch = EpochFacts(dossier.id, dossier.epoch, sealing.commitment(data_key))
    specs = [*remaining, *extra]
    rows = make_all(specs, active | read_keys(extra), epoch, EpochKeys(data_key), signer=signer, at=at)
    dossier.save(update_fields=["epoch"])
    _save_epoch(epoch, at)
    Grant.objects.bulk_create(rows)


def _refuse_barred(dossier_id: UUID, to: Sequence[GrantSpec]) -> None:
    """Stop where somebody is to be kept away. Whoever shares does not learn why: it would tell who is in there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM unnest(%s::uuid[]) AS t(who) WHERE vault_is_barred(%s, t.who) LIMIT 1",
            [[spec.principal_id for spec in to], dossier_id],
        )
        if cursor.fetchone() is not None:
            raise NotAllowed(BARRED)


def _signer(by: Actor | None) -> Keyring | None:
    return by.keyring if by else None


def _save_epoch(epoch: EpochFacts, at: datetime) -> None:
    DossierEpoch(
        id=uuid4(), dossier_id=epoch.dossier_id, epoch=epoch.epoch, commitment=epoch.commitment, began_at=at
    ).save(force_insert=True)


def _commitments(dossier_id: UUID) -> dict[int, bytes]:
    rows = DossierEpoch.objects.filter(dossier_id=dossier_id).values_list("epoch", "commitment")
    return {epoch: bytes(commitment) for epoch, commitment in rows}


def _can_give(keys: EpochKeys, spec: GrantSpec) -> bool:
    if spec.compartments is None:
        return keys.data_key is not None
    return all(keys.get(part) is not None for part in spec.compartments)


def _narrowed(spec: GrantSpec, keys: EpochKeys) -> GrantSpec | None:
    """Return what of `spec` can be given from these keys, or None: nothing."""
    if spec.compartments is None:
        return spec if keys.data_key is not None else None
    parts = frozenset(part for part in spec.compartments if keys.get(part) is not None)
    return GrantSpec(spec.principal_id, parts, spec.reason, spec.not_after) if parts else None


def _is_there(spec: GrantSpec, views: Iterable[GrantView]) -> bool:
    """Say whether a grant of the epoch gives this already, for as long."""
    return any(
        view.principal_id == spec.principal_id
        and (view.compartments is None or (spec.compartments is not None and view.compartments >= spec.compartments))
        and (view.not_after is None or (spec.not_after is not None and view.not_after >= spec.not_after))
        for view in views
    )


def _spec_of(view: GrantView, not_after: datetime | None) -> GrantSpec:
    return GrantSpec(view.principal_id, view.compartments, view.reason, not_after)


def _replace_grants(dossier: Dossier, old: Sequence[GrantView], new: Sequence[Grant]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        Grant.objects.bulk_create(new)
        cursor.execute("SELECT vault_delete_grants_made(%s, %s)", [dossier.id, [view.id for view in old]])


def _delete_grants(dossier_id: UUID, principal_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_delete_grants(%s, %s)", [dossier_id, principal_id])
        return int(cursor.fetchone()[0])


def _record_shared(spec: GrantSpec, dossier: Dossier, by: Actor, at: datetime) -> None:
    parts = ["whole"] if spec.compartments is None else [part.name.lower() for part in sorted(spec.compartments)]
    audit.record(
        events.SHARED,
        by=by,
        subject=str(dossier.id),
        at=at,
        dossier_id=dossier.id,
        detail={
            "principals": [str(spec.principal_id)],
            "compartments": parts,
            "reason": spec.reason,
            "epoch": dossier.epoch,
        },
    )

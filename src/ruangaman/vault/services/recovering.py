"""Three custodians together: fresh keys for who lost every door, and their dossiers wrapped to them again.

Called from `./ruang recover` alone, under `ra_migrate`, in one transaction with everything else of a recovery. Only
keys pass through here: no content is opened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import directory, events, grants, layout, pepper, wrapping
from ruangaman.vault.doors import normalise_code
from ruangaman.vault.errors import KeyNotSigned, WrongKey
from ruangaman.vault.grants import EpochFacts, Opened, make_grant, open_grants
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Door, DossierEpoch, Grant, GroupKey, KeyOfficer, KeySignature, PrincipalKey
from ruangaman.vault.services import people
from ruangaman.vault.services.doors import DoorKind, close_door, seal_of
from ruangaman.vault.types import GrantSpec, PrincipalKind
from ruangaman.vault.wrapping import KemPrivate, KemPublic, SigningPair

AT_ONCE = 200


@dataclass(frozen=True)
class RecoveryActor:
    """The recovery key in hand, put together from three shares; it lives as long as the command."""

    keyring: Keyring = field(repr=False)

    @property
    def principal_id(self) -> UUID:
        """The recovery principal."""
        return self.keyring.principal_id

    @property
    def principals(self) -> list[UUID]:
        """Itself alone."""
        return [self.principal_id]


@dataclass(frozen=True)
class Rewrapped:
    """What came of wrapping somebody's dossiers again.

    Args:
        dossiers: how many open again.
        left: grants that were not wrapped again: not genuine, or their epoch is not open to the recovery key.
    """

    dossiers: int = 0
    left: int = 0

    def __add__(self, other: Rewrapped) -> Rewrapped:
        """Add up."""
        return Rewrapped(self.dossiers + other.dossiers, self.left + other.left)


def read_recovery_keys() -> dict[bytes, tuple[UUID, int]]:
    """Return the recovery keys that two officers vouch for: public half, principal and generation."""
    officers = directory.read_officers()
    rows = PrincipalKey.objects.filter(principal__kind=PrincipalKind.RECOVERY).select_related("principal")
    return {
        bytes(key.kem_public): (key.principal_id, key.generation)
        for key in rows.prefetch_related("signatures")
        if directory.is_vouched(key, officers)
    }


def recovery_actor(private: KemPrivate) -> RecoveryActor:
    """Return who acts with this private half. Raises WrongKey: it is of no recovery key of this installation."""
    found = read_recovery_keys().get(private.public().to_bytes())
    if found is None:
        raise WrongKey(_("Bagian-bagian ini bukan dari kunci pemulihan instalasi ini."))
    return RecoveryActor(Keyring(found[0], private, generation=found[1]))


def renew_person(*, principal_id: UUID, password: str, code: str, at: datetime) -> Keyring:
    """Give somebody a fresh key pair behind a new password and a new printed code; the lost keys count no more.

    They are pending until two key officers sign them. Slow: two Argon2id runs.

    Raises:
        NotFound: no such person.

    Writes: public keys, both doors, one `vault.person_renewed` event.
    """
    rows = PrincipalKey.objects.filter(principal_id=principal_id, principal__kind=PrincipalKind.USER)
    newest = rows.order_by("-generation").first()
    if newest is None:
        raise NotFound(_("Tidak ada kunci seperti itu."))
    keyring = Keyring(principal_id, wrapping.generate(), SigningPair.generate(), generation=newest.generation + 1)
    doors = [
        close_door(keyring, password, at=at),
        close_door(keyring, normalise_code(code), at=at, kind=DoorKind.PRINTED),
    ]
    with transaction.atomic():
        rows.filter(retired_at=None).update(retired_at=at)
        signing = keyring.signing.public if keyring.signing else b""
        _save_key(principal_id, keyring.generation, keyring.kem.public(), signing, at)
        Door.objects.filter(principal_id=principal_id).delete()
        Door.objects.bulk_create(doors)
    directory.forget()
    audit.record(
        events.PERSON_RENEWED,
        by=None,
        subject=str(principal_id),
        at=at,
        detail={"generation": keyring.generation},
        seals=[seal_of(door) for door in doors],
    )
    return keyring


def renew_recovery(*, principal_id: UUID, public: KemPublic, at: datetime) -> None:
    """Begin a new generation of the recovery key, whose shares are in the custodians' hands; `rewrap` brings it in.

    Raises:
        NotFound: it is no recovery key.

    Writes: public keys, one `vault.person_renewed` event.
    """
    rows = PrincipalKey.objects.filter(principal_id=principal_id, principal__kind=PrincipalKind.RECOVERY)
    newest = rows.order_by("-generation").first()
    if newest is None:
        raise NotFound(_("Tidak ada kunci seperti itu."))
    rows.filter(retired_at=None).update(retired_at=at)
    _save_key(principal_id, newest.generation + 1, public, b"", at)
    directory.forget()
    detail: Detail = {"generation": newest.generation + 1}
    audit.record(events.PERSON_RENEWED, by=None, subject=str(principal_id), at=at, detail=detail)


def is_officer(principal_id: UUID) -> bool:
    """Say whether somebody is a key officer."""
    return principal_id in directory.read_officers()


def reappoint_officers(*, signers: Sequence[Actor], at: datetime) -> int:
    """Put the officers' fresh signing keys on the list, and let `signers` sign again what counted before.

    Only what two officers had vouched for under the old list is signed: a key that somebody slipped in stays pending.

    Args:
        signers: two key officers or more, those with fresh keys among them.

    Raises:
        NotAllowed: the pepper does not vouch for the list, or a signer is not on it.

    Writes: the list, signatures, `vault.officers_appointed`; returns how many keys were signed again.
    """
    before = directory.read_officers()
    if not before or {signer.principal_id for signer in signers} - before.keys():
        raise NotAllowed(_("Hanya petugas kunci yang dapat mengesahkan kunci."))
    rows = PrincipalKey.objects.exclude(principal__kind=PrincipalKind.RECEIPT).select_related("principal")
    counted = [key for key in rows.prefetch_related("signatures") if directory.is_vouched(key, before)]
    people.appoint_officers(principals=sorted(before), by=None, at=at)
    for signer in signers:
        for key in counted:
            _sign_again(key, grants.keyring_of(signer), at)
    directory.forget()
    return len(counted)


def groups_of(principal_id: UUID) -> list[UUID]:
    """Return the groups whose keys somebody holds: desks, break-glass."""
    held = GroupKey.objects.filter(member_id=principal_id, group__retired_at=None)
    return sorted(set(held.values_list("group_id", flat=True)))


def renew_group(*, group_id: UUID, at: datetime) -> None:
    """Begin a new generation of a group's key for all who hold it and whose own key counts.

    Whoever lost their keys holds the new generation too; what was wrapped to the old ones is wrapped again by `rewrap`.

    Raises:
        KeyNotSigned: nobody's key counts.

    Writes: public key, wraps; deletes wraps that nobody can open; one `vault.group_changed` event.
    """
    members = people.read_members(group_id)
    active = directory.read_active(members)
    if not active:
        raise KeyNotSigned(_("Kunci pemegang belum disahkan dua petugas kunci."))
    for member, key in active.items():
        GroupKey.objects.filter(group_id=group_id, member_id=member, member_generation__lt=key.generation).delete()
    people.begin_generation(group_id=group_id, members=sorted(active), at=at)


def rewrap(
    *, principal_id: UUID, recovery: RecoveryActor, by: Actor, at: datetime, former: Collection[UUID] = ()
) -> Rewrapped:
    """Wrap every live grant of a principal's lost generations to its newest key, from the recovery key's own grants.

    Nothing is widened: the same dossiers, epochs, compartments, reasons and ends; `by` signs.

    Args:
        former: other principals that were the same person's before, whose grants come over as well.

    Raises:
        KeyNotSigned: the newest key is not signed by two key officers.

    Writes: grants in place of the old ones, one `vault.rewrapped` event for each dossier.
    """
    active = directory.read_active([principal_id]).get(principal_id)
    if active is None:
        raise KeyNotSigned(_("Kunci penerima belum disahkan dua petugas kunci."))
    lost = Q(principal_id=principal_id, generation__lt=active.generation) | Q(principal_id__in=list(former))
    old = Grant.objects.filter(lost)
    live = old.filter(Q(not_after=None) | Q(not_after__gt=at))
    done, dossiers = Rewrapped(), sorted(set(live.values_list("dossier_id", flat=True)))
    for start in range(0, len(dossiers), AT_ONCE):
        rows = live.filter(dossier_id__in=dossiers[start : start + AT_ONCE])
        done += _rewrap_some(list(rows), active, recovery, by, at)
    return done


def _rewrap_some(
    rows: list[Grant], active: directory.ActiveKey, recovery: RecoveryActor, by: Actor, at: datetime
) -> Rewrapped:
    dossiers = {row.dossier_id for row in rows}
    opened = open_grants(dossiers, by=recovery, at=at)
    found = DossierEpoch.objects.filter(dossier_id__in=dossiers).values_list("dossier_id", "epoch", "commitment")
    commitments = {(dossier, epoch): bytes(commitment) for dossier, epoch, commitment in found}
    signing = directory.read_signing({row.grantor_id for row in rows if row.grantor_id is not None})
    fresh: dict[Grant, Grant] = {}
    for row in rows:
        commitment = commitments.get((row.dossier_id, row.epoch), b"")
        if grants.is_genuine(row, commitment, signing):
            made = _wrapped_again(row, commitment, active, opened, grants.keyring_of(by), at)
            fresh |= {row: made} if made else {}
    Grant.objects.filter(id__in=[row.id for row in fresh]).delete()
    Grant.objects.bulk_create(fresh.values())
    open_again = {row.dossier_id for row in fresh}
    for dossier_id in sorted(open_again):
        detail: Detail = {"principals": [str(active.principal_id)], "generation": active.generation}
        audit.record(events.REWRAPPED, by=by, subject=str(dossier_id), at=at, dossier_id=dossier_id, detail=detail)
    return Rewrapped(len(open_again), len(rows) - len(fresh))


def _wrapped_again(
    row: Grant, commitment: bytes, active: directory.ActiveKey, opened: Opened, signer: Keyring, at: datetime
) -> Grant | None:
    keys = opened.keys.get((row.dossier_id, row.epoch))
    if keys is None or keys.data_key is None:
        return None
    facts = grants.facts_of(row)
    spec = GrantSpec(active.principal_id, facts.compartments, row.reason, row.not_after)
    return make_grant(spec, active, EpochFacts(row.dossier_id, row.epoch, commitment), keys, by=signer, at=at)


def _sign_again(key: PrincipalKey, keyring: Keyring, at: datetime) -> None:
    officer = KeyOfficer.objects.get(principal_id=keyring.principal_id)
    data = layout.directory_bytes(pepper.installation(), directory.entry_of(key))
    own = key.signatures.filter(officer_id=keyring.principal_id)
    if any(wrapping.verify(bytes(officer.signing_public), data, bytes(one.signature)) for one in own):
        return
    own.delete()
    KeySignature(id=uuid4(), key=key, officer_id=keyring.principal_id, signature=keyring.sign(data), signed_at=at).save(
        force_insert=True
    )


def _save_key(principal_id: UUID, generation: int, public: KemPublic, signing: bytes, at: datetime) -> None:
    PrincipalKey(
        id=uuid4(),
        principal_id=principal_id,
        generation=generation,
        kem_public=public.to_bytes(),
        signing_public=signing,
        created_at=at,
    ).save(force_insert=True)

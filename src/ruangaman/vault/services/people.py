"""People and groups who hold keys, and the officers who vouch for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import directory, events, grants, layout, pepper, wrapping
from ruangaman.vault.errors import KeyNotSigned
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Door, GroupKey, KeyOfficer, KeySignature, OfficerList, Principal, PrincipalKey
from ruangaman.vault.recovery import make_recovery
from ruangaman.vault.services.doors import close_door, seal_of
from ruangaman.vault.types import PrincipalKind
from ruangaman.vault.wrapping import KemPrivate, KemPublic, SigningPair

GROUP_KINDS = frozenset({PrincipalKind.DESK, PrincipalKind.BREAKGLASS, PrincipalKind.INBOX})
MOST_EMERGENCY_OFFICERS = 4


@dataclass(frozen=True)
class NewPerson:
    """A person's vault side, just made. The keyring is at hand only now; later the password opens it."""

    principal_id: UUID
    keyring: Keyring = field(repr=False)


@dataclass(frozen=True)
class PreparedPerson:
    """A person's keys behind a first password, made without a connection and not stored yet."""

    keyring: Keyring = field(repr=False)
    door: Door = field(repr=False)


def prepare_person(*, password: str, at: datetime) -> PreparedPerson:
    """Make a person's key pairs and close them behind a password. Slow; outside of any transaction. Raises Busy."""
    keyring = Keyring(uuid4(), wrapping.generate(), SigningPair.generate())
    return PreparedPerson(keyring, close_door(keyring, password, at=at))


def store_person(*, prepared: PreparedPerson, at: datetime, by: Actor | None = None) -> UUID:
    """Keep a prepared person's public keys and door; return the principal. Two key officers still have to sign.

    Writes: principal, public key, door, one `vault.person_made` event.
    """
    keyring = prepared.keyring
    signing = keyring.signing.public if keyring.signing else b""
    with transaction.atomic():
        _save_principal(keyring.principal_id, PrincipalKind.USER, at)
        _save_key(keyring.principal_id, 1, keyring.kem.public(), at, signing=signing)
        prepared.door.save(force_insert=True)
    audit.record(events.PERSON_MADE, by=by, subject=str(keyring.principal_id), at=at, seals=[seal_of(prepared.door)])
    return keyring.principal_id


def create_person(*, password: str, at: datetime, by: Actor | None = None) -> NewPerson:
    """Make a person's key pairs behind a password. They count once two key officers have signed them.

    One Argon2id run: not for inside a busy transaction.

    Raises:
        Busy: too many hash at once.

    Writes: principal, public key, door, one `vault.person_made` event.
    """
    prepared = prepare_person(password=password, at=at)
    return NewPerson(store_person(prepared=prepared, at=at, by=by), prepared.keyring)


def create_recovery(*, at: datetime) -> tuple[UUID, tuple[str, ...]]:
    """Make the recovery key; return its principal and the five custodians' shares, which are kept nowhere.

    Raises:
        Conflict: there is one.

    Writes: principal, public key, one `vault.person_made` event.
    """
    made = make_recovery()
    return save_recovery(public=made.public, at=at), made.shares


def save_recovery(*, public: KemPublic, at: datetime) -> UUID:
    """Keep the public half of a recovery key whose shares are in the custodians' hands; return its principal.

    Raises:
        Conflict: there is one.

    Writes: principal, public key, one `vault.person_made` event.
    """
    if Principal.objects.filter(kind=PrincipalKind.RECOVERY, retired_at=None).exists():
        raise Conflict(_("Kunci pemulihan sudah ada."))
    principal_id = uuid4()
    with transaction.atomic():
        _save_principal(principal_id, PrincipalKind.RECOVERY, at)
        _save_key(principal_id, 1, public, at)
    audit.record(events.PERSON_MADE, by=None, subject=str(principal_id), at=at)
    return principal_id


def appoint_officers(*, principals: Sequence[UUID], by: Actor | None, at: datetime) -> None:
    """Say whose signatures make a public key count; the list is MACed under the pepper.

    Raises:
        NotAllowed: fewer than two different people.
        NotFound: somebody has no signing key.

    Writes: the list, one `vault.officers_appointed` event.
    """
    if len(set(principals)) < directory.SIGNATURES:
        raise NotAllowed(_("Perlu paling sedikit dua petugas kunci."))
    rows = PrincipalKey.objects.filter(principal_id__in=principals, retired_at=None, principal__retired_at=None)
    officers = {
        row.principal_id: bytes(row.signing_public) for row in rows.order_by("generation") if row.signing_public
    }
    if set(officers) != set(principals):
        raise NotFound(_("Ada yang belum punya kunci tanda tangan."))
    keep_officers(officers, by=by, at=at)


def keep_officers(officers: directory.Officers, *, by: Actor | None, at: datetime) -> None:
    """Write the list of key officers anew, with the pepper's word for it.

    Writes: the list, one `vault.officers_appointed` event.
    """
    mac = pepper.mac(pepper.Label.OFFICERS, layout.officers_bytes(pepper.installation(), officers.items()))
    with transaction.atomic():
        KeyOfficer.objects.all().delete()
        KeyOfficer.objects.bulk_create(
            KeyOfficer(principal_id=who, signing_public=public, appointed_at=at) for who, public in officers.items()
        )
        if not OfficerList.objects.update(mac=mac, changed_at=at):
            OfficerList(mac=mac, changed_at=at).save(force_insert=True)
    directory.forget()
    audit.record(
        events.OFFICERS_APPOINTED,
        by=by,
        subject="officers",
        at=at,
        detail={"principals": sorted(str(who) for who in officers)},
    )


def sign_key(*, principal_id: UUID, by: Actor, at: datetime, seen: str | None = None) -> None:
    """Vouch as a key officer for a principal's newest public key. The second officer's word makes it count.

    Args:
        seen: the digits that `by` compared with the person; None: whoever calls knows the key by other means.

    Raises:
        NotAllowed: `by` is no key officer, or signs with another key than the one appointed.
        NotFound: no such principal, or it is retired.
        Conflict: signed by `by` already, or it is another key than the one that was seen.
        Locked: the keys of `by` are locked.

    Writes: the signature, one `vault.key_signed` event.
    """
    keyring = grants.keyring_of(by)
    appointed = directory.read_officers().get(keyring.principal_id)
    if appointed is None or keyring.signing is None or keyring.signing.public != appointed:
        raise NotAllowed(_("Hanya petugas kunci yang dapat mengesahkan kunci."))
    key = (
        PrincipalKey.objects.filter(principal_id=principal_id, retired_at=None, principal__retired_at=None)
        .select_related("principal")
        .order_by("-generation")
        .first()
    )
    if key is None:
        raise NotFound(_("Tidak ada kunci seperti itu."))
    if key.signatures.filter(officer_id=keyring.principal_id).exists():
        raise Conflict(_("Kunci ini sudah Anda sahkan."))
    if seen is not None and seen != directory.digits_of(key):
        raise Conflict(_("Kunci ini berubah sejak Anda mencocokkannya. Cocokkan angkanya sekali lagi."))
    data = layout.directory_bytes(pepper.installation(), directory.entry_of(key))
    KeySignature(id=uuid4(), key=key, officer_id=keyring.principal_id, signature=keyring.sign(data), signed_at=at).save(
        force_insert=True
    )
    directory.forget()
    audit.record(events.KEY_SIGNED, by=by, subject=str(principal_id), at=at, detail={"generation": key.generation})


def is_active(principal_id: UUID) -> bool:
    """Say whether a principal has a public key that may be wrapped to."""
    return principal_id in directory.read_active([principal_id])


def list_pending() -> list[UUID]:
    """Return the principals whose newest key still waits for officers' signatures."""
    officers, newest = directory.read_officers(), dict[UUID, PrincipalKey]()
    rows = PrincipalKey.objects.filter(retired_at=None, principal__retired_at=None)
    rows = rows.exclude(principal__kind=PrincipalKind.RECEIPT)
    for row in rows.select_related("principal").prefetch_related("signatures").order_by("created_at", "generation"):
        newest[row.principal_id] = row
    return [who for who, row in newest.items() if not directory.is_vouched(row, officers)]


def retire_principal(*, principal_id: UUID, by: Actor | None, at: datetime) -> None:
    """Let a principal's keys count no more: nothing is wrapped to them from now on. Raises NotFound.

    Writes: the principal. Grants that it holds are revoked dossier by dossier.
    """
    if not Principal.objects.filter(id=principal_id, retired_at=None).update(retired_at=at):
        raise NotFound(_("Tidak ada kunci seperti itu."))
    directory.forget()
    _record_group(principal_id, by, at, removed=[principal_id])


def create_group(*, kind: PrincipalKind, members: Sequence[UUID], by: Actor | None, at: datetime) -> UUID:
    """Make a group's key pair and wrap its private half to each member; return the group's principal.

    Raises:
        NotAllowed: not a kind of group, nobody in it, or too many for break-glass.
        KeyNotSigned: a member's key is not signed.

    Writes: principal, public key, a wrap for each member, one `vault.group_changed` event.
    """
    if kind not in GROUP_KINDS or not members:
        raise NotAllowed(_("Kunci bersama perlu paling sedikit satu pemegang."))
    if kind == PrincipalKind.BREAKGLASS and len(set(members)) > MOST_EMERGENCY_OFFICERS:
        raise NotAllowed(_("Kunci darurat dipegang paling banyak empat orang."))
    group_id = uuid4()
    with transaction.atomic():
        _save_principal(group_id, kind, at)
        _begin_generation(group_id, 1, members, at)
    _record_group(group_id, by, at, added=members)
    return group_id


def add_member(*, group_id: UUID, member_id: UUID, by: Actor, at: datetime, instead_of: UUID | None = None) -> None:
    """Hand all generations of a group's key that `by` holds to a new member.

    Args:
        instead_of: a member who holds it no more from then on; it may be `by`.

    Raises:
        NotAllowed: `by` holds none, or the break-glass key has four holders already.
        Conflict: already a member.
        NotFound: `instead_of` is no member.
        KeyNotSigned, Locked.

    Writes: wraps, one `vault.group_changed` event; with `instead_of` what `remove_member` writes.
    """
    keyring = grants.keyring_of(by)
    members = read_members(group_id)
    own = list(GroupKey.objects.filter(group_id=group_id, member_id=keyring.principal_id))
    if not own:
        raise NotAllowed(_("Anda tidak memegang kunci bersama ini."))
    if member_id in members:
        raise Conflict(_("Orang ini sudah memegang kunci bersama itu."))
    if instead_of is not None and instead_of not in members:
        raise NotFound(_("Orang ini tidak memegang kunci bersama itu."))
    kind = Principal.objects.values_list("kind", flat=True).get(id=group_id)
    if kind == PrincipalKind.BREAKGLASS and len(members.keys() - {instead_of}) >= MOST_EMERGENCY_OFFICERS:
        raise NotAllowed(_("Kunci darurat dipegang paling banyak empat orang."))
    halves = {row.generation: grants.unwrap_group(row, keyring) for row in own}
    with transaction.atomic():
        GroupKey.objects.bulk_create(_wrap_group(group_id, halves, [member_id], at))
        _record_group(group_id, by, at, added=[member_id])
        if instead_of is not None:
            remove_member(group_id=group_id, member_id=instead_of, by=by, at=at)


def remove_member(*, group_id: UUID, member_id: UUID, by: Actor | None, at: datetime) -> None:
    """Take all generations of a group's key from a member; a new generation, once signed, takes what comes next.

    Raises:
        NotFound: not a member.
        NotAllowed: the last one: the key would be lost.
        KeyNotSigned: a remaining member's key is not signed.

    Writes: deletes wraps; a new public key and its wraps, one `vault.group_changed` event.
    """
    members = read_members(group_id)
    if member_id not in members:
        raise NotFound(_("Orang ini tidak memegang kunci bersama itu."))
    remaining = sorted(members.keys() - {member_id})
    if not remaining:
        raise NotAllowed(_("Pemegang terakhir tidak dapat pergi: yang tersimpan tidak akan bisa dibuka lagi."))
    with transaction.atomic():
        _drop_member(group_id, member_id)
        _begin_generation(group_id, _newest(group_id) + 1, remaining, at)
    _record_group(group_id, by, at, removed=[member_id])


def begin_anew(*, group_id: UUID, members: Sequence[UUID], by: Actor, at: datetime) -> None:
    """Give a group whose holders cannot be reached a new key with other holders. Needs nobody's private key.

    What was wrapped to the old generations opens to nobody by this group any more, but by the recovery shares.

    Raises:
        Conflict: one of `members` holds the key already, and can hand it on.
        KeyNotSigned: the key of one of them is not signed.

    Writes: deletes all wraps; a new public key and its wraps, one `vault.group_changed` event.
    """
    before = sorted(read_members(group_id))
    if set(before) & set(members):
        raise Conflict(_("Orang ini sudah memegang kunci bersama itu."))
    with transaction.atomic():
        for member in before:
            _drop_member(group_id, member)
        _begin_generation(group_id, _newest(group_id) + 1, members, at)
    _record_group(group_id, by, at, added=members, removed=before)


def read_members(group_id: UUID) -> dict[UUID, list[int]]:
    """Return who holds which generations of a group's key."""
    members: dict[UUID, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT member_id, generation FROM vault_group_members(%s) ORDER BY 1, 2", [group_id])
        for member, generation in cursor.fetchall():
            members.setdefault(member, []).append(generation)
    return members


def begin_generation(*, group_id: UUID, members: Sequence[UUID], at: datetime) -> None:
    """Begin the next generation of a group's key for these members.

    Raises:
        KeyNotSigned: a member's key is not signed.

    Writes: a new public key and its wraps, one `vault.group_changed` event.
    """
    with transaction.atomic():
        _begin_generation(group_id, _newest(group_id) + 1, members, at)
    _record_group(group_id, None, at, added=members)


def _newest(group_id: UUID) -> int:
    return PrincipalKey.objects.filter(principal_id=group_id).order_by("-generation").values_list("generation")[0][0]


def _drop_member(group_id: UUID, member_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_remove_member(%s, %s)", [group_id, member_id])


def _begin_generation(group_id: UUID, generation: int, members: Sequence[UUID], at: datetime) -> None:
    private = wrapping.generate()
    wraps = _wrap_group(group_id, {generation: private}, members, at)
    _save_key(group_id, generation, private.public(), at)
    GroupKey.objects.bulk_create(wraps)


def _wrap_group(
    group_id: UUID, halves: Mapping[int, KemPrivate], members: Sequence[UUID], at: datetime
) -> list[GroupKey]:
    active = directory.read_active(members)
    if set(members) - active.keys():
        raise KeyNotSigned(_("Kunci pemegang belum disahkan dua petugas kunci."))
    rows = []
    for member in sorted(set(members)):
        for generation, private in halves.items():
            row = GroupKey(
                id=uuid4(),
                group_id=group_id,
                generation=generation,
                member_id=member,
                member_generation=active[member].generation,
                made_at=at,
            )
            row.wrapped = wrapping.wrap(active[member].kem, private.to_bytes(), grants.group_info(row))
            rows.append(row)
    return rows


def _save_principal(principal_id: UUID, kind: PrincipalKind, at: datetime) -> None:
    Principal(id=principal_id, kind=kind, created_at=at).save(force_insert=True)


def _save_key(principal_id: UUID, generation: int, kem: KemPublic, at: datetime, *, signing: bytes = b"") -> None:
    PrincipalKey(
        id=uuid4(),
        principal_id=principal_id,
        generation=generation,
        kem_public=kem.to_bytes(),
        signing_public=signing,
        created_at=at,
    ).save(force_insert=True)


def _record_group(
    group_id: UUID, by: Actor | None, at: datetime, *, added: Sequence[UUID] = (), removed: Sequence[UUID] = ()
) -> None:
    detail = {"added": [str(one) for one in added], "removed": [str(one) for one in removed]}
    audit.record(events.GROUP_CHANGED, by=by, subject=str(group_id), at=at, detail=dict(detail))

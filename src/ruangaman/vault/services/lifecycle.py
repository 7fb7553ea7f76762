"""A person's keys from the first day to the last: made before a connection is taken, shown, vouched for, let go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.core.types import Actor
from ruangaman.vault import directory, doors, events, grants, layout, pepper
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Door, KeySignature, PrincipalKey
from ruangaman.vault.selectors import GrantView, list_held_dossiers, read_grants
from ruangaman.vault.services.doors import DoorKind, NewDoor, close_door, door_params, record_changed
from ruangaman.vault.services.dossiers import share
from ruangaman.vault.services.people import keep_officers
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind

GROUP = 5


@dataclass(frozen=True)
class KeyState:
    """What may be said of a principal's newest public key: its number to compare, and who vouched for it."""

    principal_id: UUID
    kind: PrincipalKind
    generation: int
    made_at: datetime
    digits: str
    signed_by: frozenset[UUID]
    is_vouched: bool

    @property
    def groups(self) -> list[str]:
        """The number in groups, to be read to somebody."""
        return [self.digits[place : place + GROUP] for place in range(0, len(self.digits), GROUP)]


def new_printed_code() -> str:
    """Return a code to print: 140 bits in seven groups of four."""
    return doors.new_code()


def printed_secret(text: str) -> str:
    """Return a typed code as its door takes it: large letters, without spaces and lines."""
    return doors.normalise_code(text)


def prepare_printed(*, keyring: Keyring, code: str, at: datetime) -> NewDoor:
    """Close the keys behind a printed code. Slow; outside of any transaction. Raises Busy."""
    row = close_door(keyring, printed_secret(code), at=at, kind=DoorKind.PRINTED)
    return NewDoor(keyring.principal_id, DoorKind.PRINTED, row)


def replace_printed_door(*, by: Actor, new: NewDoor, at: datetime) -> None:
    """Keep a printed door; one that was there opens nothing any more.

    Raises:
        Locked: the keys of `by` are locked.
        Conflict: the door was made for somebody else.

    Writes: the door, one `vault.door_changed` event.
    """
    if grants.keyring_of(by).principal_id != new.principal_id:
        raise Conflict(_("Pintu ini bukan milik Anda."))
    row = new.row
    columns = ("salt", "memory_kib", "iterations", "lanes", "verifier", "bundle", "changed_at")
    changed = Door.objects.filter(principal_id=new.principal_id, kind=new.kind).update(
        **{name: getattr(row, name) for name in columns}
    )
    if not changed:
        row.save(force_insert=True)
    record_changed(row, by, at)


def has_printed_door(principal_id: UUID) -> bool:
    """Say whether somebody has a printed door."""
    return door_params(principal_id, DoorKind.PRINTED) is not None


def list_keys(principals: Iterable[UUID] | None = None) -> list[KeyState]:
    """Return the newest key of each principal, oldest first; None: of everybody but receipts."""
    rows = PrincipalKey.objects.filter(retired_at=None, principal__retired_at=None)
    if principals is not None:
        rows = rows.filter(principal_id__in=list(principals))
    rows = rows.exclude(principal__kind=PrincipalKind.RECEIPT)
    officers, newest = directory.read_officers(), dict[UUID, PrincipalKey]()
    for row in rows.select_related("principal").prefetch_related("signatures").order_by("generation"):
        newest[row.principal_id] = row
    return sorted((_state(row, officers) for row in newest.values()), key=lambda one: one.made_at)


def is_known(principal_id: UUID) -> bool:
    """Say whether somebody's signing key counts; a yes is kept for ten seconds, a no is asked again each time."""
    return bool(directory.read_signing([principal_id])[principal_id])


def list_officers() -> list[UUID]:
    """Return the key officers whose list the pepper vouches for."""
    return sorted(directory.read_officers())


def countersign(*, by: Actor, at: datetime) -> int:
    """Sign as a key officer every key that two officers have vouched for already. Returns how many were signed.

    For a new officer: once done, the directory stands without the one who left.

    Raises:
        NotAllowed: `by` is no key officer, or signs with another key than the one appointed.
        Locked.

    Writes: signatures, one `vault.countersigned` event.
    """
    keyring, officers = grants.keyring_of(by), directory.read_officers()
    if keyring.signing is None or officers.get(keyring.principal_id) != keyring.signing.public:
        raise NotAllowed(_("Hanya petugas kunci yang dapat mengesahkan kunci."))
    rows = [
        KeySignature(
            id=uuid4(),
            key=key,
            officer_id=keyring.principal_id,
            signature=keyring.sign(layout.directory_bytes(pepper.installation(), directory.entry_of(key))),
            signed_at=at,
        )
        for key in _vouched_keys()
        if all(one.officer_id != keyring.principal_id for one in key.signatures.all())
    ]
    KeySignature.objects.bulk_create(rows)
    directory.forget()
    audit.record(events.COUNTERSIGNED, by=by, subject="keys", at=at, detail={"keys": len(rows)})
    return len(rows)


def count_lost_without(principal_id: UUID) -> int:
    """Return how many keys would count no more if this officer were taken off the list."""
    officers = {who: key for who, key in directory.read_officers().items() if who != principal_id}
    return sum(not directory.is_vouched(key, officers) for key in _vouched_keys())


def add_officer(*, principal_id: UUID, by: Actor, at: datetime) -> None:
    """Put somebody on the list of key officers, beside those who are there.

    Raises:
        NotAllowed: `by` is none of them.
        Conflict: they are one already, or their own key does not count yet.

    Writes: the list, one `vault.officers_appointed` event.
    """
    officers = directory.read_officers()
    if by.principal_id not in officers:
        raise NotAllowed(_("Hanya petugas kunci yang dapat menambah petugas kunci."))
    if principal_id in officers:
        raise Conflict(_("Orang ini sudah menjadi petugas kunci."))
    if principal_id not in directory.read_active([principal_id]):
        raise Conflict(_("Kunci orang ini belum disahkan."))
    public = PrincipalKey.objects.filter(principal_id=principal_id, retired_at=None).order_by("-generation")
    keep_officers({**officers, principal_id: bytes(public[0].signing_public)}, by=by, at=at)


def remove_officer(*, principal_id: UUID, by: Actor, at: datetime) -> None:
    """Take somebody off the list of key officers, once every key stands without them.

    Raises:
        NotAllowed: `by` is none of them, or too few would remain.
        Conflict: some keys would count no more; nothing changes.

    Writes: the list, one `vault.officers_appointed` event.
    """
    officers = directory.read_officers()
    if by.principal_id not in officers or principal_id not in officers or principal_id == by.principal_id:
        raise NotAllowed(_("Hanya petugas kunci lain yang dapat melepas petugas kunci."))
    if len(officers) - 1 < directory.SIGNATURES:
        raise NotAllowed(_("Perlu paling sedikit dua petugas kunci."))
    if count_lost_without(principal_id):
        raise Conflict(_("Masih ada kunci yang hanya disahkan oleh orang ini. Sahkan ulang dahulu."))
    keep_officers({who: key for who, key in officers.items() if who != principal_id}, by=by, at=at)


def regrant(
    *, former: UUID, to: UUID, dossiers: Iterable[UUID], parts: frozenset[Compartment], by: Actor, at: datetime
) -> int:
    """Give somebody with fresh keys what the former ones opened, as far as `by` holds it. Returns how many dossiers.

    Args:
        former: the principal whose keys are lost; its wraps go where all of it is given again, in every epoch. Where
            `by` holds less they stay: the recovery shares still find there what is missing.
        parts: what the role may hold at all.

    Raises:
        KeyNotSigned: the fresh keys are not signed yet.
        Tampered, Locked.

    Writes: grants, deletes grants, one `vault.shared` event for each dossier.
    """
    mine, count = set(list_held_dossiers(principals=[by.principal_id], at=at)), 0
    for dossier_id in sorted(set(dossiers) & mine):
        views = [view for view in read_grants(dossier_id) if view.is_live(at)]
        had = [view for view in views if view.principal_id == former]
        held = frozenset().union(*(view.compartments or () for view in views if view.principal_id == by.principal_id))
        wanted = frozenset().union(*(view.compartments or () for view in had)) & parts & held
        if not wanted:
            continue
        spec = GrantSpec(to, wanted, had[0].reason, had[0].not_after)
        share(dossier_id=dossier_id, to=[spec], by=by, at=at)
        if _is_given(had, read_grants(dossier_id), to, parts):
            with connection.cursor() as cursor:
                cursor.execute("SELECT vault_delete_grants(%s, %s)", [dossier_id, former])
        count += 1
    return count


def _is_given(had: Iterable[GrantView], now: Iterable[GrantView], to: UUID, parts: frozenset[Compartment]) -> bool:
    """Say whether `to` holds all that was had, in each epoch, as far as the role may hold it."""
    given: dict[int, frozenset[Compartment]] = {}
    for view in now:
        if view.principal_id == to:
            given[view.epoch] = given.get(view.epoch, frozenset()) | (view.compartments or frozenset())
    return all((view.compartments or frozenset()) & parts <= given.get(view.epoch, frozenset()) for view in had)


def _vouched_keys() -> list[PrincipalKey]:
    """Return every key that counts, of whoever is or was: signatures of the gone are checked against theirs."""
    officers = directory.read_officers()
    rows = PrincipalKey.objects.exclude(principal__kind=PrincipalKind.RECEIPT).select_related("principal")
    return [key for key in rows.prefetch_related("signatures") if directory.is_vouched(key, officers)]


def _state(key: PrincipalKey, officers: directory.Officers) -> KeyState:
    return KeyState(
        principal_id=key.principal_id,
        kind=PrincipalKind(key.principal.kind),
        generation=key.generation,
        made_at=key.created_at,
        digits=directory.digits_of(key),
        signed_by=frozenset(one.officer_id for one in key.signatures.all() if one.officer_id in officers),
        is_vouched=directory.is_vouched(key, officers),
    )


def forget_directory() -> None:
    """Drop what this process keeps of the directory: somebody's keys were retired elsewhere in this transaction."""
    directory.forget()

"""The password door: a short read, a slow hash without a connection, and what is behind it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.selectors import list_seal_versions
from ruangaman.audit.types import Seal
from ruangaman.core.errors import Conflict, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import doors, events
from ruangaman.vault.doors import DoorKeys, DoorParams
from ruangaman.vault.errors import Tampered
from ruangaman.vault.grants import keyring_of
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Door


class DoorKind(StrEnum):
    """What opens a door."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    PRINTED = "printed"


@dataclass(frozen=True)
class ClosedDoor:
    """A door as it is stored: all that is needed to try a password without a connection."""

    principal_id: UUID
    params: DoorParams
    verifier: bytes = field(repr=False)
    bundle: bytes = field(repr=False)
    is_old: bool = False
    """True: the trail knows of a newer one; somebody put this one back into the database."""


@dataclass(frozen=True)
class NewDoor:
    """A door for a changed password, closed without a connection and ready to be stored."""

    principal_id: UUID
    kind: DoorKind
    row: Door = field(repr=False)


def door_params(principal_id: UUID, kind: DoorKind = DoorKind.PASSWORD) -> ClosedDoor | None:
    """Read somebody's door; None: there is none. A short read before anybody is signed in, the same for a stranger."""
    row = next(iter(Door.objects.raw("SELECT * FROM vault_read_door(%s, %s)", [principal_id, kind.value])), None)
    known = list_seal_versions(_door_ref(principal_id, kind.value))
    if row is None:
        return None
    params = DoorParams(bytes(row.salt), row.memory_kib, row.iterations, row.lanes)
    is_old = _fingerprint(row) in [sha256 for _version, sha256 in known[:-1]]
    return ClosedDoor(row.principal_id, params, bytes(row.verifier), bytes(row.bundle), is_old)


def try_door(door: ClosedDoor | None, password: str) -> Keyring | None:
    """Return the keys behind a door, or None: wrong password, or no such door; both take the same time.

    Slow, and never inside a transaction.

    Raises:
        Busy: too many sign in at once.
        Tampered: the password is right, but what is behind the door was changed, or the door is an old one put back.
    """
    if door is None:
        doors.decoy(password)
        return None
    keys = doors.run(door.params, password)
    if not keys.matches(door.verifier):
        return None
    if door.is_old:
        raise Tampered(_("Pintu ini sudah diganti. Laporkan kepada petugas perlindungan data."))
    return doors.open_closed(door.bundle, keys.kek, door.principal_id)


def open_door(*, principal_id: UUID, password: str) -> Keyring | None:
    """Read a door and try it. For commands and tests; requests read, hash without a connection, and go on."""
    return try_door(door_params(principal_id), password)


def close_door(keyring: Keyring, password: str, *, at: datetime, kind: DoorKind = DoorKind.PASSWORD) -> Door:
    """Return an unsaved door with these keys behind it. Slow: one Argon2id run. Raises Busy."""
    params = DoorParams.fresh()
    return _row(keyring, params, doors.run(params, password), kind, at)


def prepare_change(*, keyring: Keyring, password: str, at: datetime) -> NewDoor:
    """Close the door for a new password: the slow half of `change_password`, without a connection. Raises Busy."""
    row = close_door(keyring, password, at=at)
    return NewDoor(keyring.principal_id, DoorKind.PASSWORD, row)


def change_password(*, by: Actor, new: NewDoor, at: datetime) -> None:
    """Put the new door in the old one's place; the keys behind it stay the same.

    Raises:
        Locked: the keys of `by` are locked.
        Conflict: the door was made for somebody else.
        NotFound: there was no door.

    Writes: the door, one `vault.door_changed` event. Ending other sessions is the caller's part.
    """
    if keyring_of(by).principal_id != new.principal_id:
        raise Conflict(_("Pintu ini bukan milik Anda."))
    row = new.row
    changed = Door.objects.filter(principal_id=new.principal_id, kind=new.kind).update(
        salt=row.salt,
        memory_kib=row.memory_kib,
        iterations=row.iterations,
        lanes=row.lanes,
        verifier=row.verifier,
        bundle=row.bundle,
        changed_at=at,
    )
    if not changed:
        raise NotFound(_("Tidak ada pintu seperti itu."))
    record_changed(row, by, at)


def add_printed_door(*, by: Actor, door: Door, at: datetime) -> None:
    """Keep a second door, opened by a printed code. `door` comes from `close_door(kind=PRINTED)`.

    Raises:
        Locked.
        Conflict: the door was made for somebody else, or there is one.

    Writes: the door, one `vault.door_changed` event.
    """
    if keyring_of(by).principal_id != door.principal_id:
        raise Conflict(_("Pintu ini bukan milik Anda."))
    if Door.objects.filter(principal_id=door.principal_id, kind=door.kind).exists():
        raise Conflict(_("Kode pemulihan sudah ada."))
    door.save(force_insert=True)
    record_changed(door, by, at)


def seal_of(row: Door) -> Seal:
    """Return what the trail keeps of a door, so that an old one put back is known again."""
    ref = _door_ref(row.principal_id, row.kind)
    return Seal(ref, len(audit.read_seal_versions(ref)) + 1, _fingerprint(row))


def record_changed(row: Door, by: Actor, at: datetime) -> None:
    """Tell the trail that a door was changed, and what it is now."""
    subject, detail = str(row.principal_id), {"door": row.kind}
    audit.record(events.DOOR_CHANGED, by=by, subject=subject, at=at, detail={**detail}, seals=[seal_of(row)])


def _door_ref(principal_id: UUID, kind: str) -> UUID:
    """Return the reference of a person's door of one kind: the same for whatever row stands in its place."""
    return uuid5(principal_id, f"ra/v1/door/{kind}")


def _fingerprint(row: Door) -> bytes:
    return hashlib.sha256(bytes(row.salt) + bytes(row.verifier) + bytes(row.bundle)).digest()


def _row(keyring: Keyring, params: DoorParams, keys: DoorKeys, kind: DoorKind, at: datetime) -> Door:
    return Door(
        id=uuid4(),
        principal_id=keyring.principal_id,
        kind=kind.value,
        salt=params.salt,
        memory_kib=params.memory_kib,
        iterations=params.iterations,
        lanes=params.lanes,
        verifier=keys.stored(),
        bundle=doors.close(keyring, keys.kek),
        changed_at=at,
    )

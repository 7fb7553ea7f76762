"""The unit's emergency key: who is in charge names a holder, a second person agrees, a holder hands it on.

Only who holds the key can hand it on: the server cannot. Naming somebody again undoes it.

Source: vault.md rule 13, and rule 11 for the second person: the key opens every dossier of the unit.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import DeskMember, DoorRequest, Unit, User
from ruangaman.accounts.services.letters import call_officers
from ruangaman.accounts.services.requests import ask
from ruangaman.accounts.types import RequestKind
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.vault import services as vault


@transaction.atomic
def name_emergency_holder(
    *, unit: Unit, user: User, by: User, at: datetime, instead_of: User | None = None
) -> DoorRequest:
    """Name who holds the unit's emergency key from now on; it waits for the second person.

    Args:
        instead_of: a holder who gives it up then; None: the key gets one holder more.

    Raises:
        NotAllowed: `by` is not in charge or names themselves, `user` sits at a desk or is of another unit, or four
            would hold it.
        Conflict: `user` holds it already, or `instead_of` does not.

    Writes: the request, one `accounts.requested` event.
    """
    group_id = _key_of(unit)
    if user.unit_id != unit.pk:
        raise NotAllowed(_("Kunci darurat dipegang orang dari unitnya sendiri."))
    members = vault.read_members(group_id)
    _check_fit(user, members)
    if instead_of is not None and instead_of.principal_id not in members:
        raise Conflict(_("Orang yang digantikan tidak memegang kunci darurat ini."))
    if instead_of is None and len(members) >= vault.MOST_EMERGENCY_OFFICERS:
        raise NotAllowed(_("Kunci darurat dipegang paling banyak empat orang. Sebutkan siapa yang digantikan."))
    return ask(kind=RequestKind.EMERGENCY, user=user, by=by, at=at, instead_of=instead_of)


@transaction.atomic
def hand_emergency_key(*, request: DoorRequest, by: User, at: datetime) -> None:
    """Hand the key to whom two people named, all generations of it; whom it is instead of holds it no more.

    Raises:
        NotAllowed: `by` does not hold the key, or the person named may not any more.
        Conflict: not approved, done already, or approved too long ago.
        KeyNotSigned, Locked.

    Writes: wraps; for `instead_of` the end of theirs and a new generation; the request, `accounts.emergency_handed`.
    """
    unit = request.user.unit
    group_id = _key_of(unit)
    members = vault.read_members(group_id)
    _check_fit(request.user, members)
    _finish(request, at)
    old = request.instead_of.principal_id if request.instead_of else None
    vault.add_member(
        group_id=group_id,
        member_id=request.user.principal_id,
        by=by,
        at=at,
        instead_of=old if old in members else None,  # who gave it up meanwhile does not have to
    )
    _record_handed(request, by, at, is_anew=False)
    call_officers(at=at)


@transaction.atomic
def begin_emergency_anew(*, request: DoorRequest, by: User, at: datetime) -> None:
    """Give the one who was named a new emergency key, for nobody can hand on the old one. Needs nobody's keys.

    It opens what is written once two key officers have signed it. What is older opens by the recovery shares only.

    Raises:
        NotAllowed: `by` is not in charge, somebody who stays can hand the key on, or the one named may not any more.
        Conflict: not approved, done already, or approved too long ago.
        KeyNotSigned.

    Writes: the end of the old wraps, a new generation; the request, one `accounts.emergency_handed` event.
    """
    unit = request.user.unit
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang mengatur kunci darurat unit ini."))
    group_id = _key_of(unit)
    members = vault.read_members(group_id)
    _check_fit(request.user, members)
    if members.keys() - {request.instead_of.principal_id if request.instead_of else None}:
        raise NotAllowed(_("Masih ada yang memegang kunci ini. Minta dia menyerahkannya."))
    _finish(request, at)
    vault.begin_anew(group_id=group_id, members=[request.user.principal_id], by=by, at=at)
    _record_handed(request, by, at, is_anew=True)
    call_officers(at=at)


@transaction.atomic
def end_emergency_holding(*, unit: Unit, user: User, by: User, at: datetime) -> None:
    """Take the emergency key from one of several who hold it: it opens less, so one person is enough.

    Raises:
        NotAllowed: `by` is not in charge, or it is the last holder.
        NotFound: `user` does not hold it.
        KeyNotSigned: the key of somebody who stays is not signed.

    Writes: the end of the wraps, a new generation, one `accounts.emergency_ended` event.
    """
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang mengatur kunci darurat unit ini."))
    vault.remove_member(group_id=_key_of(unit), member_id=user.principal_id, by=by, at=at)
    audit.record(events.EMERGENCY_ENDED, by=by, subject=str(user.pk), at=at, detail={"unit": unit.code})
    call_officers(at=at)


def _key_of(unit: Unit) -> UUID:
    if unit.breakglass_id is None:
        raise NotAllowed(_("Unit ini belum punya kunci darurat. Kunci itu dibuat saat pemasangan."))
    return unit.breakglass_id


def _check_fit(user: User, members: dict[UUID, list[int]]) -> None:
    is_seated = DeskMember.objects.filter(user=user, until=None).exists()
    if not policies.can_hold_emergency(user, is_seated=is_seated):
        raise NotAllowed(
            _(
                "Kunci darurat dipegang orang yang masih bekerja, tidak pernah oleh petugas meja, administrator, atau"
                " auditor."
            )
        )
    if user.principal_id in members:
        raise Conflict(_("Orang ini sudah memegang kunci darurat unit."))


def _finish(request: DoorRequest, at: datetime) -> None:
    """Close the request first: whoever hands the key on may hold it no more afterwards."""
    if request.decided_at is None or request.decided_at + policies.INVITATION_LIMIT < at:
        raise Conflict(_("Persetujuan ini lebih dari tujuh hari. Minta sekali lagi."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_finish_emergency(%s, %s)", [request.pk, at])
        if not cursor.fetchone()[0]:
            raise Conflict(_("Permintaan ini belum disetujui, atau sudah selesai."))


def _record_handed(request: DoorRequest, by: User, at: datetime, *, is_anew: bool) -> None:
    detail: Detail = {"unit": request.user.unit.code, "is_anew": is_anew}
    if request.instead_of_id is not None:
        detail["instead_of"] = str(request.instead_of_id)
    audit.record(events.EMERGENCY_HANDED, by=by, subject=str(request.user_id), at=at, detail=detail)

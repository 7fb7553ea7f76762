"""Desks: who sits there holds the desk's keys, who is on duty gets the alarm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.errors import AlreadyThere
from ruangaman.accounts.models import Desk, DeskMember, DutyShift, Unit, User
from ruangaman.accounts.services.letters import call_officers
from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.vault import services as vault
from ruangaman.vault.types import PrincipalKind


@transaction.atomic
def create_desk(
    *, unit: Unit, code: str, name: str, position: int, members: Sequence[User], by: User | None, at: datetime
) -> Desk:
    """Make a desk with its keys, held by its first members. Key officers sign the keys before reports go there.

    Args:
        position: where it stands among the alternatives that `avoid` goes through.
        members: at least one: keys without a holder would be lost.

    Raises:
        NotAllowed, AlreadyThere.
    """
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang membuat meja di unit ini."))
    if not members:
        raise NotAllowed(_("Meja perlu paling sedikit satu petugas."))
    if Desk.objects.filter(code=code).exists() or Desk.objects.filter(position=position).exists():
        raise AlreadyThere(_("Sudah ada meja dengan kode atau urutan itu."))
    holders = [member.principal_id for member in members]
    principal_id = vault.create_group(kind=PrincipalKind.DESK, members=holders, by=by, at=at)
    desk = Desk.objects.create(unit=unit, code=code, name=name, principal_id=principal_id, position=position)
    audit.record(events.DESK_CREATED, by=by, subject=code, at=at, detail={"unit": unit.code})
    for member in members:
        _keep_seat(desk, member, by=by, at=at)
    return desk


@transaction.atomic
def seat_at_desk(*, desk: Desk, user: User, by: User, at: datetime) -> None:
    """Let somebody sit at a desk: `by` hands on all generations of its keys.

    Raises:
        NotAllowed: `by` does not hold the desk's keys, or may not.
        Locked: the keys of `by` are locked.
        Conflict: `user` sits there already.
    """
    is_member = DeskMember.objects.filter(desk=desk, user=by, until=None).exists()
    if not policies.can_seat(by, desk, is_member=is_member):
        raise NotAllowed(_("Hanya petugas meja ini yang dapat menempatkan orang di sini."))
    if DeskMember.objects.filter(desk=desk, user=user, until=None).exists():
        raise Conflict(_("Orang ini sudah duduk di meja itu."))
    vault.add_member(group_id=desk.principal_id, member_id=user.principal_id, by=by, at=at)
    _keep_seat(desk, user, by=by, at=at)


@transaction.atomic
def leave_desk(*, desk: Desk, user: User, by: User, at: datetime) -> None:
    """Take somebody off a desk: all its keys are taken away, and new reports get new ones.

    Raises:
        NotAllowed: `by` is neither the one who leaves, nor manages the desk.
        Conflict: `user` does not sit there, or is the last one: the keys would be lost.

    Writes: the end of the seat, the keys, one event, the jobs that call the key officers. Planned shifts from now on
        are dropped.
    """
    if by.pk != user.pk and not policies.can_manage_desk(by, desk):
        raise NotAllowed(_("Anda tidak berwenang mengatur meja ini."))
    seats = {seat.user_id: seat for seat in DeskMember.objects.select_for_update().filter(desk=desk, until=None)}
    if user.pk not in seats:
        raise Conflict(_("Orang ini tidak duduk di meja itu."))
    if len(seats) == 1:
        raise Conflict(_("Orang terakhir tidak dapat pergi: laporan di meja ini tidak akan bisa dibuka lagi."))
    vault.remove_member(group_id=desk.principal_id, member_id=user.principal_id, by=by, at=at)
    seat = seats[user.pk]
    seat.until = at
    seat.save(update_fields=["until"])
    DutyShift.objects.filter(desk=desk, user=user, starts_at__gt=at).delete()
    audit.record(events.UNSEATED, by=by, subject=desk.code, at=at, detail={"user": str(user.pk)})
    call_officers(at=at)


@transaction.atomic
def plan_shift(
    *, desk: Desk, user: User, starts_at: datetime, ends_at: datetime, by: User | None, at: datetime
) -> DutyShift:
    """Put somebody on the roster of a desk: the alarm reaches them in that time.

    Raises:
        NotAllowed: `by` may not plan here, or `user` does not sit at the desk.
        Conflict: it ends before it starts, or has ended already.
    """
    if not policies.can_manage_desk(by, desk):
        raise NotAllowed(_("Anda tidak berwenang menyusun jadwal meja ini."))
    if not DeskMember.objects.filter(desk=desk, user=user, until=None).exists():
        raise NotAllowed(_("Hanya petugas meja ini yang dapat dijadwalkan."))
    if ends_at <= max(starts_at, at):
        raise Conflict(_("Jadwal ini sudah lewat atau berakhir sebelum mulai."))
    shift = DutyShift.objects.create(desk=desk, user=user, starts_at=starts_at, ends_at=ends_at)
    audit.record(events.SHIFT_PLANNED, by=by, subject=desk.code, at=at, detail={"user": str(user.pk)})
    return shift


def _keep_seat(desk: Desk, user: User, *, by: User | None, at: datetime) -> None:
    DeskMember.objects.create(desk=desk, user=user, since=at)
    audit.record(events.SEATED, by=by, subject=desk.code, at=at, detail={"user": str(user.pk)})

"""Somebody leaves: one act closes the account, its doors and wraps; what they could open gets new keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import Desk, FormerKeys, Unit, User
from ruangaman.accounts.services.desks import leave_desk
from ruangaman.accounts.services.letters import call_officers
from ruangaman.accounts.types import Leaving, Role
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.vault import services as vault
from ruangaman.vault.models import Waiting, WaitingKind
from ruangaman.vault.selectors import list_waiting

MOST_AT_ONCE = 200
"""Dossiers that get a new epoch in one request."""
LEFT = "left"
"""Why an epoch waits."""


def preview_leaving(*, user: User, by: User) -> Leaving:
    """Return what letting `user` go would do. Raises NotAllowed: `by` is not in charge, or it is their own account."""
    if not policies.can_let_go(by, user):
        raise NotAllowed(_("Anda tidak berwenang menutup akun ini."))
    desks = list(Desk.objects.filter(members__user=user, members__until=None))
    blocks = [
        _("%(desk)s tidak punya petugas lain. Tempatkan orang lain di meja itu dahulu.") % {"desk": desk.name}
        for desk in desks
        if desk.members.filter(until=None).count() == 1
    ]
    blocks += [
        _("%(name)s pemegang terakhir kunci darurat %(unit)s. Serahkan kunci itu kepada orang lain dahulu.")
        % {"name": user.display_name, "unit": unit.name}
        for _group, unit, members in _emergency(user)
        if len(members) == 1
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_count_dossiers(%s)", [user.pk])
        dossiers = int(cursor.fetchone()[0])
    is_officer = user.principal_id in vault.list_officers()
    emergency = [unit.name for _group, unit, _members in _emergency(user)]
    manages = user.role == Role.MANAJER and dossiers > 0
    return Leaving([desk.name for desk in desks], dossiers, blocks, is_officer, emergency, manages)


@transaction.atomic
def let_go(*, user: User, by: User, at: datetime) -> int:
    """Close somebody's account for good. Returns how many dossiers still need a new epoch.

    At once and together: no session goes on, both doors and every wrap are deleted, the directory entry is retired,
    each desk begins a new generation that two key officers have to sign (the old one serves until then). Each dossier
    that they could open waits for a new epoch, as anything that waits for keys does; those of units that `by` oversees
    get it here, at most `MOST_AT_ONCE`.

    Raises:
        NotAllowed: `by` is not in charge, or it is their own account.
        Conflict: a desk or the unit's emergency key would be left without anybody.
        KeyNotSigned: somebody who stays at a desk has a key that is not signed.
        Locked: the keys of `by` are locked, and there are dossiers to begin an epoch in.

    Writes: the account, doors, wraps, grants, desks, what waits, one `accounts.left` event and those of what it did.
    """
    facts = preview_leaving(user=user, by=by)
    if facts.blocks:
        raise Conflict(" ".join(facts.blocks))
    for desk in Desk.objects.filter(members__user=user, members__until=None):
        leave_desk(desk=desk, user=user, by=by, at=at)
    for group_id, _unit, _members in _emergency(user):
        vault.remove_member(group_id=group_id, member_id=user.principal_id, by=by, at=at)
        call_officers(at=at)
    keys = [user.principal_id, *FormerKeys.objects.filter(user=user).values_list("principal_id", flat=True)]
    dossiers = _close(user, keys, by=by, at=at)
    detail: Detail = {"dossiers": dossiers, "desks": len(facts.desks)}
    audit.record(events.LEFT, by=by, subject=str(user.pk), at=at, detail=detail)
    return dossiers - sum(line.principal_id in keys for line in _renew(by=by, at=at))


def _close(user: User, keys: list[UUID], *, by: User, at: datetime) -> int:
    """Ask for the new epochs while the wraps still say where; then close the account and delete the wraps."""
    dossiers = 0
    for principal_id in keys:
        dossiers += vault.ask_for_new_epochs_without(principal_id=principal_id, reason=LEFT, by=by, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_close(%s, %s)", [user.pk, at])
        if not cursor.fetchone()[0]:
            raise NotAllowed(_("Anda tidak berwenang menutup akun ini."))
    vault.forget_directory()
    for principal_id in keys:
        vault.delete_wraps_of(principal_id=principal_id, by=by, at=at)
    return dossiers


@transaction.atomic
def renew_epochs(*, by: User, at: datetime) -> int:
    """Begin a new epoch in the dossiers that leavers could open, as far as `by` sees them. Returns how many.

    At most `MOST_AT_ONCE`, the rest at the next call, or one by one from the queue of whoever can.

    Raises:
        Locked: the keys of `by` are locked, and there is something to do.

    Writes: epochs and grants, what waited, one `accounts.epochs_renewed` event and those of the vault.
    """
    return len(_renew(by=by, at=at))


def _renew(*, by: User, at: datetime) -> list[Waiting]:
    lines = list_left(by=by, at=at)
    for line in lines:
        vault.do_waiting(waiting_id=line.pk, by=by, at=at)
    if lines:
        audit.record(events.EPOCHS_RENEWED, by=by, subject="dossiers", at=at, detail={"dossiers": len(lines)})
    return lines


def list_left(*, by: User, at: datetime) -> list[Waiting]:
    """Return the new epochs that wait because somebody left, and that `by` can begin: at most `MOST_AT_ONCE`."""
    left = Q(kind=WaitingKind.EPOCH, principal_id__isnull=False)
    return list_waiting(viewer=by, units=by.oversight_units, at=at, narrowed=left, limit=MOST_AT_ONCE)


def _emergency(user: User) -> list[tuple[UUID, Unit, dict[UUID, list[int]]]]:
    """Return the emergency keys that this person holds: each with its unit and all who hold it."""
    units = Unit.objects.filter(breakglass__isnull=False)
    found = [(unit.breakglass_id, unit, vault.read_members(unit.breakglass_id)) for unit in units if unit.breakglass_id]
    return [one for one in found if user.principal_id in one[2]]

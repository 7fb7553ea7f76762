"""Somebody leaves: one act closes the account, its doors and wraps; what they could open gets new keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import Desk, LeftDossier, Unit, User
from ruangaman.accounts.services.desks import leave_desk
from ruangaman.accounts.types import Leaving
from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.vault import services as vault

MOST_AT_ONCE = 200
"""Dossiers that get a new epoch in one request."""


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
    return Leaving([desk.name for desk in desks], dossiers, blocks, is_officer)


@transaction.atomic
def let_go(*, user: User, by: User, at: datetime) -> int:
    """Close somebody's account for good. Returns how many dossiers still need a new epoch.

    At once and together: no session goes on, both doors and every wrap are deleted, the directory entry is retired,
    each desk begins a new generation that two key officers have to sign (the old one serves until then). Dossiers of
    units that `by` oversees get their new epoch here, the others when somebody who sees them asks for it.

    Raises:
        NotAllowed: `by` is not in charge, or it is their own account.
        Conflict: a desk or the unit's emergency key would be left without anybody.
        KeyNotSigned: somebody who stays at a desk has a key that is not signed.

    Writes: the account, doors, wraps, grants, desks, one `accounts.left` event and those of what it touched.
    """
    facts = preview_leaving(user=user, by=by)
    if facts.blocks:
        raise Conflict(" ".join(facts.blocks))
    for desk in Desk.objects.filter(members__user=user, members__until=None):
        leave_desk(desk=desk, user=user, by=by, at=at)
    for group_id, _unit, _members in _emergency(user):
        vault.remove_member(group_id=group_id, member_id=user.principal_id, by=by, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_close(%s, %s)", [user.pk, at])
        dossiers = cursor.fetchone()[0]
    if dossiers is None:
        raise NotAllowed(_("Anda tidak berwenang menutup akun ini."))
    vault.forget_directory()
    detail: dict[str, str | int | bool | list[str] | None] = {"dossiers": dossiers, "desks": len(facts.desks)}
    audit.record(events.LEFT, by=by, subject=str(user.pk), at=at, detail=detail)
    return int(dossiers) - renew_epochs(by=by, at=at)


@transaction.atomic
def renew_epochs(*, by: User, at: datetime) -> int:
    """Begin a new epoch in the dossiers that leavers could open, as far as `by` sees them. Returns how many.

    Needs nobody's private key; at most `MOST_AT_ONCE`, the rest at the next call.

    Writes: epochs and grants, the rows, one `accounts.epochs_renewed` event.
    """
    dossiers = list(list_left(by=by)[:MOST_AT_ONCE])
    for dossier_id in dossiers:
        vault.rotate(dossier_id=dossier_id, by=by, at=at)
    LeftDossier.objects.filter(dossier_id__in=dossiers, done_at=None).update(done_at=at)
    if dossiers:
        audit.record(events.EPOCHS_RENEWED, by=by, subject="dossiers", at=at, detail={"dossiers": len(dossiers)})
    return len(dossiers)


def list_left(*, by: User) -> list[UUID]:
    """Return the dossiers that wait for a new epoch and that `by` sees, by row-level security."""
    rows = LeftDossier.objects.filter(done_at=None, dossier__shredded_at=None).order_by("dossier_id")
    return list(rows.values_list("dossier_id", flat=True).distinct())


def _emergency(user: User) -> list[tuple[UUID, Unit, dict[UUID, list[int]]]]:
    """Return the emergency keys that this person holds: each with its unit and all who hold it."""
    units = Unit.objects.filter(breakglass__isnull=False)
    found = [(unit.breakglass_id, unit, vault.read_members(unit.breakglass_id)) for unit in units if unit.breakglass_id]
    return [one for one in found if user.principal_id in one[2]]

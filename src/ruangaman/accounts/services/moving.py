"""Somebody is written to elsewhere, or does other work from now on: leaves this one, begins that one.

An account keeps its role and its unit. Other work is another account of the same person, with keys of its own that two
officers sign; whatever the old one could open ends as for anybody who leaves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import FormerAddress, Invitation, Unit, User
from ruangaman.accounts.services.invitations import invite
from ruangaman.accounts.services.leaving import let_go, preview_leaving
from ruangaman.accounts.types import Leaving, Permission, Role
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.vault import services as vault


@transaction.atomic
def change_email(*, user: User, email: str, by: User, at: datetime) -> None:
    """Write to somebody at another address from now on; the old one gets a letter that says only that it changed.

    Args:
        email: may be empty: then nobody writes.

    Raises:
        NotAllowed: `by` is not in charge.
        Conflict: it is the address already.

    Writes: the account, the old address until its letter is sent, the job, one `accounts.email_changed` event.
    """
    if not policies.can_write_to(by, user):
        raise NotAllowed(_("Anda tidak berwenang mengganti surel akun ini."))
    if email == user.email:
        raise Conflict(_("Itu sudah surel akun ini."))
    _call("accounts_change_email(%s, %s, %s)", user, email, at)
    user.email = email
    audit.record(events.EMAIL_CHANGED, by=by, subject=str(user.pk), at=at)


def forget_addresses(*, at: datetime) -> int:
    """Delete the former addresses whose letter could not be sent in two days. Returns how many."""
    return FormerAddress.objects.filter(until__lt=at - policies.ADDRESS_KEPT)._raw_delete("default")


def preview_moving(*, user: User, by: User) -> Leaving:
    """Return what moving `user` would end, and what stands against it: more than against leaving.

    Raises:
        NotAllowed: `by` is not in charge, or it is their own account.
    """
    facts = preview_leaving(user=user, by=by)
    return replace(facts, blocks=[*facts.blocks, *_missed(user)])


@transaction.atomic
def move(*, user: User, role: Role, unit: Unit, by: User, at: datetime) -> tuple[Invitation, str]:
    """Let somebody leave their work and begin another: the account is closed, a paper for the next one is made.

    Everything that `let_go` ends, ends now. The paper bears the same user name; role and unit begin with it, once two
    key officers have signed the new keys. Returns the invitation and its code.

    Raises:
        NotAllowed: `by` is not in charge of both units, may not give the role, or it is their own account.
        Conflict: it is their role and unit already; a desk, an emergency key, the key officers or the city's head
            would be left without anybody.
        KeyNotSigned: as `let_go`.

    Writes: what `let_go` and `invite` write, the name of the closed account, a letter, one `accounts.moved` event.
    """
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang membuat akun di unit ini."))
    if not policies.can_give_role(by, role):
        raise NotAllowed(_("Administrator hanya diundang oleh administrator."))
    facts = preview_moving(user=user, by=by)
    if (user.role, user.unit_id) == (role, unit.pk):
        raise Conflict(_("Itu sudah peran dan unitnya."))
    if facts.blocks:
        raise Conflict(" ".join(facts.blocks))
    username, email = user.username, user.email
    _call("accounts_tell_of_move(%s, %s)", user, at)
    let_go(user=user, by=by, at=at)
    _call("accounts_make_room(%s, %s)", user, at)
    made, code = invite(
        username=username, display_name=user.display_name, email=email, role=role, unit=unit, by=by, at=at
    )
    detail: Detail = {"role": str(role), "unit": unit.code, "invitation": str(made.pk)}
    audit.record(events.MOVED, by=by, subject=str(user.pk), at=at, detail=detail)
    return made, code


def _missed(user: User) -> list[str]:
    """Say what the city would lack without this person in this work. Who leaves is gone anyway; who moves can wait."""
    missed, officers = [], set(vault.list_officers())
    if user.principal_id in officers:
        others = User.objects.filter(principal_id__in=officers - {user.principal_id}, is_active=True)
        if sum(other.has(Permission.KEYS_VOUCH) for other in others) < policies.OFFICERS_NEEDED:
            missed.append(_("Kota ini lalu tidak punya dua petugas kunci lagi. Usulkan petugas kunci lain dahulu."))
    if user.role == Role.KEPALA:
        heads = User.objects.filter(role=Role.KEPALA, is_active=True).exclude(pk=user.pk)
        if not any(vault.is_active(head.principal_id) for head in heads):
            missed.append(_("Kota ini lalu tidak punya kepala. Undang kepala yang baru dahulu."))
    return missed


def _call(function: str, user: User, *values: str | datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", [user.pk, *values])
        if not cursor.fetchone()[0]:
            raise NotAllowed(_("Anda tidak berwenang mengubah akun ini."))

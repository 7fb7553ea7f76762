"""Who could be the second person for something that is asked, and who could ask so that there is one.

Counted are those whose key counts: whoever made an account alone, to be the second person themselves, is nobody here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import DoorRequest, User
from ruangaman.accounts.policies import INVITATION_LIMIT, can_ask, can_decide
from ruangaman.accounts.types import Permission, RequestKind, Role, permissions_of
from ruangaman.vault import services as vault


def list_deciders(*, kind: str, user: User, by: User) -> list[User]:
    """Return who could decide this about `user` if `by` asked for it."""
    return _deciders(kind, user, by, _able(Permission.REQUEST_DECIDE))


def undecidable(*, kind: str, user: User, by: User) -> str:
    """Return why nobody could decide this if `by` asked, and who could ask instead; "" when somebody could."""
    able = _able(Permission.REQUEST_DECIDE)
    if _deciders(kind, user, by, able):
        return ""
    for asker in _askers(kind, user, by):
        deciders = _deciders(kind, user, asker, able)
        if deciders:
            return _(
                "Tidak ada orang kedua bila Anda yang meminta. Mintalah %(asker)s (%(role)s) yang meminta; lalu"
                " %(deciders)s memutuskan."
            ) % {
                "asker": asker.display_name,
                "role": asker.get_role_display(),
                "deciders": join_either(one.display_name for one in deciders),
            }
    if kind == RequestKind.OFFICER:
        return _("Belum ada administrator yang dapat memutuskannya. Administrator dibuat saat pemasangan.")
    return _(
        "Belum ada orang kedua yang dapat memutuskannya. Undang petugas pelindungan data lain, atau administrator lain."
    )


def join_either(names: Iterable[str]) -> str:
    """Return names of which any will do: Rini atau Budi."""
    known = list(names)
    if len(known) < 2:
        return "".join(known)
    return _("%(first)s atau %(last)s") % {"first": ", ".join(known[:-1]), "last": known[-1]}


def list_own_requests(*, viewer: User, at: datetime) -> list[DoorRequest]:
    """Return what `viewer` asked for and nobody has decided yet, the oldest first."""
    rows = DoorRequest.objects.filter(asked_by=viewer, decided_at=None, asked_at__gt=at - INVITATION_LIMIT)
    return list(rows.select_related("user__unit", "asked_by", "instead_of").order_by("asked_at"))


def _deciders(kind: str, user: User, by: User, able: list[User]) -> list[User]:
    asked = DoorRequest(kind=kind, user=user, asked_by=by)
    return [one for one in able if can_decide(one, asked)]


def _askers(kind: str, user: User, by: User) -> list[User]:
    """Return who else may ask for this: an administrator last, who is farther away."""
    needed = Permission.PEOPLE_MANAGE
    if kind == RequestKind.OFFICER:
        needed = Permission.KEYS_VOUCH
    if kind == RequestKind.REGRANT:
        needed = Permission.CASE_WRITE
    officers: set[UUID] = set(vault.list_officers()) if kind == RequestKind.OFFICER else set()
    found = [
        one
        for one in _able(needed)
        if one.pk != by.pk and can_ask(one, user, kind) and (not officers or one.principal_id in officers)
    ]
    return sorted(found, key=lambda one: one.role == Role.ADMIN)


def _able(permission: Permission) -> list[User]:
    """Return the people who work here, whose role gives a verb, and whose key counts."""
    roles = [role for role in Role if permission in permissions_of(role)]
    users = list(User.objects.filter(is_active=True, role__in=roles).select_related("unit").order_by("display_name"))
    good = {one.principal_id for one in vault.list_keys([user.principal_id for user in users]) if one.is_vouched}
    return [user for user in users if user.principal_id in good]

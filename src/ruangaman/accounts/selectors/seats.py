"""Who works at desks and sits at none yet, and who can seat them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from ruangaman.accounts.models import Desk, DeskMember, User
from ruangaman.accounts.types import Permission, Role, permissions_of
from ruangaman.vault import services as vault

AT_DESKS = [role for role in Role if Permission.REPORT_DESK in permissions_of(role)]


def is_unseated(user: User) -> bool:
    """Whether somebody works at desks and sits at none."""
    return user.has(Permission.REPORT_DESK) and not user.desk_principals


def list_seaters(*, user: User) -> list[User]:
    """Return who can hand `user` the keys of a desk of the own unit: whoever sits there."""
    seated = DeskMember.objects.filter(desk__unit_id=user.unit_id, until=None).values("user_id")
    users = User.objects.filter(pk__in=seated, is_active=True, role__in=AT_DESKS).exclude(pk=user.pk)
    return list(users.order_by("display_name"))


def list_unseated(*, viewer: User) -> list[User]:
    """Return colleagues who sit at no desk and whom `viewer` can seat: of the units of the viewer's desks."""
    found = list(unseated_beside(viewer).order_by("display_name"))
    if not found:
        return []
    good = {one.principal_id for one in vault.list_keys([user.principal_id for user in found]) if one.is_vouched}
    return [user for user in found if user.principal_id in good]


def unseated_beside(viewer: User | UUID) -> QuerySet[User]:
    """Return the same, those too whose keys do not count yet."""
    units = Desk.objects.filter(members__user=viewer, members__until=None).values("unit_id")
    seated = DeskMember.objects.filter(until=None).values("user_id")
    return User.objects.filter(unit_id__in=units, is_active=True, role__in=AT_DESKS).exclude(pk__in=seated)

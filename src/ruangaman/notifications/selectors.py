"""Whom an alarm still has to reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import DeskMember, User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission
from ruangaman.notifications.models import AlarmSent
from ruangaman.notifications.types import AlarmKind


def list_unreached(*, report_id: UUID, desk_id: UUID, kind: AlarmKind, at: datetime) -> list[User]:
    """Return who has to be called and was not yet: those on duty, or the whole desk when it is late."""
    if kind is AlarmKind.LATE:
        members = DeskMember.objects.filter(desk_id=desk_id, until=None).values("user_id")
        seats = User.objects.filter(pk__in=members, is_active=True)
        people = list(seats.only("id", "email", "language", "is_active").order_by("pk"))
    else:
        people = accounts.list_on_duty(desk_id=desk_id, at=at)
    reached = set(AlarmSent.objects.filter(report_id=report_id, kind=kind).values_list("user_id", flat=True))
    return [person for person in people if person.email and person.pk not in reached]


def list_checkers() -> list[User]:
    """Return those who check the trail and can be written to."""
    roles = [role.value for role, verbs in ROLE_PERMISSIONS.items() if Permission.AUDIT_READ in verbs]
    people = User.objects.filter(role__in=roles, is_active=True).exclude(email="")
    return list(people.only("id", "email", "language", "is_active").order_by("pk"))


def list_alarmed(*, report_ids: Iterable[UUID], kind: AlarmKind) -> set[UUID]:
    """Return those reports about which at least one letter of this kind went out."""
    return set(AlarmSent.objects.filter(report_id__in=list(report_ids), kind=kind).values_list("report_id", flat=True))

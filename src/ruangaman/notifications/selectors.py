"""Whom an alarm still has to reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import Desk, DeskMember, User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission
from ruangaman.notifications.models import AlarmSent
from ruangaman.notifications.registry import also_called
from ruangaman.notifications.types import AlarmKind


def list_unreached(*, report_id: UUID, desk_id: UUID, kind: AlarmKind, at: datetime) -> list[User]:
    """Return who has to be called and was not yet.

    Args:
        report_id: what it is about: a report, a message, or a turn of duty.
    """
    reached = set(AlarmSent.objects.filter(report_id=report_id, kind=kind).values_list("user_id", flat=True))
    called = {AlarmKind.NEW: _on_duty, AlarmKind.LATE: _whole_desk, AlarmKind.TURN: _overseers}[kind]
    return [person for person in called(desk_id, at) if person.email and person.pk not in reached]


def _on_duty(desk_id: UUID, at: datetime) -> list[User]:
    """Those on the roster, and whoever else has to hear it: who goes, while nobody has taken over from them."""
    people = accounts.list_on_duty(desk_id=desk_id, at=at)
    wanted = {one for reason in also_called for one in reason.list_people(desk_id=desk_id, at=at)}
    wanted -= {person.pk for person in people}
    return [*people, *_reachable().filter(pk__in=wanted)] if wanted else people


def _whole_desk(desk_id: UUID, at: datetime) -> list[User]:
    members = DeskMember.objects.filter(desk_id=desk_id, until=None).values("user_id")
    return list(_reachable().filter(pk__in=members))


def _overseers(desk_id: UUID, at: datetime) -> list[User]:
    roles = [role.value for role, verbs in ROLE_PERMISSIONS.items() if Permission.CASE_OVERSEE in verbs]
    units = Desk.objects.filter(pk=desk_id).values("unit_id")
    return list(_reachable().filter(role__in=roles, unit_id__in=units))


def _reachable() -> QuerySet[User]:
    return User.objects.filter(is_active=True).only("id", "email", "language", "is_active").order_by("pk")


def list_checkers() -> list[User]:
    """Return those who check the trail and can be written to."""
    roles = [role.value for role, verbs in ROLE_PERMISSIONS.items() if Permission.AUDIT_READ in verbs]
    people = User.objects.filter(role__in=roles, is_active=True).exclude(email="")
    return list(people.only("id", "email", "language", "is_active").order_by("pk"))


def list_alarmed(*, report_ids: Iterable[UUID], kind: AlarmKind) -> set[UUID]:
    """Return those reports about which at least one letter of this kind went out."""
    return set(AlarmSent.objects.filter(report_id__in=list(report_ids), kind=kind).values_list("report_id", flat=True))

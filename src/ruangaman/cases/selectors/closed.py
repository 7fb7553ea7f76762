"""Open cases that nobody at work can open any more: for who answers for the unit."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from ruangaman.accounts.models import FormerKeys, User
from ruangaman.accounts.selectors import lost
from ruangaman.accounts.types import Role
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.listing import with_open_cases


def list_closed_to_all(*, viewer: User, at: datetime) -> list[Case]:
    """Return the open cases of the units that `viewer` oversees that nobody at work can open, most dangerous first.

    A manager with living keys holds their case, so only those are asked about whose manager has left or lost keys.
    """
    if not viewer.oversight_units:
        return []
    found = list(Case.objects.overseen_by(viewer).open().filter(manager__in=_gone()).select_related("manager"))
    closed = lost.list_closed_to_all(dossiers=[case.dossier_id for case in found], at=at)
    return sorted(
        (case for case in found if case.dossier_id in closed), key=lambda case: (-case.risk, case.opened_at, case.code)
    )


def who_lost_cases() -> QuerySet[User]:
    """Return the managers who have left or lost keys and manage an open case that whoever looks may know of."""
    return with_open_cases(_gone())


def _gone() -> QuerySet[User]:
    lost_keys = Q(pk__in=FormerKeys.objects.values("user_id"))
    return User.objects.filter(Q(is_active=False) | lost_keys, role=Role.MANAJER)

"""Open cases that nobody at work can open any more: for who answers for the unit."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from ruangaman.accounts.models import FormerKeys, User
from ruangaman.accounts.selectors import lost
from ruangaman.accounts.types import Role
from ruangaman.cases.models import Case, CaseQuerySet


def list_closed_to_all(*, viewer: User, at: datetime) -> list[Case]:
    """Return the open cases of the units that `viewer` oversees that nobody at work can open, most dangerous first.

    A manager with living keys holds their case, so only those are asked about whose manager has left or lost keys.
    """
    if not viewer.oversight_units:
        return []
    found = list(of_lost_keys(Case.objects.overseen_by(viewer)).select_related("manager"))
    closed = lost.list_closed_to_all(dossiers=[case.dossier_id for case in found], at=at)
    return sorted(
        (case for case in found if case.dossier_id in closed), key=lambda case: (-case.risk, case.opened_at, case.code)
    )


def of_lost_keys(cases: CaseQuerySet) -> CaseQuerySet:
    """Return those that are open and whose manager has left or lost keys."""
    gone = User.objects.filter(Q(is_active=False) | Q(pk__in=FormerKeys.objects.values("user_id")), role=Role.MANAJER)
    return cases.open().filter(manager__in=gone)

"""The contacts after the closing of a case: which are planned, which were held, and which months are left."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from ruangaman.cases.models import Aftercare, Case
from ruangaman.cases.types import AFTERCARE_MONTHS

MONTH_DAYS = 30.5


def list_aftercare(*, case: Case) -> list[Aftercare]:
    """Return the contacts after the closing, by day.

    Args:
        case: from `get_managed`, which decided that whoever looks may know of it.
    """
    return list(Aftercare.objects.filter(case=case).select_related("held_by", "cancelled_by").order_by("due_on", "at"))


def get_aftercare(*, case: Case, contact_id: UUID) -> Aftercare:
    """Return one planned contact. Raises Http404: there is none, or it was held or taken away."""
    row = Aftercare.objects.filter(case=case, pk=contact_id, held_at=None, cancelled_at=None).first()
    if row is None:
        raise Http404
    return row


def month_of(case: Case, row: Aftercare) -> int:
    """Return which of the contacts after the closing a row is for; where it does not say: which it is nearest to."""
    if row.month is not None:
        return row.month
    closed_on = timezone.localdate(case.closed_at or row.at)
    return min(AFTERCARE_MONTHS, key=lambda months: abs((row.due_on - closed_on).days - MONTH_DAYS * months))


def months_left(case: Case, rows: Iterable[Aftercare]) -> list[int]:
    """Return the months for which a contact can be planned: none waits, and none was held since this closing.

    One that was taken away leaves its month free again.
    """
    taken = {month_of(case, row) for row in rows if row.cancelled_at is None and _counts(case, row)}
    return [month for month in AFTERCARE_MONTHS if month not in taken]


def _counts(case: Case, row: Aftercare) -> bool:
    """Whether a contact waits, or was held since this closing: one of an episode before is past."""
    return row.held_at is None or case.closed_at is None or row.held_at >= case.closed_at

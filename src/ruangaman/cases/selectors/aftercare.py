"""The contacts after the closing of a case: which are planned, which were held, and which months are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.cases.models import Aftercare, Case
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.types import AFTERCARE_MONTHS
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Purpose

MONTH_DAYS = 30.5


@dataclass(frozen=True)
class ContactView:
    """One contact after the closing, with how it went or why it was taken away; `is_closed`: not for the viewer."""

    row: Aftercare
    text: str
    is_closed: bool

    @property
    def waits(self) -> bool:
        """Whether it is still to come."""
        return self.row.held_at is None and self.row.cancelled_at is None


def list_aftercare(*, case: Case) -> list[Aftercare]:
    """Return the contacts after the closing, by day.

    Args:
        case: from `get_worked_on`, which decided that whoever looks may know of it.
    """
    return list(Aftercare.objects.filter(case=case).select_related("held_by", "cancelled_by").order_by("due_on", "at"))


def open_aftercare(*, case: Case, viewer: User, at: datetime) -> list[ContactView]:
    """Return the same with their words, as far as `viewer` holds the drawer. What is opened leaves one event."""
    rows = list_aftercare(case=case)
    refs = {ref: case.dossier_id for row in rows if (ref := row.ref or row.cancelled_ref)}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=viewer, at=at) if refs else {}
    found = [(row, opened.get(row.ref or row.cancelled_ref or row.pk)) for row in rows]
    return [ContactView(row, text_of(content), isinstance(content, Closed)) for row, content in found]


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

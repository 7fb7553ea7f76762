"""Somebody in a case may be the same as somebody elsewhere: its manager looks, asks, and says that it is done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases import policies
from ruangaman.cases.models import Case
from ruangaman.cases.services.loading import lock_case
from ruangaman.core.errors import NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment

ASKED_FOR = frozenset({Compartment.IDENTITY, Compartment.CONTACT})
"""What it takes to compare two people; the story stays closed."""


@transaction.atomic
def settle_meeting(*, code: str, meeting_id: UUID, by: User, at: datetime) -> None:
    """Note that the manager has looked. Twice is once.

    Raises:
        NotFound: no such case that `by` manages, or nothing of the kind was met.

    Writes: the row, one `vault.meeting_seen` event.
    """
    case = _managed(code, by)
    vault.settle_meeting(meeting_id=meeting_id, dossier_id=case.dossier_id, by=by, at=at)


@transaction.atomic
def ask_about_meeting(*, code: str, meeting_id: UUID, by: User, at: datetime) -> None:
    """Ask whoever holds the other dossier to let the manager compare: name and contact. Twice is once.

    It tells them that somebody asks: hence a button, and nothing that happens by itself.

    Raises:
        NotFound: no such case that `by` manages, or nothing of the kind was met.

    Writes: what waits for a holder, one `vault.asked` event.
    """
    case = _managed(code, by)
    if meeting_id not in {one.pk for one in vault.list_meetings(dossiers=[case.dossier_id])}:
        raise NotFound(_("Tidak ada petunjuk seperti itu."))
    vault.ask_about(meeting_id=meeting_id, parts=ASKED_FOR, by=by, at=at)


def _managed(code: str, by: User) -> Case:
    case = lock_case(code, by)
    if not policies.can_assign(by, case):
        raise NotFound(_("Kasus ini tidak ada."))
    return case

"""What the ledger says. The gate of everything that is sent asks `has_consent`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ruangaman.accounts.models import Agency, User
from ruangaman.consents.models import Consent
from ruangaman.consents.types import ConsentPurpose


def has_consent(dossier_id: UUID, purpose: ConsentPurpose, recipient: Agency | None, at: datetime) -> bool:
    """Whether something may be done: somebody agreed to it, or another legal basis is recorded in its place.

    Deny by default: nothing recorded, a no, one that was taken back, or one whose time is over, is False.

    Args:
        recipient: who would receive; None: it stays in the house. A consent for one says nothing about another.
    """
    live = Consent.objects.live(at)
    return live.filter(dossier_id=dossier_id, purpose=purpose, recipient=recipient).exists()


def list_consents(*, dossier_id: UUID, viewer: User) -> list[Consent]:
    """Return the ledger of one dossier, what counts first, then the newest. Row-level security decides who sees it."""
    rows = Consent.objects.filter(dossier_id=dossier_id).select_related("recipient", "recorded_by", "ended_by")
    found = sorted(rows, key=lambda row: row.recorded_at, reverse=True)
    return sorted(found, key=lambda row: row.ended_at is not None)

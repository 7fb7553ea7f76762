"""The ledger of consents of one case: who is asked follows from who is in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Agency, User
from ruangaman.audit.types import Detail
from ruangaman.cases.selectors.steps import is_child, is_parent_accused
from ruangaman.cases.services.loading import lock_writable
from ruangaman.cases.services.telling import tell
from ruangaman.consents import events
from ruangaman.consents import services as consents
from ruangaman.consents.models import Consent
from ruangaman.consents.types import Answer, ConsentPurpose
from ruangaman.core.errors import Conflict


@transaction.atomic
def give_consent(
    *,
    code: str,
    purpose: ConsentPurpose,
    recipient: Agency | None,
    answer: Answer,
    by: User,
    at: datetime,
    given_at: datetime | None = None,
    consent_id: UUID | None = None,
) -> Consent:
    """Record what somebody answered, or the legal basis in the place of a consent.

    Args:
        given_at: when it was said; None: now.
        consent_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`.
        NotTheirsToGive: their word does not count; of a child whose parent is accused no guardian is asked.
        CaseClosed, NotAllowed, DomainError: nothing is written.

    Writes: the sealed words, the row, one `consents.given` event.
    Source: domain.md 1.3; peers.md 5.3.
    """
    case = lock_writable(code, by)
    found = Consent.objects.filter(pk=consent_id).first() if consent_id else None
    if found is not None:
        if found.dossier_id != case.dossier_id:
            raise Conflict(_("Formulir ini sudah dipakai untuk hal lain. Muat ulang halaman."))
        return found
    row = consents.give(
        dossier_id=case.dossier_id,
        purpose=purpose,
        recipient=recipient,
        answer=answer,
        is_child=is_child(case),
        is_parent_accused=is_parent_accused(case),
        by=by,
        at=at,
        given_at=given_at,
        consent_id=consent_id,
    )
    detail: Detail = {
        **_names(row),
        "basis": str(row.basis),
        "giver": str(row.giver),
        "how": str(row.how),
        "is_given": row.is_given,
    }
    tell(events.CONSENT_GIVEN, case, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def revoke_consent(*, code: str, consent_id: UUID, by: User, at: datetime) -> Consent:
    """Record that a consent was taken back; from now on nothing is done by it.

    Raises:
        NotFound: no such case or entry for `by`.
        AlreadyRevoked: it counts no more already.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the row, one `consents.revoked` event.
    """
    case = lock_writable(code, by)
    row = consents.revoke(dossier_id=case.dossier_id, consent_id=consent_id, by=by, at=at)
    tell(events.CONSENT_REVOKED, case, by=by, at=at, detail=_names(row))
    return row


def _names(row: Consent) -> Detail:
    recipient = row.recipient.code if row.recipient else ""
    return {"consent": str(row.pk), "purpose": str(row.purpose), "recipient": recipient}

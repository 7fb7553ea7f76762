"""Writing into the ledger. Whoever holds the dossier locks it first, and tells the trail under its own code."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Agency, User
from ruangaman.consents import policies
from ruangaman.consents.errors import AlreadyRevoked, NotTheirsToGive
from ruangaman.consents.models import Consent
from ruangaman.consents.types import OWN_PURPOSES, Answer, ConsentPurpose, Ending
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment


@transaction.atomic
def give(
    *,
    dossier_id: UUID,
    purpose: ConsentPurpose,
    recipient: Agency | None,
    answer: Answer,
    is_child: bool,
    is_parent_accused: bool,
    by: User,
    at: datetime,
    given_at: datetime | None = None,
    consent_id: UUID | None = None,
) -> Consent:
    """Record an answer; an earlier one about the same purpose and recipient counts no more.

    Args:
        recipient: None for what stays in the house, somebody for everything that is shared.
        is_parent_accused: no guardian is asked then, and no consent is the gate.
        given_at: when it was said, not later than `at`; None: now.

    Raises:
        NotTheirsToGive: this person's word does not count here.
        DomainError: a recipient is missing or too many, or the times do not fit.
        NotHeld: `by` does not hold the work compartment.

    Writes: the sealed words, the row, the end of the row before. The caller tells `consents.given`.
    Source: UU 27/2022 art. 20, 22, 25; domain.md 1.3.
    """
    said = given_at or at
    if not policies.may_give(answer, is_child=is_child, is_parent_accused=is_parent_accused):
        raise NotTheirsToGive(_("Jawaban ini bukan dari orang yang berhak memberinya. Periksa siapa yang ditanya."))
    if (recipient is None) != (purpose in OWN_PURPOSES):
        raise DomainError(_("Persetujuan untuk berbagi menyebut satu penerima; yang lain tidak menyebut penerima."))
    if said > at or (answer.until is not None and answer.until <= said):
        raise DomainError(_("Periksa tanggalnya: diberikan dahulu, baru berakhir."))
    rows = Consent.objects.filter(dossier_id=dossier_id, purpose=purpose, recipient=recipient)
    rows.filter(ended_at=None).update(ended_at=at, ended_by=by, ending=Ending.REPLACED)
    row = Consent(
        id=consent_id or uuid4(),
        dossier_id=dossier_id,
        purpose=purpose,
        recipient=recipient,
        version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1,
        is_given=answer.is_given,
        basis=answer.basis,
        giver=answer.giver,
        how=answer.how,
        given_at=said,
        until=answer.until,
        withhold_ref=_seal(dossier_id, answer.withhold, by=by, at=at),
        recorded_by=by,
        recorded_at=at,
    )
    row.save(force_insert=True)
    return row


@transaction.atomic
def revoke(*, dossier_id: UUID, consent_id: UUID, by: User, at: datetime) -> Consent:
    """Record that a consent was taken back.

    Raises:
        NotFound: no such entry in this dossier.
        AlreadyRevoked: it counts no more already.

    Writes: the row. The caller tells `consents.revoked`.
    Source: UU 27/2022 art. 9.
    """
    row = Consent.objects.select_for_update(of=("self",)).filter(pk=consent_id, dossier_id=dossier_id).first()
    if row is None:
        raise NotFound(_("Persetujuan ini tidak ada dalam kasus ini."))
    if row.ended_at is not None:
        raise AlreadyRevoked(_("Persetujuan ini sudah tidak berlaku."))
    row.ended_at, row.ended_by, row.ending = at, by, Ending.REVOKED
    row.save(update_fields=["ended_at", "ended_by", "ending"])
    return row


def _seal(dossier_id: UUID, words: str, *, by: User, at: datetime) -> UUID | None:
    if not words:
        return None
    content = {"text": words}
    return vault.seal(dossier_id=dossier_id, compartment=Compartment.WORK, content=dict(content), by=by, at=at)

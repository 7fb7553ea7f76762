"""What was planned or sent by mistake is taken back with a reason; the row stays, and so does the history."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.models import Aftercare, Transfer
from ruangaman.cases.selectors.aftercare import month_of
from ruangaman.cases.services.loading import lock_case, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import note_content
from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound
from ruangaman.vault.types import Compartment


@transaction.atomic
def withdraw_transfer(*, code: str, transfer_id: UUID, reason: str, by: User, at: datetime) -> Transfer:
    """Take a transfer back that should not have been, also one that was signed for: it opens no gate any more.

    Withdrawn before: it is returned as it is.

    Args:
        reason: sealed in the work compartment.

    Raises:
        NotFound: no such case or transfer for `by`.
        NotAllowed: `by` does not manage it.
        DomainError: no reason.
        CaseClosed: nothing is written.

    Writes: the sealed reason, the row, one `cases.transfer_withdrawn` event.
    """
    case = lock_writable(code, by)
    row = Transfer.objects.select_for_update(of=("self",)).filter(pk=transfer_id, case=case).first()
    if row is None:
        raise NotFound(_("Pelimpahan ini tidak ada dalam kasus ini."))
    if row.withdrawn_at is not None:
        return row
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang menarik kembali pelimpahan."))
    _ask_reason(reason)
    row.withdrawn_ref = seal(case, Compartment.WORK, note_content(reason), by=by, at=at)
    row.withdrawn_at, row.withdrawn_by = at, by
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_ref"])
    tell(events.TRANSFER_WITHDRAWN, case, by=by, at=at, detail={"transfer": str(row.pk)})
    return row


@transaction.atomic
def cancel_aftercare(*, code: str, contact_id: UUID, reason: str, by: User, at: datetime) -> Aftercare:
    """Take a planned contact away. Taken away before: it is returned as it is.

    Args:
        reason: sealed in the work compartment.

    Raises:
        NotFound: no such case or contact for `by`.
        NotAllowed: `by` does not manage it.
        Conflict: it was held.
        DomainError: no reason.

    Writes: the sealed reason, the row, one `cases.aftercare_cancelled` event.
    """
    case = lock_case(code, by)
    if not policies.can_close(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang membatalkan kontak sesudah penutupan."))
    row = Aftercare.objects.select_for_update(of=("self",)).filter(pk=contact_id, case=case).first()
    if row is None:
        raise NotFound(_("Jadwal kontak ini tidak ada dalam kasus ini."))
    if row.cancelled_at is not None:
        return row
    if row.held_at is not None:
        raise Conflict(_("Kontak ini sudah dilakukan."))
    _ask_reason(reason)
    row.cancelled_ref = seal(case, Compartment.WORK, note_content(reason), by=by, at=at)
    row.cancelled_at, row.cancelled_by = at, by
    row.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_ref"])
    detail: Detail = {"aftercare": str(row.pk), "month": month_of(case, row)}
    tell(events.AFTERCARE_CANCELLED, case, by=by, at=at, detail=detail)
    return row


def _ask_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Tulis alasannya."))

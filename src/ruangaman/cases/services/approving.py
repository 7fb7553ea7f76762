"""What the head of the unit decides: the manager asks, somebody else says yes or sends it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.errors import CaseClosed, EvidenceMissing
from ruangaman.cases.models import Approval, Case, ClosingAssessment, Plan
from ruangaman.cases.selectors.facts import known_of, newest
from ruangaman.cases.selectors.weighing import stand_of
from ruangaman.cases.services.loading import find_first, lock_writable
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import OPEN_STATES, ApprovalKind, CaseState, Doubt, Outcome, Point, missing_for_asking
from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound


@transaction.atomic
def ask_approval(*, code: str, kind: ApprovalKind, by: User, at: datetime, approval_id: UUID | None = None) -> Approval:
    """Ask the head to approve the newest plan or closing assessment. Asked already: it is returned as it is.

    Raises:
        NotFound: no such case for `by`, or nothing to ask about.
        NotAllowed: `by` does not manage it.
        EvidenceMissing: something has to be there before the head is asked; the sentence says what.
        CaseClosed: nothing is written.

    Writes: the row, one `cases.approval_asked` event.
    """
    case = lock_writable(code, by)
    found = find_first(Approval, approval_id, case)
    if found is not None:
        return found
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang meminta persetujuan kepala."))
    _refuse_ended(case)
    subject = newest_subject(case, kind)
    if subject is None:
        raise NotFound(_("Belum ada yang dapat diajukan."))
    asked = Approval.objects.filter(case=case, subject=subject).exclude(outcome=Outcome.RETURNED).first()
    if asked is not None:
        return asked
    missing = missing_for_asking(kind, known_of(case, at).as_evidence(at, by=by.pk))
    if missing:
        raise EvidenceMissing(
            _("Sebelum diajukan masih diperlukan: %(what)s.") % {"what": ", ".join(map(str, missing))}
        )
    row = Approval(id=approval_id or uuid4(), case=case, kind=kind, subject=subject, asked_at=at, asked_by=by)
    row.save(force_insert=True)
    tell(events.APPROVAL_ASKED, case, by=by, at=at, detail={"approval": str(row.pk), "kind": str(kind)})
    return row


@transaction.atomic
def decide_approval(
    *,
    approval_id: UUID,
    outcome: Outcome,
    points: Sequence[Point] = (),
    despite: Collection[Doubt] = (),
    by: User,
    at: datetime,
) -> Approval:
    """Approve what was asked, or send it back saying what has to be looked at again.

    The head opens nothing of the case: what is decided on are the facts in the clear, and why a case is to be closed
    all the same, which was written for the head.

    Args:
        despite: of a closing everything that speaks against it, as the head saw it and signs for.

    Raises:
        NotFound: no such request in a unit that `by` oversees.
        NotAllowed: `by` asked for it.
        CaseClosed, Conflict: the case has ended, it is decided already, or there is a newer version.
        DomainError: sent back without a point, or a closing approved of which not all that speaks against it was seen.

    Writes: the row, one `cases.approval_decided` event.
    Source: domain.md 2.2, 2.3.
    """
    rows = Approval.objects.filter(case__unit_id__in=by.oversight_units).select_for_update(of=("self",))
    row = rows.select_related("case__unit").filter(pk=approval_id).first()
    if row is None:
        raise NotFound(_("Permintaan ini tidak ada."))
    if not policies.can_decide(by, row):
        raise NotAllowed(_("Yang meminta tidak memutuskan sendiri."))
    if row.decided_at is not None:
        raise Conflict(_("Permintaan ini sudah diputuskan."))
    _refuse_ended(row.case)
    if newest_subject(row.case, ApprovalKind(row.kind)) != row.subject:
        raise Conflict(_("Ada versi yang lebih baru. Manajer akan mengajukannya lagi."))
    if (outcome is Outcome.RETURNED) != bool(points):
        raise DomainError(_("Pilih apa yang perlu dilihat lagi bila dikembalikan, dan tidak satu pun bila disetujui."))
    signed = _signed(row, outcome, despite, at)
    row.outcome, row.points, row.decided_at, row.decided_by = outcome, [str(point) for point in points], at, by
    row.save(update_fields=["outcome", "points", "decided_at", "decided_by"])
    detail: Detail = {
        "approval": str(row.pk),
        "kind": str(row.kind),
        "outcome": str(outcome),
        "points": [str(point) for point in points],
    }
    if signed:
        detail["despite"] = signed
    tell(events.APPROVAL_DECIDED, row.case, by=by, at=at, detail=detail)
    return row


def _signed(row: Approval, outcome: Outcome, despite: Collection[Doubt], at: datetime) -> list[str]:
    """Return in spite of what a closing is approved. Raises DomainError: something of it was not seen."""
    closing = ClosingAssessment.objects.filter(pk=row.subject).first() if outcome is Outcome.APPROVED else None
    standing = stand_of(closing, case=row.case, at=at) if closing is not None else None
    if standing is None:
        return []
    if not standing.doubts <= set(despite):
        raise DomainError(_("Baca sekali lagi, lalu tandatangani: %(doubts)s.") % {"doubts": standing.sentence})
    return standing.codes


def _refuse_ended(case: Case) -> None:
    if CaseState(case.state) not in OPEN_STATES:
        raise CaseClosed(_("Kasus ini sudah ditutup. Tidak ada lagi yang perlu diputuskan."))


def newest_subject(case: Case, kind: ApprovalKind) -> UUID | None:
    """Return the id of what there is to decide about: the newest plan or closing assessment of the present episode."""
    found: Plan | ClosingAssessment | None = newest(Plan if kind is ApprovalKind.PLAN else ClosingAssessment, case)
    return found.pk if found else None

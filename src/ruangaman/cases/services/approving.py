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
from ruangaman.cases.selectors.deciding import find_same
from ruangaman.cases.selectors.facts import is_closing_overtaken, is_void, known_of, newest
from ruangaman.cases.selectors.sentences import point_words
from ruangaman.cases.selectors.shelf import sealed_facts, text_of
from ruangaman.cases.selectors.weighing import list_deciders, stand_of
from ruangaman.cases.services.aside import seal_aside
from ruangaman.cases.services.closing import HER_WORDS, KIND
from ruangaman.cases.services.loading import find_first, lock_writable
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import OPEN_STATES, ApprovalKind, CaseState, Doubt, Outcome, Point, missing_for_asking
from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Purpose


@transaction.atomic
def ask_approval(*, code: str, kind: ApprovalKind, by: User, at: datetime, approval_id: UUID | None = None) -> Approval:
    """Ask the head to approve the newest plan or closing assessment. Asked already: it is returned as it is.

    A yes to a closing after which she was found unsafe is void, and asked for again. Of a closing its words, with hers,
    are written once more for the heads who decide about it and hold no key of the case: they sign for what they have
    read.

    Raises:
        NotFound: no such case for `by`, or nothing to ask about.
        NotAllowed: `by` does not manage it.
        Conflict: it was sent back, and nothing of it was changed since.
        EvidenceMissing: something has to be there before the head is asked; the sentence says what.
        CaseClosed: nothing is written.

    Writes: the row, of a closing a dossier for the heads, one `cases.approval_asked` event.
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
    asked = Approval.objects.filter(case=case, subject=subject).exclude(outcome=Outcome.RETURNED)
    for one in asked.order_by("-asked_at"):
        if not is_void(one):
            return one
    _refuse_same(case, kind, subject, by=by, at=at)
    missing = missing_for_asking(kind, known_of(case, at).as_evidence(at, by=by.pk))
    if missing:
        raise EvidenceMissing(
            _("Sebelum diajukan masih diperlukan: %(what)s.") % {"what": ", ".join(map(str, missing))}
        )
    ref, home = _write_for_heads(case, subject, by=by, at=at) if kind is ApprovalKind.CLOSING else (None, None)
    row = Approval(
        id=approval_id or uuid4(), case=case, kind=kind, subject=subject, asked_at=at, asked_by=by, words_ref=ref,
        words_home_id=home,
    )  # fmt: skip
    row.save(force_insert=True)
    tell(events.APPROVAL_ASKED, case, by=by, at=at, detail={"approval": str(row.pk), "kind": str(kind)})
    return row


def _refuse_same(case: Case, kind: ApprovalKind, subject: UUID, *, by: User, at: datetime) -> None:
    """Stop who asks again without having changed anything. Raises Conflict."""
    returned = find_same(case=case, kind=kind, subject=subject, viewer=by, at=at)
    if returned is not None:
        said = {"points": "; ".join(point_words(returned))}
        raise Conflict(_("Ubah dulu: %(points)s. Yang ini sudah dikembalikan kepala, dan belum diubah.") % said)


def _write_for_heads(case: Case, subject: UUID, *, by: User, at: datetime) -> tuple[UUID | None, UUID | None]:
    """Seal what was reached and what she says of it for those who decide. Nothing where `by` cannot open it.

    Why clocks of the law are needed no more stays with the team: the head sees that it was answered.
    """
    ref = ClosingAssessment.objects.values_list("ref", flat=True).get(pk=subject)
    content = vault.reveal_many(refs={ref: case.dossier_id}, purpose=Purpose.HANDOVER, by=by, at=at).get(ref)
    if content is None or isinstance(content, Closed):
        return None, None
    readers = {by.principal_id, *(one.principal_id for one in list_deciders(case))}
    hers = [(label, value) for label, value in sealed_facts(content) if label == HER_WORDS]
    home, words = seal_aside(KIND, text_of(content), readers, case.dossier_id, case.code, facts=hers, by=by, at=at)
    return words, home


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
        CaseClosed, Conflict: the case has ended, it is decided already, there is a newer version, or a closing is
            approved although she was found unsafe since it was assessed, and it says nothing of it.
        DomainError: sent back without a point or with one of another kind, or a closing approved of which not all that
            speaks against it was seen.

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
    if not set(points) <= set(Point.of(ApprovalKind(row.kind))):
        raise DomainError(_("Pilih hanya yang berlaku untuk permintaan ini."))
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
    if closing is None or standing is None:
        return []
    if is_closing_overtaken(closing):
        raise Conflict(_("Sesudah asesmen ini tercatat belum aman. Kembalikan, supaya manajer menilainya lagi."))
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

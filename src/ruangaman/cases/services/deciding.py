"""What the law asks to be decided: whether there may be a mediation, what is told to the police."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.models import MediationRequest, PoliceDecision
from ruangaman.cases.selectors.functions import mediation_facts
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import AskedBy, PoliceChoice, note_content, why_no_mediation
from ruangaman.core.errors import DomainError, NotAllowed
from ruangaman.vault.types import Compartment


@transaction.atomic
def ask_mediation(
    *, code: str, asked_by: AskedBy, words: str, by: User, at: datetime, request_id: UUID | None = None
) -> MediationRequest:
    """Record that somebody asked for a mediation, and whether there may be one. A refusal names every reason.

    Args:
        words: what was asked; sealed in the work compartment.

    Raises:
        NotFound: no such case for `by`.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed words, the row with the reasons against it, one `cases.mediation_asked` event.
    Source: domain.md 2.3, mediation gate.
    """
    case = lock_writable(code, by)
    found = find_first(MediationRequest, request_id, case)
    if found is not None:
        return found
    against = [reason.value for reason in why_no_mediation(mediation_facts(case, asked_by, at))]
    ref = seal(case, Compartment.WORK, note_content(words), by=by, at=at)
    row = MediationRequest(
        id=request_id or uuid4(), case=case, at=at, by=by, asked_by=asked_by, against=against, ref=ref
    )
    row.save(force_insert=True)
    detail: Detail = {"request": str(row.pk), "asked_by": str(asked_by), "against": list(against)}
    tell(events.MEDIATION_ASKED, case, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def decide_police(
    *,
    code: str,
    choice: PoliceChoice,
    informed_at: datetime,
    sent_on: date | None,
    wish: str,
    letter: str,
    receipt: str,
    why: str,
    by: User,
    at: datetime,
    decision_id: UUID | None = None,
) -> PoliceDecision:
    """Record what the legal staff decided about telling the police; the software decides nothing.

    Args:
        informed_at: when she was told of the duty.
        sent_on: the letter's day; only for what is reported.
        wish, letter, receipt, why: her wish, the letter's number, the police's receipt number, the reason; sealed in
            the legal compartment.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` is not of the legal staff.
        DomainError: the moments do not fit.
        CaseClosed: nothing is written.

    Writes: the sealed words, the row, one `cases.police_decided` event.
    Source: UU 12/2022 art. 7, 41; domain.md 1.2.
    """
    case = lock_writable(code, by)
    found = find_first(PoliceDecision, decision_id, case)
    if found is not None:
        return found
    if not policies.can_decide_police(by):
        raise NotAllowed(_("Laporan polisi diputuskan pendamping hukum kasus ini."))
    if informed_at > at or (
        sent_on is not None and (choice != PoliceChoice.REPORT or sent_on > timezone.localdate(at))
    ):
        raise DomainError(_("Periksa tanggalnya: ia diberi tahu dahulu, dan surat hanya untuk yang dilaporkan."))
    facts = [("Keinginannya", wish), ("Nomor surat", letter), (gettext_noop("Nomor tanda terima polisi"), receipt)]
    content = note_content(why, [(label, value) for label, value in facts if value])
    row = PoliceDecision(
        id=decision_id or uuid4(),
        case=case,
        at=at,
        by=by,
        choice=choice,
        informed_at=informed_at,
        sent_on=sent_on,
        ref=seal(case, Compartment.LEGAL, content, by=by, at=at),
    )
    row.save(force_insert=True)
    tell(events.POLICE_DECIDED, case, by=by, at=at, detail={"decision": str(row.pk), "choice": str(choice)})
    return row

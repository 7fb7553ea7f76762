"""While the work goes on: reviews, conferences, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.models import Case, Conference, Review, Session
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.reviewing import check_review, refuse_stale, set_danger
from ruangaman.cases.services.tasks import add_task
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import Seen, note_content
from ruangaman.core.clock import end_of_day
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import DomainError, NotAllowed
from ruangaman.vault.types import Compartment


@dataclass(frozen=True)
class Decision:
    """What a conference decided: somebody does something until a moment."""

    words: str
    owner: User
    due_at: datetime


@transaction.atomic
def review(
    *,
    code: str,
    risk: RiskLevel,
    reason: str,
    next_on: date,
    seen: Seen | None = None,
    by: User,
    at: datetime,
    review_id: UUID | None = None,
) -> Review:
    """Look at the plan again and weigh the danger again; a change of it is the case's from now on.

    Args:
        reason: why it is weighed so; sealed in the work compartment.
        next_on: the next day of review in the city's calendar; its clock ends then.
        seen: how the case stood when whoever reviews it looked; None: just now.

    Raises:
        NotFound: no such case for `by`.
        DomainError: the next review is not to come, or later than the danger allows; or the danger would go down while
            she was not safe at the last look.
        Conflict: it stands otherwise than it was seen; the sentence says what changed.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed reason, the row, the case's risk and its clocks', `cases.reviewed`, `cases.risk_changed` when it
        did.
    Source: domain.md 2.3, state 7.
    """
    case = lock_writable(code, by)
    found = find_first(Review, review_id, case)
    if found is not None:
        return found
    refuse_stale(case, seen)
    check_review(next_on, risk=risk, at=at)
    before = RiskLevel(case.risk)
    if risk < before and case.unsafe_at is not None:
        raise DomainError(_("Cek terakhir: belum aman. Bahayanya dapat diturunkan sesudah ia tercatat aman."))
    ref = seal(case, Compartment.WORK, note_content(reason), by=by, at=at)
    row = Review(id=review_id or uuid4(), case=case, at=at, by=by, risk=risk, before=before, next_on=next_on, ref=ref)
    row.save(force_insert=True)
    detail: Detail = {"review": str(row.pk), "risk": int(risk), "before": int(before), "next_on": next_on.isoformat()}
    next_at = end_of_day(next_on)
    tell(events.REVIEWED, case, by=by, at=at, detail=detail, sooner_at=next_at)
    set_danger(case, risk, by=by, at=at, next_at=next_at)
    return row


@transaction.atomic
def hold_conference(
    *,
    code: str,
    held_at: datetime,
    participants: Sequence[User],
    guests: Sequence[str],
    minutes: str,
    decisions: Sequence[Decision],
    by: User,
    at: datetime,
    conference_id: UUID | None = None,
) -> Conference:
    """Write down a case conference; what was decided becomes tasks.

    Args:
        participants: people who have a part in the case.
        guests: who came from outside, by name; sealed with the minutes in the work compartment.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        DomainError: nobody was there, or it is still to come.
        NotAssignable: a decision is for somebody without a part in the case.
        CaseClosed: nothing is written.

    Writes: the sealed minutes, the row, a task for each decision, one `cases.conference_held` event.
    Source: domain.md 2.3, state 7.
    """
    case = lock_writable(code, by)
    found = find_first(Conference, conference_id, case)
    if found is not None:
        return found
    _check_conference(case, participants, held_at, by=by, at=at)
    content = note_content(minutes, [(gettext_noop("Tamu"), name) for name in guests])
    row = Conference(
        id=conference_id or uuid4(),
        case=case,
        at=at,
        by=by,
        held_at=held_at,
        participants=[user.pk for user in participants],
        guests=len(guests),
        decisions=len(decisions),
        ref=seal(case, Compartment.WORK, content, by=by, at=at),
    )
    row.save(force_insert=True)
    for one in decisions:
        add_task(code=code, title=one.words, owner=one.owner, due_at=one.due_at, by=by, at=at)
    detail: Detail = {
        "conference": str(row.pk),
        "participants": len(participants),
        "guests": len(guests),
        "decisions": len(decisions),
    }
    tell(events.CONFERENCE_HELD, case, by=by, at=at, detail=detail)
    return row


def _check_conference(case: Case, participants: Sequence[User], held_at: datetime, *, by: User, at: datetime) -> None:
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang mencatat konferensi kasus."))
    team = set(case.assignments.filter(until=None).values_list("user_id", flat=True))
    if not participants or any(user.pk not in team for user in participants):
        raise DomainError(_("Pilih siapa dari tim ini yang hadir."))
    if held_at > at:
        raise DomainError(_("Konferensi dicatat setelah berlangsung: periksa tanggalnya."))


@transaction.atomic
def hold_session(
    *,
    code: str,
    on: date,
    attended: bool,
    next_on: date | None,
    risk: RiskLevel,
    words: str,
    by: User,
    at: datetime,
    session_id: UUID | None = None,
) -> Session:
    """Record a psychologist's session. Its manager sees that it was, when the next is, and the danger.

    Args:
        words: sealed in the clinical compartment, which the manager does not hold; "" for none.
        risk: as the psychologist sees it; the case's own is weighed at its review.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not hold the clinical drawer.
        DomainError: the day is to come, or the next one is not later.
        CaseClosed: nothing is written.

    Writes: the sealed words, the row, one `cases.session_held` event.
    Source: domain.md 1.3 (Puspaga), 2.2.
    """
    case = lock_writable(code, by)
    found = find_first(Session, session_id, case)
    if found is not None:
        return found
    if not policies.can_hold_session(by):
        raise NotAllowed(_("Sesi dicatat psikolog yang bertugas pada kasus ini."))
    if on > timezone.localdate(at) or (next_on is not None and next_on <= on):
        raise DomainError(_("Sesi dicatat setelah berlangsung, dan yang berikutnya lebih kemudian."))
    row = Session(
        id=session_id or uuid4(),
        case=case,
        at=at,
        by=by,
        on=on,
        attended=attended,
        next_on=next_on,
        risk=risk,
        ref=seal(case, Compartment.CLINICAL, note_content(words), by=by, at=at) if words else None,
    )
    row.save(force_insert=True)
    detail: Detail = {
        "session": str(row.pk),
        "attended": attended,
        "next_on": next_on.isoformat() if next_on else None,
        "risk": int(risk),
    }
    tell(events.SESSION_HELD, case, by=by, at=at, detail=detail)
    return row

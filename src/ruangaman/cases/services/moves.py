"""Moving a case from state to state: the machine's table decides, the gates say what is still missing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies, registry
from ruangaman.cases.errors import AlreadyClosed, EvidenceMissing, NoSuchMove
from ruangaman.cases.models import Aftercare, Case, Episode, Transition
from ruangaman.cases.selectors.facts import began_at, known_of
from ruangaman.cases.selectors.needs import OF_AN_EPISODE, subject_of
from ruangaman.cases.selectors.reviewing import MONTHLY, WEEKLY
from ruangaman.cases.services.ending import next_episode, resume_contacts
from ruangaman.cases.services.loading import find_first, lock_case, seal
from ruangaman.cases.services.planning import check_safety, start_plan
from ruangaman.cases.services.reviewing import set_danger
from ruangaman.cases.services.tasks import wake_tasks
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import (
    CaseState,
    Escort,
    Move,
    MoveKind,
    find_move,
    missing_for,
    note_content,
    reopened_state,
)
from ruangaman.clocks import services as clocks
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError, NotAllowed
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment

OWN_CLOCKS = ("task", MONTHLY, WEEKLY, *OF_AN_EPISODE)
"""Tasks are woken one by one; how soon it is looked at again is counted from the new episode; what the head decided was
about the old one.
"""
OWN_WAYS = frozenset({MoveKind.CLOSE, MoveKind.REOPEN})


@transaction.atomic
def move_state(
    *, code: str, target: CaseState, reason: str, by: User, at: datetime, transition_id: UUID | None = None
) -> Case:
    """Move a case to another state; closing and opening again have services of their own.

    Args:
        reason: words, sealed in the work compartment.
        transition_id: the new row's id, minted with the form: asked twice, nothing happens the second time.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        NoSuchMove: the state does not lead there, perhaps because somebody else was faster.
        EvidenceMissing: a gate is shut; the sentence says why.

    Writes: the case, the sealed reason, one transition, one `cases.moved` event; beginning the work makes tasks of the
    goals of the plan.
    Source: domain.md 2.3.
    """
    case = lock_case(code, by)
    if find_first(Transition, transition_id, case) is not None:
        return case
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang memindahkan tahap."))
    move = _find(case, target)
    if move.kind in OWN_WAYS:
        raise NoSuchMove(_("Menutup dan membuka lagi kasus punya halamannya sendiri."))
    _pass_gates(case, move, reason, by=by, at=at)
    _move(case, move, reason, "", by=by, at=at, transition_id=transition_id)
    case.save(update_fields=["state", "state_since"])
    detail: Detail = {"from": move.source.value, "to": move.target.value}
    tell(events.CASE_MOVED, case, by=by, at=at, detail=detail)
    if move.kind is MoveKind.AFTERCARE:
        wake_tasks(case, by=by, at=at)
    if (move.source, move.target) == (CaseState.PLAN, CaseState.SERVICES):
        start_plan(case, by=by, at=at)
    return case


@transaction.atomic
def close_case(
    *,
    code: str,
    reason: ClosingReason,
    explanation: str,
    by: User,
    at: datetime,
    transition_id: UUID | None = None,
) -> Case:
    """Close a case, from any state.

    The row is locked: of two people closing at once, one gets `AlreadyClosed`.

    Args:
        explanation: words, sealed in the work compartment.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        AlreadyClosed: it is closed; nothing is written.
        EvidenceMissing: a gate is shut.

    Writes: the case, the sealed words, one transition, one `cases.closed` event; until when it is kept.
    Source: domain.md 2.3, state 8.
    """
    case = lock_case(code, by)
    if find_first(Transition, transition_id, case) is not None:
        return case
    if not policies.can_close(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang menutup kasus."))
    if case.state == CaseState.CLOSED:
        raise AlreadyClosed(_("Kasus %(code)s sudah ditutup.") % {"code": case.code})
    move = _find(case, CaseState.CLOSED)
    _pass_gates(case, move, explanation, by=by, at=at, closing=reason)
    ref = _move(case, move, explanation, reason, by=by, at=at, transition_id=transition_id)
    case.closed_at, case.closed_by, case.closing_reason, case.closing_ref = at, by, reason, ref
    case.save(update_fields=["state", "state_since", "closed_at", "closed_by", "closing_reason", "closing_ref"])
    waits = Aftercare.objects.filter(case=case, held_at=None, cancelled_at=None).exists()
    detail: Detail = {"from": move.source.value, "reason": reason.value, "planned": waits}
    resume_contacts(case, since=began_at(case), at=at)
    tell(events.CASE_CLOSED, case, by=by, at=at, detail=detail)
    _end(case, by, at)
    return case


@transaction.atomic
def reopen_case(
    *,
    code: str,
    reason: str,
    risk: RiskLevel,
    is_safe: bool,
    words: str = "",
    by: User,
    at: datetime,
    transition_id: UUID | None = None,
) -> Case:
    """Open a closed case again: a new episode, from assessment on, or from the emergency if she is not safe.

    What was written at its closing stays. What the closing ended although it was not done goes on, until when it ran
    before: that she is found unsafe now renews no limit to see to it.

    Args:
        risk: how dangerous it is now; the danger goes up with it, and down only with a review. Not safe is high.
        is_safe: whether she is safe now; recorded as a safety check.
        words: where she is and who is with her, sealed with that check; asked for where she was not safe at the last
            look or contact and is now. Of one who is not safe the reason stands in their place.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it, nor is its companion while she was found unsafe since the closing.
        NoSuchMove: it is not closed.
        EvidenceMissing: a gate is shut.
        DomainError: not safe, and yet in low danger; or safe now and not before, without a word.

    Writes: the case, the sealed reason, one transition, the episode, one `cases.reopened` event, the safety check,
        clocks; `cases.risk_changed` when the danger rose.
    """
    case = lock_case(code, by)
    if find_first(Transition, transition_id, case) is not None:
        return case
    if not policies.can_reopen(by, case, case.assignments.filter(user=by, until=None)):
        raise NotAllowed(_("Hanya manajer kasus yang membuka lagi kasus."))
    if case.is_open:
        raise NoSuchMove(_("Kasus %(code)s tidak sedang ditutup.") % {"code": case.code})
    now = RiskLevel(max(risk, case.risk))
    if not is_safe and now is RiskLevel.RENDAH:
        raise DomainError(_("Belum aman, tetapi bahayanya dinilai rendah. Nilai lagi bahayanya."))
    move = _find(case, reopened_state(is_safe=is_safe))
    _pass_gates(case, move, reason, by=by, at=at)
    _move(case, move, reason, "", by=by, at=at, transition_id=transition_id)
    number, since = next_episode(case), began_at(case)
    Episode(case=case, number=number, at=at, by=by).save(force_insert=True)
    case.closed_at, case.closed_by, case.closing_reason, case.closing_ref = None, None, "", None
    case.save(update_fields=["state", "state_since", "closed_at", "closed_by", "closing_reason", "closing_ref"])
    resumed = _resume_clocks(case, since, at)
    detail: Detail = {"from": move.source.value, "state": move.target.value, "episode": number, "clocks": resumed}
    tell(events.CASE_REOPENED, case, by=by, at=at, detail=detail)
    set_danger(case, now if is_safe else max(now, RiskLevel.TINGGI), by=by, at=at)
    said = words if is_safe else words or reason
    check_safety(code=code, is_safe=is_safe, escort=Escort.NONE, words=said, is_reopening=True, by=by, at=at)
    case.unsafe_at = None if is_safe else at
    wake_tasks(case, by=by, at=at)
    vault.resume_dossier(dossier_id=case.dossier_id, by=by, at=at)
    for ending in registry.endings:
        ending.resumed(case=case, by=by, at=at)
    return case


def _resume_clocks(case: Case, since: datetime, at: datetime) -> int:
    """Let what the closing ended undone go on; the turns of who has no part any more are the manager's."""
    parts = list(case.assignments.values_list("user_id", "until"))
    live = {user for user, until in parts if until is None}
    gone = {user for user, _until in parts} - live
    return clocks.resume_ended(
        event=events.CASE_CLOSED.key, subject=subject_of(case), since=since, at=at, gone=gone, but=OWN_CLOCKS
    )


def _end(case: Case, by: User, at: datetime) -> None:
    """Note how long the case is kept: a child's longer than a grown woman's."""
    state = "closed" if case.case_type == CaseType.WOMAN else "closed_child"
    vault.end_dossier(dossier_id=case.dossier_id, kind="case", state=state, code=case.code, by=by, at=at)
    for ending in registry.endings:
        ending.ended(case=case, state=state, by=by, at=at)


def _find(case: Case, target: CaseState) -> Move:
    move = find_move(CaseState(case.state), target)
    if move is None:
        raise NoSuchMove(
            _("Dari tahap %(source)s kasus tidak dapat langsung ke %(target)s. Muat ulang halaman.")
            % {"source": case.get_state_display(), "target": target.label}
        )
    return move


def _pass_gates(
    case: Case, move: Move, reason: str, *, by: User, at: datetime, closing: ClosingReason | None = None
) -> None:
    known = known_of(case, at, closing=closing)
    missing = missing_for(move, known.as_evidence(at, by=by.pk, has_reason=bool(reason.strip())), registry.gates)
    if missing:
        raise EvidenceMissing(_("Masih diperlukan: %(what)s.") % {"what": ", ".join(str(one) for one in missing)})


def _move(
    case: Case, move: Move, reason: str, code: str, *, by: User, at: datetime, transition_id: UUID | None
) -> UUID:
    ref = seal(case, Compartment.WORK, note_content(reason), by=by, at=at)
    Transition(
        id=transition_id or uuid4(),
        case=case,
        from_state=move.source,
        to_state=move.target,
        by=by,
        at=at,
        reason_code=code,
        reason_ref=ref,
    ).save(force_insert=True)
    case.state, case.state_since = move.target, at
    return ref

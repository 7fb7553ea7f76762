"""What the desk decides about a report: triage, not for us, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.models import User
from ruangaman.clocks import services as clocks
from ruangaman.clocks.selectors import limit_for
from ruangaman.core.codelists import Authority, CaseType, Danger, Now, RefusalReason, RiskLevel, Who
from ruangaman.intake import events
from ruangaman.intake.errors import NeedsReason, WrongState
from ruangaman.intake.models import Report
from ruangaman.intake.services.desk import hold, lock_report, refuse_if_held, write_message
from ruangaman.intake.services.rulings import rule, waits_since
from ruangaman.intake.services.telling import tell
from ruangaman.intake.types import (
    LETHAL,
    LIMIT_KEYS,
    Ruled,
    State,
    Step,
    answer_hours,
    danger_level,
    is_reason,
    state_after,
)
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment, Content

UNDO_SECONDS = 60
_TRIAGE = ["case_type", "authority", "triaged_by", "triaged_at", "triage_ref"]
UNSORTED = [*_TRIAGE, "danger", "limit_key", "due_at"]
"""What changes when a triage is forgotten."""
_REFUSAL = ["refusal_reason", "refused_by", "refused_at", "refusal_ref"]


@dataclass(frozen=True)
class Suggestion:
    """What the answers point to. The officer decides."""

    case_type: CaseType | None
    risk: RiskLevel
    why: str
    against: tuple[str, ...] = ()
    """The answers that say danger, in words: they speak against less, and against a refusal."""

    def needs_reason(self, risk: int) -> bool:
        """Whether this is less danger than the answers say."""
        return risk < self.risk


def suggest(report: Report) -> Suggestion:
    """Suggest risk and whom to protect from the facts in the clear, and say why."""
    reasons = []
    if report.now == Now.YES:
        reasons.append(_("sedang terjadi"))
    if report.now == Now.UNSURE:
        reasons.append(_("mungkin sedang terjadi"))
    signs = [str(Danger(sign).label).lower() for sign in report.dangers]
    against = (*reasons, *signs)
    if signs:
        reasons.append(_("tanda bahaya: %(signs)s") % {"signs": ", ".join(signs)})
    if report.who == Who.CHILD:
        reasons.append(_("tentang seorang anak"))
    children = report.who == Who.CHILD
    both = report.who == Who.SELF and Danger.CHILD_PRESENT in report.dangers
    return Suggestion(
        case_type=CaseType.CHILD if children else CaseType.BOTH if both else None,
        risk=danger_level(now=report.now, dangers=report.dangers, who=report.who),
        why=_("karena %(reasons)s") % {"reasons": ", ".join(reasons)}
        if reasons
        else _("tidak ada tanda bahaya yang dipilih"),
        against=against,
    )


def count_lethal(report: Report) -> str:
    """Say how many signs point to danger for life, or nothing."""
    count = len(LETHAL.intersection(report.dangers))
    return ngettext("%(n)d tanda bahaya", "%(n)d tanda bahaya", count) % {"n": count} if count else ""


@transaction.atomic
def triage(
    *, code: str, case_type: CaseType, risk: RiskLevel, authority: Authority, by: User, at: datetime, why: str = ""
) -> Report:
    """Answer the three questions. May be done again until a case is opened.

    Args:
        why: cleaned; needed, and kept, only where the danger is less than the answers say.

    Raises:
        NotFound, AlreadyTaken.
        WrongState: it is a case, double or refused already.
        NeedsReason: less danger than the answers say, and no word why; nothing is written.

    Writes: the report, perhaps the sealed reason and once more for the head who reads it, its limit as long as nobody
        has answered (never later than the answers say), its clocks, one `intake.triaged` event.
    Source: domain.md 2.3, state 2.
    """
    report = _step(code, Step.TRIAGE, by=by, at=at)
    same = (report.case_type, report.danger, report.authority) == (case_type, risk, authority)
    is_less = suggest(report).needs_reason(risk)
    if same and report.triaged_by_id is not None and not (is_less and why):
        return report
    if is_less and not is_reason(why):
        raise NeedsReason(_("Jawaban pelapor berkata lebih berbahaya. Tulis dengan satu kalimat mengapa lebih rendah."))
    report.triage_ref = _seal_note(report, why, by, at) if is_less else None
    report.case_type, report.authority, report.danger = case_type, authority, risk
    report.triaged_by, report.triaged_at = by, at
    if report.answered_at is None:  # that somebody is in less danger promises them no later answer
        report.limit_key, report.due_at = _limit_of(report, max(risk, suggest(report).risk))
    report.save(update_fields=["state", "danger", "limit_key", "due_at", *_TRIAGE])
    clocks.set_danger(dossier_id=report.dossier_id, subject=report.code, danger=risk, by=by, at=at)
    tell(
        events.TRIAGED, report, by=by, at=at, detail={"case_type": case_type, "risk": int(risk), "authority": authority}
    )
    if is_less:
        rule(report, Ruled.LOWERED, why, said=suggest(report).risk, by=by, at=at)
    return report


@transaction.atomic
def refuse(
    *, code: str, reason: RefusalReason, words: str, note: str, message_id: UUID, by: User, at: datetime
) -> Report:
    """Say that the office does not take a report on, in words that the reporter reads.

    Args:
        words: for the reporter, cleaned, not empty.
        note: why, for colleagues; may be empty unless the answers say danger.
        message_id: minted with the form; the same refusal sent twice is one.

    Raises:
        NotFound, AlreadyTaken.
        WrongState: it is decided already.
        NeedsReason: the answers say danger, and there is no note; nothing is written.

    Writes: the report, the sealed message and note, where the answers say danger once more for the head who reads it,
        `intake.refused` and `intake.replied` events.
    """
    report = lock_report(code=code, by=by)
    if report.state == State.REFUSED and report.messages.filter(pk=message_id).exists():
        return report
    move(report, Step.REFUSE, by=by, at=at)
    said = suggest(report)
    if said.against and not is_reason(note):
        raise NeedsReason(
            _("Jawaban pelapor menyebut bahaya. Tulis dengan satu kalimat mengapa laporan ini tidak ditangani.")
        )
    write_message(report, text=words, message_id=message_id, by=by, at=at)
    if note:
        report.refusal_ref = _seal_note(report, note, by, at)
    report.refusal_reason, report.refused_by, report.refused_at = reason, by, at
    report.answered_at, report.needs_desk = report.answered_at or at, False
    report.save(update_fields=["state", "answered_at", "needs_desk", *_REFUSAL])
    tell(events.REFUSED, report, by=by, at=at, detail={"reason": reason})
    if said.against:
        rule(report, Ruled.REFUSED, note, said=said.risk, by=by, at=at, sent=words)
    end(report, State.REFUSED, by, at)
    return report


@transaction.atomic
def undo_refusal(*, code: str, by: User, at: datetime) -> Report:
    """Take a refusal back: the report is to be triaged again, and the reporter reads that it is. Twice is once.

    What was written to the reporter stays: it may have been read.

    Raises:
        NotFound, AlreadyTaken, WrongState.

    Writes: the report, the sealed message, `intake.unrefused` and `intake.replied` events.
    """
    report = lock_report(code=code, by=by)
    if report.state == State.RECEIVED:
        return report
    move(report, Step.UNDO_REFUSAL, by=by, at=at)
    with translation.override(settings.LANGUAGE_CODE):  # it is for the reporter, whatever the officer reads in
        words = _("Kami membaca laporan ini sekali lagi, dan tetap menanganinya. Maaf atas jawaban kami sebelumnya.")
    report.refusal_reason, report.refused_by, report.refused_at, report.refusal_ref = "", None, None, None
    report.needs_desk = True
    forget_triage(report)
    report.save(update_fields=["state", "needs_desk", *_REFUSAL, *UNSORTED])
    write_message(report, text=words, message_id=uuid4(), by=by, at=at)  # told of a report that is to be triaged
    clocks.set_danger(dossier_id=report.dossier_id, subject=report.code, danger=RiskLevel(report.danger), by=by, at=at)
    tell(events.UNREFUSED, report, by=by, at=at)
    vault.resume_dossier(dossier_id=report.dossier_id, by=by, at=at)
    return report


def _seal_note(report: Report, note: str, by: User, at: datetime) -> UUID:
    """Seal why something was decided, for colleagues."""
    content: Content = {"text": note}
    return vault.seal(dossier_id=report.dossier_id, compartment=Compartment.WORK, content=content, by=by, at=at)


def _step(code: str, step: Step, *, by: User, at: datetime) -> Report:
    report = lock_report(code=code, by=by)
    move(report, step, by=by, at=at)
    return report


def move(report: Report, step: Step, *, by: User, at: datetime) -> None:
    """Move a locked report in the machine. Raises AlreadyTaken, WrongState."""
    refuse_if_held(report, by=by)
    target = state_after(report.state, step)
    if target is None:
        label = State(report.state).label
        raise WrongState(_("Laporan ini sudah diputuskan: %(state)s.") % {"state": label})
    hold(report, by=by, at=at)
    report.state = target


def end(report: Report, state: State, by: User, at: datetime) -> None:
    """Note how long a report is kept that becomes no case."""
    vault.end_dossier(dossier_id=report.dossier_id, kind="report", state=state.value, code=report.code, by=by, at=at)


def forget_triage(report: Report) -> None:
    """Make a report one that nobody has triaged: it is as dangerous as its answers say. Nothing is written.

    Whom nobody has answered does not wait any longer for that.
    """
    report.case_type, report.authority, report.triaged_by, report.triaged_at = "", "", None, None
    report.triage_ref = None
    report.danger = suggest(report).risk
    if report.answered_at is None:
        _answer_sooner(report, RiskLevel(report.danger))


def raise_danger(report: Report, risk: RiskLevel, *, double: str, by: User, at: datetime) -> None:
    """Let a locked report that is the desk's have the danger that a double of it tells of. Less changes nothing.

    Whom nobody has answered is answered as soon as that danger asks for.

    Writes: the report, its clocks, one `intake.danger_raised` event.
    """
    if report.danger >= risk:
        return
    report.danger = risk
    if report.answered_at is None:
        _answer_sooner(report, risk)
    report.save(update_fields=["danger", "limit_key", "due_at"])
    tell(events.DANGER_RAISED, report, by=by, at=at, detail={"risk": int(risk), "double": double})
    clocks.set_danger(dossier_id=report.dossier_id, subject=report.code, danger=risk, by=by, at=at)


def _answer_sooner(report: Report, risk: RiskLevel) -> None:
    """Give a report the limit of a danger where that is the earlier one."""
    key, due = _limit_of(report, risk)
    if due < report.due_at:
        report.limit_key, report.due_at = key, due


def _limit_of(report: Report, risk: RiskLevel) -> tuple[str, datetime]:
    """Return which limit an answer has in a danger, and until when that is: from when the wait for it began."""
    key, since = LIMIT_KEYS[risk], waits_since(report)
    hours = answer_hours(risk, limit_for(key, since).hours)
    return key, since + timedelta(hours=hours)

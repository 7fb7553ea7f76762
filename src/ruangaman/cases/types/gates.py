"""What must exist before a case leaves a state: the gates of the office's flow, as data. Source: domain.md 2.3."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.types.flow import CaseState, Evidence, Missing, Move, MoveKind, Said, said
from ruangaman.cases.types.steps import ApprovalKind

AFTERCARE_MONTHS = (1, 3, 6)
"""After so many months somebody asks how it goes (ours; domain.md 2.3, state 9)."""


class Fact(StrEnum):
    """What a case has, as far as the gates ask. Counted since its present episode began."""

    SAFE = "safe"
    """The last check since the case came to where it stands said so."""
    UNSAFE = "unsafe"
    """The last check of the episode said that she is not."""
    LOOKED = "looked"
    """Somebody looked in this episode whether she is safe."""
    UNANSWERED = "unanswered"
    """Whoever reported waits for a first answer."""
    UNREAD = "unread"
    """Whoever reported wrote since, and nobody has said that it was read."""
    TRY_UNSAFE = "try_unsafe"
    """A try to reach her was stopped because it was not safe, and nobody has looked since."""
    CONSENT = "consent"
    ASSESSED = "assessed"
    PLANNED = "planned"
    SAFETY_PLAN = "safety_plan"
    PLAN_AGREED = "plan_agreed"
    PLAN_APPROVED = "plan_approved"
    SERVED = "served"
    CLOSING_ASSESSED = "closing_assessed"
    CLOSING_APPROVED = "closing_approved"
    MAY_END = "may_end"
    """She is safe at the last look, or this end is one that there may be all the same."""
    DOUBTS_ANSWERED = "doubts_answered"
    CLOCKS_ANSWERED = "clocks_answered"
    NOTHING_OPEN = "nothing_open"
    TRIED = "tried"
    TRANSFERRED = "transferred"
    AFTERCARE_PLANNED = "aftercare_planned"
    HIGH_RISK = "high_risk"
    UNREACHABLE = "unreachable"
    MOVED = "moved"


@dataclass(frozen=True)
class FactGate:
    """One thing that must exist before some moves.

    Args:
        words: what is missing, for a person.
        step: the page where it is done, below the case's address.
        only_if: asked for only where this is true as well.
        source, target, kind: the moves that it stands before; None: any.
        is_again: also when the follow-up after a closing ends.
    """

    key: str
    fact: Fact
    words: Said
    step: str
    only_if: Fact | None = None
    source: CaseState | None = None
    target: CaseState | None = None
    kind: MoveKind | None = None
    is_again: bool = False

    def stands_before(self, move: Move) -> bool:
        """Whether this gate is on the way of a move. What was closed once is closed again without most of them."""
        if self.kind is MoveKind.CLOSE and move.source is CaseState.AFTERCARE and not self.is_again:
            return False
        wanted = ((self.source, move.source), (self.target, move.target), (self.kind, move.kind))
        return all(mine is None or mine is theirs for mine, theirs in wanted)

    def missing(self, move: Move, evidence: Evidence) -> Missing | None:
        """Open when the fact is there, or when nobody asks for it."""
        if not self.stands_before(move) or self.fact in evidence.facts:
            return None
        if self.only_if is not None and self.only_if not in evidence.facts:
            return None
        return Missing(said(self.words, evidence), self.step)


def danger_words(evidence: Evidence) -> str:
    """Say which danger a case has, as the reason for what is asked."""
    return gettext("karena bahayanya %(danger)s") % {"danger": evidence.danger.label.lower()}


def _safety_plan(evidence: Evidence) -> str:
    return gettext("rencana keselamatan, %(why)s") % {"why": danger_words(evidence)}


def _tries(evidence: Evidence) -> str:
    """Say how far the tries have come; as they stand in the list of what is missing."""
    if evidence.tries is None:
        return gettext("upaya menghubungi")
    return gettext("upaya menghubungi: %(missing)s") % {"missing": evidence.tries.missing()}


SAFE_ENOUGH = _("cek yang menyatakan ia aman, atau alasan lain yang boleh selagi belum aman")
WHY_ALL_THE_SAME = _("alasan mengapa tetap ditutup")
_S, _K, _F = CaseState, MoveKind, Fact
FLOW_GATES: tuple[FactGate, ...] = (
    FactGate("safe", _F.SAFE, _("cek aman dulu"), "aman/", source=_S.EMERGENCY, target=_S.ASSESSMENT),
    FactGate(
        "consent", _F.CONSENT, _("persetujuan atau dasar lain"), "izin/", source=_S.ASSESSMENT, target=_S.PLAN
    ),
    FactGate(
        "assessed", _F.ASSESSED, _("asesmen tujuh bidang"), "asesmen/", source=_S.ASSESSMENT, target=_S.PLAN
    ),
    FactGate(
        "planned", _F.PLANNED, _("rencana dengan tujuan"), "rencana/", source=_S.PLAN, target=_S.SERVICES
    ),
    FactGate(
        "safety_plan", _F.SAFETY_PLAN, _("rencana keselamatan"), "rencana/", _F.HIGH_RISK, _S.PLAN, _S.SERVICES
    ),
    FactGate(
        "plan_approved", _F.PLAN_APPROVED, _("persetujuan kepala atas rencana"), "rencana/", _F.PLANNED, _S.PLAN,
        _S.SERVICES,
    ),
    FactGate(
        "served", _F.SERVED, _("satu layanan yang tercatat"), "layanan/", source=_S.SERVICES, target=_S.MONITORING
    ),
    FactGate("closing_assessed", _F.CLOSING_ASSESSED, _("asesmen penutupan"), "penutupan/", kind=_K.CLOSE),
    FactGate(
        "closing_approved", _F.CLOSING_APPROVED, _("persetujuan kepala atas penutupan"), "penutupan/",
        _F.CLOSING_ASSESSED, kind=_K.CLOSE,
    ),
    FactGate(
        "clocks_answered", _F.CLOCKS_ANSWERED, _("jawaban untuk jam hukum dan kesehatan yang masih berjalan"),
        "penutupan/", _F.CLOSING_ASSESSED, kind=_K.CLOSE,
    ),
    FactGate("nothing_open", _F.NOTHING_OPEN, _("tugas yang masih terbuka diselesaikan"), "#berikutnya", kind=_K.CLOSE),
    FactGate("may_end", _F.MAY_END, SAFE_ENOUGH, "aman/", kind=_K.CLOSE, is_again=True),
    FactGate(
        "doubts_answered", _F.DOUBTS_ANSWERED, WHY_ALL_THE_SAME, "penutupan/", _F.CLOSING_ASSESSED, kind=_K.CLOSE
    ),
    FactGate("tried", _F.TRIED, _tries, "upaya/", _F.UNREACHABLE, kind=_K.CLOSE),
    FactGate(
        "transferred", _F.TRANSFERRED, _("tanda terima pelimpahan"), "pelimpahan/", _F.MOVED, kind=_K.CLOSE
    ),
    FactGate(
        "aftercare_planned", _F.AFTERCARE_PLANNED, _("jadwal kontak sesudahnya"), "pasca/", source=_S.CLOSED,
        target=_S.AFTERCARE,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class AskGate:
    """One thing that must be there before the head is asked about something.

    Args:
        only_if: asked for only where this is true as well.
    """

    key: str
    asked: ApprovalKind
    fact: Fact
    words: Said
    step: str
    only_if: Fact | None = None


ASK_GATES: tuple[AskGate, ...] = (
    AskGate(
        "ask_safety_plan", ApprovalKind.PLAN, _F.SAFETY_PLAN, _safety_plan, "rencana/", _F.HIGH_RISK,
    ),
    AskGate(
        "ask_agreed", ApprovalKind.PLAN, _F.PLAN_AGREED,
        _("kesepakatannya atas rencana ini, atau dasar hukum bila ia belum dapat ditanya"), "rencana/", _F.HIGH_RISK,
    ),
    AskGate(
        "ask_clocks", ApprovalKind.CLOSING, _F.CLOCKS_ANSWERED,
        _("jawaban untuk jam hukum dan kesehatan yang masih berjalan"), "penutupan/",
    ),
    AskGate(
        "ask_assessed", ApprovalKind.CLOSING, _F.CLOSING_ASSESSED,
        _("asesmen penutupan yang baru, sebab sesudah yang lama tercatat belum aman"), "penutupan/",
    ),
    AskGate("ask_may_end", ApprovalKind.CLOSING, _F.MAY_END, SAFE_ENOUGH, "aman/"),
    AskGate("ask_doubts", ApprovalKind.CLOSING, _F.DOUBTS_ANSWERED, WHY_ALL_THE_SAME, "penutupan/"),
    AskGate("ask_tried", ApprovalKind.CLOSING, _F.TRIED, _tries, "upaya/", _F.UNREACHABLE),
)  # fmt: skip


def missing_for_asking(kind: ApprovalKind, evidence: Evidence) -> list[Missing]:
    """Return what is still missing before the head is asked; empty: it may be asked."""
    facts = evidence.facts
    return [
        Missing(said(gate.words, evidence), gate.step)
        for gate in ASK_GATES
        if gate.asked is kind and gate.fact not in facts and (gate.only_if is None or gate.only_if in facts)
    ]

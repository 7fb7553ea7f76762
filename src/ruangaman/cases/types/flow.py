"""States of a case, the moves between them, and what must exist before one.

The machine is data: `MOVES` says what may follow what, `Gate` what must exist first. Source: domain.md 2.3, states 3–9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ruangaman.cases.types.tries import Tries
from ruangaman.core.codelists import Authority, RiskLevel


class CaseState(models.TextChoices):
    """Where a case stands; the steps before belong to the report."""

    EMERGENCY = "emergency", _("Darurat")
    REFERRED_OUT = "referred_out", _("Dirujuk ke luar")
    ASSESSMENT = "assessment", _("Asesmen")
    PLAN = "plan", _("Rencana")
    SERVICES = "services", _("Pelaksanaan")
    MONITORING = "monitoring", _("Pemantauan")
    CLOSED = "closed", _("Terminasi")
    AFTERCARE = "aftercare", pgettext_lazy("tahap kasus", "Pasca")

    @property
    def step(self) -> int:
        """The number of the step in the office's flow, 3 to 9."""
        return STEPS[self]

    @property
    def is_open(self) -> bool:
        """False once the case is closed, follow-up afterwards included."""
        return self not in CLOSED_STATES


STEPS: dict[CaseState, int] = {
    CaseState.EMERGENCY: 3,
    CaseState.REFERRED_OUT: 3,
    CaseState.ASSESSMENT: 4,
    CaseState.PLAN: 5,
    CaseState.SERVICES: 6,
    CaseState.MONITORING: 7,
    CaseState.CLOSED: 8,
    CaseState.AFTERCARE: 9,
}
CLOSED_STATES = frozenset({CaseState.CLOSED, CaseState.AFTERCARE})
OPEN_STATES = frozenset(CaseState) - CLOSED_STATES
WRITABLE_STATES = OPEN_STATES | {CaseState.AFTERCARE}
"""In these something may be added. What is closed has to be opened again first."""


class MoveKind(StrEnum):
    """What a move means, for the sentence on the button and for the gates."""

    FORWARD = "forward"
    BACK = "back"
    EMERGENCY = "emergency"
    REFER = "refer"
    CLOSE = "close"
    REOPEN = "reopen"
    AFTERCARE = "aftercare"


@dataclass(frozen=True)
class Move:
    """One step that a case may take."""

    source: CaseState
    target: CaseState
    kind: MoveKind


_S = CaseState
_WORK = (_S.ASSESSMENT, _S.PLAN, _S.SERVICES, _S.MONITORING)
MOVES: dict[tuple[CaseState, CaseState], Move] = {
    (move.source, move.target): move
    for move in (
        Move(_S.EMERGENCY, _S.ASSESSMENT, MoveKind.FORWARD),
        Move(_S.ASSESSMENT, _S.PLAN, MoveKind.FORWARD),
        Move(_S.PLAN, _S.SERVICES, MoveKind.FORWARD),
        Move(_S.SERVICES, _S.MONITORING, MoveKind.FORWARD),
        Move(_S.PLAN, _S.ASSESSMENT, MoveKind.BACK),
        Move(_S.SERVICES, _S.PLAN, MoveKind.BACK),
        Move(_S.MONITORING, _S.SERVICES, MoveKind.BACK),
        Move(_S.MONITORING, _S.PLAN, MoveKind.BACK),
        Move(_S.REFERRED_OUT, _S.ASSESSMENT, MoveKind.BACK),
        Move(_S.REFERRED_OUT, _S.EMERGENCY, MoveKind.EMERGENCY),
        Move(_S.EMERGENCY, _S.REFERRED_OUT, MoveKind.REFER),
        *(Move(state, _S.EMERGENCY, MoveKind.EMERGENCY) for state in _WORK),
        *(Move(state, _S.REFERRED_OUT, MoveKind.REFER) for state in _WORK),
        *(Move(state, _S.CLOSED, MoveKind.CLOSE) for state in CaseState if state is not _S.CLOSED),
        Move(_S.CLOSED, _S.AFTERCARE, MoveKind.AFTERCARE),
        *(
            Move(state, target, MoveKind.REOPEN)
            for state in (_S.CLOSED, _S.AFTERCARE)
            for target in (_S.ASSESSMENT, _S.EMERGENCY)
        ),
    )
}


def first_state(*, risk: RiskLevel, authority: Authority) -> CaseState:
    """Return where a new case begins: safety before anything else, then whose case it is."""
    if risk >= RiskLevel.TINGGI:
        return CaseState.EMERGENCY
    return CaseState.ASSESSMENT if authority == Authority.CITY else CaseState.REFERRED_OUT


def reopened_state(*, is_safe: bool) -> CaseState:
    """Return where a case goes on that is opened again: who is not safe is made safe before anything is asked."""
    return CaseState.ASSESSMENT if is_safe else CaseState.EMERGENCY


def skipped_steps(state: CaseState, way: Iterable[tuple[CaseState, CaseState]]) -> frozenset[int]:
    """Return the steps before a state that a case passed over in its present episode.

    Args:
        way: its moves, the oldest first; those of earlier episodes are left out here.
    """
    been = {state.step}
    for source, target in way:
        is_reopened = not source.is_open and target.is_open
        been = {target.step} if is_reopened else been | {source.step, target.step}
    return frozenset(range(CaseState.ASSESSMENT.step, state.step)) - been


def find_move(source: CaseState, target: CaseState) -> Move | None:
    """Return the move, or None: there is no such move."""
    return MOVES.get((source, target))


def moves_from(state: CaseState, *, kinds: Iterable[MoveKind] = MoveKind) -> list[Move]:
    """Return the moves of the given kinds that lead out of a state, in the order of the table."""
    wanted = frozenset(kinds)
    return [move for (source, _target), move in MOVES.items() if source is state and move.kind in wanted]


@dataclass(frozen=True)
class Evidence:
    """What is there when a move is asked for: who asks, whether they say why, and codes of what the case has.

    Args:
        danger: the case's; a gate says it as it is.
        tries: to reach her; None: not asked.
    """

    by: UUID | None
    has_reason: bool
    facts: frozenset[str] = frozenset()
    danger: RiskLevel = RiskLevel.RENDAH
    tries: Tries | None = None


Said = str | Promise | Callable[[Evidence], str]
"""What is missing, in words; where they depend on what is there, as a function of it."""


def said(words: Said, evidence: Evidence) -> str | Promise:
    """Return what is missing as it stands in a list."""
    return words(evidence) if callable(words) else words


@dataclass(frozen=True)
class Missing:
    """What a move waits for.

    Args:
        words: what is missing, as it stands in a list.
        step: the page where it is done, below the case's address; empty: it is done with the move itself.
    """

    words: str | Promise
    step: str = ""

    def __str__(self) -> str:
        return str(self.words)


class Gate(Protocol):
    """Something that must exist before a move. A gate is one entry in `cases.registry.gates`."""

    @property
    def key(self) -> str:
        """Unique among gates."""

    def missing(self, move: Move, evidence: Evidence) -> Missing | None:
        """Return what is still missing, in words for a person and with the page where it is done; None: it is open."""


@dataclass(frozen=True)
class ActorGate:
    """Somebody answers for every move."""

    key: str = "actor"

    def missing(self, move: Move, evidence: Evidence) -> Missing | None:
        """Open when somebody moves the case."""
        return None if evidence.by else Missing(_("siapa yang memutuskan"))


@dataclass(frozen=True)
class ReasonGate:
    """Every move says why."""

    key: str = "reason"

    def missing(self, move: Move, evidence: Evidence) -> Missing | None:
        """Open when a reason is given."""
        return None if evidence.has_reason else Missing(_("alasan"))


def missing_for(move: Move, evidence: Evidence, gates: Iterable[Gate]) -> list[Missing]:
    """Return everything that is still missing for a move; empty: it may be made."""
    found = (gate.missing(move, evidence) for gate in gates)
    return [one for one in found if one is not None]

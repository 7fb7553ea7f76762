"""Words of a case: states and the moves between them, people, shapes of what is sealed.

The machine is data: `MOVES` says what may follow what, `Gate` what must exist first. Source: domain.md 2.3, states 3–9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ruangaman.core.codelists import Authority, ContactWay, RiskLevel
from ruangaman.core.types import Json

Content = dict[str, Json]
SOON = timedelta(hours=24)


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


class AccessReason(models.TextChoices):
    """Why somebody without a part in the case reads some of it for a while."""

    SUBSTITUTE = "substitute", _("Menggantikan sementara")
    SECOND_VIEW = "second_view", _("Pendapat kedua")
    PREPARING = "preparing", _("Menyiapkan serah terima")
    SUPERVISION = "supervision", _("Supervisi penanganan")
    COURT = "court", _("Menyiapkan persidangan")


LONGEST_ACCESS = timedelta(days=180)


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
        *(Move(state, _S.ASSESSMENT, MoveKind.REOPEN) for state in (_S.CLOSED, _S.AFTERCARE)),
    )
}


def first_state(*, risk: RiskLevel, authority: Authority) -> CaseState:
    """Return where a new case begins: safety before anything else, then whose case it is."""
    if risk >= RiskLevel.TINGGI:
        return CaseState.EMERGENCY
    return CaseState.ASSESSMENT if authority == Authority.CITY else CaseState.REFERRED_OUT


def find_move(source: CaseState, target: CaseState) -> Move | None:
    """Return the move, or None: there is no such move."""
    return MOVES.get((source, target))


def moves_from(state: CaseState, *, kinds: Iterable[MoveKind] = MoveKind) -> list[Move]:
    """Return the moves of the given kinds that lead out of a state, in the order of the table."""
    wanted = frozenset(kinds)
    return [move for (source, _target), move in MOVES.items() if source is state and move.kind in wanted]


@dataclass(frozen=True)
class Evidence:
    """What is there when a move is asked for. Later gates look at `facts`, codes of what the case has."""

    by: UUID | None
    has_reason: bool
    facts: frozenset[str] = frozenset()


class Gate(Protocol):
    """Something that must exist before a move. A gate is one entry in `cases.registry.gates`."""

    @property
    def key(self) -> str:
        """Unique among gates."""

    def missing(self, move: Move, evidence: Evidence) -> str | Promise | None:
        """Return what is still missing, in words for a person; None: this gate is open."""


@dataclass(frozen=True)
class ActorGate:
    """Somebody answers for every move."""

    key: str = "actor"

    def missing(self, move: Move, evidence: Evidence) -> str | Promise | None:
        """Open when somebody moves the case."""
        return None if evidence.by else _("siapa yang memutuskan")


@dataclass(frozen=True)
class ReasonGate:
    """Every move says why."""

    key: str = "reason"

    def missing(self, move: Move, evidence: Evidence) -> str | Promise | None:
        """Open when a reason is given."""
        return None if evidence.has_reason else _("alasan")


def missing_for(move: Move, evidence: Evidence, gates: Iterable[Gate]) -> list[str | Promise]:
    """Return everything that is still missing for a move; empty: it may be made."""
    found = (gate.missing(move, evidence) for gate in gates)
    return [words for words in found if words is not None]


class PersonKind(models.TextChoices):
    """What somebody is in a case."""

    VICTIM = "victim", _("Korban")
    PERPETRATOR = "perpetrator", _("Terlapor")
    REPORTER = "reporter", _("Pelapor")
    FAMILY = "family", _("Keluarga")
    WITNESS = "witness", _("Saksi")


class NoteSource(models.TextChoices):
    """Where a note comes from."""

    REPORT = "report", _("Dari laporan")
    STAFF = "staff", _("Catatan petugas")


@dataclass(frozen=True)
class Identity:
    """What is sealed in the identity compartment for one person. The chosen name is the one to call her by."""

    chosen_name: str = ""
    full_name: str = ""
    nik: str = ""
    address: str = ""
    kelurahan: str = ""
    languages: str = ""
    needs: str = ""


@dataclass(frozen=True)
class SafeContact:
    """What is sealed in the contact compartment for one person: how to reach her, and how never to.

    Args:
        way: code of `core.codelists.ContactWay`.
        opening: the harmless words to begin with.
    """

    way: str = ""
    value: str = ""
    hours: str = ""
    opening: str = ""
    never: str = ""

    @property
    def way_words(self) -> str:
        """The way in words, or "" when none is known."""
        return str(ContactWay(self.way).label) if self.way in ContactWay.values else ""


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be added to a case."""

    kind: PersonKind
    sex: str = "NA"
    age_group: str = ""
    identity: Identity = field(default_factory=Identity)
    contact: SafeContact | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class NewFile:
    """A file that came with the report: only its key is sealed again, its frames stay where they are."""

    file_id: UUID
    key: Content


@dataclass(frozen=True)
class VictimLink:
    """Who did what to whom in one incident; the relation is always that to this victim."""

    victim_id: UUID
    perpetrator_id: UUID | None
    relation: str
    forms: tuple[str, ...] = ()


def note_content(text: str, facts: Iterable[tuple[str, str]] = ()) -> Content:
    """Return what is sealed for a note: words of a person, and facts as pairs of label and value."""
    return {"text": text, "facts": [[label, value] for label, value in facts]}


def person_content(part: Identity | SafeContact) -> Content:
    """Return what is sealed for one part of a person; empty fields are left out."""
    return {key: value for key, value in asdict(part).items() if value}


def identity_of(content: Mapping[str, Json]) -> Identity:
    """Return the identity in revealed content; unknown keys of a later release are passed over."""
    return Identity(**{key: str(content[key]) for key in Identity.__dataclass_fields__ if content.get(key)})


def contact_of(content: Mapping[str, Json]) -> SafeContact:
    """Return the safe contact in revealed content."""
    return SafeContact(**{key: str(content[key]) for key in SafeContact.__dataclass_fields__ if content.get(key)})


@dataclass(frozen=True)
class CaseFilters:
    """What a list of cases is narrowed to; the address carries it."""

    state: str = ""
    risk: int | None = None
    kecamatan: str = ""
    need: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Cursor:
    """Where the next page of a list begins: after this row."""

    risk: int
    opened_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.risk}.{int(self.opened_at.timestamp() * 1_000_000)}.{self.id.hex}"


class Need(StrEnum):
    """Why a case asks for somebody now, the most pressing first."""

    EMERGENCY = "emergency"
    NO_MANAGER = "no_manager"
    OVERDUE = "overdue"
    SOON = "soon"
    NO_COMPANION = "no_companion"
    NO_STEP = "no_step"
    NONE = "none"


URGENT_NEEDS = frozenset(Need) - {Need.NONE}


@dataclass(frozen=True)
class CaseFacts:
    """What of a case is counted for a list: no key is needed for any of it.

    Args:
        next_due: of the open tasks; None: nothing is promised.
        roles: roles of those who have a part in it now.
        has_manager: False: its manager has left.
    """

    state: CaseState
    overdue: int
    next_due: datetime | None
    roles: frozenset[str]
    has_manager: bool = True


def need_of(facts: CaseFacts, at: datetime) -> Need:
    """Return the most pressing reason why somebody has to look at the case at `at`."""
    if not facts.state.is_open:
        return Need.OVERDUE if facts.overdue else Need.NONE
    if facts.state is CaseState.EMERGENCY:
        return Need.EMERGENCY
    if not facts.has_manager:
        return Need.NO_MANAGER
    if facts.overdue:
        return Need.OVERDUE
    if facts.next_due is not None and facts.next_due - at <= SOON:
        return Need.SOON
    if "pendamping" not in facts.roles and facts.state is not CaseState.REFERRED_OUT:
        return Need.NO_COMPANION
    return Need.NO_STEP if facts.next_due is None else Need.NONE

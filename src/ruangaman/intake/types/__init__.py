"""Words of a report: its states, its danger, its shape before it is sealed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ruangaman.clocks.types import HEAD_START
from ruangaman.core.codelists import Danger, Now, RiskLevel, Who


class State(TextChoices):
    """Where a report stands. From a case on, the case has states of its own."""

    RECEIVED = "received", _("Diterima")
    TRIAGED = "triaged", _("Sudah dipilah")
    CASE_OPENED = "case_opened", _("Menjadi kasus")
    DUPLICATE = "duplicate", _("Laporan ganda")
    REFUSED = "refused", _("Tidak ditangani")


class ViolenceForm(TextChoices):
    """What the public form offers. Fixed, for its page is kept as bytes; each is a code of the list of forms."""

    FISIK = "FISIK", _("Fisik")
    PSIKIS = "PSIKIS", _("Psikis")
    SEKSUAL = "SEKSUAL", _("Seksual")
    KBGO = "KBGO", _("Berbasis elektronik")
    EKSPLOITASI = "EKSPLOITASI", _("Eksploitasi")
    TRAFFICKING = "TRAFFICKING", _("Perdagangan orang")
    PENELANTARAN = "PENELANTARAN", _("Penelantaran")
    LAINNYA = "LAINNYA", pgettext_lazy("bentuk kekerasan", "Lainnya")


class Relation(TextChoices):
    """What the public form offers. Fixed as the forms are; each is a code of the list of relations."""

    ORANG_TUA = "ORANG_TUA", _("Orang tua")
    KELUARGA = "KELUARGA", _("Keluarga atau saudara")
    SUAMI_ISTRI = "SUAMI_ISTRI", _("Suami atau istri")
    PACAR = "PACAR", _("Pacar")
    MANTAN = "MANTAN", _("Mantan")
    TEMAN = "TEMAN", _("Teman")
    TETANGGA = "TETANGGA", _("Tetangga")
    GURU = "GURU", _("Guru")
    MAJIKAN = "MAJIKAN", _("Majikan")
    REKAN_KERJA = "REKAN_KERJA", _("Rekan kerja")
    LAINNYA = "LAINNYA", pgettext_lazy("hubungan pelaku", "Lainnya")
    NA = "NA", _("Tidak kenal")


class Step(StrEnum):
    """What a desk can do that moves a report from one state to another."""

    TRIAGE = "triage"
    OPEN_CASE = "open_case"
    MARK_DUPLICATE = "mark_duplicate"
    UNDO_DUPLICATE = "undo_duplicate"
    REFUSE = "refuse"
    UNDO_REFUSAL = "undo_refusal"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.RECEIVED, Step.TRIAGE): State.TRIAGED,
    (State.TRIAGED, Step.TRIAGE): State.TRIAGED,
    (State.TRIAGED, Step.OPEN_CASE): State.CASE_OPENED,
    (State.RECEIVED, Step.MARK_DUPLICATE): State.DUPLICATE,
    (State.TRIAGED, Step.MARK_DUPLICATE): State.DUPLICATE,
    (State.DUPLICATE, Step.UNDO_DUPLICATE): State.RECEIVED,
    (State.RECEIVED, Step.REFUSE): State.REFUSED,
    (State.TRIAGED, Step.REFUSE): State.REFUSED,
    (State.REFUSED, Step.UNDO_REFUSAL): State.RECEIVED,
}
"""The whole machine: what is not here cannot happen. Going back to `received` drops the triage."""

WORKED_ON = frozenset({State.RECEIVED, State.TRIAGED})
"""States in which the desk still has to do something by itself."""


def state_after(state: State | str, step: Step) -> State | None:
    """Return where `step` leads from `state`, or None: it is not possible there."""
    return TRANSITIONS.get((State(state), step))


def steps_from(state: State | str) -> frozenset[Step]:
    """Return what can be done with a report in `state`."""
    return frozenset(step for before, step in TRANSITIONS if before == state)


class SafeStatus(TextChoices):
    """What the reporter is told, in words that say nothing to somebody who looks over a shoulder."""

    RECEIVED = "received", _("Diterima")
    READ = "read", _("Dibaca petugas")
    HANDLED = "handled", _("Sedang ditangani")
    CLOSED = "closed", _("Ditutup")
    REFUSED = "refused", _("Dialihkan atau tidak dapat kami tangani")


class Direction(TextChoices):
    """Who wrote a message of the thread."""

    IN = "in", _("Dari pelapor")
    OUT = "out", _("Dari petugas")


class SizeClass(IntegerChoices):
    """How much there is to read, so that the desk can plan; nothing finer is kept in the clear."""

    SHORT = 1, _("Singkat")
    MEDIUM = 2, _("Sedang")
    LONG = 3, _("Panjang")


SHORT_CHARS, MEDIUM_CHARS = 500, 3000


def size_class(*, characters: int, files: int) -> SizeClass:
    """Return the class of a report by the length of its story; files make it at least medium."""
    if characters > MEDIUM_CHARS:
        return SizeClass.LONG
    return SizeClass.MEDIUM if files or characters > SHORT_CHARS else SizeClass.SHORT


LETHAL = frozenset(
    {
        Danger.STRANGLED,
        Danger.WEAPON,
        Danger.THREAT_TO_KILL,
        Danger.INJURED,
        Danger.SUICIDAL,
        Danger.CONFINED,
        Danger.NEAR,
    }
)
"""Signs that somebody may die or be hurt badly in the next hours."""

VULNERABLE = frozenset({Danger.PREGNANT, Danger.CHILD_PRESENT})


def danger_level(*, now: str, dangers: Collection[str], who: str) -> RiskLevel:
    """Return how dangerous a report looks before anybody has read it.

    Never lower than what the answers say: it only orders the queue until triage.
    """
    lethal = not LETHAL.isdisjoint(dangers)
    if now == Now.YES:
        return RiskLevel.EKSTREM if lethal else RiskLevel.TINGGI
    if lethal:
        return RiskLevel.TINGGI
    if now == Now.UNSURE or who == Who.CHILD or not VULNERABLE.isdisjoint(dangers):
        return RiskLevel.SEDANG
    return RiskLevel.RENDAH


LIMIT_KEYS: dict[RiskLevel, str] = {
    RiskLevel.EKSTREM: "report.extreme",
    RiskLevel.TINGGI: "report.high",
    RiskLevel.SEDANG: "report.medium",
    RiskLevel.RENDAH: "report.low",
}
"""Danger level → key of the limit in `clocks` by which somebody has to answer."""


class Ruled(TextChoices):
    """What the desk decided against what the answers say: the head reads why."""

    LOWERED = "lowered", _("Bahaya diturunkan")
    REFUSED = "refused", _("Tidak ditangani")


class Verdict(TextChoices):
    """What the head made of it."""

    READ = "read", _("Sudah dibaca")
    RETURNED = "returned", _("Dikembalikan ke meja")


SHORTEST_REASON = 20
"""Letters that a reason has at least: "ok" is none."""


def is_reason(words: str) -> bool:
    """Whether words are a sentence that says why."""
    return sum(one.isalpha() for one in words) >= SHORTEST_REASON


SORTING = "report.triage"
"""How the keys of the kinds begin that ask for the triage of a report that was answered: one for each danger."""
DOUBLE_ANSWER = "report.double_answer"
"""The kind that goes on asking for the first answer where a report is double of another."""


def answer_hours(danger: int, hours: int) -> int:
    """Return within how many hours a report of a danger has to be answered.

    Who may die presses from the first moment on, whatever limit the office wrote down: the limit counts for no longer
    than the head start of that danger (ADR 20).

    Args:
        hours: the limit that was written down.
    """
    return min(hours, HEAD_START[danger] // timedelta(hours=1)) if danger == RiskLevel.EKSTREM else hours


@dataclass(frozen=True)
class Channel:
    """A way by which reports come in.

    Args:
        receive: what came in → the draft; raises `errors.Unreadable` when it has to be asked again.
        never_asks: what this channel can never ask, as codes of the form's fields: the desk must not wait for it.
    """

    key: str
    label: Any
    receive: Callable[..., ReportDraft]
    never_asks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeskFacts:
    """A desk as the choice of a desk needs to know it."""

    id: UUID
    name: str
    principal_id: UUID
    unit_id: UUID
    unit_code: str
    agency_code: str
    breakglass_id: UUID | None = None

    def is_avoided(self, avoid: Collection[str]) -> bool:
        """Whether its unit or its agency is among those that must not see the report."""
        return self.unit_code in avoid or self.agency_code in avoid


@dataclass(frozen=True)
class Reception:
    """What accepting a report needs to know beside the report: read together, kept for seconds.

    Args:
        desks: in the order in which they are tried.
        units, agencies: code and name of each.
        hours: limit in hours by its key.
    """

    desks: tuple[DeskFacts, ...]
    units: tuple[tuple[str, str], ...]
    agencies: tuple[tuple[str, str], ...]
    hours: dict[str, int] = field(hash=False)

    @property
    def holders(self) -> frozenset[str]:
        """Codes of the units whose desks take reports."""
        return frozenset(desk.unit_code for desk in self.desks)

    @property
    def avoidable(self) -> tuple[tuple[str, str], ...]:
        """Code and name of everything that may be kept from reading; a code that both lists have stands for both."""
        return tuple({**dict(self.agencies), **dict(self.units)}.items())

    def offered(self) -> list[tuple[str, str]]:
        """Return what the form offers to avoid: the units whose desks take reports, then agencies without a desk."""
        names, taken = dict(self.units), {desk.agency_code for desk in self.desks} | self.holders
        desks = [(code, names[code]) for code in dict.fromkeys(desk.unit_code for desk in self.desks)]
        return desks + [pair for pair in self.agencies if pair[0] not in taken]

    def desk_for(self, avoid: Collection[str]) -> DeskFacts | None:
        """Return the first desk that is not avoided, or None: no other desk is ever taken instead."""
        return next((desk for desk in self.desks if not desk.is_avoided(avoid)), None)


@dataclass(frozen=True)
class ReportDraft:
    """A report as a channel hands it over: checked and cleaned, not yet sealed. Empty means not answered."""

    what: str = field(repr=False)
    channel: str
    now: str = ""
    who: str = ""
    kinds: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()
    when: str = field(default="", repr=False)
    where: str = field(default="", repr=False)
    relation: str = ""
    age_group: str = ""
    contact: str = ""
    contact_value: str = field(default="", repr=False)
    contact_hours: str = field(default="", repr=False)
    contact_name: str = field(default="", repr=False)
    avoid: tuple[str, ...] = ()
    voice: str = ""
    """`child`: asked and told in a child's words."""

    @property
    def danger(self) -> RiskLevel:
        """How dangerous it looks."""
        return danger_level(now=self.now, dangers=self.dangers, who=self.who)


class Outcome(StrEnum):
    """How the acceptance of a report ended."""

    FRESH = "fresh"
    """It is stored."""
    SAME = "same"
    """It was stored before, by the same browser: it may see the receipt again."""
    OTHER = "other"
    """It was stored before, by another browser or long ago: nobody sees the receipt again."""

"""Words of a report: its states, its danger, its shape before it is sealed. Words of the desk: whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


EARLY = timedelta(hours=1)
"""How long before the turn begins whoever comes may take it, and how long ago a turn may have ended to be the last."""
GRACE = timedelta(minutes=15)
"""How long after the beginning of a turn the head is told that nobody has taken it."""


@dataclass(frozen=True)
class Planned:
    """One person's turn on the roster."""

    user_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Passed:
    """One handing-over as far as it is in the clear."""

    given_by: UUID | None
    given_at: datetime | None
    taken_by: UUID | None
    taken_at: datetime | None


@dataclass(frozen=True)
class Turn:
    """Who stands guard at a desk at one moment, who did before, and whether the first have said so.

    Args:
        began: of the running turn; None: nobody is on the roster, and every member of the desk is called.
        on_duty: by the roster.
        before: who was on duty until it began and is not any more.
        givers: who handed the desk over without anybody having taken it.
        taken_by, taken_at: who took it last, for this turn; without a roster: last of all.
        needs_word: False: the same people go on, or nobody is on the roster.
    """

    began: datetime | None
    until: datetime | None
    on_duty: frozenset[UUID]
    before: frozenset[UUID]
    givers: frozenset[UUID]
    taken_by: UUID | None
    taken_at: datetime | None
    needs_word: bool

    @property
    def is_untaken(self) -> bool:
        """Whether the turn has begun and nobody has said that they stand guard."""
        return self.needs_word and self.taken_at is None

    def is_late(self, at: datetime) -> bool:
        """Whether the head has to know."""
        return self.is_untaken and self.began is not None and at - self.began >= GRACE

    @property
    def called_too(self) -> frozenset[UUID]:
        """Whom the alarm reaches beside the roster: who goes, until the turn is taken; then who took it."""
        if self.is_untaken or self.givers:
            return self.before | self.givers
        return frozenset({self.taken_by}) if self.taken_by else frozenset()


def turn_at(planned: Iterable[Planned], passed: Iterable[Passed], at: datetime) -> Turn:
    """Return who stands guard at `at`.

    Args:
        planned: turns of one desk that run at `at` or ended not long before.
        passed: what was handed over there since then, and what nobody has taken yet.
    """
    planned, passed = list(planned), list(passed)
    running = [one for one in planned if one.starts_at <= at < one.ends_at]
    began = max((one.starts_at for one in running), default=None)
    on_duty = frozenset(one.user_id for one in running)
    coming = frozenset(one.user_id for one in running if one.starts_at == began)
    earlier = frozenset(
        one.user_id for one in planned if began and one.starts_at < began and one.ends_at >= began - EARLY
    )
    taken = [one for one in passed if one.taken_at is not None and _is_for(one, began, coming)]
    last = max(taken, key=lambda one: one.taken_at or at, default=None)
    return Turn(
        began=began,
        until=min((one.ends_at for one in running), default=None),
        on_duty=on_duty,
        before=earlier - on_duty,
        givers=frozenset(one.given_by for one in passed if one.given_by and one.taken_at is None),
        taken_by=last.taken_by if last else None,
        taken_at=last.taken_at if last else None,
        needs_word=bool(began) and not coming <= earlier,
    )


def _is_for(passed: Passed, began: datetime | None, coming: frozenset[UUID]) -> bool:
    """Whether a taking counts for the turn that began then: by anybody since, a little earlier by who was to come."""
    if began is None or passed.taken_at is None:
        return True
    return passed.taken_at >= began or (passed.taken_by in coming and passed.taken_at >= began - EARLY)

"""What a kind of clock says: when it begins and ends, whose turn it is, who is told when it is late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from ruangaman.clocks.types.order import Order, rank_at
from ruangaman.clocks.types.reckoning import HEAD_START

Detail = Mapping[str, str | int | bool | list[str] | None]
"""Codes, counts and keys of something that happened; never words of a person."""

LONGEST_CHAIN = 3
LONGEST_SNOOZE = timedelta(days=7)
LONG_PAUSE = timedelta(days=7)
"""A pause is shown unasked to who answers for it, once it is as long as this."""
LONGEST_PAUSE = timedelta(days=30)
"""After so long it goes on by itself: whoever still waits says so again."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SANE = range(2, 9999)
"""Years that can be reckoned with: an address may name any."""


class Holder(models.TextChoices):
    """Whose turn it is. Where nobody holds the part, it is the manager's, else the desk's."""

    DESK = "desk", _("Meja pengaduan")
    MANAGER = "manager", _("Manajer kasus")
    OWNER = "owner", _("Orang yang disebut kejadiannya")
    HEAD = "head", _("Kepala unit")
    COMPANION = "companion", _("Pendamping")
    LAWYER = "lawyer", _("Pendamping hukum")


class Tell(models.TextChoices):
    """Who is told at a step of the escalation."""

    OWNER = "owner", _("yang memegang giliran")
    LEAD = "lead", _("manajer kasus")
    DESK = "desk", _("seluruh meja")
    HEAD = "head", _("kepala unit")


class StepWhen(models.TextChoices):
    """From where a step is counted."""

    SHARE = "share", _("persen waktu terpakai")
    AFTER = "after", _("jam setelah lewat")


class PauseReason(models.TextChoices):
    """Why time does not count for a while."""

    PERSON_ASKED = "person_asked", _("Penerima manfaat meminta waktu")
    NO_CONTACT = "no_contact", _("Belum ada cara aman menghubungi")
    OTHER_OFFICE = "other_office", _("Menunggu lembaga lain")
    FORCE_MAJEURE = "force_majeure", _("Bencana atau gangguan besar")


class SnoozeReason(models.TextChoices):
    """Why it is looked at later, while its time goes on."""

    AGREED = "agreed", _("Waktunya sudah disepakati")
    SAFE_HOUR = "safe_hour", _("Menunggu jam aman")
    ANSWER = "answer", _("Menunggu jawaban")
    DOCUMENT = "document", _("Menunggu dokumen")


class EndReason(models.TextChoices):
    """Why a kind begins no clock any more."""

    BASIS = "basis", _("Dasarnya dicabut atau berubah")
    REPLACED = "replaced", _("Diganti jenis lain")
    NOT_OURS = "not_ours", _("Bukan tugas kantor ini")
    UNUSED = "unused", _("Tidak pernah terpakai")
    MISTAKE = "mistake", _("Dibuat keliru")


class LongerReason(models.TextChoices):
    """Why a limit may take longer than before."""

    BASIS = "basis", _("Dasarnya berubah")
    DECIDED = "decided", _("Keputusan kepala atau dinas")
    STAFF = "staff", _("Petugasnya belum cukup")
    MISTAKE = "mistake", _("Angka yang lama keliru")


class Turn(StrEnum):
    """Which branch of the open clocks a list shows: one at a time, for each has an index of its own."""

    MINE = "mine"
    DESK = "desk"
    UNIT = "unit"
    HELD = "held"
    """Of dossiers on which one holds a key oneself, whosever turn it is."""


@dataclass(frozen=True)
class Narrow:
    """What a list of clocks is narrowed to; empty parts ask for nothing.

    Args:
        free: only what nobody holds.
        danger: at least this.
        kind: key of a kind.
        about: key of `clocks.registry.abouts`.
        late: only what is over its limit.
        but: how the keys of kinds begin that are left out where they are somebody's turn, and whose.
    """

    free: bool = False
    danger: int = 0
    kecamatan: str = ""
    kind: str = ""
    about: str = ""
    late: bool = False
    but: tuple[str, UUID] | None = None


@dataclass(frozen=True)
class Standing:
    """How somebody's turns stand with their time.

    Args:
        late: how many are over their limit.
        soon: how many end within a day.
        next_due: the first limit that is not over.
    """

    late: int = 0
    soon: int = 0
    next_due: datetime | None = None

    def __add__(self, other: Standing) -> Standing:
        """Return both together."""
        dues = [one for one in (self.next_due, other.next_due) if one is not None]
        return Standing(self.late + other.late, self.soon + other.soon, min(dues, default=None))


@dataclass(frozen=True)
class Cursor:
    """Where the next page begins: after this row.

    Args:
        at: the moment by which what presses is told from what does not yet. All pages of one walk have that of the
            first: while somebody turns the pages, no row changes its place.
    """

    presses_at: datetime
    id: UUID
    danger: int
    at: datetime

    def __str__(self) -> str:
        return f"{_micros(self.presses_at)}.{self.id.hex}.{self.danger}.{_micros(self.at)}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Return the place that an address names; None: at the beginning."""
        try:
            presses, hexed, danger, at = text.split(".")
            found = cls(_moment(presses), UUID(hexed), int(danger), _moment(at))
        except (ValueError, OverflowError):
            return None
        is_sane = all(one.year in SANE for one in (found.presses_at, found.at))
        return found if found.danger in HEAD_START and is_sane else None

    @property
    def rank(self) -> int:
        """In which stretch of the queue it stands."""
        return rank_at(self.presses_at, self.danger, self.at)

    @property
    def order(self) -> Order:
        """What rows are ordered by, in Python as in the database."""
        return self.rank, self.presses_at, self.id


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(micros))


@dataclass(frozen=True)
class Step:
    """One step of an escalation chain.

    Args:
        value: whole hundredths of the time that were used, or hours after it is over.
        to: who is told.
    """

    when: StepWhen
    value: int
    to: Tell

    @property
    def is_share(self) -> bool:
        """Whether it is counted from the beginning."""
        return self.when == StepWhen.SHARE

    @classmethod
    def read(cls, chain: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
        """Return the steps of a stored chain. Raises ValueError, KeyError: it says something unknown."""
        return tuple(cls(StepWhen(one["when"]), int(one["value"]), Tell(one["to"])) for one in chain)

    def to_json(self) -> dict[str, str | int]:
        """Return it as it is stored."""
        return {"when": self.when.value, "value": self.value, "to": self.to.value}


@dataclass(frozen=True)
class More:
    """What of a subject costs a query to know: read only when a kind asks for it.

    Args:
        forms: forms of violence of everything that happened.
        holders: who has a part, by what a kind calls the part.
        marks: codes of what it lacks, such as `no_companion`.
    """

    forms: frozenset[str] = frozenset()
    holders: Mapping[str, UUID] = field(default_factory=dict, hash=False)
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Subject:
    """What something happened to, as clocks need to know it.

    Args:
        kind: key of `clocks.registry.abouts`.
        lead_id: who answers for it: the manager of a case.
        taken_by_id: who of the desk works on it.
        more: reads the rest.
    """

    kind: str
    code: str
    dossier_id: UUID
    unit_id: UUID
    danger: int
    kecamatan: str = ""
    case_type: str = ""
    state: str = ""
    desk_id: UUID | None = None
    lead_id: UUID | None = None
    taken_by_id: UUID | None = None
    more: Callable[[], More] = More


@dataclass(frozen=True)
class Condition:
    """When a kind begins at all; empty parts ask for nothing.

    Args:
        danger: at least this.
        danger_most: at most this; 0 asks for nothing.
        forms, case_types, states: any of these.
        marks: all of these.
        starts_when, stops_when: of an event that carries the field, only with one of these values. An event without
            the field is not asked.
    """

    danger: int = 0
    danger_most: int = 0
    forms: tuple[str, ...] = ()
    case_types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    starts_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    stops_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def needs_more(self) -> bool:
        """Whether it asks what costs a query."""
        return bool(self.forms or self.marks)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Condition:
        """Return a stored condition. Raises TypeError: it says something unknown."""
        facts: dict[str, Any] = {}
        for key, value in stored.items():
            if key.endswith("_when"):
                facts[key] = {name: tuple(values) for name, values in value.items()}
            else:
                facts[key] = int(value) if key.startswith("danger") else tuple(value)
        return cls(**facts)

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored: without what asks for nothing."""
        whole: dict[str, Any] = {
            "danger": self.danger,
            "danger_most": self.danger_most,
            "forms": list(self.forms),
            "case_types": list(self.case_types),
            "states": list(self.states),
            "marks": list(self.marks),
            "starts_when": {name: list(values) for name, values in self.starts_when.items()},
            "stops_when": {name: list(values) for name, values in self.stops_when.items()},
        }
        return {key: value for key, value in whole.items() if value}

    def starts(self, subject: Subject, detail: Detail, more: Callable[[], More]) -> bool:
        """Whether something that happened begins a clock of this kind."""
        if subject.danger < self.danger or (self.danger_most and subject.danger > self.danger_most):
            return False
        if not _fits(self.starts_when, detail):
            return False
        if self.case_types and subject.case_type not in self.case_types:
            return False
        if self.states and subject.state not in self.states:
            return False
        if not self.needs_more:
            return True
        rest = more()
        return rest.marks.issuperset(self.marks) and (not self.forms or not rest.forms.isdisjoint(self.forms))

    def stops(self, detail: Detail) -> bool:
        """Whether something that happened ends the clocks of this kind."""
        return _fits(self.stops_when, detail)


def _fits(wanted: Mapping[str, tuple[str, ...]], detail: Detail) -> bool:
    return all(str(detail[name]) in values for name, values in wanted.items() if name in detail)

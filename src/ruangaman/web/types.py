"""Shapes of the work queue, of the palette and of the pages around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db.models import QuerySet

from ruangaman.clocks.types import Cursor
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import KECAMATAN
from ruangaman.ui.types import QueueRow, Words


class Band(StrEnum):
    """How near a thing is: what is near in time stands large."""

    NOW = "now"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


class Owner(StrEnum):
    """Whose turn it is, seen by the one who looks."""

    MINE = "saya"
    NOBODY = "tak-ada"
    OTHER = "lain"


@dataclass(frozen=True)
class Work:
    """One thing that needs somebody: the row people read, and what it is sorted and filtered by."""

    row: QueueRow
    band: Band
    owner: Owner
    danger: int
    due_at: datetime | None
    kecamatan: str = ""
    is_first: bool = False
    """Nothing else can be done before this: it stands above what is more dangerous and what is due."""
    place: Cursor | None = None
    """Where it stands among what presses; None: it has no time of its own, and stands first in its band."""


EVERYBODY, HIGH, EXTREME = "semua", "tinggi", "ekstrem"
LONGEST_NAME, MOST_SAVED = 40, 12
"""Of saved filters: signs of a name, and how many one person keeps."""
_WORD = re.compile(r"[a-z0-9_.]{1,40}")


@dataclass(frozen=True)
class Filters:
    """What the queue is narrowed to; the address carries it. Unknown values narrow nothing.

    Args:
        kind: key of a kind of clock.
        about: key of a subject of clocks.
        late: only what is over its limit.
    """

    owner: str = ""
    danger: str = ""
    kecamatan: str = ""
    kind: str = ""
    about: str = ""
    late: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Filters:
        """Return what an address asks for; what it says and nobody knows is left out."""
        kind, about = asked.get("jenis", ""), asked.get("tentang", "")
        return cls(
            owner=_known(asked.get("pemilik", ""), {Owner.NOBODY.value, Owner.MINE.value, EVERYBODY}),
            danger=_known(asked.get("bahaya", ""), {HIGH, EXTREME}),
            kecamatan=_known(asked.get("wilayah", ""), KECAMATAN),
            kind=kind if _WORD.fullmatch(kind) else "",
            about=about if _WORD.fullmatch(about) else "",
            late=asked.get("telat") == "1",
        )

    @classmethod
    def of(cls, query: str) -> Filters:
        """Return what the part of an address behind the question mark asks for."""
        return cls.read(dict(parse_qsl(query[:400])))

    @property
    def query(self) -> str:
        """The address of it, always written alike; empty: nothing is narrowed."""
        said = {
            "pemilik": self.owner, "bahaya": self.danger, "wilayah": self.kecamatan, "jenis": self.kind,
            "tentang": self.about, "telat": "1" if self.late else "",
        }  # fmt: skip
        return urlencode({key: value for key, value in said.items() if value})

    @property
    def count(self) -> int:
        """How many parts of it were chosen."""
        return len(parse_qsl(self.query))

    @property
    def narrows(self) -> bool:
        """Whether something may be hidden beyond what is not one's turn."""
        return bool(replace(self, owner="").query) or self.owner in {Owner.NOBODY, Owner.MINE}

    @property
    def least(self) -> int:
        """The lowest danger that is shown."""
        return {HIGH: RiskLevel.TINGGI, EXTREME: RiskLevel.EKSTREM}.get(self.danger, 0)

    @property
    def owners(self) -> frozenset[Owner]:
        """Whose work is shown. Without a choice: what is mine and what is nobody's."""
        chosen = {
            EVERYBODY: frozenset(Owner),
            Owner.NOBODY.value: frozenset({Owner.NOBODY}),
            Owner.MINE.value: frozenset({Owner.MINE}),
        }
        return chosen.get(self.owner, frozenset({Owner.MINE, Owner.NOBODY}))

    def lets(self, work: Work) -> bool:
        """Whether a piece of work that is no clock is shown."""
        return (
            work.owner in self.owners
            and not self.kind
            and not self.late
            and work.danger >= self.least
            and (not self.kecamatan or work.kecamatan == self.kecamatan)
        )


def _known(value: str, known: Container[str]) -> str:
    return value if value in known else ""


@dataclass(frozen=True)
class Later:
    """A moment to which something can be put off."""

    key: str
    label: Words
    until: datetime


@dataclass(frozen=True)
class WorkStream:
    """Work that has a moment at which it presses, however much there is: read a page at a time by that order.

    Args:
        is_open_to: (viewer) → whether they can have such work.
        list_after: (viewer, filters, at, after, limit) → the first after a place, each with its own place.
        count: (viewer, wanted, at, most) → how many of each wanted list, counted up to `most`.
    """

    key: str
    is_open_to: Callable[[Any], bool]
    list_after: ListAfter
    count: CountStream


class ListAfter(Protocol):
    """Reads some of a stream."""

    def __call__(self, *, viewer: Any, filters: Filters, at: datetime, after: Cursor | None, limit: int) -> list[Work]:
        """Return it in the order in which it presses."""


class CountStream(Protocol):
    """Counts lists of a stream."""

    def __call__(self, *, viewer: Any, wanted: Mapping[str, Filters], at: datetime, most: int) -> dict[str, int]:
        """Return a number for each wanted list."""


Sign: TypeAlias = Callable[[UUID], QuerySet[Any, Any]]
"""Somebody's key → rows of which there has to be one, or there is no such work for them."""


@dataclass(frozen=True)
class WorkSource:
    """Where rare work comes from that is no clock: one entry in `web.registry` for each kind of it.

    Args:
        permission: who has such work.
        list_work: (viewer, at) → everything open for the viewer; of many rows the first are shown.
        count_work: (viewer) → how many, for the number in the navigation.
        sign: looked for before either is asked, all signs in one statement: most days most sources have nothing. None:
            the source is always asked.
        is_rare: seldom anything: without any, whoever has no other work sees the page of their role.
        about: which subject of clocks it is about, for the filter of that name; empty: none.
        is_apart: a group of its own above the queue, as long as nothing is narrowed. It is made of clocks, so the
            stream leaves them out as long.
    """

    key: str
    permission: StrEnum
    list_work: ListWork
    count_work: CountWork
    sign: Sign | None = None
    is_rare: bool = False
    about: str = ""
    is_apart: bool = False


class ListWork(Protocol):
    """Reads the open work of somebody."""

    def __call__(self, *, viewer: Viewer, at: datetime) -> list[Work]:
        """Return it in any order."""


class CountWork(Protocol):
    """Counts the open work of somebody."""

    def __call__(self, *, viewer: Viewer) -> int:
        """Return how many there are."""


class Viewer(Protocol):
    """The signed-in person, as the queue needs to know them."""

    pk: UUID
    role: str
    display_name: str

    def has(self, permission: StrEnum | str | None) -> bool:
        """Whether the role gives this verb."""


@dataclass(frozen=True)
class Action:
    """A way on from a page that has nothing else to show."""

    label: Words
    url: str


@dataclass(frozen=True)
class Notice:
    """A page that only says something: what it is, in words, and the ways on."""

    title: Words
    words: Words
    actions: tuple[Action, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Here:
    """What page somebody is on, as far as the palette needs to know: the case or report that is open.

    Args:
        kind: `kasus`, `laporan`, or empty: neither.
    """

    kind: str = ""
    code: str = ""

    @property
    def path(self) -> str:
        """The address of it; empty: none."""
        return f"/{self.kind}/{self.code}/" if self.code else ""


@dataclass(frozen=True)
class Command:
    """One thing that somebody may do here and now.

    Args:
        label: what it does or where it leads.
        url: never with anything personal in it.
        hint: what stands beside it: a state, or the keys that do the same.
        words: what else people type when they want it.
        posts: it is done at once, by a POST that needs no other answer.
    """

    label: Words
    url: str
    hint: Words = ""
    words: Words = ""
    posts: bool = False

    @property
    def haystack(self) -> str:
        """What a search looks through."""
        return f"{self.label} {self.hint} {self.words}".lower()


@dataclass(frozen=True)
class PaletteSource:
    """Where commands come from: one entry in `web.registry` for each kind of thing that one can do.

    Args:
        place: where its group stands, lowest first.
        title: of the group, given what is open.
        list_commands: (viewer, here, at) → what the viewer may do; nothing that would answer 403 or 404.
        find: (viewer, codes) → what stands behind codes that were typed, as far as the viewer may open it. Whatever the
            answer, it asks the database the same; None: it knows no codes.
        begin: (viewer, part) → what the viewer holds keys for, with a code that begins so; None: it knows no codes.
        found_title: of the group of what was found by its code: it need not be the viewer's.
    """

    key: str
    place: int
    title: Callable[[Here], Words]
    list_commands: ListCommands
    find: FindCommands | None = None
    begin: BeginCommands | None = None
    found_title: Words = ""


class ListCommands(Protocol):
    """Reads what somebody may do."""

    def __call__(self, *, viewer: Any, here: Here, at: datetime) -> list[Command]:
        """Return it in the order in which it is shown."""


class BeginCommands(Protocol):
    """Looks for codes that begin with what was typed."""

    def __call__(self, *, viewer: Any, part: str) -> list[Command]:
        """Return what the viewer holds keys for, not many."""


class FindCommands(Protocol):
    """Looks for codes."""

    def __call__(self, *, viewer: Any, codes: Sequence[str]) -> list[Command]:
        """Return what the viewer may open."""


@dataclass(frozen=True)
class CommandGroup:
    """Commands that belong together, under a title."""

    key: str
    title: Words
    commands: list[Command]

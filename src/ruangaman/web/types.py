"""Shapes of the work queue, of the palette and of the pages around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

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


@dataclass(frozen=True)
class WorkSource:
    """Where work comes from: one entry in `web.registry` for each app that has some.

    Args:
        permission: who has such work.
        list_work: (viewer, at) → everything open for the viewer, at most a few hundred.
        count_work: (viewer) → how many, for the number in the navigation; one query.
        is_rare: seldom anything: without any, whoever has no other work sees the page of their role.
    """

    key: str
    permission: StrEnum
    list_work: ListWork
    count_work: CountWork
    is_rare: bool = False


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
    """

    key: str
    place: int
    title: Callable[[Here], Words]
    list_commands: ListCommands
    find: FindCommands | None = None


class ListCommands(Protocol):
    """Reads what somebody may do."""

    def __call__(self, *, viewer: Any, here: Here, at: datetime) -> list[Command]:
        """Return it in the order in which it is shown."""


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

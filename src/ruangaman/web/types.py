"""Shapes of the work queue and of the pages around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
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

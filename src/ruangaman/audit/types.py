"""Shapes of the audit trail: roles, kinds of event, seals, the verdict of a check.

Without Django: a machine that has only an export and the public key checks the one with the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LANES = 16
Detail = dict[str, str | int | bool | list[str] | None]
"""What an event may say beside actor and subject: codes, counts and keys, never words of a person."""


class Role(StrEnum):
    """Database roles that a unit of work can run under; what each may do is in the migrations."""

    PUBLIC = "ra_public"
    WEB = "ra_web"
    WORKER = "ra_worker"
    SENDER = "ra_sender"
    AUDIT = "ra_audit"
    MIGRATE = "ra_migrate"
    BACKUP = "ra_backup"


@dataclass(frozen=True)
class EventType:
    """One kind of thing that can happen.

    Args:
        key: `<app>.<past participle>`, stable for ever.
        sentence: for a person, with `{actor}` and `{subject}`.
        fields: the only keys that a detail may carry.
        counted: fields that are added up when two events of one dossier become one.
        collected: fields (lists of codes) that are united when two events of one dossier become one.
    """

    key: str
    sentence: str
    fields: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    collected: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a type whose merging rules name a field it does not have."""
        if not (self.counted | self.collected) <= self.fields:
            raise ValueError(f"{self.key}: counted and collected fields must be among its fields.")

    @property
    def merges(self) -> bool:
        """True: events of the same dossier, actor and subject become one within a unit of work."""
        return bool(self.counted | self.collected)


@dataclass(frozen=True)
class Seal:
    """The fingerprint of one sealed envelope: what stands under `ref` in `version` has this SHA-256."""

    ref: UUID
    version: int
    sha256: bytes


@dataclass(frozen=True)
class Cursor:
    """Where a page of events ends: the next one begins after this event."""

    at: datetime
    lane: int
    seq: int


@dataclass(frozen=True)
class BadRow:
    """The first place where the trail does not hold."""

    lane: int
    seq: int
    why: str

    def __str__(self) -> str:
        return f"lane {self.lane}, row {self.seq}: {self.why}"


@dataclass(frozen=True)
class BadNote:
    """The first checkpoint that does not hold."""

    number: int
    why: str

    def __str__(self) -> str:
        return f"checkpoint {self.number}: {self.why}"


@dataclass(frozen=True)
class Mark:
    """A checkpoint as people speak of it: its number, and when it was signed."""

    number: int
    at: datetime


class Asked(StrEnum):
    """Up to where somebody wants a trail to reach."""

    LATEST = "latest"
    """To the newest checkpoint that is noted elsewhere."""
    THROUGH = "through"
    """To the end of a day."""
    ROOT = "root"
    """To the checkpoint of a printed root."""


@dataclass(frozen=True)
class Beside:
    """What the checkpoints that are kept elsewhere say of a trail.

    Args:
        ours: how many were compared.
        foreign: how many are not signed with the key, and were not.
        newer: how many were signed after the trail's own end.
        newest: the last of all that were compared.
        put_back: the checkpoint at which a backup was when it was restored, later than the trail's own end, and so that
            some of its rows are not in the trail of today any more; None: there was no such restore.
    """

    ours: int
    foreign: int = 0
    newer: int = 0
    newest: Mark | None = None
    put_back: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a check found, of the database as of a file: how much was read, and the first fault if there is any.

    Args:
        end: the last checkpoint that speaks of it.
        unsigned: how many rows are newer than that.
        beside: None: nothing that is kept elsewhere was named.
        short: whole, but it ends before what was asked for.
        next: the checkpoint that was asked for, or the first that should be in it for that and is not, if it is known.
    """

    rows: int
    checkpoints: int = 0
    fault: BadRow | BadNote | None = None
    end: Mark | None = None
    unsigned: int = 0
    beside: Beside | None = None
    short: Asked | None = None
    next: Mark | None = None

    @property
    def ok(self) -> bool:
        """True: nothing was changed, removed, moved, added or forked behind the trail's back."""
        return self.fault is None


@dataclass(frozen=True)
class Readings:
    """What one person did with one dossier for one purpose: how often, since when, and what they opened."""

    actor: str
    type: str
    purpose: str
    first: datetime
    last: datetime
    times: int
    refs: int
    compartments: tuple[str, ...]

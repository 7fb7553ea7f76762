"""Who read my file: everybody who opened a dossier, since when, why, what, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.selectors import list_readings
from ruangaman.audit.services import record, unit_of_work
from ruangaman.audit.types import Readings, Role
from ruangaman.intake.selectors.dossiers import list_dossiers_of
from ruangaman.vault.events import REFUSED, REVEALED
from ruangaman.vault.types import Purpose
from ruangaman.web import events
from ruangaman.web.services.wording import COMPARTMENTS, Names

PURPOSES = dict(Purpose.choices)


@dataclass(frozen=True)
class Way:
    """For what somebody opened something: in words."""

    purpose: str
    parts: str
    since: datetime
    last: datetime
    times: int


@dataclass
class Reader:
    """One person, and what they opened."""

    name: str
    role: str
    ways: list[Way] = field(default_factory=list)
    refused: int = 0
    """How often something was refused them."""

    @property
    def since(self) -> datetime:
        """The first time."""
        return min(way.since for way in self.ways)

    @property
    def last(self) -> datetime:
        """The last time."""
        return max(way.last for way in self.ways)

    @property
    def times(self) -> int:
        """How often in all."""
        return sum(way.times for way in self.ways)


@dataclass(frozen=True)
class Opened:
    """One dossier behind the code, and who opened it."""

    code: str
    began: datetime
    readers: list[Reader]


def read_readers(*, code: str, by: User, at: datetime, as_auditor: bool) -> list[Opened]:
    """Return who opened what stands behind a code; nothing for a code that is not there or not for `by` to know of.

    Args:
        as_auditor: read under the auditor's database role; else row-level security decides by the viewer.

    Writes: one `web.readers_read` event.
    """
    if as_auditor:
        with unit_of_work(Role.AUDIT):
            found = _read(code)
    else:
        found = _read(code)
    record(events.READERS_READ, by=by, subject=code, at=at)
    people = {str(user.principal_id): user for user in _people(one.actor for _c, _b, rows in found for one in rows)}
    names = Names(one.actor for _c, _b, rows in found for one in rows)
    return [Opened(shown, began, _readers(rows, people, names)) for shown, began, rows in found]


def _read(code: str) -> list[tuple[str, datetime, list[Readings]]]:
    types = [REVEALED.key, REFUSED.key]
    return [(one.code, one.began, list_readings(one.dossier_id, types)) for one in list_dossiers_of(code)]


def _people(actors: Iterable[str]) -> list[User]:
    keys = {actor for actor in actors if actor not in {"public", "system"}}
    return list(User.objects.filter(principal_id__in=keys))


def _readers(rows: list[Readings], people: dict[str, User], names: Names) -> list[Reader]:
    found: dict[str, Reader] = {}
    for row in rows:
        user = people.get(row.actor)
        reader = found.setdefault(
            row.actor,
            Reader(names.get(row.actor, _("Pemegang tanda terima")), user.get_role_display() if user else ""),
        )
        if row.type == REFUSED.key:
            reader.refused += row.times
            continue
        parts = ", ".join(str(COMPARTMENTS.get(part, part)) for part in row.compartments)
        purpose = str(PURPOSES.get(row.purpose, row.purpose))
        reader.ways.append(Way(purpose, parts, row.first, row.last, row.times))
    return sorted(found.values(), key=lambda one: not one.ways)

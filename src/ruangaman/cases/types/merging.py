"""Two people change one record at the same time: what both changed is put together, what both wrote is asked about.

Pure: names and values as the form has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

Fields = Mapping[str, str]


class RecordKind(models.TextChoices):
    """What of a case can be changed after it was written, and keeps what it was before."""

    PERSON = "person", _("Data orang")
    INCIDENT = "incident", _("Kejadian")
    TASK = "task", _("Tugas")


@dataclass(frozen=True)
class Merged:
    """Nothing is in each other's way.

    Args:
        fields: everything as it is to be now.
        theirs: what only the other changed.
        mine: what only I changed.
    """

    fields: dict[str, str]
    theirs: frozenset[str]
    mine: frozenset[str]


@dataclass(frozen=True)
class Clash:
    """One field that both wrote, each something else."""

    name: str
    base: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Clashes:
    """Somebody has to choose. `fields` is everything else as it is to be, and in the fields of the clashes theirs."""

    fields: dict[str, str]
    clashes: tuple[Clash, ...]


def merge(base: Fields, theirs: Fields, mine: Fields) -> Merged | Clashes:
    """Return what comes of two changes to the same thing.

    Only what `mine` names can change: a field that a form does not show stays as it is.

    Args:
        base: as it was when I opened it.
        theirs: as it is now.
        mine: as I want it.
    """
    fields, only_theirs, only_mine, clashes = dict(theirs), set(), set(), []
    for name in theirs.keys() | mine.keys():
        before = base.get(name, "")
        now, wanted = theirs.get(name, ""), mine.get(name, before)
        if now == wanted or wanted == before:
            if now not in {before, wanted}:
                only_theirs.add(name)
        elif now == before:
            fields[name] = wanted
            only_mine.add(name)
        else:
            clashes.append(Clash(name, before, now, wanted))
    if clashes:
        return Clashes(fields, tuple(sorted(clashes, key=lambda one: one.name)))
    return Merged(fields, frozenset(only_theirs), frozenset(only_mine))

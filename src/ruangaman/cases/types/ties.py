"""What two people are to each other, said from both sides."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ruangaman.ui.types import Words


class TieKind(models.TextChoices):
    """A tie between two people; the words are those of the first about the second."""

    SAME = "same", _("orang yang sama dengan")
    OTHER = "other", _("bukan orang yang sama dengan")
    HOUSEHOLD = "household", _("serumah dengan")
    PARENT = "parent", _("orang tua dari")
    STEPPARENT = "stepparent", _("orang tua tiri dari")
    SPOUSE = "spouse", _("suami atau istri dari")
    PARTNER = "partner", _("pacar atau pasangan dari")
    SIBLING = "sibling", _("saudara kandung dari")
    RELATIVE = "relative", _("kerabat dari")
    GUARDIAN = "guardian", _("wali dari")
    EMPLOYER = "employer", _("majikan atau atasan dari")
    TEACHER = "teacher", _("guru atau pengasuh dari")
    NEIGHBOUR = "neighbour", _("tetangga dari")


BACKWARDS: dict[TieKind, Words] = {
    TieKind.PARENT: _("anak dari"),
    TieKind.STEPPARENT: _("anak tiri dari"),
    TieKind.GUARDIAN: _("diasuh oleh wali"),
    TieKind.EMPLOYER: _("bekerja pada"),
    TieKind.TEACHER: _("murid dari"),
}
"""The words of the second about the first; where there are none, the tie says the same both ways."""

ACROSS = frozenset({TieKind.SAME, TieKind.OTHER, TieKind.HOUSEHOLD})
"""What can be said of two people in two cases; it is the same both ways."""

RELATIONS = tuple(kind for kind in TieKind if kind not in ACROSS)
"""What can be said of two people in one case alone."""

CARES = frozenset({TieKind.PARENT, TieKind.STEPPARENT, TieKind.GUARDIAN})
"""Who decides for a child."""


def words_of(kind: TieKind, *, is_second: bool) -> Words:
    """Return what one of the two is to the other."""
    return BACKWARDS.get(kind, kind.label) if is_second else kind.label

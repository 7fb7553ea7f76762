"""Birth dates as far as they are known, and the age that follows: at an event, and now."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from ruangaman.cases.types.gbvims import ADULT, Age, Answer
from ruangaman.core.codelists import AgeGroup

BOUNDS: Final[dict[str, tuple[int, int | None]]] = {
    AgeGroup.A0_5: (0, 5),
    AgeGroup.A6_12: (6, 12),
    AgeGroup.A13_17: (13, 17),
    AgeGroup.A18_24: (18, 24),
    AgeGroup.A25_44: (25, 44),
    AgeGroup.A45_59: (45, 59),
    AgeGroup.A60: (60, None),
}
_BIRTH = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)


def birth_text(year: int | None, month: int | None = None, day: int | None = None) -> str:
    """Return a birth date as precise as it is known: `1998`, `1998-05` or `1998-05-17`; "" without a year.

    Raises:
        ValueError: there is no such day, or a day without its month.
    """
    if year is None:
        if month or day:
            raise ValueError("A day or a month without its year says nothing about an age.")
        return ""
    if month is None:
        if day:
            raise ValueError("A day without its month.")
        return f"{year:04d}"
    if day is None:
        return date(year, month, 1).isoformat()[:7]
    return date(year, month, day).isoformat()


def born_between(birth: str) -> tuple[date, date] | None:
    """Return the first and the last day on which somebody can have been born; None: not known."""
    match = _BIRTH.fullmatch(birth)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last = date(first.year, month or 12, day or calendar.monthrange(first.year, month or 12)[1])
    except ValueError:
        return None
    return first, last


def exact_birth(birth: str) -> date | None:
    """Return the birth date when it is known to the day."""
    found = born_between(birth)
    return found[0] if found and found[0] == found[1] else None


def age_on(birth: str, on: date) -> Age:
    """Return how old somebody is on a day. Not born yet: no bound is known, for one of the dates is wrong."""
    found = born_between(birth)
    if found is None or found[0] > on:
        return Age()
    first, last = found
    return Age(least=_years(min(last, on), on), most=_years(first, on))


def is_grown(birth: str, on: date) -> bool:
    """Whether somebody is certainly no child any more on a day. Source: UU 35/2014 art. 1 (1): a child is under 18."""
    return age_on(birth, on).is_under(ADULT) is Answer.NO


def age_in_group(code: str) -> Age:
    """Return what an age group says."""
    least, most = BOUNDS.get(code, (None, None))
    return Age(least, most)


def group_of(age: Age) -> str:
    """Return the age group of an age that lies in one, else ""."""
    if age.least is None or age.most is None:
        return ""
    for code, (least, most) in BOUNDS.items():
        if least <= age.least and (most is None or age.most <= most):
            return str(code)
    return ""


def age_words(age: Age) -> str:
    """Say an age: `16 tahun`, `15 atau 16 tahun`, `antara 13 dan 17 tahun`; "" when nothing is known."""
    if age.least is None:
        return ""
    if age.most is None:
        return _("%(n)d tahun ke atas") % {"n": age.least}
    if age.least == age.most:
        return _("%(n)d tahun") % {"n": age.least}
    if age.most == age.least + 1:
        return _("%(least)d atau %(most)d tahun") % {"least": age.least, "most": age.most}
    return _("antara %(least)d dan %(most)d tahun") % {"least": age.least, "most": age.most}


def _years(born: date, on: date) -> int:
    """Whole years between two days. Who was born on 29 February has the birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

"""Who counts as out of reach: on how many days, over how long somebody tried in vain. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ruangaman.core.regions import zone

TRY_DAYS = 3
"""On so many different days somebody tried in vain before she is out of reach (ours; domain.md 2.3 leaves n open).

Several tries of one day are one: a telephone that is off is off for all of them.
"""
TRY_SPAN = timedelta(days=7)
"""The last of them so long after the first (ours): a week has each weekday once, so that a shift, a market day or a
weekend at which she cannot speak is not all that was tried."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tries:
    """On which days somebody tried to reach her in vain, since she was reached last.

    Args:
        days: of the city's calendar, each once, in order.
    """

    days: tuple[date, ...]
    today: date

    @classmethod
    def of(cls, moments: Iterable[datetime], at: datetime) -> Tries:
        """Return what tries at these moments come to."""
        days = {one.astimezone(zone()).date() for one in moments}
        return cls(tuple(sorted(days)), at.astimezone(zone()).date())

    @property
    def are_enough(self) -> bool:
        """Whether she counts as out of reach."""
        return len(self.days) >= TRY_DAYS and self.days[-1] - self.days[0] >= TRY_SPAN

    @property
    def next_on(self) -> date:
        """The first day on which another try counts."""
        return self.today + ONE_DAY if self.today in self.days else self.today

    @property
    def last_on(self) -> date | None:
        """The first day on which a try can be the last that is needed; None: there was none yet."""
        return max(self.days[0] + TRY_SPAN, self.next_on) if self.days else None

    def missing(self) -> str:
        """Say what is missing yet: 2 dari 3 hari; yang berikut paling cepat besok."""
        last = self.last_on or self.next_on
        said = {"n": len(self.days), "all": TRY_DAYS, "next": self._day(self.next_on), "last": self._day(last)}
        if len(self.days) >= TRY_DAYS:
            return _("%(n)d hari, tetapi belum seminggu; satu lagi paling cepat %(last)s") % said
        if last == self.next_on:
            return _("%(n)d dari %(all)d hari; yang berikut paling cepat %(next)s") % said
        return _("%(n)d dari %(all)d hari; yang berikut paling cepat %(next)s, yang terakhir %(last)s") % said

    def _day(self, day: date) -> str:
        if day <= self.today:
            return _("hari ini")
        return _("besok") if day == self.today + ONE_DAY else date_format(day, "j F")

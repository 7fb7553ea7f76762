"""Who counts as out of reach: on how many days, over how long somebody tried in vain, and wrote nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.cases.types.people import SafeContact
from ruangaman.cases.types.steps import Way
from ruangaman.core.codelists import ContactWay
from ruangaman.core.regions import zone
from ruangaman.ui.moments import day_words, short

TRY_DAYS = 3
"""On so many different days somebody tried in vain before she is out of reach (ours; domain.md 2.3 leaves n open).

Several tries of one day are one: a telephone that is off is off for all of them.
"""
TRY_SPAN = timedelta(days=7)
"""The last of them so long after the first (ours): a week has each weekday once, so that a shift, a market day or a
weekend at which she cannot speak is not all that was tried."""
ONE_DAY = timedelta(days=1)
LATEST_NOTE = timedelta(days=3)
"""So long afterwards a try may be written down (ours): a weekend, and no week of tries made up in one sitting."""
_WAYS: dict[str, Way] = {
    ContactWay.RECEIPT: Way.THREAD,
    ContactWay.NONE: Way.THREAD,
    ContactWay.WHATSAPP: Way.CHAT,
    ContactWay.PHONE: Way.PHONE,
    ContactWay.EMAIL: Way.EMAIL,
}


class TryFault(models.TextChoices):
    """Why a try says nothing of whether she can be reached, whatever came of it."""

    WAY = "way", gettext_lazy("bukan cara yang ia izinkan")
    HOURS = "hours", gettext_lazy("di luar jam yang ia sebut")
    BLIND = "blind", gettext_lazy("yang mencoba tidak dapat membaca cara yang ia izinkan")


def permitted_way(contact: SafeContact | None) -> Way | None:
    """Return by which way alone she may be reached; None: nobody knows one.

    Whoever said to be reached in no way, or only said what must never be done, has the conversation of the receipt:
    nothing reaches her there until she looks herself.
    """
    if contact is None:
        return None
    if not contact.way and not contact.value and contact.never:
        return Way.THREAD
    return _WAYS.get(contact.way)


def is_harmless(way: Way) -> bool:
    """Whether a way may be used by whoever permitted another one: nothing arrives until she looks herself."""
    return way is Way.THREAD


@dataclass(frozen=True)
class Heard:
    """When somebody last wrote who can be reached through what a case came from: she, or whoever reported for her.

    Args:
        last: the last time of all.
        unread: the last time of which nobody has said yet that it was read; None: all was read.
    """

    last: datetime | None = None
    unread: datetime | None = None

    @classmethod
    def of(cls, found: Iterable[Mapping[str, str | None]]) -> Heard:
        """Return what several ways of being reached come to, each as it travels: moments as text."""
        rows = list(found)
        return cls(_latest(row["last"] for row in rows), _latest(row["unread"] for row in rows))

    def after(self, tries: Iterable[datetime]) -> tuple[datetime, ...]:
        """Return the tries that came after the last message: whoever wrote was not out of reach until then."""
        return tuple(one for one in tries if self.last is None or one > self.last)


def _latest(moments: Iterable[str | None]) -> datetime | None:
    return max((datetime.fromisoformat(one) for one in moments if one), default=None)


@dataclass(frozen=True)
class Tries:
    """On which days somebody tried to reach her in vain, since she was reached last or wrote.

    Args:
        days: of the city's calendar, each once, in order.
        wrote_at: when a message made earlier tries count no more; None: none did.
        unread: when whoever reported wrote last of what nobody has read yet: until then nobody knows that she is out
            of reach. None: all was read.
    """

    days: tuple[date, ...]
    today: date
    wrote_at: datetime | None = None
    unread: datetime | None = None

    @classmethod
    def of(
        cls,
        moments: Iterable[datetime],
        at: datetime,
        *,
        wrote_at: datetime | None = None,
        unread: datetime | None = None,
    ) -> Tries:
        """Return what tries at these moments come to."""
        days = {one.astimezone(zone()).date() for one in moments}
        return cls(tuple(sorted(days)), at.astimezone(zone()).date(), wrote_at, unread)

    @property
    def are_enough(self) -> bool:
        """Whether she counts as out of reach."""
        return self._is_long and self.unread is None

    @property
    def _is_long(self) -> bool:
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
        """Say what is missing yet: 2 dari 3 hari; yang berikut paling cepat besok; and since when."""
        said = {"missing": self._missing(), "when": short(self.wrote_at), "unread": short(self.unread)}
        if self.unread is not None:  # as for the gate: none counts until it is read
            said["all"] = str(TRY_DAYS)
            return _("0 dari %(all)s hari; pelapor menulis %(unread)s, belum dibaca: baca dulu, baru dihitung") % said
        if self.wrote_at is not None:
            said["missing"] = _("%(missing)s; dihitung sejak pelapor menulis %(when)s") % said
        return said["missing"]

    def _missing(self) -> str:
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
        return _("besok") if day == self.today + ONE_DAY else day_words(day)

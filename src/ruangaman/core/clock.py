"""The one place where the wall clock is read for the product's own use; and which days can be meant."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.core.regions import zone

YEARS = 10
"""So far ahead one looks in everything that is planned."""
LONGEST_YEAR = 366


def now() -> datetime:
    """Return this moment, timezone-aware, in UTC."""
    return timezone.now()


def day_of(at: datetime) -> date:
    """Return the day of a moment on the city's calendar."""
    return at.astimezone(zone()).date()


def end_of_day(wanted: date) -> datetime:
    """Return the end of a working day in the city: sixteen o'clock."""
    return datetime.combine(wanted, time(16), zone())


def why_far(day: date, at: datetime, *, back: int = YEARS, ahead: int = YEARS) -> str:
    """Say why a day is farther away than can be meant; "": it is not.

    Args:
        back, ahead: so many years are taken before and after `at`; 0: none.
    """
    away = day - day_of(at)
    if away > timedelta(days=ahead * LONGEST_YEAR):
        if not ahead:
            return _("Hari itu belum datang: periksa tanggalnya.")
        said = ngettext(
            "Pilih hari dalam %(n)d tahun ke depan: periksa tahunnya.",
            "Pilih hari dalam %(n)d tahun ke depan: periksa tahunnya.",
            ahead,
        )
        return said % {"n": ahead}
    if away < -timedelta(days=back * LONGEST_YEAR):
        return _("Hari itu terlalu lama berlalu: periksa tahunnya.") if back else _("Hari itu sudah lewat.")
    return ""

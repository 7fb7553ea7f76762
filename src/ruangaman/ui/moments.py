"""Moments in words, on the office's clock whatever the server's is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ruangaman.core import clock
from ruangaman.core.regions import zone
from ruangaman.ui.faces import ago_words, count_in, left_words


def clock_time(at: datetime | None) -> str:
    """Return hours and minutes: 10.32 in Indonesian, 10:32 in English."""
    if at is None:
        return ""
    mark = "." if (get_language() or "id").startswith("id") else ":"
    return at.astimezone(zone()).strftime(f"%H{mark}%M")


def day(at: datetime | None) -> str:
    """Return the day with its name: Selasa, 24 November 2026."""
    return "" if at is None else date_format(at.astimezone(zone()), "l, j F Y")


def short(at: datetime | None) -> str:
    """Return day, month and time: 24 Nov 10.32; the year where it is not this one: 24 Nov 2025 10.32."""
    return "" if at is None else f"{short_day(at)} {clock_time(at)}"


def short_day(on: date) -> str:
    """Return day and month of a day, or of a moment: 24 Nov; the year where it is not this one: 24 Nov 2025."""
    return _with_year(on, "j M")


def day_words(on: date) -> str:
    """Return a day, or that of a moment, in words: 24 November; the year where it is not this one."""
    return _with_year(on, "j F")


def _with_year(on: date, form: str) -> str:
    local = on.astimezone(zone()) if isinstance(on, datetime) else on
    return date_format(local, form if local.year == clock.now().astimezone(zone()).year else f"{form} Y")


def when(at: datetime | None) -> str:
    """Return the moment as one says it today: hari ini 10.32, kemarin 10.32, besok 10.32, 24 Nov 10.32."""
    if at is None:
        return ""
    away = (at.astimezone(zone()).date() - clock.now().astimezone(zone()).date()) // timedelta(days=1)
    near = {0: _("hari ini %(time)s"), -1: _("kemarin %(time)s"), 1: _("besok %(time)s")}
    return near[away] % {"time": clock_time(at)} if away in near else short(at)


def ago(at: datetime | None) -> str:
    """Return how long ago it was: 2 jam lalu."""
    return "" if at is None else ago_words(clock.now() - at)


def left(until: datetime, now: datetime) -> str:
    """Return how long is left of something that runs: 42 menit lagi."""
    span = until - now
    return left_words(*count_in(span)) if span >= timedelta(minutes=1) else _("kurang dari satu menit lagi")


def last_day(end: datetime | None) -> str:
    """Return the last day before a midnight that ends something: Selasa, 24 November 2026."""
    return "" if end is None else day(end - timedelta(microseconds=1))

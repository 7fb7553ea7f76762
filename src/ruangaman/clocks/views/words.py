"""A rule in words, so that whoever writes it down reads what it does before it does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.clocks.models import ClockKind
from ruangaman.clocks.registry import About, abouts
from ruangaman.clocks.services.rules import Longer, NewKind
from ruangaman.clocks.types import (
    HEAD_START,
    Calendar,
    Condition,
    Holder,
    Length,
    Office,
    Step,
    Unit,
    due_or_farthest,
    why_not_reckoned,
)
from ruangaman.core import clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import zone
from ruangaman.ui import moments
from ruangaman.ui.types import Words

FEWEST = 5
"""Below this a number of cases is not said: it could point at somebody."""
EXTREME = "report.extreme"
FRIDAY, AFTERNOON = 4, 16
Line = tuple[str, str]


def begins(kind: ClockKind) -> str:
    """Say what begins a kind, with its conditions."""
    return starts_words(abouts.get(kind.about), kind.starts_on, kind.rule)


def starts_words(about: About | None, events: Iterable[str], condition: Condition) -> str:
    """Say what begins it: kasus dibuka atau kejadian dicatat, dengan bentuk Seksual."""
    told = _either(about.words(event) if about else event for event in events)
    asks = ", ".join(_asks(about, condition))
    return _("%(what)s, %(asks)s") % {"what": told, "asks": asks} if asks else told


def stops_words(about: About | None, events: Iterable[str], condition: Condition) -> str:
    """Say what ends it."""
    told = _either(about.words(event) if about else event for event in events)
    only = ", ".join(_only(about, condition.stops_when))
    return _("%(what)s, %(asks)s") % {"what": told, "asks": only} if only else told


def begins_words(begins: datetime, at: datetime) -> str:
    """Say from when on a new version holds."""
    return _("sekarang") if begins <= at else moments.day(begins)


def untold(events: Iterable[str]) -> list[str]:
    """Return the events that no part of the program tells of yet."""
    return [event for event in events if not About.is_told(event)]


def _when(step: Step) -> str:
    if not step.is_share:
        return _after(step.value)
    return _("%(to)s pada %(n)d%%") if step.value else _("%(to)s begitu mulai")


def steps_words(steps: Iterable[Step]) -> str:
    """Say who is told, and when."""
    found = [_when(step) % {"to": str(step.to.label), "n": step.value} for step in steps]
    return "; ".join(found) or _("tidak diberitahukan lebih jauh")


def example(length: Length, office: Office, at: datetime) -> str:
    """Say when it would be due if it began on the next Friday at four in the afternoon."""
    local = at.astimezone(zone())
    ahead = timedelta(days=(FRIDAY - local.weekday()) % 7 or 7)
    start = (local + ahead).replace(hour=AFTERNOON, minute=0, second=0, microsecond=0)
    due = due_or_farthest(start, length, office)
    if due == start:
        return _("mulai %(start)s, langsung ditagih") % {"start": _moment(start)}
    return _("mulai %(start)s, paling lambat %(due)s") % {"start": _moment(start), "due": _moment(due)}


def concerned(about: About | None, condition: Condition) -> str:
    """Say how many open ones it would concern now; few are no number; "" where nobody can say."""
    if about is None or about.count is None:
        return ""
    count = about.count(condition)
    if 0 < count < FEWEST:
        return _("kurang dari %(n)d") % {"n": FEWEST}
    return str(count)


def preview(new: NewKind, *, about: About, office: Office, at: datetime) -> list[Line]:
    """Say line by line what a kind would do."""
    lines = [
        (_("Mulai bila"), starts_words(about, new.starts_on, new.condition)),
        (_("Selesai bila"), stops_words(about, new.stops_on, new.condition)),
        (_("Batas"), new.length.words),
        (_("Contoh"), example(new.length, office, at)),
        (_("Giliran"), holder_words(about, new.holder)),
        (_("Diberi tahu"), steps_words(new.chain)),
    ]
    return [*lines, (_("Dasar"), new.legal_basis)]


def count_lines(about: About | None, condition: Condition) -> list[Line]:
    """Say how many are open that it would concern; it may be another number in the next minute."""
    count = counted(about, condition)
    return [(_("Yang terbuka dan cocok sekarang"), count)] if count else []


def counted(about: About | None, condition: Condition) -> str:
    """Say how many of what it would concern now: 22 kasus."""
    count = concerned(about, condition)
    return _("%(n)s %(what)s") % {"n": count, "what": about.label} if about and count else ""


def holder_words(about: About | None, holder: Holder) -> str:
    """Say whose turn it is, and whose while nobody has that part."""
    if about is None or not about.instead or holder in {Holder.MANAGER, Holder.DESK}:
        return str(holder.label)
    return _("%(holder)s; selama belum ada, %(instead)s") % {"holder": holder.label, "instead": about.instead}


def out_of_reach(length: Length, office: Office, at: datetime) -> str:
    """Say why a limit that is written down cannot be reckoned, and until when what begins now runs; "": it can."""
    why = why_not_reckoned(length, office, at)
    if not why or (length.unit == Unit.MONTH and length.calendar == Calendar.WORKING):  # counted as calendar months
        return ""
    return _("%(why)s Yang dimulai sekarang berjalan sampai %(day)s.") % {
        "why": why,
        "day": moments.day(due_or_farthest(at, length, office)),
    }


def limit_preview(
    length: Length, basis: str, *, begins: datetime, office: Office, at: datetime, longer: Longer | None = None
) -> list[Line]:
    """Say line by line what a new version of a limit would do, beside the one that holds."""
    beside = [(_("Batas sekarang"), f"{longer.before.length.words} ({longer.before.legal_basis})")] if longer else []
    ratio = [(_("Bandingannya"), times_words(longer.times))] if longer else []
    return [
        *beside,
        (_("Batas baru") if longer else _("Batas"), length.words),
        *ratio,
        (_("Contoh"), example(length, office, begins)),
        (_("Berlaku mulai"), begins_words(begins, at)),
        (_("Dasar"), basis),
    ]


def times_words(times: float | None) -> str:
    """Say how many times as long something may take."""
    if times is None:
        return _("sekarang seketika; sesudah ini tidak lagi")
    if times > 1:
        return _("%(times)s kali lebih lama") % {"times": number_format(times, 1, force_grouping=True)}
    return _("sama lama") if times == 1 else _("lebih singkat")


def longer_warning(longer: Longer | None) -> str:
    """Warn where somebody waits longer who may be in danger, or a law's number is left; "": nobody does."""
    if longer is None or not longer.is_grave:
        return ""
    return _("Menjadi lebih lama. Orang yang mungkin dalam bahaya, atau undang-undang, menunggu ini: pilih alasannya.")


def waiting_lines(key: str, length: Length, *, has_kind: bool) -> list[Line]:
    """Say what a limit of reports does not change."""
    if has_kind or not key.startswith("report."):
        return []
    lines = [(_("Yang sudah masuk"), _("tetap memakai batas saat laporannya masuk"))]
    if key == EXTREME:
        most = HEAD_START[RiskLevel.EKSTREM] // timedelta(hours=1)
        lines.append(
            (
                _("Di antrean"),
                _("tampil sejak masuk, apa pun batasnya; pelapor dijanjikan paling lama %(n)d jam") % {"n": most},
            )
        )
    return lines


def running_lines(running: int | None) -> list[Line]:
    """Say how many run under the old limit; it may be another number in the next minute."""
    return [(_("Yang sedang berjalan"), _running_words(running))]


def end_preview(kind: ClockKind, *, basis: str, running: int | None, at: datetime) -> list[Line]:
    """Say line by line what it means that a kind begins no more.

    Args:
        running: how many run, few as they are counted for who sees none of them; None: nobody can say.
    """
    return [
        (_("Berhenti"), _("mulai sekarang, %(day)s") % {"day": moments.day(at)}),
        (_("Sesudah itu"), _("%(what)s tidak memulainya lagi") % {"what": begins(kind)}),
        (_("Yang sedang berjalan"), _running_words(running)),
        (_("Dasar"), basis or _("tidak ada batas yang tertulis")),
        (_("Kembali"), _("dapat dipakai lagi kapan saja; yang terjadi sementara itu tidak disusulkan")),
    ]


def _running_words(count: int | None) -> str:
    if not count:
        return _("tidak ada")
    if count < FEWEST:
        return _("kurang dari %(n)d, tetap berjalan sampai selesai") % {"n": FEWEST}
    return ngettext("%(n)d, tetap berjalan sampai selesai", "%(n)d, tetap berjalan sampai selesai", count) % {
        "n": count
    }


def _asks(about: About | None, condition: Condition) -> Iterable[str]:
    if condition.danger:
        yield _("bahaya paling rendah %(level)s") % {"level": RiskLevel(condition.danger).label}
    if condition.danger_most:
        yield _("bahaya paling tinggi %(level)s") % {"level": RiskLevel(condition.danger_most).label}
    if about is None:
        return
    for sentence, known, codes in (
        (_("dengan bentuk %(what)s"), about.forms(), condition.forms),
        (_("untuk %(what)s"), about.case_types, condition.case_types),
        (_("pada tahap %(what)s"), about.states, condition.states),
    ):
        if codes:
            yield sentence % {"what": _either(_words(known, codes))}
    if condition.marks:
        yield ", ".join(_words(about.marks, condition.marks))
    yield from _only(about, condition.starts_when)


def _only(about: About | None, wanted: Mapping[str, Iterable[str]]) -> Iterable[str]:
    """Say which values an event has to carry, if it carries the field."""
    known = about.states if about else {}
    for codes in wanted.values():
        yield _("hanya %(what)s") % {"what": _either(_words(known, codes))}


def _words(known: Mapping[str, Words], codes: Iterable[str]) -> list[str]:
    return [str(known.get(code, code)) for code in codes]


def _either(found: Iterable[str]) -> str:
    """Return a list as one says it: a, b atau c."""
    *first, last = [*found] or [""]
    return _("%(first)s atau %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def _after(hours: int) -> str:
    if not hours:
        return _("%(to)s saat lewat")
    return ngettext("%(to)s %(n)d jam setelah lewat", "%(to)s %(n)d jam setelah lewat", hours)


def _moment(at: datetime) -> str:
    """Return the moment with its day; with its year when it is another one."""
    local = at.astimezone(zone())
    days = "l, j M" if local.year == clock.now().astimezone(zone()).year else "l, j M Y"
    return f"{date_format(local, days)} {moments.clock_time(at)}"

"""What a step of a case says from its columns alone: for the pages of the steps, and for the one stream of the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.cases.models import (
    ClosingAssessment,
    Conference,
    ContactTry,
    MediationRequest,
    PoliceDecision,
    Review,
    SafetyCheck,
    Session,
    Transfer,
)
from ruangaman.cases.types import Escort, NoMediation
from ruangaman.core import clock
from ruangaman.core.regions import zone


def sentence_of(row: Any) -> str:
    """Return one sentence about a step; "" for kinds that have a page of their own to say it."""
    say = _SENTENCES.get(type(row))
    return say(row) if say else ""


def day_words(day: date) -> str:
    """Say a day; the year only where it is not this one."""
    return date_format(day, "j F" if day.year == clock.now().astimezone(zone()).year else "j F Y")


def _safety(row: SafetyCheck) -> str:
    words = _("Aman sekarang") if row.is_safe else _("Belum aman")
    if row.escort == Escort.NONE:
        return words
    return _("%(words)s, dijemput %(escort)s") % {"words": words, "escort": row.get_escort_display().lower()}


def _review(row: Review) -> str:
    known = {"risk": row.get_risk_display().lower(), "before": row.get_before_display().lower()}
    known["day"] = day_words(row.next_on)
    if row.risk == row.before:
        return _("Bahaya tetap %(risk)s. Ditinjau lagi %(day)s.") % known
    return _("Bahaya dari %(before)s menjadi %(risk)s. Ditinjau lagi %(day)s.") % known


def _conference(row: Conference) -> str:
    count = len(row.participants) + row.guests
    people = ngettext("%(n)d orang hadir", "%(n)d orang hadir", count) % {"n": count}
    if not row.decisions:
        return _("%(people)s, tanpa keputusan baru.") % {"people": people}
    decided = ngettext("%(n)d keputusan menjadi tugas", "%(n)d keputusan menjadi tugas", row.decisions)
    return _("%(people)s, %(decided)s.") % {"people": people, "decided": decided % {"n": row.decisions}}


def _session(row: Session) -> str:
    known = {"day": day_words(row.on), "risk": row.get_risk_display().lower()}
    words = _("Sesi %(day)s, hadir. Bahaya %(risk)s.") if row.attended else _("Sesi %(day)s, tidak hadir.")
    if row.next_on is None:
        return words % known
    known["next"] = day_words(row.next_on)
    return (words + " " + _("Berikutnya %(next)s.")) % known


def _try(row: ContactTry) -> str:
    return _("%(way)s: %(result)s") % {"way": row.get_way_display(), "result": row.get_result_display().lower()}


def _mediation(row: MediationRequest) -> str:
    if not row.against:
        return _("Diminta %(who)s. Mediasi boleh diadakan.") % {"who": row.get_asked_by_display().lower()}
    reasons = " ".join(str(NoMediation(one).label) for one in row.against)
    return _("Diminta %(who)s. Ditolak: %(reasons)s") % {
        "who": row.get_asked_by_display().lower(),
        "reasons": reasons,
    }


def _police(row: PoliceDecision) -> str:
    if row.sent_on is None:
        return str(row.get_choice_display())
    return _("%(choice)s, surat %(day)s") % {
        "choice": row.get_choice_display(),
        "day": day_words(row.sent_on),
    }


def _closing(row: ClosingAssessment) -> str:
    known = {"reason": row.get_reason_display(), "met": row.goals_met, "total": row.goals_total}
    return _("%(reason)s. %(met)d dari %(total)d tujuan tercapai.") % known


def _transfer(row: Transfer) -> str:
    return _("Dilimpahkan kepada %(name)s") % {"name": row.to.name} if row.to else _("Dilimpahkan")


_SENTENCES: dict[type, Callable[[Any], str]] = {
    SafetyCheck: _safety,
    Review: _review,
    Conference: _conference,
    Session: _session,
    ContactTry: _try,
    MediationRequest: _mediation,
    PoliceDecision: _police,
    ClosingAssessment: _closing,
    Transfer: _transfer,
}

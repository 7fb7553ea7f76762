"""What a step of a case says from its columns alone: for the pages of the steps, and for the one stream of the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ruangaman.cases.models import (
    Approval,
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
from ruangaman.cases.types import ApprovalKind, Doing, Escort, NoMediation, Outcome, Point, Reached
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.moments import day_words
from ruangaman.ui.types import Words


def sentence_of(row: Any) -> str:
    """Return one sentence about a step; "" for kinds that have a page of their own to say it."""
    say = _SENTENCES.get(type(row))
    return say(row) if say else ""


def _safety(row: SafetyCheck) -> str:
    words = _("Aman sekarang") if row.is_safe else _("Belum aman")
    if row.escort != Escort.NONE:
        words = _("%(words)s, dijemput %(escort)s") % {"words": words, "escort": row.get_escort_display().lower()}
    return _risen(words, str(row.before or ""))


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


def told_of(kind: str, code: str) -> str:
    """Say in the stream of a case what was done; there it names the step, which its own page need not.

    Args:
        code: the codes of `flow.Kind`, joined by a bar.
    """
    codes = code.split("|")
    if kind in _PLAIN:
        return str(_PLAIN[kind])
    if kind == "session":
        return _held(*codes[:3])
    if kind == "review":
        before, risk = (RiskLevel(int(one)) for one in codes[:2])
        known = {"before": before.label.lower(), "risk": risk.label.lower()}
        if before == risk:
            return _("Ditinjau: bahaya tetap %(risk)s") % known
        return _("Ditinjau: bahaya dari %(before)s menjadi %(risk)s") % known
    if kind == "decided":
        return str(_DECIDED[codes[0], codes[1]])
    if kind == "conference":
        return _("Konferensi kasus, %(n)s keputusan") % {"n": codes[0]}
    if kind == "plan":
        return _("Rencana disusun, versi %(n)s") % {"n": codes[0]}
    if kind == "episode":
        return _("Episode ke-%(n)s dimulai") % {"n": codes[0]}
    if kind == "try":
        return _("Upaya menghubungi: %(result)s") % {"result": Reached(codes[0]).label.lower()}
    if kind == "aftercare":
        return _risen(_("Kontak sesudah ditutup: %(doing)s") % {"doing": Doing(codes[0]).label.lower()}, codes[1])
    if kind == "planned":
        return _("Kontak sesudah ditutup dijadwalkan: %(day)s") % {"day": day_words(date.fromisoformat(codes[0]))}
    if kind == "safety":
        return _risen(str(_CHOSEN[kind, codes[0]]), codes[1])
    return str(_CHOSEN[kind, codes[0]])


def _risen(words: str, before: str) -> str:
    """Say with a step that it raised the danger. Args: before: the danger until then; empty: it did not."""
    if not before:
        return words
    known = {"words": words, "before": RiskLevel(int(before)).label.lower(), "risk": RiskLevel.TINGGI.label.lower()}
    return _("%(words)s. Bahaya dari %(before)s menjadi %(risk)s") % known


def _held(attended: str, risk: str, next_on: str) -> str:
    words = _("Sesi psikolog: hadir") if attended == "true" else _("Sesi psikolog: tidak hadir")
    words += ", " + _("bahaya %(risk)s") % {"risk": RiskLevel(int(risk)).label.lower()}
    if next_on:
        words += ", " + _("berikutnya %(day)s") % {"day": day_words(date.fromisoformat(next_on))}
    return words


_PLAIN: dict[str, Words] = {
    "assessment": gettext_lazy("Asesmen dicatat"),
    "rights": gettext_lazy("Hak dijelaskan"),
    "transfer": gettext_lazy("Kasus dilimpahkan ke lembaga lain"),
    "received": gettext_lazy("Pelimpahan diterima lembaga lain"),
    "withdrawn": gettext_lazy("Pelimpahan ditarik kembali"),
    "cancelled": gettext_lazy("Kontak sesudah ditutup dibatalkan"),
    "closing": gettext_lazy("Asesmen penutupan dicatat"),
    "mediation": gettext_lazy("Permintaan mediasi dicatat"),
    "police": gettext_lazy("Keputusan tentang laporan polisi dicatat"),
}
_DECIDED: dict[tuple[str, str], Words] = {
    ("plan", Outcome.APPROVED.value): gettext_lazy("Rencana disetujui kepala"),
    ("plan", Outcome.RETURNED.value): gettext_lazy("Rencana dikembalikan kepala"),
    ("closing", Outcome.APPROVED.value): gettext_lazy("Penutupan disetujui kepala"),
    ("closing", Outcome.RETURNED.value): gettext_lazy("Penutupan dikembalikan kepala"),
}
_CHOSEN: dict[tuple[str, str], Words] = {
    ("safety", "true"): gettext_lazy("Keselamatan diperiksa: aman"),
    ("safety", "false"): gettext_lazy("Keselamatan diperiksa: belum aman"),
    ("consent", "true"): gettext_lazy("Persetujuan atau dasar lain dicatat"),
    ("consent", "false"): gettext_lazy("Dicatat: tidak setuju"),
    ("asked", "plan"): gettext_lazy("Rencana diajukan kepada kepala"),
    ("asked", "closing"): gettext_lazy("Penutupan diajukan kepada kepala"),
}


def decided_words(approval: Approval) -> str:
    """Say of what was decided, and how; "": it waits."""
    return str(_RULED.get((approval.kind, approval.outcome), ""))


_RULED = {
    (ApprovalKind.PLAN.value, Outcome.APPROVED.value): gettext_lazy("Rencana ini disetujui"),
    (ApprovalKind.PLAN.value, Outcome.RETURNED.value): gettext_lazy("Rencana ini dikembalikan"),
    (ApprovalKind.CLOSING.value, Outcome.APPROVED.value): gettext_lazy("Penutupan ini disetujui"),
    (ApprovalKind.CLOSING.value, Outcome.RETURNED.value): gettext_lazy("Penutupan ini dikembalikan"),
}


def point_words(approval: Approval | None) -> list[str]:
    """Return what has to be looked at again, in words."""
    return [str(Point(one).label) for one in approval.points if one in Point.values] if approval else []

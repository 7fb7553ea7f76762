"""How dangerous a case is, and when it is looked at again: to come, and as soon as its danger asks for.

One rule for plans and for reviews, and one way to change the danger for whatever changes it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Case, Review
from ruangaman.cases.selectors.reviewing import latest_review
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import Seen
from ruangaman.clocks import services as clocks
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict, DomainError
from ruangaman.ui.moments import day_words, when


def check_review(day: date, *, risk: RiskLevel, at: datetime) -> None:
    """Check the next day of review. Raises DomainError: it is not to come, or later than this danger allows."""
    if day <= timezone.localdate(at):
        raise DomainError(_("Hari peninjauan berikutnya harus masih akan datang."))
    latest = latest_review(risk=risk, at=at)
    if day > latest:
        raise DomainError(
            _("Dengan bahaya ini, tinjauan berikutnya paling lambat %(day)s.") % {"day": day_words(latest)}
        )


def refuse_stale(case: Case, seen: Seen | None) -> None:
    """Check that a case stands as it was seen. Raises Conflict: it does not; the sentence says what changed."""
    last = Review.objects.filter(case=case).select_related("by").order_by("-at", "-id").first()
    if seen is None or (seen.risk == case.risk and seen.review_id == (last.pk if last else None)):
        return
    found = []
    if last is not None and last.pk != seen.review_id:
        who = {"name": last.by.display_name, "when": when(last.at)}
        found.append(_("%(name)s meninjau kasus ini %(when)s") % who)
    if seen.risk != case.risk:
        known = {"before": seen.risk.label.lower(), "risk": RiskLevel(case.risk).label.lower()}
        found.append(_("bahayanya berubah dari %(before)s menjadi %(risk)s") % known)
    said = {"changes": ", ".join(found)}
    raise Conflict(_("Sejak halaman ini dibuka: %(changes)s. Belum ada yang disimpan; pilih lagi bahayanya.") % said)


def set_danger(
    case: Case, danger: RiskLevel, *, by: User, at: datetime, next_at: datetime | None = None
) -> RiskLevel | None:
    """Let a case be in this danger from now on, and its clocks with it. Returns the danger before; None: it was so.

    Args:
        next_at: when it is looked at again, where that was promised.

    Writes: the case, its clocks, one `cases.risk_changed` event if it changed.
    """
    before = RiskLevel(case.risk)
    if danger == before:
        return None
    case.risk = danger
    case.save(update_fields=["risk"])
    detail: Detail = {"risk": int(danger), "before": int(before)}
    tell(events.RISK_CHANGED, case, by=by, at=at, detail=detail, sooner_at=next_at)
    clocks.set_danger(dossier_id=case.dossier_id, subject=case.code, danger=danger, by=by, at=at)
    return before


def see_unsafe(case: Case, *, by: User, at: datetime) -> RiskLevel | None:
    """Note that she is not safe now: whoever is not is in high danger. Returns the danger before, where it rose.

    Writes: the case; as `set_danger` where the danger was lower; the clocks that stood still, which go on.
    """
    case.unsafe_at = at
    case.save(update_fields=["unsafe_at"])
    clocks.resume_all(dossier_id=case.dossier_id, by=by, at=at)
    return set_danger(case, max(RiskLevel(case.risk), RiskLevel.TINGGI), by=by, at=at)


def see_safe(case: Case, words: str) -> None:
    """Note that she is safe now; where she was not before, only with words about where and with whom she is.

    Raises:
        DomainError: no words.

    Writes: the case. How dangerous it is stays for a review to say.
    """
    if case.unsafe_at is None:
        return
    if not words.strip():
        raise DomainError(_("Tadinya tercatat belum aman: tulis di mana ia sekarang, dan bersama siapa."))
    case.unsafe_at = None
    case.save(update_fields=["unsafe_at"])

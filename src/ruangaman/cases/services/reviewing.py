"""When a case is looked at again: to come, and as soon as its danger asks for. One rule for plans and for reviews."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ruangaman.cases.selectors.reviewing import latest_review
from ruangaman.cases.selectors.sentences import day_words
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import DomainError


def check_review(day: date, *, risk: RiskLevel, at: datetime) -> None:
    """Check the next day of review. Raises DomainError: it is not to come, or later than this danger allows."""
    if day <= timezone.localdate(at):
        raise DomainError(_("Hari peninjauan berikutnya harus masih akan datang."))
    latest = latest_review(risk=risk, at=at)
    if day > latest:
        raise DomainError(
            _("Dengan bahaya ini, tinjauan berikutnya paling lambat %(day)s.") % {"day": day_words(latest)}
        )

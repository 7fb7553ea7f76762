"""The closing assessment: what was reached, what it would end, and why it ends although something speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.models import Case, ClosingAssessment
from ruangaman.cases.selectors.facts import binding_clocks
from ruangaman.cases.selectors.weighing import list_deciders, stand
from ruangaman.cases.services.aside import seal_aside
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import Standing, note_content
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError, NotAllowed
from ruangaman.vault.types import Compartment

KIND = "closing"
"""Of the dossiers that hold why a case ends all the same."""
HER_WORDS = gettext_noop("Kata penerima manfaat")
"""What her words are called where they are sealed: of the facts of a closing the head reads these."""
Facts = list[tuple[str, str]]


@transaction.atomic
def assess_closing(
    *,
    code: str,
    reason: ClosingReason,
    risk: RiskLevel,
    goals: tuple[int, int],
    was_asked: bool,
    words: str,
    her_words: str,
    why_clocks: str = "",
    why_despite: str = "",
    by: User,
    at: datetime,
    closing_id: UUID | None = None,
) -> ClosingAssessment:
    """Record what was reached before a case is closed, and what she says of it.

    Args:
        goals: how many were met, of how many.
        was_asked: whether she was asked how it was for her.
        words, her_words: sealed in the work compartment.
        why_clocks: why what law or medicine asks for and still runs is needed no more; sealed with the names of those
            clocks.
        why_despite: why it ends although something speaks against it (`types.Doubt`); sealed with the rest, and once
            more for the heads who decide about it and hold no key of the case.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        DomainError: the numbers do not add up; or such a clock runs, or something speaks against it, and nobody says
            why it may end.
        CaseClosed: nothing is written.

    Writes: the sealed words, perhaps a dossier for the heads, the row, one `cases.closing_assessed` event.
    Source: domain.md 2.3, state 8.
    """
    case = lock_writable(code, by)
    found = find_first(ClosingAssessment, closing_id, case)
    if found is not None:
        return found
    if not policies.can_close(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang menilai penutupan."))
    if not 0 <= goals[0] <= goals[1]:
        raise DomainError(_("Tujuan yang tercapai tidak dapat lebih banyak dari semuanya."))
    binding = list(binding_clocks(case.dossier_id).select_related("kind"))
    standing = stand(case=case, at=at, risk=risk, goals=goals, reason=reason)
    _refuse_silence(binding, why_clocks, standing, why_despite)
    facts = [(HER_WORDS, her_words)] if her_words else []
    content = note_content(words, facts + _reasons(binding, why_clocks, standing, why_despite))
    home, despite = _seal_despite(case, why_despite, by=by, at=at) if standing.doubts else (None, None)
    row = ClosingAssessment(
        id=closing_id or uuid4(),
        case=case,
        at=at,
        by=by,
        reason=reason,
        risk=risk,
        goals_met=goals[0],
        goals_total=goals[1],
        was_asked=was_asked,
        covers=[clock.pk for clock in binding],
        doubts=standing.codes,
        despite_ref=despite,
        despite_home_id=home,
        ref=seal(case, Compartment.WORK, content, by=by, at=at),
    )
    row.save(force_insert=True)
    detail: Detail = {
        "closing": str(row.pk),
        "reason": str(reason),
        "risk": int(risk),
        "clocks": len(binding),
        "doubts": standing.codes,
    }
    tell(events.CLOSING_ASSESSED, case, by=by, at=at, detail=detail)
    return row


def _refuse_silence(binding: list[Clock], why_clocks: str, standing: Standing, why_despite: str) -> None:
    """Stop where something would end without a word. Raises DomainError."""
    if binding and not why_clocks.strip():
        raise DomainError(_("Jam hukum atau kesehatan masih berjalan: tulis mengapa tidak perlu lagi."))
    if standing.doubts and not why_despite.strip():
        raise DomainError(_("Tulis mengapa tetap ditutup: %(doubts)s.") % {"doubts": standing.sentence})


def _reasons(binding: Iterable[Clock], why_clocks: str, standing: Standing, why_despite: str) -> Facts:
    """Return why it may end, as it is sealed: with what each reason is about, in the language of the house."""
    found: Facts = []
    named = ", ".join(sorted({clock.kind.label for clock in binding}))
    if named:
        found += [(gettext_noop("Jam yang diakhiri"), named), (gettext_noop("Mengapa tidak perlu lagi"), why_clocks)]
    if why_despite.strip():
        found.append((gettext_noop("Mengapa tetap ditutup"), why_despite))
    return found


def _seal_despite(case: Case, words: str, *, by: User, at: datetime) -> tuple[UUID, UUID]:
    readers = {by.principal_id, *(one.principal_id for one in list_deciders(case))}
    return seal_aside(KIND, words, readers, case.dossier_id, case.code, by=by, at=at)

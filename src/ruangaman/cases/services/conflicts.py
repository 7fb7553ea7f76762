"""Who is too near to a case to work on it. Whoever assigns learns that somebody cannot, and never why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import AvoidedPlace, User
from ruangaman.accounts.services import finding
from ruangaman.cases import policies, registry
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Case
from ruangaman.cases.types import LiftReason
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.services import BARRED, Probe


def refuse_conflict(*, case: Case, user: User, by: User, at: datetime) -> None:
    """Stop where somebody must not come to a case: a relative is in it, or a place that is to be kept out of it.

    What only keys can tell (the accused's workplace, whom the reporter avoids) is looked at by whoever holds them.

    Raises:
        NotAssignable: in words that are the same whatever the reason.

    Writes: what `ready_to_find` writes; a `vault.revealed` event where something had to be opened.
    """
    if finding.has_declared(by=by):
        finding.ready_to_find(by=by, at=at)
    if vault.is_lifted(dossier_id=case.dossier_id, principal_id=user.principal_id):
        return
    if vault.is_barred(dossier_id=case.dossier_id, principal_id=user.principal_id):
        raise NotAssignable(BARRED)
    if places_of(user) & _kept_out(case, by=by, at=at):
        raise NotAssignable(BARRED)


def refuse_new_conflict(
    *, unit_id: UUID, manager: User, probes: Sequence[Probe], kept_out: Collection[str], by: User, at: datetime
) -> None:
    """Stop where the manager of a case that is about to be opened must not come to it.

    Args:
        probes: the numbers of those who will be in it, stretched.
        kept_out: codes of agencies and units that must not know.

    Raises:
        NotAssignable: in the same words.
    """
    may_be_kin = bool(probes) or finding.has_declared(by=by)
    is_kin = (
        may_be_kin
        and finding.ready_to_find(by=by, at=at)
        and vault.is_kin(unit_id=unit_id, probes=probes, principal_id=manager.principal_id, by=by, at=at)
    )
    if is_kin or places_of(manager) & set(kept_out):
        raise NotAssignable(BARRED)


@transaction.atomic
def lift_conflict(*, code: str, user: User, reason: LiftReason | str, by: User, at: datetime) -> None:
    """Let somebody work on a case whatever speaks against it. For who oversees the unit, and never for oneself.

    Nobody learns whether there was anything to lift.

    Raises:
        NotFound: no such case for `by`: that of a relative of theirs does not exist for them.
        NotAllowed: `by` does not oversee it, or it is about themselves.

    Writes: what the vault keeps, one `vault.bar_lifted` event.
    """
    case = Case.objects.overseen_by(by).filter(code=code).first()
    if case is None:
        raise NotFound(_("Kasus ini tidak ada."))
    if not policies.can_lift(by, user):
        raise NotAllowed(_("Yang menyangkut diri Anda hanya dapat diputuskan orang lain."))
    vault.lift_bars(
        dossier_id=case.dossier_id, principal_id=user.principal_id, reason=LiftReason(reason).value, by=by, at=at
    )


def places_of(user: User) -> frozenset[str]:
    """Return the codes of where somebody works, and of what they declared to be too near to."""
    declared = AvoidedPlace.objects.filter(user=user, until=None).values_list("code", flat=True)
    return frozenset({user.unit.code, user.unit.agency.code, *declared})


def _kept_out(case: Case, *, by: User, at: datetime) -> frozenset[str]:
    return frozenset().union(*(barrier.kept_out(case=case, by=by, at=at) for barrier in registry.barriers))

"""The page that says who can open a case, and who could until lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import CASE_ROLES
from ruangaman.cases import policies, registry
from ruangaman.cases.models import Access, Assignment, Case
from ruangaman.cases.selectors.holders import HolderView, list_holders
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.vault import services as vault
from ruangaman.vault.models import Dossier, LegalHold, WaitingKind
from ruangaman.vault.selectors import get_hold, get_keeping, held_of, list_declined, list_requests
from ruangaman.vault.types import Compartment, PrincipalKind, Purpose


@dataclass(frozen=True)
class AccessRow:
    """One holder, and what the viewer may do about it."""

    holder: HolderView
    part: Assignment | None
    access: Access | None
    may_end: bool
    may_change: bool
    may_release: bool
    may_share: bool
    may_ask: bool
    is_asked: bool


@dataclass(frozen=True)
class EndedRow:
    """An access that is over, or was asked for and not given yet."""

    name: str
    parts: list[str]
    why: str
    since: datetime
    until: datetime
    by: str
    words: str
    access: Access
    may_end: bool


@dataclass(frozen=True)
class AccessPage:
    """Everything on the page."""

    rows: list[AccessRow]
    origins: list[tuple[str, list[HolderView]]]
    """What the case came from, by its code, with who can open it there."""
    pending: list[EndedRow]
    ended: list[EndedRow]
    past: list[Assignment]
    may_give: bool
    may_hold: bool
    hold: LegalHold | None
    keep_until: date | None
    epoch: int

    @property
    def is_closed_to_all(self) -> bool:
        """Whether nobody at work can open anything of it: only the emergency key and the recovery shares can."""
        at_work = (row.holder for row in self.rows if row.holder.kind in {PrincipalKind.USER, PrincipalKind.DESK})
        return not any(not one.is_dead and not one.is_over for one in at_work)


def get_access_page(*, case: Case, viewer: User, at: datetime) -> AccessPage:
    """Return who can open `case`, from the grants themselves, with what is noted about each."""
    holders = list_holders(dossier_id=case.dossier_id, viewer=viewer, at=at)
    parts = {part.user_id: part for part in case.assignments.filter(until=None)}
    accesses = list(case.accesses.select_related("user", "by", "ended_by").order_by("-since", "id"))
    running = {one.user_id: one for one in accesses if policies.is_running(one, at)}
    lines = list_requests(case.dossier_id)
    asked = {line.principal_id for line in lines if line.kind == WaitingKind.SHARE}
    held = held_of(dossier_id=case.dossier_id, viewer=viewer, at=at)
    rows = [_row(one, case, viewer, parts, running, asked, held) for one in holders]
    there = {row.access.pk for row in rows if row.access}
    declined = list_declined(dossier_id=case.dossier_id)
    may_govern = policies.can_govern(viewer, case)
    rest = [_ended(one, at, asked, declined, may_govern) for one in accesses if one.pk not in there]
    keeping = get_keeping(case.dossier_id)
    return AccessPage(
        rows=rows,
        origins=_origins(case, viewer, at),
        pending=[one for one in rest if policies.is_running(one.access, at)],
        ended=[one for one in rest if not policies.is_running(one.access, at)],
        past=list(case.assignments.exclude(until=None).select_related("user", "until_by").order_by("-until")),
        may_give=may_govern and case.is_open,
        may_hold=policies.can_assign(viewer, case),
        hold=get_hold(case.dossier_id),
        keep_until=keeping.keep_until if keeping else None,
        epoch=Dossier.objects.values_list("epoch", flat=True).get(pk=case.dossier_id),
    )


def _origins(case: Case, viewer: User, at: datetime) -> list[tuple[str, list[HolderView]]]:
    found = {code: home for origin in registry.origins for code, home in origin.dossiers(case=case).items()}
    return [(code, list_holders(dossier_id=home, viewer=viewer, at=at)) for code, home in sorted(found.items())]


def get_access(*, case: Case, access_id: UUID, viewer: User, at: datetime) -> Access:
    """Return a running access of a case. Raises Http404: absent, over, or not for `viewer` to govern."""
    if not policies.can_govern(viewer, case):
        raise Http404
    access = get_object_or_404(case.accesses.select_related("user", "by"), pk=access_id)
    if not policies.is_running(access, at):
        raise Http404
    return access


def open_hold(*, case: Case, viewer: User, at: datetime) -> str:
    """Return why a case must not be erased, in the words that are sealed in it; "" without words. Leaves an event."""
    hold = get_hold(case.dossier_id)
    if hold is None or hold.words_ref is None:
        return ""
    found = vault.reveal_many(refs=[hold.words_ref], purpose=Purpose.HANDLING, by=viewer, at=at)
    return text_of(found[hold.words_ref])


def list_readers(*, case: Case, viewer: User, at: datetime) -> list[User]:
    """Return who could be given access for a while: with a role for cases, of the agency, neither in it nor reading."""
    busy = set(case.assignments.filter(until=None).values_list("user_id", flat=True))
    busy |= {one.user_id for one in case.accesses.all() if policies.is_running(one, at)}
    users = User.objects.filter(is_active=True, role__in=CASE_ROLES, unit__agency_id=case.unit.agency_id)
    return list(
        users.exclude(pk__in=busy).exclude(pk=viewer.pk).select_related("unit").order_by("role", "display_name")
    )


def parts_of(access: Access) -> frozenset[Compartment]:
    """Return the compartments of an access."""
    return frozenset(part for part in Compartment if access.compartments & 1 << part)


def _row(
    holder: HolderView,
    case: Case,
    viewer: User,
    parts: dict[UUID, Assignment],
    running: dict[UUID, Access],
    asked: set[UUID | None],
    held: frozenset[Compartment],
) -> AccessRow:
    who = holder.user.pk if holder.user else None
    part, access = parts.get(who) if who else None, running.get(who) if who else None
    manages, governs = policies.can_assign(viewer, case), policies.can_govern(viewer, case)
    is_other = holder.user is not None and holder.user.pk != viewer.pk
    return AccessRow(
        holder=holder,
        part=part,
        access=access if part is None else None,
        may_end=part is None and access is not None and governs and not holder.is_dead,
        may_change=part is None and access is not None and manages and not holder.is_over,
        may_release=part is not None and manages and holder.user is not None and holder.user.pk != case.manager_id,
        may_share=is_other and bool(holder.closed & held),
        may_ask=is_other and governs and bool(holder.closed - held) and holder.principal_id not in asked,
        is_asked=holder.principal_id in asked,
    )


def _ended(access: Access, at: datetime, asked: set[UUID | None], declined: set[UUID], may_end: bool) -> EndedRow:
    principal = access.user.principal_id
    if access.ended_at is not None:
        who = access.ended_by.display_name if access.ended_by else ""
        words = _("Dicabut oleh %(name)s") % {"name": who}
    elif access.not_after <= at:
        words = _("Batas waktunya lewat; kuncinya sudah dihapus")
    elif principal in asked:
        words = _("Menunggu dibagikan oleh pemegang kunci")
    else:
        words = _("Ditolak oleh pemegang kunci") if principal in declined else _("Kuncinya tidak ada lagi")
    return EndedRow(
        name=access.user.display_name,
        parts=[str(part.label) for part in sorted(parts_of(access))],
        why=str(access.get_reason_display()),
        since=access.since,
        until=access.ended_at or access.not_after,
        by=access.by.display_name,
        words=words,
        access=access,
        may_end=may_end and policies.is_running(access, at),
    )

"""Openings by an emergency key: finding the case by its code, how each opening stands, and reading while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from ruangaman.accounts.models import Unit, User
from ruangaman.accounts.types import Permission, Role
from ruangaman.cases import policies
from ruangaman.cases.models import Case, Glass
from ruangaman.cases.selectors.page import CasePage, get_whole_page
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.types import GLASS_USUAL, GlassState
from ruangaman.core.regions import zone
from ruangaman.vault import services as vault
from ruangaman.vault.models import Grant, GroupKey
from ruangaman.vault.selectors import held_of
from ruangaman.vault.types import Purpose

SHOWN = 100
"""So many openings are listed; a city has a few in a month."""
PEOPLE = ("unit", "opener", "agreed_by", "closed_by", "reviewed_by")


@dataclass(frozen=True)
class Found:
    """A case that somebody knows the code of, as far as a holder of its unit's emergency key may know it.

    Args:
        is_wrapped: the emergency key, as the viewer holds it, opens something of it.
        is_held: the viewer holds a grant of their own and needs no emergency key.
    """

    case_id: UUID
    dossier_id: UUID
    unit_id: UUID
    is_wrapped: bool
    is_held: bool


@dataclass(frozen=True)
class GlassRow:
    """An opening and how it stands, with what the viewer may do about it."""

    glass: Glass
    state: GlassState
    may_agree: bool
    may_decline: bool
    may_begin: bool
    may_end: bool
    may_review: bool
    times: int = 0
    """Which opening of this person in its month it was, when that is more than usual."""

    @property
    def key(self) -> str:
        """The state's code, for the template."""
        return self.state.value


@dataclass(frozen=True)
class GlassBoard:
    """What the page of the emergency openings shows to one viewer."""

    is_holder: bool
    is_frozen: bool
    oversees: bool
    running: list[GlassRow]
    waiting: list[GlassRow]
    to_review: list[GlassRow]
    past: list[GlassRow]

    @property
    def is_empty(self) -> bool:
        """Whether who answers for openings has none to see; who opens has a form to look at."""
        return self.oversees and not (self.running or self.waiting or self.to_review or self.past)


def find_by_code(*, code: str, viewer: User) -> Found | None:
    """Return the case with this code in a unit whose emergency key `viewer` holds; None for every other code alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, dossier_id, unit_id, is_wrapped, is_held FROM cases_glass_find(%s)", [code])
        row = cursor.fetchone()
    return None if row is None else Found(*row)


def is_holder(viewer: User) -> bool:
    """Whether `viewer` holds the emergency key of some unit."""
    held = GroupKey.objects.filter(member_id=viewer.principal_id).values("group_id")
    return Unit.objects.filter(breakglass_id__in=held).exists()


def holds_key_of(*, unit_id: UUID, viewer: User) -> bool:
    """Whether `viewer` holds the emergency key of this unit."""
    groups = Unit.objects.filter(pk=unit_id).values("breakglass_id")
    return GroupKey.objects.filter(member_id=viewer.principal_id, group_id__in=groups).exists()


def list_reviewers(unit_id: UUID) -> list[User]:
    """Return who answers for the openings of a unit: its head, and the data protection officers."""
    head = Q(role=Role.KEPALA, unit_id=unit_id)
    return list(User.objects.filter(head | Q(role=Role.DPO), is_active=True).order_by("role", "display_name"))


def list_seconds(*, unit_id: UUID) -> list[User]:
    """Return who could be the second person: the other holders of the key, and who could review."""
    unit = Unit.objects.get(pk=unit_id)
    members = vault.read_members(unit.breakglass_id) if unit.breakglass_id else {}
    holders = User.objects.filter(principal_id__in=members, is_active=True)
    return list({user.pk: user for user in (*holders, *list_reviewers(unit_id))}.values())


def get_board(*, viewer: User, at: datetime) -> GlassBoard:
    """Return the page of `viewer`. Raises Http404: neither a holder of an emergency key nor one who reviews."""
    holds, oversees = is_holder(viewer), viewer.has(Permission.GLASS_REVIEW)
    if not holds and not oversees:
        raise Http404
    own = list(Glass.objects.filter(opener=viewer, reviewed_at=None))
    rows = [get_row(glass=one, viewer=viewer, at=at) for one in _listed(viewer, holds=holds)]
    by_state = {state: [row for row in rows if row.state is state] for state in GlassState}
    past = [row for row in rows if row.state in {GlassState.REVIEWED, GlassState.DROPPED}]
    return GlassBoard(
        is_holder=holds,
        is_frozen=policies.is_frozen(viewer, own, at),
        oversees=oversees,
        running=by_state[GlassState.OPEN],
        waiting=by_state[GlassState.READY] + by_state[GlassState.ASKED],
        to_review=by_state[GlassState.LATE] + by_state[GlassState.TO_REVIEW],
        past=past,
    )


def get_glass(*, glass_id: UUID, viewer: User) -> Glass:
    """Return one opening of `viewer`, or one to agree to or to answer for. Raises Http404: absent, or not theirs."""
    glass = get_object_or_404(Glass.objects.select_related(*PEOPLE), pk=glass_id)
    known = glass.opener_id == viewer.pk or policies.oversees_glass(viewer, glass)
    if not known and not holds_key_of(unit_id=glass.unit_id, viewer=viewer):
        raise Http404
    return glass


def get_running(*, glass_id: UUID, viewer: User) -> Glass:
    """Return an opening that `viewer` may end. Raises Http404: absent, or not theirs to end."""
    glass = get_object_or_404(Glass.objects.select_related(*PEOPLE), pk=glass_id)
    manages = Case.objects.filter(pk=glass.case_id, manager=viewer).exists()
    if not (manages or glass.opener_id == viewer.pk or policies.oversees_glass(viewer, glass)):
        raise Http404
    return glass


def get_row(*, glass: Glass, viewer: User, at: datetime) -> GlassRow:
    """Return how an opening stands and what `viewer` may do about it."""
    holds = glass.opener_id != viewer.pk and holds_key_of(unit_id=glass.unit_id, viewer=viewer)
    reviewers = [one.pk for one in list_reviewers(glass.unit_id)]
    state = glass.state(at)
    return GlassRow(
        glass=glass,
        state=state,
        may_agree=policies.can_agree(viewer, glass, at, is_holder=holds, reviewers=reviewers),
        may_decline=policies.can_decline(viewer, glass, at, is_holder=holds),
        may_begin=policies.can_begin(viewer, glass, at),
        may_end=policies.can_end(viewer, glass, at, manages=False),
        may_review=state in {GlassState.TO_REVIEW, GlassState.LATE} and policies.can_review(viewer, glass),
        times=_times(glass),
    )


def count_to_review(*, viewer: User, at: datetime) -> int:
    """Return how many openings `viewer` has to review or could agree to."""
    return len(list_to_do(viewer=viewer, at=at))


def list_to_do(*, viewer: User, at: datetime) -> list[GlassRow]:
    """Return the openings that wait for `viewer`, who answers for them: to agree, and to review."""
    waits = Q(opened_at=None, closed_at=None, agreed_at=None, is_danger=False) | Q(
        opened_at__isnull=False, reviewed_at=None
    )
    rows = Glass.objects.filter(waits).exclude(opener=viewer).select_related(*PEOPLE).order_by("asked_at")
    found = [get_row(glass=one, viewer=viewer, at=at) for one in rows if policies.oversees_glass(viewer, one)]
    return [row for row in found if row.may_agree or row.may_review]


def unsettled() -> QuerySet[Glass]:
    """Return the openings that are not over or not reviewed."""
    return Glass.objects.filter(Q(closed_at=None) | Q(opened_at__isnull=False, reviewed_at=None))


def begun_of(manager: User | UUID) -> QuerySet[Glass]:
    """Return the openings of somebody's cases which run, or which nobody has reviewed yet."""
    return Glass.objects.filter(case__manager=manager, opened_at__isnull=False, reviewed_at=None)


def list_of_mine(*, viewer: User, at: datetime) -> list[GlassRow]:
    """Return the openings of the cases that `viewer` manages which run, or which nobody has reviewed yet."""
    rows = begun_of(viewer).exclude(opener=viewer).select_related(*PEOPLE).order_by("-opened_at")
    return [get_row(glass=one, viewer=viewer, at=at) for one in rows]


def list_running(*, viewer: User, at: datetime) -> list[GlassRow]:
    """Return the openings that run now, for who answers for them."""
    rows = Glass.objects.filter(opened_at__isnull=False, closed_at=None, until__gt=at).exclude(opener=viewer)
    found = [one for one in rows.select_related(*PEOPLE).order_by("opened_at") if policies.oversees_glass(viewer, one)]
    return [get_row(glass=one, viewer=viewer, at=at) for one in found]


def open_words(*, glass: Glass, viewer: User, at: datetime) -> tuple[str, str]:
    """Return why it was asked and what the review says, in words; "" where `viewer` holds no key. Leaves an event."""
    homes = {glass.words_ref: glass.words_home_id}
    if glass.verdict_ref is not None and glass.verdict_home_id is not None:
        homes[glass.verdict_ref] = glass.verdict_home_id
    refs = {ref: home for ref, home in homes.items() if held_of(dossier_id=home, viewer=viewer, at=at)}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.REVIEW, by=viewer, at=at) if refs else {}
    return text_of(opened.get(glass.words_ref)), text_of(opened.get(glass.verdict_ref) if glass.verdict_ref else None)


def read_through_glass(*, glass: Glass, viewer: User, at: datetime) -> CasePage:
    """Return the whole case, for who broke the glass, while the opening runs. Opens everything: one event.

    The emergency key is unwrapped for this one reading by the viewer's own keys, and kept nowhere.

    Raises:
        Http404: it does not run, or it is not the viewer's. The database looks, too.
        Tampered, Locked.
    """
    if glass.opener_id != viewer.pk or glass.state(at) is not GlassState.OPEN or viewer.emergency_frozen_at is not None:
        raise Http404
    group_id = Unit.objects.values_list("breakglass_id", flat=True).get(pk=glass.unit_id)
    if group_id is None:
        raise Http404
    reader = vault.glass_reader(by=viewer, group_id=group_id, dossier_id=glass.dossier_id)
    with _glass(glass):
        cases = Case.objects.select_related("unit", "manager", "opened_by", "closed_by", "dossier")
        case = get_object_or_404(cases, pk=glass.case_id, dossier_id=glass.dossier_id)
        if not Grant.objects.filter(dossier_id=case.dossier_id, principal_id=group_id).exists():
            raise Http404  # the database shows it only while the opening runs
        return get_whole_page(case=case, reader=reader, viewer=viewer, at=at)


@contextmanager
def _glass(glass: Glass) -> Iterator[None]:
    """Let the database show what the opening lets be read, and take no change, until the page is put together."""
    _set_glass(str(glass.pk))
    try:
        yield
    finally:
        _set_glass("")


def _set_glass(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.glass', %s, true)", [value])


def _listed(viewer: User, *, holds: bool) -> Sequence[Glass]:
    """Return what is `viewer`'s to see here: own openings, those to agree to, and all that they answer for."""
    rows = Glass.objects.select_related(*PEOPLE).order_by("-asked_at", "-id")
    if viewer.role == Role.DPO:
        return list(rows[:SHOWN])
    mine = Q(opener=viewer) | Q(unit_id__in=viewer.oversight_units)
    if holds:
        groups = GroupKey.objects.filter(member_id=viewer.principal_id).values("group_id")
        mine |= Q(unit__breakglass_id__in=groups, opened_at=None, closed_at=None)
    return list(rows.filter(mine)[:SHOWN])


def _times(glass: Glass) -> int:
    if glass.opened_at is None:
        return 0
    local = glass.opened_at.astimezone(zone())
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = Glass.objects.filter(opener_id=glass.opener_id, opened_at__gte=month, opened_at__lte=glass.opened_at)
    times = before.count()
    return times if times > GLASS_USUAL else 0

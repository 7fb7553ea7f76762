"""What somebody alone can open, what their lost keys opened, and who could open it again.

Counted by functions of the database that see more than who asks: numbers for who has to decide, the dossiers
themselves only for who oversees their unit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from ruangaman.accounts.models import Desk, DoorRequest, FormerKeys, Unit, User
from ruangaman.accounts.policies import INVITATION_LIMIT
from ruangaman.accounts.registry import shelves
from ruangaman.accounts.types import Permission, RequestKind
from ruangaman.vault import services as vault


class Step(StrEnum):
    """Where opening dossiers again for a colleague stands."""

    ASK = "ask"
    WAITS = "waits"
    REFUSED = "refused"
    UNSIGNED = "unsigned"
    OPEN = "open"


@dataclass(frozen=True)
class Alone:
    """Dossiers that nobody at work could open without one person.

    Args:
        codes: of those that the viewer may know of.
        emergency: the units whose emergency key nobody else holds.
    """

    count: int
    codes: list[str] = field(default_factory=list)
    emergency: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Awaited:
    """What somebody's lost keys opened and their fresh ones do not open yet.

    Args:
        helpers: colleagues of the unit who could open some of it again, each with how many.
        stuck: how many no colleague of the unit can open again.
        closed: how many of those nobody at work can open at all.
    """

    count: int = 0
    helpers: list[tuple[User, int]] = field(default_factory=list)
    stuck: int = 0
    closed: int = 0


def count_alone(*, user: User, at: datetime) -> Alone:
    """Return what would be closed to everybody at work if `user` began fresh keys now; nothing for who may not ask."""
    rows = _rows("SELECT * FROM accounts_held_alone(%s, %s)", [user.pk, at])
    codes = _codes_of({row[0] for row in rows if row[0] is not None})
    return Alone(len(rows), codes, _sole_emergency(user))


def _sole_emergency(user: User) -> list[str]:
    units = Unit.objects.filter(pk=user.unit_id, breakglass__isnull=False)
    held = [(unit.name, vault.read_members(unit.breakglass_id)) for unit in units if unit.breakglass_id]
    return [name for name, members in held if members.keys() == {user.principal_id}]


def get_awaited(*, user: User, at: datetime) -> Awaited:
    """Return what waits to be opened again for somebody: for themselves, who is in charge, and second persons."""
    if not former_keys_of(user).exists():
        return Awaited()
    rows = _rows("SELECT helpers, is_held FROM accounts_awaited(%s, %s)", [user.pk, at])
    counts: dict[UUID, int] = {}
    for helpers, _is_held in rows:
        for helper in helpers:
            counts[helper] = counts.get(helper, 0) + 1
    people = User.objects.filter(pk__in=counts).order_by("display_name")
    return Awaited(
        count=len(rows),
        helpers=[(one, counts[one.pk]) for one in people],
        stuck=sum(not helpers for helpers, _is_held in rows),
        closed=sum(not is_held for _helpers, is_held in rows),
    )


def count_awaited(*, viewer: User, at: datetime) -> int:
    """Return how many dossiers wait to be opened again for `viewer`."""
    return get_awaited(user=viewer, at=at).count


def list_reopenable(*, viewer: User, at: datetime) -> list[tuple[User, int]]:
    """Return colleagues with fresh keys, each with how many dossiers the viewer could open again for them."""
    if not viewer.has(Permission.CASE_WRITE):
        return []
    if not former_keys_beside(viewer).exists():
        return []
    counts: dict[UUID, int] = dict(_rows("SELECT * FROM accounts_reopenable(%s)", [at]))
    people = User.objects.filter(pk__in=counts).select_related("unit").order_by("display_name")
    return [(one, counts[one.pk]) for one in people]


def former_keys_of(user: User | UUID) -> QuerySet[FormerKeys]:
    """Return the keys that somebody lost: without any nothing has to be opened again for them."""
    return FormerKeys.objects.filter(user=user)


def former_keys_beside(user: User | UUID) -> QuerySet[FormerKeys]:
    """Return the keys that somebody at work in the same unit lost: without any there is nobody to open again for."""
    unit = User.objects.filter(pk=getattr(user, "pk", user)).values("unit_id")
    return FormerKeys.objects.filter(user__unit_id__in=unit, user__is_active=True)


def last_reopening(*, user: User, viewer: User) -> DoorRequest | None:
    """Return what `viewer` last asked for to open dossiers again for `user`, or None."""
    rows = DoorRequest.objects.filter(kind=RequestKind.REGRANT, user=user, asked_by=viewer)
    return rows.order_by("-asked_at").first()


def step_of_reopening(*, user: User, viewer: User, at: datetime) -> Step:
    """Return how far `viewer` is with opening dossiers again for `user`."""
    asked = last_reopening(user=user, viewer=viewer)
    if asked is None or asked.done_at is not None:
        return Step.ASK
    if asked.decided_at is None:
        return Step.WAITS if asked.asked_at > at - INVITATION_LIMIT else Step.ASK
    if not asked.is_approved:
        return Step.REFUSED
    return Step.OPEN if vault.is_active(user.principal_id) else Step.UNSIGNED


def list_closed_to_all(*, dossiers: Collection[UUID], at: datetime) -> set[UUID]:
    """Return those of these dossiers, of units that the running transaction's viewer oversees, that nobody can open.

    Nobody at work: the emergency key and the recovery shares remain.
    """
    wanted = list(dossiers)
    if not wanted:
        return set()
    return {row[0] for row in _rows("SELECT * FROM accounts_closed_to_all(%s::uuid[], %s)", [wanted, at])}


def keys_of(user: User) -> list[UUID]:
    """Return every principal that is or was somebody's, the present one last: what ends for them ends for all."""
    former = FormerKeys.objects.filter(user=user).order_by("until").values_list("principal_id", flat=True)
    return [*former, user.principal_id]


def list_sole_desks(*, user: User) -> list[Desk]:
    """Return the desks at which nobody else sits: without `user` nobody could hand on their keys."""
    live = Count("members", filter=Q(members__until=None))
    desks = Desk.objects.annotate(seats=live).filter(
        seats=1, pk__in=user.desk_memberships.filter(until=None).values("desk")
    )
    return list(desks.order_by("position"))


def _codes_of(dossiers: Collection[UUID]) -> list[str]:
    """Return what people call these dossiers, as far as the viewer may know of them."""
    if not dossiers:
        return []
    return sorted(code for shelf in shelves for code in shelf.codes_of(set(dossiers)).values())


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())

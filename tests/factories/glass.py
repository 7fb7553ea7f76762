"""Openings by an emergency key: asked, agreed and begun as people do, each in a request of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services
from ruangaman.cases.models import Case, Glass
from ruangaman.cases.types import GlassReason
from ruangaman.vault import services as vault
from tests.factories.accounts import working
from tests.factories.cases import Team

WHY = "SEBAB-UJI ia menelepon lalu terputus"


def make_holder(team: Team, *, role: Role = Role.MANAJER, username: str = "pemegang") -> User:
    """Make somebody who holds the unit's emergency key and nothing of any case."""
    user = team.office.user(role, username=username)
    group = team.office.unit.breakglass_id
    assert group is not None
    with working(team.head):
        vault.add_member(group_id=group, member_id=user.principal_id, by=team.head, at=timezone.now())
    return user


def ask(case: Case, by: User, *, at_once: bool = False, at: datetime | None = None, **more: Any) -> Glass:
    """Ask to open a case."""
    facts: dict[str, Any] = {"reason": GlassReason.MISSING, "words": WHY, "glass_id": uuid4()}
    with working(by):
        return services.ask_glass(code=case.code, at_once=at_once, by=by, at=at or timezone.now(), **(facts | more))


def agree(glass: Glass, by: User) -> None:
    """Agree to an opening."""
    glass = fresh(glass)
    with working(by):
        services.agree_glass(glass=glass, by=by, at=timezone.now())


def begin(glass: Glass, by: User, *, at: datetime | None = None) -> Glass:
    """Begin an opening."""
    glass = fresh(glass)
    with working(by):
        return services.break_glass(glass=glass, by=by, at=at or timezone.now())


def broken(case: Case, by: User) -> Glass:
    """Open a case at once, for a life is in danger."""
    return begin(ask(case, by, at_once=True), by)


def fresh(glass: Glass) -> Glass:
    """Return the opening as it is now."""
    return Glass.objects.select_related("unit", "opener", "agreed_by").get(pk=glass.pk)


def let_pass(glass: Glass | UUID, by: timedelta) -> None:
    """Let an opening be so much older than it is: every moment in it."""
    key = glass if isinstance(glass, UUID) else glass.pk
    moments = ("asked_at", "agreed_at", "opened_at", "until", "closed_at", "review_due_at", "reviewed_at")
    with working(role=DatabaseRole.MIGRATE), connection.cursor() as cursor:
        changes = ", ".join(f"{one} = {one} - %(by)s" for one in moments)
        cursor.execute(f"UPDATE cases_glass SET {changes} WHERE id = %(key)s", {"by": by, "key": key})  # noqa: S608 - names above

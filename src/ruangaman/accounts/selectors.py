"""Reads about people and desks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY

from ruangaman.accounts.models import Desk, DeskMember, DutyShift, User
from ruangaman.vault.keyring import Keyring

KEYRING = "keyring"
SEEN = "seen"


def load_viewer(*, session: Any, at: datetime, activity: bool) -> User | None:
    """Return who is signed in, with desks and unlocked keys, or None.

    Locks the session when it was idle: the keys are taken out of it, the person stays signed in.

    Args:
        session: the staff session.
        at: this moment.
        activity: False for a poll, which neither counts as activity nor keeps the session open.
    """
    user_id = session.get(SESSION_KEY)
    if not user_id:
        return None
    user = User.objects.select_related("unit__agency").filter(pk=user_id, is_active=True).first()
    if user is None or session.get("_auth_user_hash") != user.get_session_auth_hash():
        session.flush()
        return None
    user.desk_principals = tuple(
        DeskMember.objects.filter(user=user, until=None).values_list("desk__principal_id", flat=True)
    )
    user.has_second_factor = bool(settings.RUANGAMAN_DEMO or session.get("second_factor"))
    _apply_idle_limit(session, at, activity=activity)
    packed = session.get(KEYRING)
    user.keyring = Keyring.from_text(packed) if packed else None
    return user


def _apply_idle_limit(session: Any, at: datetime, *, activity: bool) -> None:
    seen, moment = session.get(SEEN), at.timestamp()
    if session.get(KEYRING) and seen is not None and moment - seen > settings.RUANGAMAN_IDLE_SECONDS:
        del session[KEYRING]
        session["locked_at"] = moment
    elif activity and session.get(KEYRING) and (seen is None or moment - seen > 30):
        session[SEEN] = moment


def list_desks() -> list[Desk]:
    """Return the desks in the order in which they are tried for a report."""
    return list(Desk.objects.select_related("unit__agency").order_by("position"))


def desks_of(user: User) -> list[UUID]:
    """Return the ids of the desks that `user` sits at."""
    return list(DeskMember.objects.filter(user=user, until=None).values_list("desk_id", flat=True))


def list_on_duty(*, desk_id: UUID, at: datetime) -> list[User]:
    """Return who is on the roster of a desk at `at`; nobody on it: every member of the desk."""
    shifts = DutyShift.objects.at(at).filter(desk_id=desk_id, user__is_active=True).select_related("user")
    people = list({shift.user_id: shift.user for shift in shifts}.values())
    if people:
        return people
    members = DeskMember.objects.filter(desk_id=desk_id, until=None, user__is_active=True).select_related("user")
    return [member.user for member in members]

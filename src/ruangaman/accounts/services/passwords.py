"""Trying and changing passwords. The slow hash runs on the vault's one hash thread, without a database connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth import HASH_SESSION_KEY
from django.db import connection, transaction
from django.db.models import F

from ruangaman.accounts import events, policies, selectors
from ruangaman.accounts.models import User
from ruangaman.accounts.services import attempts
from ruangaman.accounts.types import Attempt, PasswordChange
from ruangaman.audit import services as audit
from ruangaman.audit.types import Role
from ruangaman.core.errors import Busy
from ruangaman.vault import services as vault
from ruangaman.vault.services import DoorKind
from ruangaman.vault.sessions import StaffSessionStore


def try_password(
    *,
    username: str,
    password: str,
    address: str,
    at: datetime,
    counted: Mapping[str, bytes] | None = None,
    kind: DoorKind = DoorKind.PASSWORD,
) -> Attempt:
    """Try a password at the door of a name. Call outside of any unit of work: it enters a short one of its own.

    A printed recovery code is tried the same way, at the other door, and counts with the passwords of that name.

    Whether nobody has that name, the password is wrong or the account is closed: the work and the answer are the
    same. The try is counted before the hash, so that many at once cannot outrun the limit; `settle_attempt` takes a
    right one back.

    Args:
        counted: under which keys the try counts; None: the name's and the network's.

    Writes: the counted try.
    """
    name = attempts.normal_name(username)
    counted = attempts.attempt_keys(username=name, address=address) if counted is None else counted
    with audit.unit_of_work(Role.WEB):
        wait = attempts.count_try(counted, at=at)
        if wait is not None:
            return Attempt(username=name, wait_until=wait)
        user = User.objects.filter(username=name, is_active=True).first()
        door = vault.door_params(user.principal_id if user else uuid4(), kind)  # the same read for a stranger
    release_connection()
    try:
        keyring = vault.try_door(door, password)
    except Busy:
        return Attempt(username=name, busy=True, counted=counted)
    if user is None or keyring is None:
        return Attempt(username=name, known_id=user.pk if user else None, counted=counted)
    return Attempt(username=name, known_id=user.pk, user_id=user.pk, keyring=keyring, counted=counted)


def try_own_password(*, cookie: str, password: str, at: datetime) -> Attempt:
    """Try the password of whoever a session belongs to. Call outside of any unit of work.

    What strangers try under that name at the door does not count here: nobody is kept from an own open session.

    Args:
        cookie: the session's key.
    """
    with audit.unit_of_work(Role.WEB):
        viewer = selectors.load_viewer(session=StaffSessionStore(cookie), at=at, activity=False)
        known = (viewer.username, viewer.pk) if viewer is not None else None
    if known is None:
        return Attempt()
    username, user_id = known
    counted = attempts.unlock_key(user_id)
    return try_password(username=username, password=password, address="", at=at, counted=counted)


@transaction.atomic
def settle_attempt(*, attempt: Attempt, at: datetime) -> None:
    """Keep what came of a try: a right one clears the name's count, a wrong one is told to the trail.

    Writes: the counts; for a wrong password one event. One that had to wait leaves nothing.
    """
    if attempt.user_id is not None or attempt.busy:
        for kind, key in attempt.counted.items():
            if attempt.user_id is not None and kind in {"name", "unlock"}:
                attempts.clear_tries(key)
            else:
                attempts.give_back_try(key)
    elif attempt.wait_until is None and attempt.username:
        subject = str(attempt.known_id or "unknown")
        audit.record(events.SIGN_IN_REFUSED, by=None, subject=subject, at=at, detail={"step": "password"})


def prepare_password_change(*, cookie: str, current: str, new: str, at: datetime) -> PasswordChange:
    """Open the old door and close the keys behind a new one. Call outside of any unit of work: two slow hashes.

    Nothing is written but the counted try; `change_password` does the rest.
    """
    attempt = try_own_password(cookie=cookie, password=current, at=at)
    if attempt.keyring is None:
        return PasswordChange(attempt)
    fault = policies.password_fault(new, username=attempt.username)
    if fault is not None:
        return PasswordChange(attempt, fault=fault)
    try:
        return PasswordChange(attempt, door=vault.prepare_change(keyring=attempt.keyring, password=new, at=at))
    except Busy:
        return PasswordChange(Attempt(username=attempt.username, busy=True))


@transaction.atomic
def change_password(*, change: PasswordChange, session: Any, by: User, at: datetime) -> None:
    """Put the new door in place of the old one and end every other session of `by`.

    Args:
        change: from `prepare_password_change`, for the same person.
        session: the one that stays; it gets a new key.

    Raises:
        ValueError: the door is somebody else's: a mistake of the program.

    Writes: the door, the account's session epoch, one event here and one of the vault.
    """
    if change.door is None or change.attempt.user_id != by.pk:
        raise ValueError("This door is not of this person.")
    vault.change_password(by=by, new=change.door, at=at)
    audit.record(events.PASSWORD_CHANGED, by=by, subject=str(by.pk), at=at)
    leave_only(session, by)


@transaction.atomic
def end_other_sessions(*, session: Any, by: User, at: datetime) -> None:
    """End every session of `by` but this one, which gets a new key."""
    audit.record(events.SESSIONS_ENDED, by=by, subject=str(by.pk), at=at)
    leave_only(session, by)


def release_connection() -> None:
    """Give the connection back to the pool before something slow; within a larger transaction (a test) it stays."""
    if not connection.in_atomic_block:
        connection.close()


def leave_only(session: Any, by: User) -> None:
    """End the other sessions by changing the stamp that each of them carries (`User.get_session_auth_hash`)."""
    User.objects.filter(pk=by.pk).update(session_epoch=F("session_epoch") + 1)
    by.refresh_from_db(fields=["session_epoch"])
    session[HASH_SESSION_KEY] = by.get_session_auth_hash()
    session.cycle_key()

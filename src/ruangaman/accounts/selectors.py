"""Reads about people and desks."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Desk, DeskMember, DutyShift, User
from ruangaman.accounts.policies import SECOND_STEP_LIMIT
from ruangaman.core.errors import NotFound
from ruangaman.vault.keyring import Keyring

UserQuerySet: TypeAlias = "QuerySet[User]"

KEYRING = "keyring"
"""In a session: the unlocked keys. Absent: the screen is locked."""
WAITING = "waiting_keys"
"""In a session: the keys that a password opened, while the second step is not passed."""
SECOND = "second_factor"
"""In a session: the second step was passed in it."""
SINCE = "signed_in_at"
SEEN = "seen"
LOCKED_AT = "locked_at"
WAITING_FOR = "waiting_for"
"""In a session, with `WAITING`: the stamp of the account as it was when the password was entered."""
SHOW_CODES = "show_codes"
"""In a session: the printed codes have not been confirmed as kept."""
STEP = "next_step"
"""In a session: what has to be done before anything else, a key of `STEPS`."""
STEPS = {"password": "/masuk/sandi-baru/", "printed": "/masuk/kode-pemulihan/"}
NEW_CODE = "new_printed_code"
"""In a session: a recovery code that is shown and not proven yet."""
PAPER = "invitation_code"
"""In a session: an invitation's code, until whoever made it says that it is printed."""
INVITED = "invited_by"
"""In a session: the invitation's code that somebody typed, until the password is chosen."""
LEEWAY = 60
"""Seconds by which the page's own clock may be ahead of ours."""
SEEN_STEP = 30
"""Seconds between two writes of `SEEN`: a session row is not rewritten by every click."""


def load_viewer(*, session: Any, at: datetime, activity: bool) -> User | None:
    """Return who is signed in, with desks and unlocked keys, or None.

    Ends the session when it is too old, when the password changed elsewhere, or when the second step did not follow
    within five minutes. Locks it when it was idle: the keys are taken out of it, the person stays signed in.

    Args:
        session: the staff session.
        at: this moment.
        activity: False for a poll, which neither counts as activity nor keeps the session open.
    """
    user_id = session.get(SESSION_KEY)
    if not user_id:
        return None
    user = User.objects.select_related("unit__agency").filter(pk=user_id, is_active=True).first()
    stamp = session.get(HASH_SESSION_KEY, "")
    if user is None or not constant_time_compare(stamp, user.get_session_auth_hash()):
        session.flush()
        return None
    user.has_second_factor = bool(settings.RUANGAMAN_DEMO or session.get(SECOND))
    user.waits_at = STEPS.get(session.get(STEP, ""), "")
    if _is_too_old(session, at, half_way=not user.has_second_factor):
        session.flush()
        return None
    user.desk_principals = tuple(
        DeskMember.objects.filter(user=user, until=None).values_list("desk__principal_id", flat=True)
    )
    _apply_idle_limit(session, at, activity=activity)
    user.keyring = unpack_keyring(session.get(KEYRING))
    return user


def pack_keyring(keyring: Keyring) -> str:
    """Return the keyring as a session keeps it; the session's row is sealed under the cookie."""
    return b64encode(keyring.to_bytes()).decode("ascii")


def unpack_keyring(packed: str | None) -> Keyring | None:
    """Return the keyring of a session, or None: the screen is locked."""
    return Keyring.from_bytes(b64decode(packed)) if packed else None


def _is_too_old(session: Any, at: datetime, *, half_way: bool) -> bool:
    """Whether a session has lived long enough, however busy it was."""
    since = session.get(SINCE)
    limit = SECOND_STEP_LIMIT.total_seconds() if half_way else settings.SESSION_COOKIE_AGE
    return since is None or at.timestamp() - since > limit


def _apply_idle_limit(session: Any, at: datetime, *, activity: bool) -> None:
    seen, moment = session.get(SEEN), at.timestamp()
    if not session.get(KEYRING):
        return
    if seen is None or moment - seen > settings.RUANGAMAN_IDLE_SECONDS:
        lock_session(session, at)
    elif activity and moment - seen > SEEN_STEP:
        session[SEEN] = moment


def lock_session(session: Any, at: datetime) -> None:
    """Take the keys out of a session; the person stays signed in."""
    session.pop(KEYRING, None)
    session.setdefault(LOCKED_AT, at.timestamp())


def locked_since(session: Any) -> datetime | None:
    """Return when the screen was locked, or None."""
    moment = session.get(LOCKED_AT)
    return datetime.fromtimestamp(moment, UTC) if moment is not None else None


def is_nearly_idle(session: Any, at: datetime) -> bool:
    """Whether the screen would lock by itself within a minute."""
    seen = session.get(SEEN)
    return seen is not None and at.timestamp() - seen > settings.RUANGAMAN_IDLE_SECONDS - LEEWAY


def list_desks() -> list[Desk]:
    """Return the desks in the order in which they are tried for a report."""
    return list(Desk.objects.select_related("unit__agency").order_by("position"))


def desks_of(user: User) -> list[UUID]:
    """Return the ids of the desks that `user` sits at."""
    return list(DeskMember.objects.filter(user=user, until=None).values_list("desk_id", flat=True))


def list_on_duty(*, desk_id: UUID, at: datetime) -> list[User]:
    """Return who is on the roster of a desk at `at`; nobody on it: every member of the desk.

    Reads of each person only what `ra_worker` may know: where the alarm goes, no name.
    """
    shifts = DutyShift.objects.at(at).filter(desk_id=desk_id).values("user_id")
    people = list(_reachable().filter(pk__in=shifts))
    if people:
        return people
    members = DeskMember.objects.filter(desk_id=desk_id, until=None).values("user_id")
    return list(_reachable().filter(pk__in=members))


def _reachable() -> UserQuerySet:
    return User.objects.filter(is_active=True).only("id", "email", "role", "language", "is_active").order_by("pk")


def get_desk(*, code: str) -> Desk:
    """Return a desk by its code. Raises NotFound."""
    desk = Desk.objects.select_related("unit__agency").filter(code=code).first()
    if desk is None:
        raise NotFound(_("Meja itu tidak ada."))
    return desk

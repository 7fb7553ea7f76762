"""Reads about people and desks."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from ruangaman.accounts.models import (
    Desk,
    DeskMember,
    DoorRequest,
    DutyShift,
    FormerKeys,
    Invitation,
    Unit,
    User,
)
from ruangaman.accounts.policies import INVITATION_LIMIT, SECOND_STEP_LIMIT, can_decide, can_hold_emergency
from ruangaman.accounts.selectors.viewers import read_viewer
from ruangaman.accounts.types import Permission, RequestKind
from ruangaman.core.errors import NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import GroupKey

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
"""In a session: the backup codes were just made and not shown yet."""
STEP = "next_step"
"""In a session: what has to be done before anything else, a key of `STEPS`."""
STEPS = {"password": "/masuk/sandi-baru/", "printed": "/masuk/kode-pemulihan/"}
NEW_CODE = "new_printed_code"
"""In a session: a recovery code that is shown and not proven yet."""
PAPER = "invitation_code"
"""In a session: an invitation's code, until whoever made it says that it is printed."""
INVITED = "invited_by"
"""In a session: the invitation's code that somebody typed, until the password is chosen."""
VOUCHED = "vouched"
"""In a session: two key officers have signed the key of whose it is."""
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
    user = read_viewer(UUID(user_id))
    stamp = session.get(HASH_SESSION_KEY, "")
    if user is None or not constant_time_compare(stamp, user.get_session_auth_hash()):
        session.flush()
        return None
    user.has_second_factor = bool(settings.RUANGAMAN_DEMO or session.get(SECOND))
    user.waits_at = STEPS.get(session.get(STEP, ""), "")
    user.is_vouched = _is_vouched(session, user)
    if _is_too_old(session, at, half_way=not user.has_second_factor):
        was_whole = user.has_second_factor and not user.waits_at
        session.flush()
        session.was_of = user if was_whole else None
        return None
    _apply_idle_limit(session, at, activity=activity)
    user.keyring = unpack_keyring(session.get(KEYRING))
    return user


def past_viewer(*, session: Any, cookie: str) -> User | None:
    """Return whose session it was that has just ended, or whose time was over before; without desks and keys.

    None: nobody's that we still know, one that was only half signed in, or one that its owner ended from elsewhere.
    """
    known: User | None = getattr(session, "was_of", None)
    if known is not None or not session.is_empty():
        return known
    past = session.read_past(cookie)
    whole = (past.get(SECOND) or settings.RUANGAMAN_DEMO) and not past.get(STEP)
    user = User.objects.filter(pk=past.get(SESSION_KEY), is_active=True).first() if whole else None
    stamp = past.get(HASH_SESSION_KEY, "")
    return user if user is not None and constant_time_compare(stamp, user.get_session_auth_hash()) else None


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


def _is_vouched(session: Any, user: User) -> bool:
    """Whether the key of whose session it is counts; asked until it does. Whoever made an account alone, to be the
    second person themselves, decides nothing with it."""
    if not session.get(VOUCHED) and vault.is_known(user.principal_id):
        session[VOUCHED] = True
    return bool(session.get(VOUCHED))


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


def seats_of(user: User) -> list[UUID]:
    """Return the same as `desks_of`, as the request began: for lists that ask it many times and write nothing."""
    return desks_of(user) if user.desk_ids is None else list(user.desk_ids)


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


def list_units(*, viewer: User) -> list[Unit]:
    """Return the units whose people `viewer` is in charge of."""
    units = Unit.objects.select_related("agency").order_by("agency__name", "name")
    if viewer.has(Permission.PEOPLE_ANYWHERE):
        return list(units)
    return list(units.filter(pk=viewer.unit_id)) if viewer.has(Permission.PEOPLE_MANAGE) else []


def list_people(*, viewer: User) -> list[User]:
    """Return the people of those units: who works here first, then who has left."""
    users = User.objects.filter(unit__in=list_units(viewer=viewer)).select_related("unit__agency")
    return list(users.order_by("-is_active", "unit__name", "display_name"))


def list_invitations(*, viewer: User) -> list[Invitation]:
    """Return the invitations to those units that nobody has used or withdrawn, the newest first."""
    rows = Invitation.objects.filter(unit__in=list_units(viewer=viewer), used_at=None, withdrawn_at=None)
    return list(rows.select_related("unit", "made_by").order_by("-made_at"))


def get_person(*, user_id: UUID, viewer: User) -> User:
    """Return somebody of those units. Raises Http404: nobody, or not for `viewer` to manage."""
    users = User.objects.filter(unit__in=list_units(viewer=viewer)).select_related("unit__agency")
    return get_object_or_404(users, pk=user_id)


def list_requests(*, viewer: User, at: datetime) -> list[DoorRequest]:
    """Return what waits for `viewer` as the second person, the oldest first; nothing that waited for too long."""
    rows = undecided_requests().filter(asked_at__gt=at - INVITATION_LIMIT).order_by("asked_at")
    return [row for row in rows.select_related("user__unit", "asked_by") if can_decide(viewer, row)]


def undecided_requests() -> QuerySet[DoorRequest]:
    """Return what waits for a second person, however long it has waited."""
    return DoorRequest.objects.filter(decided_at=None)


def list_requests_about(*, user: User, at: datetime) -> list[DoorRequest]:
    """Return what is asked for somebody and not decided yet, as far as the viewer may know of it."""
    rows = DoorRequest.objects.filter(user=user, decided_at=None, asked_at__gt=at - INVITATION_LIMIT)
    return list(rows.select_related("asked_by").order_by("asked_at"))


def get_request(*, request_id: UUID, viewer: User) -> DoorRequest:
    """Return a request that `viewer` may decide. Raises Http404: none, or not for `viewer`."""
    rows = DoorRequest.objects.select_related("user__unit", "asked_by")
    found = get_object_or_404(rows, pk=request_id)
    if not can_decide(viewer, found):
        raise Http404
    return found


def people_of(principals: Iterable[UUID | None]) -> dict[UUID, User]:
    """Return people by their key, each with the unit; keys of nobody are left out."""
    wanted = {one for one in principals if one is not None}
    return {one.principal_id: one for one in User.objects.filter(principal_id__in=wanted).select_related("unit")}


def names_of(principals: Iterable[UUID]) -> dict[UUID, str]:
    """Return what principals are called: people, desks, units' emergency keys."""
    wanted = set(principals)
    found: dict[UUID, str] = {}
    for unit in Unit.objects.filter(breakglass_id__in=wanted):
        if unit.breakglass_id:
            found[unit.breakglass_id] = _("Kunci darurat %(unit)s") % {"unit": unit.name}
    found |= {desk.principal_id: desk.name for desk in Desk.objects.filter(principal_id__in=wanted)}
    former = FormerKeys.objects.filter(principal_id__in=wanted).select_related("user")
    found |= {row.principal_id: _("kunci lama %(name)s") % {"name": row.user.display_name} for row in former}
    found |= {user.principal_id: user.display_name for user in User.objects.filter(principal_id__in=wanted)}
    return found


def list_seats(*, viewer: User) -> list[Desk]:
    """Return the desks that `viewer` sits at, each with who sits there."""
    own = DeskMember.objects.filter(user=viewer, until=None).values("desk_id")
    seats = Prefetch("members", DeskMember.objects.filter(until=None).select_related("user").order_by("since"))
    return list(Desk.objects.filter(pk__in=own).prefetch_related(seats).order_by("position"))


def list_seatable(*, desk: Desk) -> list[User]:
    """Return who could sit at a desk and does not: active people of its unit whose role works at desks."""
    users = User.objects.filter(unit_id=desk.unit_id, is_active=True).exclude(
        pk__in=DeskMember.objects.filter(desk=desk, until=None).values("user_id")
    )
    return [user for user in users.order_by("display_name") if user.has(Permission.REPORT_DESK)]


@dataclass(frozen=True)
class EmergencyKey:
    """A unit's emergency key, as who holds it or is in charge sees it.

    Args:
        holders: who holds it, by name.
        asked: what waits for the second person.
        agreed: what two people carried and a holder has not done yet.
    """

    unit: Unit
    holders: list[User]
    is_holder: bool
    is_in_charge: bool
    asked: list[DoorRequest]
    agreed: list[DoorRequest]

    @property
    def to_do(self) -> list[tuple[DoorRequest, bool]]:
        """What was agreed, each with whether `viewer` may begin a new key instead: nobody stays to hand it on."""
        return [
            (one, self.is_in_charge and all(user.pk == one.instead_of_id for user in self.holders))
            for one in self.agreed
        ]


def list_emergency_keys(*, viewer: User, at: datetime) -> list[EmergencyKey]:
    """Return the emergency keys that `viewer` holds, or of whose units they are in charge."""
    managed = {unit.pk for unit in list_units(viewer=viewer)}
    units = Unit.objects.filter(breakglass__isnull=False).select_related("agency").order_by("agency__name", "name")
    found = []
    for unit in units:
        members = vault.read_members(unit.breakglass_id) if unit.breakglass_id else {}
        is_holder, is_in_charge = viewer.principal_id in members, unit.pk in managed
        if is_holder or is_in_charge:
            holders = list(User.objects.filter(principal_id__in=members).order_by("display_name"))
            found.append(EmergencyKey(unit, holders, is_holder, is_in_charge, *_emergency_requests(unit, at)))
    return found


def _emergency_requests(unit: Unit, at: datetime) -> tuple[list[DoorRequest], list[DoorRequest]]:
    rows = DoorRequest.objects.filter(kind=RequestKind.EMERGENCY, user__unit=unit, done_at=None).order_by("asked_at")
    rows = rows.select_related("user__unit", "instead_of", "asked_by", "decided_by")
    oldest = at - INVITATION_LIMIT
    return (
        list(rows.filter(decided_at=None, asked_at__gt=oldest)),
        list(rows.filter(is_approved=True, decided_at__gt=oldest)),
    )


def get_emergency_key(*, code: str, viewer: User, at: datetime) -> EmergencyKey:
    """Return the emergency key of a unit that `viewer` is in charge of. Raises Http404: none, or not in charge."""
    for key in list_emergency_keys(viewer=viewer, at=at):
        if key.unit.code == code and key.is_in_charge:
            return key
    raise Http404


def get_agreed(*, request_id: UUID, viewer: User, at: datetime) -> DoorRequest:
    """Return what two people carried and `viewer` may do. Raises Http404: none, or not for `viewer` to know of."""
    for key in list_emergency_keys(viewer=viewer, at=at):
        for request in key.agreed:
            if request.pk == request_id:
                return request
    raise Http404


def count_handovers(*, viewer: User, at: datetime) -> int:
    """Return how many emergency keys `viewer` holds and has to hand on."""
    held = GroupKey.objects.filter(member_id=viewer.principal_id).values("group_id")
    rows = agreed_handovers().filter(decided_at__gt=at - INVITATION_LIMIT)
    return rows.filter(user__unit__breakglass_id__in=held).count()


def agreed_handovers() -> QuerySet[DoorRequest]:
    """Return what two people carried about emergency keys and nobody has done, however long ago that was."""
    return DoorRequest.objects.filter(kind=RequestKind.EMERGENCY, is_approved=True, done_at=None)


def list_nameable(*, key: EmergencyKey, viewer: User) -> list[User]:
    """Return who of the unit can be named holder: keys that count, no seat at a desk, neither holder nor viewer."""
    seated = set(DeskMember.objects.filter(until=None).values_list("user_id", flat=True))
    held = {viewer.pk, *(user.pk for user in key.holders)}
    users = User.objects.filter(unit=key.unit, is_active=True).exclude(pk__in=held).order_by("display_name")
    fit = [user for user in users if can_hold_emergency(user, is_seated=user.pk in seated)]
    good = {one.principal_id for one in vault.list_keys([user.principal_id for user in fit]) if one.is_vouched}
    return [user for user in fit if user.principal_id in good]


def list_vouchers() -> list[User]:
    """Return everybody whose role may be appointed key officer."""
    users = User.objects.filter(is_active=True).select_related("unit").order_by("display_name")
    return [user for user in users if user.has(Permission.KEYS_VOUCH)]


def waiting_key(*, user: User) -> vault.KeyState | None:
    """Return somebody's key while it waits for signatures; None: it counts."""
    if vault.is_known(user.principal_id):
        return None
    return next((one for one in vault.list_keys([user.principal_id]) if not one.is_vouched), None)

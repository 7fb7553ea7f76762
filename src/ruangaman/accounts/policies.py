"""Who may do what with people and desks, how good a password must be, how long a door stays shut."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Desk, DoorRequest, SignInAttempt, Unit, User
from ruangaman.accounts.types import Permission, RequestKind, Role, permissions_of

SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 256
FREE_FAILURES = {"name": 5, "everywhere": 100, "place": 40, "unlock": 5, "second": 5}
"""Vain tries before the door slows: of a user name from one network, of a user name from all of them, of an address
prefix (a whole office), of a person at an own locked screen, of a second step."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = {"everywhere": timedelta(minutes=1)}
"""Strangers who know a name must not keep its owner out: what they do elsewhere slows the owner by a minute at most."""
USUAL_LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
SECOND_STEP_LIMIT = timedelta(minutes=5)
"""How long somebody may stand between the password and the second step."""
INVITATION_KEPT = timedelta(days=30)
"""How long after its end an invitation is still listed in the database."""
ADDRESS_KEPT = timedelta(hours=48)
"""How long a former address waits for its letter."""
INVITATION_LIMIT = timedelta(days=7)
"""How long an invitation may be used, and how long a request waits for its second person."""
OFFICERS_NEEDED = 2
"""Key officers who work here: with fewer, no key begins to count."""
NEVER_EMERGENCY = frozenset({Role.ADMIN, Role.AUDITOR})
"""Roles that open nothing, not even in an emergency."""
GIVEN_BY_A_UNIT = frozenset(
    {
        Role.PETUGAS, Role.MANAJER, Role.PENDAMPING, Role.PSIKOLOG, Role.HUKUM, Role.RUMAHAMAN, Role.KEPALA, Role.DINAS,
        Role.DPO, Role.AUDITOR, Role.POLISI, Role.RSUD, Role.DINSOS, Role.DISDIK, Role.KADER, Role.PLKB,
        Role.PEMBERDAYAAN, Role.PELATIH,
    }
)  # fmt: skip
"""Roles that the head of a unit may give. An administrator has power over all units: only an administrator, or the
set-up of the city, makes one."""


def can_manage_people(by: User | None, unit: Unit) -> bool:
    """Whether `by` may make accounts in a unit. None: the installation itself, before anybody can sign in."""
    return by is None or _manages(by, unit.pk)


def _manages(by: User, unit_id: object) -> bool:
    return by.has(Permission.PEOPLE_MANAGE) and (by.has(Permission.PEOPLE_ANYWHERE) or by.unit_id == unit_id)


def can_give_role(by: User | None, role: str) -> bool:
    """Whether `by` may invite or move somebody into a role. None: the installation itself.

    Power over all units is given by who has it; a role that is not listed is given by nobody of a unit.
    """
    if by is None or by.has(Permission.PEOPLE_ANYWHERE):
        return True
    return by.has(Permission.PEOPLE_MANAGE) and role in GIVEN_BY_A_UNIT


def can_let_go(by: User, user: User) -> bool:
    """Whether `by` may close the account of `user`: in charge of the unit, and never their own."""
    return user.is_active and by.pk != user.pk and _manages(by, user.unit_id)


def can_write_to(by: User, user: User) -> bool:
    """Whether `by` may say where `user` is written to: who may invite to the unit; their own, too."""
    return user.is_active and _manages(by, user.unit_id)


def can_hold_emergency(user: User, *, is_seated: bool) -> bool:
    """Whether `user` can hold the emergency key of the unit: somebody who works here, and never at a desk.

    It opens every dossier of the unit: not for who manages accounts and is promised to open nothing by it, nor for who
    checks afterwards what was opened.

    Args:
        is_seated: sits at some desk now.
    """
    is_at_desk = is_seated or Permission.REPORT_DESK in permissions_of(user.role)
    return user.is_active and not is_at_desk and user.role not in NEVER_EMERGENCY


def can_ask(by: User, user: User, kind: str) -> bool:
    """Whether `by` may ask this for `user`. Nobody asks for themselves.

    A phone, fresh keys and the emergency key: who is in charge of the unit. Opening dossiers again: a colleague of the
    unit. A new key officer: whoever is one already, which the vault knows.
    """
    if by.pk == user.pk or not user.is_active:
        return False
    if kind in {RequestKind.SECOND_STEP, RequestKind.FRESH_KEYS, RequestKind.EMERGENCY}:
        return _manages(by, user.unit_id)
    if kind == RequestKind.REGRANT:
        return by.unit_id == user.unit_id and by.has(Permission.CASE_WRITE)
    return by.has(Permission.KEYS_VOUCH) and user.has(Permission.KEYS_VOUCH)


def can_decide(by: User, request: DoorRequest) -> bool:
    """Whether `by` may be the second person: neither who asked nor whom it is about.

    The data protection officer everywhere, the head in the own unit; a new key officer: an administrator.
    """
    if by.pk in {request.asked_by_id, request.user_id} or not by.has(Permission.REQUEST_DECIDE):
        return False
    if request.kind == RequestKind.OFFICER:
        return by.role == Role.ADMIN
    return by.role == Role.DPO or (by.role == Role.KEPALA and by.unit_id == request.user.unit_id)


def can_manage_desk(by: User | None, desk: Desk) -> bool:
    """Whether `by` may plan the shifts of a desk and take people off it."""
    return by is None or _manages(by, desk.unit_id)


def can_seat(by: User | None, desk: Desk, *, is_member: bool) -> bool:
    """Whether `by` may hand the desk's keys on: who sits there and works there, or who manages it and holds them."""
    return by is None or (is_member and (by.has(Permission.REPORT_DESK) or can_manage_desk(by, desk)))


def wait_until(attempt: SignInAttempt | None, kind: str) -> datetime | None:
    """Return until when a door stays shut, or None. Doubles with each failure beyond the free ones."""
    if attempt is None or attempt.failures < FREE_FAILURES[kind]:
        return None
    beyond = attempt.failures - FREE_FAILURES[kind]
    wait: timedelta = min(FIRST_WAIT * 2 ** min(beyond, 10), LONGEST_WAIT.get(kind, USUAL_LONGEST_WAIT))
    return attempt.last_at + wait


def password_fault(password: str, *, username: str, display_name: str = "") -> str | None:
    """Return what is wrong with a new password, as a sentence, or None.

    Source: NIST SP 800-63B-4: length and a block list, no rules about which characters.
    """
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < SHORTEST_PASSWORD:
        return _("Kata sandi paling sedikit %(count)d huruf. Empat kata yang tidak berhubungan sudah cukup.") % {
            "count": SHORTEST_PASSWORD
        }
    if len(plain) > LONGEST_PASSWORD:
        return _("Kata sandi paling banyak %(count)d huruf.") % {"count": LONGEST_PASSWORD}
    if len(set(plain.casefold())) < 6 or _repeats(plain) or _is_common(plain):
        return _("Kata sandi ini terlalu mudah ditebak. Pilih kata lain.")
    names = [username, *display_name.split()]
    if any(len(name) >= 4 and name.casefold() in plain.casefold() for name in names):
        return _("Kata sandi ini memuat nama Anda. Pilih kata lain.")
    return None


def _repeats(password: str) -> bool:
    """Whether it is one short piece over and over, such as the row of digits begun again."""
    return any((password[:size] * len(password))[: len(password)] == password for size in range(1, 11))


def _is_common(password: str) -> bool:
    try:
        _common_list().validate(password)
    except ValidationError:
        return True
    return False


@lru_cache(maxsize=1)
def _common_list() -> CommonPasswordValidator:
    """Return Django's list of twenty thousand, read once."""
    return CommonPasswordValidator()

"""Who may do what, how good a password must be, how long a door stays shut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ruangaman.accounts import policies
from ruangaman.accounts.models import Desk, DoorRequest, SignInAttempt, Unit, User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission, RequestKind, Role

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
P = Permission
EXPECTED = {
    Role.PETUGAS: {P.REPORT_DESK, P.CASE_OPEN, P.KEYS_SERVE, P.PEOPLE_FIND},
    Role.MANAJER: {
        P.CASE_LIST, P.CASE_READ, P.CASE_WRITE, P.CASE_ASSIGN, P.CASE_CLOSE, P.ACCESS_GOVERN, P.KEYS_SERVE,
        P.PEOPLE_FIND,
    },
    Role.PENDAMPING: {P.CASE_LIST, P.CASE_READ, P.CASE_WRITE, P.KEYS_SERVE},
    Role.PSIKOLOG: {P.CASE_LIST, P.CASE_READ, P.CASE_WRITE, P.KEYS_SERVE},
    Role.HUKUM: {P.CASE_LIST, P.CASE_READ, P.CASE_WRITE, P.KEYS_SERVE},
    Role.RUMAHAMAN: {P.CASE_LIST, P.CASE_READ, P.CASE_WRITE, P.KEYS_SERVE},
    Role.KEPALA: {
        P.CASE_OVERSEE, P.CASE_LIST, P.CASE_READ, P.PEOPLE_MANAGE, P.REQUEST_DECIDE, P.KEYS_VOUCH, P.ACCESS_GOVERN,
        P.KEYS_SERVE, P.CASE_APPROVE, P.GLASS_REVIEW,
    },
    Role.DINSOS: {P.REPORT_DESK, P.CASE_OPEN, P.KEYS_SERVE, P.PEOPLE_FIND},
    Role.DINAS: {P.KEYS_VOUCH},
    Role.DPO: {P.AUDIT_READ, P.REQUEST_DECIDE, P.KEYS_VOUCH, P.RECORDS_KEEP, P.GLASS_REVIEW},
    Role.AUDITOR: {P.AUDIT_READ, P.KEYS_VOUCH},
    Role.ADMIN: {P.PEOPLE_MANAGE, P.PEOPLE_ANYWHERE, P.REQUEST_DECIDE, P.RECORDS_KEEP, P.CODES_MANAGE},
}  # fmt: skip


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_gives_exactly_its_permissions(role: Role, permission: Permission) -> None:
    user = User(role=role, is_active=True)
    assert user.has(permission) == (permission in EXPECTED.get(role, set()))


def test_the_table_of_permissions_is_the_one_that_is_expected() -> None:
    assert {role: set(permissions) for role, permissions in ROLE_PERMISSIONS.items()} == EXPECTED


@pytest.mark.parametrize("permission", Permission)
def test_a_closed_account_may_nothing(permission: Permission) -> None:
    assert not User(role=Role.KEPALA, is_active=False).has(permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_key_that_does_not_count_yet_gives_nothing(permission: Permission) -> None:
    user = User(role=Role.KEPALA, is_active=True)
    user.is_vouched = False
    assert not user.has(permission)


def test_nobody_has_no_permission() -> None:
    assert not User(role=Role.KEPALA, is_active=True).has(None)
    assert not User(role="unknown", is_active=True).has(Permission.CASE_OVERSEE)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", [True, False])
def test_the_head_of_the_own_unit_and_administrators_manage_people_and_desks(role: Role, own: bool) -> None:
    unit, other = Unit(id=uuid4()), Unit(id=uuid4())
    user, there = User(role=role, unit=unit), unit if own else other
    expected = role is Role.ADMIN or (role is Role.KEPALA and own)
    assert policies.can_manage_people(user, there) is expected
    assert policies.can_manage_desk(user, Desk(unit=there)) is expected
    assert policies.can_seat(user, Desk(unit=there), is_member=False) is False
    assert policies.can_seat(user, Desk(unit=there), is_member=True) is (
        expected or P.REPORT_DESK in EXPECTED.get(role, set())
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", [True, False])
def test_an_account_is_closed_by_who_is_in_charge_and_never_by_its_holder(role: Role, own: bool) -> None:
    unit, other = Unit(id=uuid4()), Unit(id=uuid4())
    by, user = User(role=role, unit=unit), User(role=Role.PETUGAS, unit=unit if own else other)
    assert policies.can_let_go(by, user) is (role is Role.ADMIN or (role is Role.KEPALA and own))
    assert not policies.can_let_go(by, by)
    user.is_active = False
    assert not policies.can_let_go(by, user)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", [True, False])
def test_an_address_is_changed_by_who_is_in_charge_the_own_one_too(role: Role, own: bool) -> None:
    unit, other = Unit(id=uuid4()), Unit(id=uuid4())
    by, user = User(role=role, unit=unit), User(role=Role.PETUGAS, unit=unit if own else other)
    assert policies.can_write_to(by, user) is (role is Role.ADMIN or (role is Role.KEPALA and own))
    assert policies.can_write_to(by, by) is (role in {Role.ADMIN, Role.KEPALA})
    user.is_active = False
    assert not policies.can_write_to(by, user)


@pytest.mark.parametrize("role", Role)
def test_the_emergency_key_is_held_by_nobody_of_a_desk_and_by_nobody_who_opens_nothing(role: Role) -> None:
    is_barred = P.REPORT_DESK in EXPECTED.get(role, set()) or role in {Role.ADMIN, Role.AUDITOR}
    assert policies.can_hold_emergency(User(role=role), is_seated=False) is not is_barred
    assert not policies.can_hold_emergency(User(role=role), is_seated=True)
    assert not policies.can_hold_emergency(User(role=role, is_active=False), is_seated=False)


@pytest.mark.parametrize("kind", RequestKind)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", [True, False])
def test_who_asks_for_what(kind: RequestKind, role: Role, own: bool) -> None:
    unit, other = Unit(id=uuid4()), Unit(id=uuid4())
    by = User(role=role, unit=unit)
    user = User(role=Role.AUDITOR if kind is RequestKind.OFFICER else Role.PENDAMPING, unit=unit if own else other)
    expected = {
        RequestKind.REGRANT: own and P.CASE_WRITE in EXPECTED.get(role, set()),
        RequestKind.OFFICER: P.KEYS_VOUCH in EXPECTED.get(role, set()),
    }.get(kind, role is Role.ADMIN or (role is Role.KEPALA and own))
    assert policies.can_ask(by, user, kind) is expected
    assert not policies.can_ask(by, by, kind)
    assert not policies.can_ask(by, User(role=user.role, unit=user.unit, is_active=False), kind)


@pytest.mark.parametrize("kind", RequestKind)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", [True, False])
def test_who_decides_what_as_the_second_person(kind: RequestKind, role: Role, own: bool) -> None:
    unit, other = Unit(id=uuid4()), Unit(id=uuid4())
    by, user, asker = User(role=role, unit=unit), User(unit=unit if own else other), User(unit=unit)
    request = DoorRequest(kind=kind, user=user, asked_by=asker)
    as_usual = role is Role.DPO or (role is Role.KEPALA and own)
    assert policies.can_decide(by, request) is (role is Role.ADMIN if kind is RequestKind.OFFICER else as_usual)
    assert not policies.can_decide(by, DoorRequest(kind=kind, user=user, asked_by=by))
    assert not policies.can_decide(by, DoorRequest(kind=kind, user=by, asked_by=asker))
    assert not policies.can_decide(User(role=role, unit=unit, is_active=False), request)


def test_the_installation_itself_may_before_anybody_can() -> None:
    unit = Unit(id=uuid4())
    assert policies.can_manage_people(None, unit)
    assert policies.can_manage_desk(None, Desk(unit=unit))
    assert policies.can_seat(None, Desk(unit=unit), is_member=False)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, None), (4, None), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (99, 900)],
)
def test_a_door_stays_shut_longer_with_each_failure(failures: int, seconds: int | None) -> None:
    expected = AT + timedelta(seconds=seconds) if seconds else None
    assert policies.wait_until(SignInAttempt(failures=failures, last_at=AT), "name") == expected


def test_a_whole_office_has_more_patience_than_a_name() -> None:
    assert policies.wait_until(SignInAttempt(failures=39, last_at=AT), "place") is None
    assert policies.wait_until(SignInAttempt(failures=40, last_at=AT), "place") is not None
    assert policies.wait_until(None, "place") is None


@pytest.mark.parametrize(
    "password",
    [
        "terlalu pendek",
        "aaaaaaaaaaaaaaaaaaaa",
        "ababababababababab",
        "x" * 300,
        "ini sandi petugas1 saya",
        "contoh orang yang tahu",
    ],
)
def test_a_weak_password_is_refused(password: str) -> None:
    assert policies.password_fault(password, username="petugas1", display_name="Contoh Petugas")


@pytest.mark.parametrize(
    "password", ["manchesterunited", "1q2w3e4r5t6y7u8i9o0p", "1234567890123456", "rahasia1rahasia1"]
)
def test_a_long_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    fault = policies.password_fault(password, username="x")
    assert fault is not None
    assert "mudah ditebak" in fault


@pytest.mark.parametrize(
    "password", ["kuda batu payung sunyi", "demo-ruang-aman", "サクラ咲く頃に会いましょう、またね。"]
)
def test_a_long_password_of_any_letters_is_good(password: str) -> None:
    assert policies.password_fault(password, username="petugas", display_name="Contoh Petugas") is None


WORDS = "".join(chr(ord("a") + (n * n + n // 26) % 26) for n in range(300))
"""Letters without an order that would be easy to guess."""


@pytest.mark.parametrize(("length", "good"), [(14, False), (15, True), (256, True), (257, False)])
def test_a_password_has_a_shortest_and_a_longest_length(length: int, good: bool) -> None:
    fault = policies.password_fault(WORDS[:length], username="petugas")
    assert (fault is None) is good
    if not good:
        assert fault is not None
        assert str(15 if length < 15 else 256) in fault


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("abcdeabcdaebcadebcade", False),  # five letters, in no order
        ("abcdefabcdaebcfdebcafe", True),  # six
        ("abcdeABCDaEbCadeBcAdE", False),  # five, however they are written
        ("a1b2c3d4e5" * 2, False),  # a piece of ten over and over
        ("a1b2c3d4e5f" * 2, True),  # of eleven
    ],
)
def test_few_letters_and_short_pieces_over_and_over_are_easy_to_guess(password: str, good: bool) -> None:
    assert (policies.password_fault(password, username="x") is None) is good


@pytest.mark.parametrize(
    ("username", "display_name", "good"),
    [
        ("sari", "", False),
        ("SARI", "", False),
        ("sar", "", True),  # three letters stand in many words
        ("petugas", "Ibu Melati", False),
        ("petugas", "Ibu Rini", True),
    ],
)
def test_a_password_without_the_own_name(username: str, display_name: str, good: bool) -> None:
    password = "Kuda Sari putih, kebun mELATI tua"
    fault = policies.password_fault(password, username=username, display_name=display_name)
    assert (fault is None) is good

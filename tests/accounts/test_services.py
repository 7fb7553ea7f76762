"""Accounts, desks, shifts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ruangaman.accounts import selectors, services
from ruangaman.accounts.errors import AlreadyThere, NotGoodEnough
from ruangaman.accounts.models import DeskMember, DutyShift, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.errors import KeyNotSigned
from ruangaman.vault.models import Door
from tests.factories.accounts import JAN_5, PASSWORD, Office, make_user, working

HOUR = timedelta(hours=1)


def create(office: Office, *, by: User | None = None, **change: object) -> User:
    values: dict[str, object] = {
        "username": "baru",
        "password": PASSWORD,
        "role": Role.PENDAMPING,
        "unit": office.unit,
        "display_name": "Contoh",
        "email": "",
    } | change
    with working(by, DatabaseRole.MIGRATE):
        return services.create_user(**values, by=by, at=JAN_5)  # type: ignore[arg-type]  # a table of changes


def test_a_new_account_has_keys_behind_its_password(office: Office) -> None:
    user = create(office, by=office.head)
    assert vault.open_door(principal_id=user.principal_id, password=PASSWORD) is not None
    assert vault.open_door(principal_id=user.principal_id, password="another long password") is None
    assert not vault.is_active(user.principal_id)
    assert AuditEvent.objects.filter(type="accounts.user_created", subject=str(user.pk)).count() == 1


def test_a_user_name_is_kept_in_small_letters(office: Office) -> None:
    assert create(office, username=" Maya.L ").username == "maya.l"


def test_an_account_by_somebody_who_may_not_is_refused_and_nothing_is_written(office: Office) -> None:
    officer = office.user()
    doors = Door.objects.count()
    with pytest.raises(NotAllowed):
        create(office, by=officer)
    assert Door.objects.count() == doors


def test_the_head_of_another_unit_makes_no_accounts_here(office: Office) -> None:
    other = make_user(office.unit, Role.KEPALA, "kepala-lain")
    with working(role=DatabaseRole.MIGRATE):
        unit = services.create_unit(agency=office.agency, code="lain", name="Lain", by=None, at=JAN_5)
    other.unit = unit
    with pytest.raises(NotAllowed):
        create(office, by=other)


def test_the_same_user_name_twice_is_refused(office: Office) -> None:
    create(office)
    with pytest.raises(AlreadyThere):
        create(office, username="BARU")


def test_a_bad_first_password_is_refused(office: Office) -> None:
    with pytest.raises(NotGoodEnough):
        create(office, password="pendek")


def test_units_are_made_by_the_installation_only_and_once(office: Office) -> None:
    with working(role=DatabaseRole.MIGRATE), pytest.raises(NotAllowed):
        services.create_unit(agency=office.agency, code="x", name="X", by=office.head, at=JAN_5)
    with working(role=DatabaseRole.MIGRATE), pytest.raises(AlreadyThere):
        services.create_unit(agency=office.agency, code="uptd", name="X", by=None, at=JAN_5)


def test_emergency_officers_hold_the_units_break_glass_keys(office: Office) -> None:
    with working(office.head, DatabaseRole.MIGRATE):
        unit = services.appoint_emergency_officers(
            unit=office.unit, officers=[office.head, office.guard], by=office.head, at=JAN_5
        )
        assert unit.breakglass_id is not None
        assert set(vault.read_members(unit.breakglass_id)) == {office.head.principal_id, office.guard.principal_id}
        with pytest.raises(AlreadyThere):
            services.appoint_emergency_officers(unit=unit, officers=[office.head], by=office.head, at=JAN_5)


def test_a_unit_made_with_officers_has_its_keys_at_once(office: Office) -> None:
    with working(role=DatabaseRole.MIGRATE):
        unit = services.create_unit(
            agency=office.agency, code="dua", name="Dua", officers=[office.head], by=None, at=JAN_5
        )
    assert unit.breakglass_id is not None


def test_an_officer_does_not_appoint_emergency_officers(office: Office) -> None:
    officer = office.user()
    with working(officer, DatabaseRole.MIGRATE), pytest.raises(NotAllowed):
        services.appoint_emergency_officers(unit=office.unit, officers=[officer], by=officer, at=JAN_5)


def test_a_desk_needs_somebody_whose_key_is_signed(office: Office) -> None:
    unsigned = make_user(office.unit, Role.PETUGAS, "belum")
    for members, error in (([], NotAllowed), ([unsigned], KeyNotSigned)):
        with working(role=DatabaseRole.MIGRATE), pytest.raises(error):
            services.create_desk(unit=office.unit, code="a", name="A", position=1, members=members, by=None, at=JAN_5)


def test_a_desk_code_and_its_place_are_taken_once(office: Office) -> None:
    officer = office.user()
    desk = office.desk(officer, position=7)
    for code, position in ((desk.code, 8), ("lain", 7)):
        with working(role=DatabaseRole.MIGRATE), pytest.raises(AlreadyThere):
            services.create_desk(
                unit=office.unit, code=code, name="A", position=position, members=[officer], by=None, at=JAN_5
            )


def test_an_officer_makes_no_desk(office: Office) -> None:
    officer = office.user()
    with working(officer, DatabaseRole.MIGRATE), pytest.raises(NotAllowed):
        services.create_desk(unit=office.unit, code="a", name="A", position=1, members=[officer], by=officer, at=JAN_5)


def test_a_member_hands_the_desks_keys_on(office: Office) -> None:
    first, second = office.user(), office.user()
    desk = office.desk(first)
    with working(first, DatabaseRole.MIGRATE):
        services.seat_at_desk(desk=desk, user=second, by=first, at=JAN_5)
        with pytest.raises(Conflict):
            services.seat_at_desk(desk=desk, user=second, by=first, at=JAN_5)
    assert second.principal_id in vault.read_members(desk.principal_id)
    assert selectors.desks_of(second) == [desk.pk]


def test_somebody_who_does_not_sit_there_hands_nothing_on(office: Office) -> None:
    first, second = office.user(), office.user()
    desk = office.desk(first)
    for by in (second, office.head):
        with working(by, DatabaseRole.MIGRATE), pytest.raises(NotAllowed):
            services.seat_at_desk(desk=desk, user=second, by=by, at=JAN_5)


def test_a_leaver_loses_the_keys_and_the_shifts_to_come(office: Office) -> None:
    first, second = office.user(), office.user()
    desk = office.desk(first, second)
    with working(office.head, DatabaseRole.MIGRATE):
        services.plan_shift(
            desk=desk, user=second, starts_at=JAN_5 + HOUR, ends_at=JAN_5 + 9 * HOUR, by=office.head, at=JAN_5
        )
        services.leave_desk(desk=desk, user=second, by=office.head, at=JAN_5)
    assert set(vault.read_members(desk.principal_id)) == {first.principal_id}
    assert not DutyShift.objects.filter(user=second).exists()
    assert DeskMember.objects.get(user=second).until == JAN_5


def test_one_may_leave_by_oneself_but_not_send_others_away(office: Office) -> None:
    first, second, third = office.user(), office.user(), office.user()
    desk = office.desk(first, second, third)
    with working(first, DatabaseRole.MIGRATE), pytest.raises(NotAllowed):
        services.leave_desk(desk=desk, user=second, by=first, at=JAN_5)
    with working(first, DatabaseRole.MIGRATE):
        services.leave_desk(desk=desk, user=first, by=first, at=JAN_5)
    with working(first, DatabaseRole.MIGRATE), pytest.raises(Conflict):
        services.leave_desk(desk=desk, user=first, by=first, at=JAN_5)


def test_the_last_one_at_a_desk_cannot_leave(office: Office) -> None:
    officer = office.user()
    desk = office.desk(officer)
    with working(officer, DatabaseRole.MIGRATE), pytest.raises(Conflict):
        services.leave_desk(desk=desk, user=officer, by=officer, at=JAN_5)


def test_the_roster_says_whom_the_alarm_reaches(office: Office) -> None:
    first, second = office.user(), office.user()
    desk = office.desk(first, second)
    everybody = sorted([first.pk, second.pk])
    assert [user.pk for user in selectors.list_on_duty(desk_id=desk.pk, at=JAN_5)] == everybody
    with working(office.head, DatabaseRole.MIGRATE):
        services.plan_shift(desk=desk, user=first, starts_at=JAN_5, ends_at=JAN_5 + 8 * HOUR, by=office.head, at=JAN_5)
    assert [user.pk for user in selectors.list_on_duty(desk_id=desk.pk, at=JAN_5 + HOUR)] == [first.pk]
    assert [user.pk for user in selectors.list_on_duty(desk_id=desk.pk, at=JAN_5 + 8 * HOUR)] == everybody


def test_the_worker_may_read_the_roster_but_no_name(office: Office) -> None:
    from django.db import DatabaseError

    officer = office.user()
    desk = office.desk(officer)
    with working(role=DatabaseRole.WORKER):
        (reached,) = selectors.list_on_duty(desk_id=desk.pk, at=JAN_5)
        assert reached.email == officer.email
    with pytest.raises(DatabaseError), working(role=DatabaseRole.WORKER):
        str(User.objects.get(pk=officer.pk).display_name)


def test_a_shift_is_for_members_and_ends_after_now(office: Office) -> None:
    officer, stranger = office.user(), office.user()
    desk = office.desk(officer)
    cases = (
        (stranger, JAN_5, JAN_5 + HOUR, office.head, NotAllowed),
        (officer, JAN_5, JAN_5 + HOUR, officer, NotAllowed),
        (officer, JAN_5 + HOUR, JAN_5, office.head, Conflict),
        (officer, JAN_5 - 2 * HOUR, JAN_5 - HOUR, office.head, Conflict),
    )
    for user, starts_at, ends_at, by, error in cases:
        with working(by, DatabaseRole.MIGRATE), pytest.raises(error):
            services.plan_shift(desk=desk, user=user, starts_at=starts_at, ends_at=ends_at, by=by, at=JAN_5)
    assert not DutyShift.objects.exists()


def test_a_desk_is_found_by_its_code(office: Office) -> None:
    desk = office.desk(office.user())
    assert selectors.get_desk(code=desk.code) == desk
    assert selectors.list_desks() == [desk]
    with pytest.raises(NotFound):
        selectors.get_desk(code="tidak-ada")


def test_ones_language_is_a_setting(office: Office) -> None:
    officer = office.user()
    with working(officer):
        services.set_language(language="en", by=officer, at=JAN_5)
    assert User.objects.get(pk=officer.pk).language == "en"
    with working(officer), pytest.raises(NotAllowed):
        services.set_language(language="xx", by=officer, at=JAN_5)


def test_the_web_role_changes_only_the_own_account_and_no_role(office: Office) -> None:
    from django.db import DatabaseError

    officer, other = office.user(), office.user()
    with working(officer):
        assert User.objects.filter(pk=other.pk).update(language="en") == 0
    with pytest.raises(DatabaseError), working(officer):
        User.objects.filter(pk=officer.pk).update(role=Role.KEPALA)


def test_a_password_is_never_set_behind_the_vaults_back(office: Office) -> None:
    officer = office.user()
    with pytest.raises(RuntimeError):
        officer.set_password(PASSWORD)
    with pytest.raises(RuntimeError):
        officer.check_password(PASSWORD)

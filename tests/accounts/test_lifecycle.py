"""A person's keys from the invitation to the last day, by the services, under the roles of the database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from ruangaman.accounts import services
from ruangaman.accounts.errors import AlreadyThere, BadInvitation
from ruangaman.accounts.models import DeskMember, DutyShift, FormerKeys, Invitation, User
from ruangaman.accounts.services import leaving
from ruangaman.accounts.types import Onboarding, Paper, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.models import Door, Grant, GroupKey, Waiting, WaitingKind
from ruangaman.vault.services import DoorKind
from ruangaman.vault.types import Compartment, GrantSpec
from tests.factories.accounts import JAN_5, PASSWORD, Office, make_user, working

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
NEW_PASSWORD = "sepeda hujan lampu kopi"


def invite(office: Office, *, by: User | None = None, **change: object) -> tuple[Invitation, str]:
    values: dict[str, object] = {
        "username": "baru",
        "display_name": "Contoh Baru",
        "email": "",
        "role": Role.PENDAMPING,
        "unit": office.unit,
    } | change
    manager = by or office.head
    with working(manager):
        return services.invite(**values, by=manager, at=JAN_5)  # type: ignore[arg-type]  # a table of changes


def onboard(code: str, *, password: str = NEW_PASSWORD, at: object = JAN_5) -> User:
    onboarding = services.prepare_onboarding(code=code, password=password, at=at)  # type: ignore[arg-type]
    with working():
        return services.accept_invitation(onboarding=onboarding, at=at)  # type: ignore[arg-type]


def sign(office: Office, principal_id: object, *officers: User) -> None:
    for officer in officers or (office.head, office.guard):
        with working(officer):
            vault.sign_key(principal_id=principal_id, by=officer, at=JAN_5)  # type: ignore[arg-type]


def a_dossier(office: Office, *holders: User) -> object:
    """A dossier of the unit with these people on it."""
    parts = frozenset({Compartment.IDENTITY, Compartment.WORK})
    specs = [GrantSpec(one.principal_id, parts, "pendamping") for one in holders]
    with working(holders[0]):
        made = vault.new_dossier(kind="case", unit_id=office.unit.pk, grants=specs, at=JAN_5, by=holders[0])
    return made.dossier_id


# --- invitation -------------------------------------------------------------------------------------------------------


def test_an_invitation_becomes_an_account_whose_key_waits_for_two_officers(office: Office) -> None:
    made, code = invite(office)
    user = onboard(code)

    assert (user.username, user.role, user.unit_id) == ("baru", Role.PENDAMPING, office.unit.pk)
    assert vault.open_door(principal_id=user.principal_id, password=NEW_PASSWORD) is not None
    assert not vault.is_active(user.principal_id)
    sign(office, user.principal_id, office.head)
    assert not vault.is_active(user.principal_id)
    sign(office, user.principal_id, office.guard)
    assert vault.is_active(user.principal_id)
    made.refresh_from_db()
    assert made.used_at == JAN_5
    assert made.user_id == user.pk


def test_the_code_is_kept_nowhere(office: Office) -> None:
    _made, code = invite(office)
    letters = code.replace("-", "")
    assert len(letters) == 28
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(i::text, ' ') FROM accounts_invitation i")
        assert letters not in cursor.fetchone()[0]
    assert not [one for one in AuditEvent.objects.all() if letters in str(one.detail) or code in str(one.detail)]


def test_a_code_works_once_as_it_is_typed_by_people(office: Office) -> None:
    _made, code = invite(office)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    onboard(typed)
    with pytest.raises(BadInvitation):
        onboard(code)
    assert User.objects.filter(username="baru").count() == 1


def test_of_two_at_once_with_the_same_code_one_gets_the_account(office: Office) -> None:
    _made, code = invite(office)
    first, second = (services.prepare_onboarding(code=code, password=NEW_PASSWORD, at=JAN_5) for _ in range(2))
    with working():
        services.accept_invitation(onboarding=first, at=JAN_5)
    with pytest.raises(BadInvitation), working():
        services.accept_invitation(onboarding=second, at=JAN_5)


def test_a_name_that_was_taken_meanwhile_refuses_the_paper_and_keeps_nothing(office: Office) -> None:
    _made, code = invite(office)
    taken = make_user(office.unit, Role.PETUGAS, "baru")
    doors = Door.objects.count()
    with pytest.raises(BadInvitation):
        onboard(code)
    assert User.objects.get(username="baru").pk == taken.pk
    assert Door.objects.count() == doors


@pytest.mark.parametrize(("after", "good"), [(WEEK - SECOND, True), (WEEK, False)])
def test_a_code_is_good_for_seven_days(office: Office, after: timedelta, good: bool) -> None:
    _made, code = invite(office)
    with working():
        found = services.try_paper(code=code, address="203.0.113.7", at=JAN_5 + after)
    assert isinstance(found, Paper) is good


def test_a_withdrawn_invitation_is_nobodys(office: Office) -> None:
    made, code = invite(office)
    with working(office.head):
        services.withdraw_invitation(invitation_id=made.pk, by=office.head, at=JAN_5)
    assert services.prepare_onboarding(code=code, password=NEW_PASSWORD, at=JAN_5) == Onboarding(code)
    with working(office.head), pytest.raises(NotFound):
        services.withdraw_invitation(invitation_id=made.pk, by=office.head, at=JAN_5)


def test_who_manages_nobody_invites_nobody_and_the_database_agrees(office: Office) -> None:
    officer = office.user()
    with pytest.raises(NotAllowed):
        invite(office, by=officer)
    made, _code = invite(office)
    with working(officer), pytest.raises(NotFound):
        services.withdraw_invitation(invitation_id=made.pk, by=officer, at=JAN_5)
    with working(officer):
        assert not Invitation.objects.exists()


def test_an_administrator_invites_to_every_unit_a_head_to_the_own_one(office: Office, admin: User) -> None:
    with working(role=DatabaseRole.MIGRATE):
        other = services.create_unit(agency=office.agency, code="lain", name="Lain", by=None, at=JAN_5)
    invite(office, by=admin, unit=other)
    with pytest.raises(NotAllowed):
        invite(office, unit=other, username="baru2")


def test_a_name_is_invited_once_and_again_when_the_paper_is_too_old(office: Office) -> None:
    invite(office)
    for name in ("baru", " BARU ", "kepala"):
        with pytest.raises(AlreadyThere):
            invite(office, username=name)
    with working(office.head):
        services.invite(
            username="baru",
            display_name="B",
            email="",
            role=Role.PETUGAS,
            unit=office.unit,
            by=office.head,
            at=JAN_5 + WEEK,
        )


def test_a_bad_first_password_makes_nothing(office: Office) -> None:
    _made, code = invite(office)
    assert "paling sedikit" in services.prepare_onboarding(code=code, password="pendek", at=JAN_5).fault
    assert "nama" in services.prepare_onboarding(code=code, password="contoh baru sekali", at=JAN_5).fault
    assert services.prepare_onboarding(code="salah", password=NEW_PASSWORD, at=JAN_5) == Onboarding("salah")


def test_wrong_codes_from_one_place_have_to_wait(office: Office) -> None:
    found: list[object] = []
    for number in range(41):
        with working():
            found.append(services.try_paper(code=f"salah{number}", address="203.0.113.7", at=JAN_5))
    assert found[:40] == [None] * 40
    assert found[40] is not None
    assert AuditEvent.objects.filter(type="accounts.invitation_refused").count() == 40


# --- signing ----------------------------------------------------------------------------------------------------------


def test_an_officer_signs_the_key_that_was_seen_and_no_other(office: Office) -> None:
    user = make_user(office.unit, Role.PENDAMPING, "maya")
    state = vault.list_keys([user.principal_id])[0]
    assert len(state.digits) == 30
    assert [len(group) for group in state.groups] == [5] * 6
    with working(office.head), pytest.raises(Conflict):
        vault.sign_key(principal_id=user.principal_id, by=office.head, at=JAN_5, seen="0" * 30)
    with working(office.head):
        vault.sign_key(principal_id=user.principal_id, by=office.head, at=JAN_5, seen=state.digits)
    assert vault.list_keys([user.principal_id])[0].signed_by == {office.head.principal_id}


def test_a_swapped_public_key_has_another_number(office: Office) -> None:
    user, other = (make_user(office.unit, Role.PENDAMPING, name) for name in ("maya", "wati"))
    before = vault.list_keys([user.principal_id])[0].digits
    from ruangaman.vault.models import PrincipalKey

    foreign = PrincipalKey.objects.get(principal_id=other.principal_id)
    PrincipalKey.objects.filter(principal_id=user.principal_id).update(kem_public=foreign.kem_public)
    assert vault.list_keys([user.principal_id])[0].digits != before


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_leaving_ends_doors_wraps_and_seats_in_one_act(safe: Office) -> None:
    leaver, stays = safe.user(), safe.user()
    desk = safe.desk(leaver, stays)
    dossier_id = a_dossier(safe, leaver, stays)
    with working(role=DatabaseRole.MIGRATE):
        services.plan_shift(desk=desk, user=leaver, starts_at=JAN_5 + WEEK, ends_at=JAN_5 + 2 * WEEK, by=None, at=JAN_5)
    with working(safe.head):
        left = services.let_go(user=leaver, by=safe.head, at=JAN_5)

    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.left_at, left) == (False, JAN_5, 0)
    assert not Door.objects.filter(principal_id=leaver.principal_id).exists()
    assert not Grant.objects.filter(principal_id=leaver.principal_id).exists()
    assert not GroupKey.objects.filter(member_id=leaver.principal_id).exists()
    assert not DeskMember.objects.filter(user=leaver, until=None).exists()
    assert not DutyShift.objects.filter(user=leaver).exists()
    assert not vault.is_active(leaver.principal_id)
    line = Waiting.objects.get()
    assert (line.dossier_id, line.principal_id, line.done_at) == (dossier_id, leaver.principal_id, JAN_5)
    assert max(Grant.objects.filter(principal_id=stays.principal_id).values_list("epoch", flat=True)) == 2
    assert AuditEvent.objects.filter(type="accounts.left", subject=str(leaver.pk)).count() == 1


def test_after_a_leaver_the_desks_old_keys_serve_until_two_officers_sign_the_new_ones(safe: Office) -> None:
    leaver, stays = safe.user(), safe.user()
    desk = safe.desk(leaver, stays)
    with working(safe.head):
        services.let_go(user=leaver, by=safe.head, at=JAN_5)

    waiting = [one for one in vault.list_keys() if not one.is_vouched]
    assert [(one.principal_id, one.generation) for one in waiting] == [(desk.principal_id, 2)]
    assert vault.is_active(desk.principal_id)
    sign(safe, desk.principal_id)
    assert all(one.is_vouched for one in vault.list_keys())


def test_an_administrator_lets_go_without_seeing_a_dossier_which_then_waits(safe: Office, admin: User) -> None:
    leaver, stays = safe.user(), safe.user()
    a_dossier(safe, leaver, stays)
    with working(admin):
        assert services.let_go(user=leaver, by=admin, at=JAN_5) == 1
        assert services.list_left(by=admin, at=JAN_5) == []
    for user in (stays, safe.head):
        with working(user):
            assert len(services.list_left(by=user, at=JAN_5)) == 1
    with working(stays):
        assert services.renew_epochs(by=stays, at=JAN_5) == 1
        assert services.list_left(by=stays, at=JAN_5) == []


def test_other_things_that_wait_longer_do_not_hide_what_a_leaver_left(
    safe: Office, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaver, stays = safe.user(), safe.user()
    dossier_id = a_dossier(safe, leaver, stays)
    with working(admin):
        services.let_go(user=leaver, by=admin, at=JAN_5)
    older = {"asked_at": JAN_5 - timedelta(days=30), "kind": WaitingKind.EPOCH, "reason": "expired"}
    Waiting.objects.create(dossier_id=dossier_id, principal_id=None, **older)
    monkeypatch.setattr(leaving, "MOST_AT_ONCE", 1)

    with working(stays):
        assert [line.principal_id for line in services.list_left(by=stays, at=JAN_5)] == [leaver.principal_id]


def test_the_last_one_at_a_desk_does_not_leave_and_nothing_changes(safe: Office) -> None:
    officer = safe.user()
    desk = safe.desk(officer)
    with working(safe.head):
        assert desk.name in services.preview_leaving(user=officer, by=safe.head).blocks[0]
        with pytest.raises(Conflict):
            services.let_go(user=officer, by=safe.head, at=JAN_5)
    officer.refresh_from_db()
    assert officer.is_active


def test_the_last_holder_of_the_emergency_key_does_not_leave(safe: Office) -> None:
    officer, second = safe.user(), safe.user()
    with working(role=DatabaseRole.MIGRATE):
        services.appoint_emergency_officers(unit=safe.unit, officers=[officer], by=None, at=JAN_5)
    safe.unit.refresh_from_db()
    with working(safe.head), pytest.raises(Conflict):
        services.let_go(user=officer, by=safe.head, at=JAN_5)
    with working(officer):
        vault.add_member(group_id=safe.unit.breakglass_id, member_id=second.principal_id, by=officer, at=JAN_5)
    with working(safe.head):
        services.let_go(user=officer, by=safe.head, at=JAN_5)
    assert set(vault.read_members(safe.unit.breakglass_id)) == {second.principal_id}


def test_nobody_closes_the_own_account_nor_without_being_in_charge(safe: Office) -> None:
    officer, other = safe.user(), safe.user()
    for by, whom in ((safe.head, safe.head), (officer, other)):
        with working(by), pytest.raises(NotAllowed):
            services.let_go(user=whom, by=by, at=JAN_5)
        with working(by), connection.cursor() as cursor:
            cursor.execute("SELECT accounts_close(%s, %s)", [whom.pk, JAN_5])
            assert cursor.fetchone()[0] is False


# --- doors ------------------------------------------------------------------------------------------------------------


def test_a_printed_code_opens_the_same_keys_and_a_new_one_takes_its_place(office: Office) -> None:
    user = office.user()
    codes = [vault.new_printed_code() for _ in range(2)]
    for code in codes:
        new = vault.prepare_printed(keyring=user.keyring, code=code, at=JAN_5)
        with working(user):
            vault.replace_printed_door(by=user, new=new, at=JAN_5)
            assert vault.has_printed_door(user.principal_id)

    old, new_one = (
        vault.try_door(vault.door_params(user.principal_id, DoorKind.PRINTED), vault.printed_secret(code))
        for code in codes
    )
    assert old is None
    assert new_one == user.keyring
    assert vault.open_door(principal_id=user.principal_id, password=PASSWORD) == user.keyring


def test_a_printed_code_for_an_unknown_name_takes_the_same_way_as_a_wrong_one(office: Office) -> None:
    user = office.user(username="maya")
    for name in ("maya", "tidak.ada"):
        found = services.try_password(
            username=name, password="SALAH", address="203.0.113.9", at=JAN_5, kind=DoorKind.PRINTED
        )
        assert (found.user_id, found.keyring, found.wait_until, found.busy) == (None, None, None, False)
    assert FormerKeys.objects.filter(user=user).count() == 0
    assert uuid4() not in vault.list_officers()

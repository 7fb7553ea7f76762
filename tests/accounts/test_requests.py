"""What nobody does alone: a lost phone, fresh keys, opening dossiers again, the key officers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, connection, transaction

from ruangaman.accounts import services
from ruangaman.accounts.models import DoorRequest, FormerKeys, Invitation, User
from ruangaman.accounts.selectors.lost import list_reopenable
from ruangaman.accounts.types import RequestKind, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.notifications import jobs
from ruangaman.vault import directory
from ruangaman.vault import services as vault
from ruangaman.vault.errors import KeyNotSigned
from ruangaman.vault.models import Grant, Principal
from ruangaman.vault.types import Compartment, GrantSpec, Purpose
from tests.factories.accounts import JAN_5, PASSWORD, Office, make_user, working
from tests.support.signing_in import code_for

WEEK = timedelta(days=7)
NEW_PASSWORD = "sepeda hujan lampu kopi"
IDENTITY_AND_WORK = frozenset({Compartment.IDENTITY, Compartment.WORK})


def ask(kind: RequestKind, user: User, by: User, at: datetime = JAN_5) -> DoorRequest:
    with working(by):
        return services.ask(kind=kind, user=user, by=by, at=at)


def decide(request: DoorRequest, by: User, *, approve: bool = True, at: datetime = JAN_5) -> str:
    request = DoorRequest.objects.select_related("user__unit", "asked_by").get(pk=request.pk)
    with working(by):
        return services.decide(request=request, is_approved=approve, by=by, at=at)


def onboard(code: str) -> User:
    onboarding = services.prepare_onboarding(code=code, password=NEW_PASSWORD, at=JAN_5)
    with working():
        return services.accept_invitation(onboarding=onboarding, at=JAN_5)


def jobs_waiting() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs")
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def enrolled(office: Office) -> User:
    """Somebody with a second step."""
    user, secret = office.user(username="maya"), "JBSWY3DPEHPK3PXP"
    with working(user):
        moment = datetime(2026, 1, 5, 2, tzinfo=UTC)
        services.enrol_second_step(secret=secret, code=code_for(secret, moment), by=user, at=moment)
    return user


# --- the lost phone ---------------------------------------------------------------------------------------------------


def test_a_lost_phone_is_let_go_by_two_people_and_the_person_is_told(office: Office, enrolled: User) -> None:
    epoch = User.objects.get(pk=enrolled.pk).session_epoch
    request = ask(RequestKind.SECOND_STEP, enrolled, office.head)
    assert Authenticator.objects.filter(user=enrolled).exists()
    decide(request, office.guard)

    assert not Authenticator.objects.filter(user=enrolled).exists()
    assert User.objects.get(pk=enrolled.pk).session_epoch == epoch + 1
    assert jobs_waiting() == [f"ruangaman.notifications.jobs.{what}" for what in ("call_person", "tell_person")]
    types = AuditEvent.objects.filter(subject=str(enrolled.pk)).values_list("type", flat=True)
    assert {"accounts.requested", "accounts.decided", "accounts.second_step_reset"} <= set(types)


def test_the_letter_says_that_something_changed_and_nothing_else(office: Office) -> None:
    user = office.user(username="maya")
    assert jobs.tell_person(user_id=str(user.pk)) == 1
    letter = mail.outbox[-1]
    assert letter.to == [user.email]
    for word in ("langkah", "kunci", "kasus", user.username):
        assert word not in f"{letter.subject} {letter.body}".replace(user.email, "")


def test_who_asked_does_not_decide_and_nobody_decides_about_themselves(
    office: Office, admin: User, enrolled: User
) -> None:
    request = ask(RequestKind.SECOND_STEP, enrolled, office.head)
    for who in (office.head, enrolled, office.user(Role.PENDAMPING)):
        with pytest.raises(NotAllowed):
            decide(request, who)
        with working(who), connection.cursor() as cursor:
            cursor.execute("SELECT accounts_decide(%s, true, %s)", [request.pk, JAN_5])
            assert cursor.fetchone()[0] is False
            cursor.execute("SELECT accounts_finish(%s, %s)", [request.pk, JAN_5])
            assert cursor.fetchone()[0] is False
    about_guard = ask(RequestKind.SECOND_STEP, office.guard, admin)
    with pytest.raises(NotAllowed):
        decide(about_guard, office.guard)
    with pytest.raises(NotAllowed):
        ask(RequestKind.SECOND_STEP, office.head, office.head)
    assert Authenticator.objects.filter(user=enrolled).exists()


def test_the_database_refuses_one_person_in_both_places(office: Office, enrolled: User) -> None:
    request = ask(RequestKind.SECOND_STEP, enrolled, office.head)
    with pytest.raises(IntegrityError), transaction.atomic():
        DoorRequest.objects.filter(pk=request.pk).update(decided_by=office.head, decided_at=JAN_5, is_approved=True)


def test_a_refused_request_changes_nothing_and_is_over(office: Office, enrolled: User) -> None:
    request = ask(RequestKind.SECOND_STEP, enrolled, office.head)
    decide(request, office.guard, approve=False)
    assert Authenticator.objects.filter(user=enrolled).exists()
    assert jobs_waiting() == ["ruangaman.notifications.jobs.call_person"]  # whoever decides, and nobody else
    with pytest.raises(Conflict):
        decide(request, office.guard)


def test_a_request_waits_for_seven_days(office: Office, enrolled: User) -> None:
    request = ask(RequestKind.SECOND_STEP, enrolled, office.head)
    assert ask(RequestKind.SECOND_STEP, enrolled, office.head).pk == request.pk
    with pytest.raises(Conflict):
        decide(request, office.guard, at=JAN_5 + WEEK + timedelta(seconds=1))


def test_the_head_of_another_unit_neither_asks_nor_decides(office: Office, admin: User, enrolled: User) -> None:
    with working(role=DatabaseRole.MIGRATE):
        unit = services.create_unit(agency=office.agency, code="lain", name="Lain", by=None, at=JAN_5)
    stranger = office.user(Role.KEPALA, unit=unit)
    with pytest.raises(NotAllowed):
        ask(RequestKind.SECOND_STEP, enrolled, stranger)
    request = ask(RequestKind.SECOND_STEP, enrolled, admin)
    with working(stranger):
        assert not DoorRequest.objects.exists()
    with pytest.raises(NotAllowed):
        decide(request, stranger)


# --- both doors lost --------------------------------------------------------------------------------------------------


def test_fresh_keys_end_everything_the_former_ones_did(safe: Office, enrolled: User) -> None:
    colleague = safe.user()
    safe.desk(enrolled, colleague)
    former = enrolled.principal_id
    code = decide(ask(RequestKind.FRESH_KEYS, enrolled, safe.head), safe.guard)
    assert vault.open_door(principal_id=former, password=PASSWORD) is not None
    user = onboard(code)

    assert user.pk == enrolled.pk
    assert user.principal_id != former
    assert vault.open_door(principal_id=former, password=PASSWORD) is None
    assert vault.open_door(principal_id=user.principal_id, password=NEW_PASSWORD) is not None
    assert not vault.is_active(user.principal_id)
    assert Principal.objects.get(pk=former).retired_at == JAN_5
    assert not user.desk_memberships.filter(until=None).exists()
    assert not Authenticator.objects.filter(user=user).exists()
    assert FormerKeys.objects.get().principal_id == former


def test_a_paper_for_fresh_keys_comes_from_two_people_only(office: Office) -> None:
    user = office.user()
    with working(office.head), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        Invitation(
            code_mac=b"x",
            username=user.username,
            display_name="x",
            role=user.role,
            unit=office.unit,
            user=user,
            made_by=office.head,
            made_at=JAN_5,
            expires_at=JAN_5 + WEEK,
        ).save(force_insert=True)


def lose_both(office: Office, user: User) -> User:
    fresh = onboard(decide(ask(RequestKind.FRESH_KEYS, user, office.head), office.guard))
    office.sign(fresh)
    return fresh


def dossier(office: Office, specs: dict[User, frozenset[Compartment]], by: User) -> tuple[UUID, UUID]:
    grants = [GrantSpec(user.principal_id, parts, "pendamping") for user, parts in specs.items()]
    with working(by):
        made = vault.new_dossier(kind="case", unit_id=office.unit.pk, grants=grants, at=JAN_5, by=by)
        ref = vault.seal_in(made, compartment=Compartment.IDENTITY, content={"n": "NAMA-UJI"}, at=JAN_5)
    return made.dossier_id, ref


def test_a_colleague_opens_again_what_both_held_and_the_role_may_hold(safe: Office) -> None:
    lost, colleague = safe.user(Role.RUMAHAMAN), safe.user(Role.PENDAMPING)
    more = IDENTITY_AND_WORK | {Compartment.NARRATIVE}
    both, ref = dossier(safe, {lost: more, colleague: more}, colleague)
    alone, _ref = dossier(safe, {lost: IDENTITY_AND_WORK}, lost)
    former = lost.principal_id
    fresh = lose_both(safe, lost)
    request = ask(RequestKind.REGRANT, fresh, colleague)
    with working(colleague), pytest.raises(NotFound):
        services.regrant(request=request, by=colleague, at=JAN_5)
    decide(request, safe.guard)
    request.refresh_from_db()
    with working(colleague):
        assert services.regrant(request=request, by=colleague, at=JAN_5) == 1

    with working(fresh):
        found = vault.reveal(ref=ref, purpose=Purpose.HANDLING, by=fresh, at=JAN_5)
        assert found == {"n": "NAMA-UJI"}
    row = Grant.objects.get(principal=fresh.principal_id)
    assert {one for one in Compartment if (row.compartments or 0) & 1 << one} == IDENTITY_AND_WORK
    assert row.grantor_id == colleague.principal_id
    assert not Grant.objects.filter(principal=former, dossier=both).exists()
    assert Grant.objects.filter(principal=former, dossier=alone).exists()
    request.refresh_from_db()
    with working(colleague), pytest.raises(NotFound):
        services.regrant(request=request, by=colleague, at=JAN_5)


def test_what_a_colleague_could_not_give_stays_for_the_recovery_shares(safe: Office) -> None:
    lost, colleague = safe.user(Role.MANAJER), safe.user(Role.PENDAMPING)
    full = IDENTITY_AND_WORK | {Compartment.LEGAL}
    partly, _ref = dossier(safe, {lost: full, colleague: IDENTITY_AND_WORK}, colleague)
    wholly, _ref = dossier(safe, {lost: IDENTITY_AND_WORK, colleague: IDENTITY_AND_WORK}, colleague)
    former = lost.principal_id
    fresh = lose_both(safe, lost)
    request = ask(RequestKind.REGRANT, fresh, colleague)
    decide(request, safe.guard)
    request.refresh_from_db()
    with working(colleague):
        assert services.regrant(request=request, by=colleague, at=JAN_5) == 2
        assert list_reopenable(viewer=colleague, at=JAN_5) == []
    assert set(Grant.objects.filter(principal=former).values_list("dossier_id", flat=True)) == {partly}
    given = Grant.objects.filter(principal=fresh.principal_id)
    assert set(given.values_list("dossier_id", flat=True)) == {partly, wholly}


def test_nothing_is_opened_again_before_the_fresh_keys_are_signed(safe: Office) -> None:
    lost, colleague = safe.user(Role.PENDAMPING), safe.user(Role.PENDAMPING)
    dossier(safe, {lost: IDENTITY_AND_WORK, colleague: IDENTITY_AND_WORK}, colleague)
    fresh = onboard(decide(ask(RequestKind.FRESH_KEYS, lost, safe.head), safe.guard))
    request = ask(RequestKind.REGRANT, fresh, colleague)
    decide(request, safe.guard)
    request.refresh_from_db()
    with working(colleague), pytest.raises(KeyNotSigned):
        services.regrant(request=request, by=colleague, at=JAN_5)


def test_only_a_colleague_of_the_unit_opens_again(safe: Office) -> None:
    with working(role=DatabaseRole.MIGRATE):
        unit = services.create_unit(agency=safe.agency, code="lain", name="Lain", by=None, at=JAN_5)
    lost = safe.user(Role.PENDAMPING)
    for who in (safe.user(Role.PENDAMPING, unit=unit), safe.head):
        with pytest.raises(NotAllowed):
            ask(RequestKind.REGRANT, lost, who)


# --- key officers -----------------------------------------------------------------------------------------------------


def test_an_officer_who_is_gone_is_replaced_without_any_key_losing_its_worth(office: Office, admin: User) -> None:
    third, worker = office.user(Role.DINAS), office.user()
    with working(admin):
        services.let_go(user=office.guard, by=admin, at=JAN_5)
    assert vault.is_active(worker.principal_id)
    decide(ask(RequestKind.OFFICER, third, office.head), admin)
    assert set(vault.list_officers()) == {one.principal_id for one in (office.head, office.guard, third)}
    with working(office.head), pytest.raises(Conflict):
        services.dismiss_officer(principal_id=office.guard.principal_id, by=office.head, at=JAN_5)
    with working(third):
        assert vault.countersign(by=third, at=JAN_5) > 0
        assert vault.countersign(by=third, at=JAN_5) == 0
    with working(office.head):
        services.dismiss_officer(principal_id=office.guard.principal_id, by=office.head, at=JAN_5)

    directory.forget()
    assert set(vault.list_officers()) == {office.head.principal_id, third.principal_id}
    for user in (office.head, third, worker, admin):
        assert vault.is_active(user.principal_id)
    assert not [one for one in vault.list_keys() if not one.is_vouched]
    new = make_user(office.unit, Role.PETUGAS, "sesudah")
    for officer in (office.head, third):
        with working(officer):
            vault.sign_key(principal_id=new.principal_id, by=officer, at=JAN_5)
    assert vault.is_active(new.principal_id)


def test_a_new_officer_needs_an_officer_an_administrator_and_a_signed_key(office: Office, admin: User) -> None:
    unsigned = make_user(office.unit, Role.DINAS, "belum")
    third = office.user(Role.AUDITOR)
    with pytest.raises(NotAllowed):
        ask(RequestKind.OFFICER, unsigned, third)
    with pytest.raises(NotAllowed):
        ask(RequestKind.OFFICER, office.user(Role.PETUGAS), office.head)
    with pytest.raises(NotAllowed):
        decide(ask(RequestKind.OFFICER, third, office.head), office.guard)
    with pytest.raises(Conflict):
        decide(ask(RequestKind.OFFICER, unsigned, office.head), admin)
    assert len(vault.list_officers()) == 2


def test_an_officer_who_still_works_is_not_dismissed_and_two_always_remain(office: Office) -> None:
    with working(office.head), pytest.raises(NotAllowed):
        services.dismiss_officer(principal_id=office.guard.principal_id, by=office.head, at=JAN_5)
    with working(office.head), pytest.raises(NotAllowed):
        vault.remove_officer(principal_id=office.guard.principal_id, by=office.head, at=JAN_5)


def test_only_a_listed_officer_signs_again(office: Office, admin: User) -> None:
    with working(admin), pytest.raises(NotAllowed):
        vault.countersign(by=admin, at=JAN_5)

"""Asking so that somebody can decide, once; taking it back; the letters; who may invite whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from ruangaman.accounts import policies, services
from ruangaman.accounts.errors import AlreadyThere
from ruangaman.accounts.models import DoorRequest, Invitation, User
from ruangaman.accounts.policies import GIVEN_BY_A_UNIT
from ruangaman.accounts.selectors import deciding
from ruangaman.accounts.services.letters import call_officers
from ruangaman.accounts.types import Permission, RequestKind, Role, permissions_of
from ruangaman.accounts.views.roles import ROLES_SAID
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core import clock
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.notifications import jobs
from ruangaman.vault import services as vault
from tests.accounts.conftest import Clock
from tests.accounts.test_sign_in import enrol, enter
from tests.factories.accounts import JAN_5, Office, make_user, working
from tests.support.signing_in import signed_in

pytestmark = pytest.mark.django_db
PERSON = "/pengaturan/orang/{}/"
WEEK = timedelta(days=7, seconds=1)


def ask(kind: RequestKind, user: User, by: User, **more: object) -> DoorRequest:
    with working(by):
        return services.ask(kind=kind, user=user, by=by, **{"at": JAN_5, **more})  # type: ignore[arg-type]


def decide(request: DoorRequest, by: User, *, approve: bool = True) -> str:
    request = DoorRequest.objects.select_related("user__unit", "asked_by").get(pk=request.pk)
    with working(by):
        return services.decide(request=request, is_approved=approve, by=by, at=JAN_5)


def made(office: Office, role: Role = Role.PETUGAS, *, username: str = "baru") -> dict[str, Any]:
    return {"username": username, "display_name": "Contoh", "email": "", "role": role, "unit": office.unit}


def called() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'user_id' FROM procrastinate_jobs WHERE task_name LIKE '%%call_person' ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def forget_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


# --- somebody has to be able to decide --------------------------------------------------------------------------------


def test_what_nobody_could_decide_is_refused_with_who_could_ask_instead(office: Office, admin: User) -> None:
    with pytest.raises(Conflict) as refusal:
        ask(RequestKind.SECOND_STEP, office.guard, office.head)
    words = str(refusal.value)
    assert admin.display_name in words
    assert office.head.display_name in words
    assert not DoorRequest.objects.exists()
    decide(ask(RequestKind.SECOND_STEP, office.guard, admin), office.head)


def test_without_a_second_person_at_all_the_words_say_whom_to_invite(office: Office) -> None:
    with pytest.raises(Conflict, match="Undang petugas pelindungan data"):
        ask(RequestKind.FRESH_KEYS, office.guard, office.head)
    third = office.user(Role.DINAS)
    with pytest.raises(Conflict, match="Belum ada administrator"):
        ask(RequestKind.OFFICER, third, office.head)


def test_a_second_person_whose_key_nobody_signed_is_none(office: Office, admin: User) -> None:
    make_user(office.unit, Role.DPO, "dpo-baru")
    with working(office.head):
        assert deciding.list_deciders(kind=RequestKind.SECOND_STEP, user=office.guard, by=office.head) == []
    other = office.user(Role.DPO)
    with working(office.head):
        assert deciding.list_deciders(kind=RequestKind.SECOND_STEP, user=office.guard, by=office.head) == [other]


def test_the_page_says_it_before_anybody_asks(office: Office, admin: User) -> None:
    page = signed_in(office.head).get(PERSON.format(office.guard.pk)).content.decode()
    assert page.count("Tidak ada orang kedua bila Anda yang meminta") == 2
    assert "Minta langkah kedua dilepas" not in page
    page = signed_in(admin).get(PERSON.format(office.guard.pk)).content.decode()
    assert "Tidak ada orang kedua" not in page
    assert "Minta langkah kedua dilepas" in page


def test_the_page_of_keys_says_it_before_anybody_proposes(office: Office) -> None:
    office.user(Role.DINAS)
    head = signed_in(office.head)
    assert "Belum ada administrator" in head.get("/pengaturan/kunci/").content.decode()
    office.user(Role.ADMIN)
    page = head.get("/pengaturan/kunci/").content.decode()
    assert "Belum ada administrator" not in page
    assert "Usulkan" in page


# --- one request ------------------------------------------------------------------------------------------------------


def test_two_who_ask_for_the_same_make_one_request(office: Office, admin: User) -> None:
    user = office.user()
    first = ask(RequestKind.SECOND_STEP, user, office.head)
    assert ask(RequestKind.SECOND_STEP, user, office.head).pk == first.pk
    assert ask(RequestKind.SECOND_STEP, user, admin).pk == first.pk
    assert ask(RequestKind.FRESH_KEYS, user, office.head).pk != first.pk
    assert DoorRequest.objects.count() == 2


def test_the_database_keeps_one_request_whoever_asks(office: Office, admin: User) -> None:
    user = office.user()
    first = ask(RequestKind.SECOND_STEP, user, office.head)
    twin = DoorRequest(kind=RequestKind.SECOND_STEP, user=user, asked_by=admin, asked_at=JAN_5)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    decide(first, office.guard, approve=False)
    twin.save(force_insert=True)


def test_colleagues_who_open_again_each_have_a_request_of_their_own(office: Office) -> None:
    lost, one, two = (office.user(Role.PENDAMPING) for _ in range(3))
    first = ask(RequestKind.REGRANT, lost, one)
    assert ask(RequestKind.REGRANT, lost, one).pk == first.pk
    assert ask(RequestKind.REGRANT, lost, two).pk != first.pk


def test_what_is_too_old_makes_room_whoever_asked_for_it(office: Office, admin: User) -> None:
    user = office.user()
    old = ask(RequestKind.SECOND_STEP, user, admin)
    new = ask(RequestKind.SECOND_STEP, user, office.head, at=JAN_5 + WEEK)
    assert new.pk != old.pk
    assert list(DoorRequest.objects.values_list("pk", flat=True)) == [new.pk]


def test_an_officer_learns_that_a_colleague_proposed_already_and_no_more(office: Office, admin: User) -> None:
    third = office.user(Role.DINAS)
    ask(RequestKind.OFFICER, third, office.guard)
    auditor = office.user(Role.AUDITOR)
    decide(ask(RequestKind.OFFICER, auditor, office.head), admin)
    with pytest.raises(Conflict, match="Orang lain sudah memintanya"):
        ask(RequestKind.OFFICER, third, auditor)
    with working(auditor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_open_request('second_step', %s, %s)", [third.pk, JAN_5])
        assert cursor.fetchall() == []
    with working(office.user()), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_open_request('officer', %s, %s)", [third.pk, JAN_5])
        assert cursor.fetchall() == []


def test_another_wish_for_the_emergency_key_waits_for_the_first(office: Office, admin: User) -> None:
    user, old = office.user(Role.PENDAMPING), office.user(Role.PENDAMPING)
    ask(RequestKind.EMERGENCY, user, office.head)
    with pytest.raises(Conflict, match=office.head.display_name):
        ask(RequestKind.EMERGENCY, user, admin, instead_of=old)
    ask(RequestKind.EMERGENCY, user, office.head, instead_of=old)
    assert DoorRequest.objects.get().instead_of == old


# --- taking it back ---------------------------------------------------------------------------------------------------


def test_its_asker_takes_a_request_back_and_nobody_else(office: Office, admin: User) -> None:
    user = office.user()
    request = ask(RequestKind.SECOND_STEP, user, office.head, at=clock.now())
    url = f"/pengaturan/permintaan/{request.pk}/tarik"
    for who in (admin, office.guard, user):
        assert signed_in(who).post(url).status_code == 404
    head = signed_in(office.head)
    assert "Tarik permintaan" in head.get(PERSON.format(user.pk)).content.decode()
    assert "Tarik permintaan" not in signed_in(admin).get(PERSON.format(user.pk)).content.decode()
    answer = head.post(url)
    assert answer.headers["Location"] == f"/pengaturan/orang/{user.pk}/?sudah=batal"
    assert not DoorRequest.objects.exists()
    assert head.post(url).status_code == 404
    assert AuditEvent.objects.filter(type="accounts.request_withdrawn", subject=str(user.pk)).count() == 1


def test_what_is_decided_is_not_taken_back(office: Office) -> None:
    request = ask(RequestKind.SECOND_STEP, office.user(), office.head)
    decide(request, office.guard, approve=False)
    with working(office.head), pytest.raises(NotFound):
        services.withdraw(request_id=request.pk, by=office.head, at=JAN_5)
    assert DoorRequest.objects.exists()


# --- letters ----------------------------------------------------------------------------------------------------------


def test_whoever_can_decide_gets_one_letter_for_one_request(office: Office, admin: User) -> None:
    user = office.user()
    ask(RequestKind.SECOND_STEP, user, office.head)
    assert called() == [str(office.guard.pk)]
    forget_letters()
    ask(RequestKind.SECOND_STEP, user, office.head)
    assert called() == []
    ask(RequestKind.OFFICER, office.user(Role.DINAS), office.head)
    assert called() == [str(admin.pk)]
    forget_letters()
    ask(RequestKind.SECOND_STEP, office.guard, admin)
    assert called() == [str(office.head.pk)]


def test_while_a_letter_is_on_its_way_there_is_no_second(office: Office) -> None:
    ask(RequestKind.SECOND_STEP, office.user(), office.head)
    ask(RequestKind.FRESH_KEYS, office.user(), office.head)
    assert called() == [str(office.guard.pk)]


def test_only_who_asked_has_others_called_for_it(office: Office) -> None:
    request = ask(RequestKind.SECOND_STEP, office.user(), office.head)
    forget_letters()
    with working(office.user()), connection.cursor() as cursor:
        cursor.execute("SELECT accounts_call_second(%s)", [request.pk])
        assert cursor.fetchone()[0] == 0


def test_the_key_officers_get_a_letter_when_a_key_begins_to_wait(office: Office, clock: Clock) -> None:
    with working(office.head):
        _made, code = services.invite(
            username="baru",
            display_name="Contoh",
            email="",
            role=Role.PETUGAS,
            unit=office.unit,
            by=office.head,
            at=JAN_5,
        )
    assert called() == []
    onboarding = services.prepare_onboarding(code=code, password="sepeda hujan lampu kopi", at=JAN_5)
    with working():
        services.accept_invitation(onboarding=onboarding, at=JAN_5)
    assert set(called()) == {str(office.head.pk), str(office.guard.pk)}
    forget_letters()
    one, two = office.user(), office.user()
    desk = office.desk(one, two)
    with working(office.head):
        services.leave_desk(desk=desk, user=two, by=office.head, at=clock())
    assert called() == [str(office.guard.pk)]  # the head did it and knows


def test_nobody_is_called_where_no_key_waits(office: Office) -> None:
    with working(office.head):
        assert call_officers(at=JAN_5 + WEEK) == 0
    assert called() == []


def test_the_letter_says_that_something_waits_and_nothing_else(office: Office) -> None:
    user = office.user(username="maya")
    assert jobs.call_person(user_id=str(user.pk)) == 1
    letter = mail.outbox[-1]
    assert letter.to == [user.email]
    text = f"{letter.subject} {letter.body}".replace(user.email, "")
    assert "/kerja/" in text
    for word in ("kunci", "kasus", "permintaan", user.display_name, user.username):
        assert word not in text
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert jobs.call_person(user_id=str(user.pk)) == 0


# --- who invites whom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_a_head_gives_every_role_but_the_one_over_all_units(office: Office, admin: User, role: Role) -> None:
    assert policies.can_give_role(admin, role)
    assert policies.can_give_role(None, role)
    assert policies.can_give_role(office.head, role) is (Permission.PEOPLE_ANYWHERE not in permissions_of(role))
    assert not policies.can_give_role(office.guard, role)


def test_a_role_that_is_not_listed_is_given_by_no_head(office: Office) -> None:
    assert not policies.can_give_role(office.head, "peran-baru")
    assert set(Role) - {Role.ADMIN} == GIVEN_BY_A_UNIT


def facts(office: Office, role: Role, username: str = "baru") -> dict[str, object]:
    return {"display_name": "Contoh", "username": username, "email": "", "role": role.value, "unit": office.unit.pk}


def test_the_head_of_a_unit_invites_no_administrator(office: Office, admin: User) -> None:
    head, url = signed_in(office.head), "/pengaturan/orang/undang/"
    assert 'value="admin"' not in head.get(url).content.decode()
    assert head.post(url, facts(office, Role.ADMIN)).status_code == 422
    user = office.user()
    given = made(office, Role.ADMIN)
    with working(office.head), pytest.raises(NotAllowed):
        services.invite(**given, by=office.head, at=JAN_5)
    with working(office.head), pytest.raises(NotAllowed):
        services.move(user=user, role=Role.ADMIN, unit=office.unit, by=office.head, at=JAN_5)
    row = Invitation(code_mac=b"x", **given, made_by=office.head, made_at=JAN_5, expires_at=JAN_5 + WEEK)
    with working(office.head), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)
    assert not Invitation.objects.exists()

    assert 'value="admin"' in signed_in(admin).get(url).content.decode()
    with working(admin):
        services.invite(**given, by=admin, at=JAN_5)


def test_an_invitation_begins_without_a_role_and_offers_those_that_have_a_page(office: Office) -> None:
    page = signed_in(office.head).get("/pengaturan/orang/undang/").content.decode()
    assert " checked" not in page.split('name="unit"', maxsplit=1)[0]
    assert "Memimpin kasus: menugaskan orang" in page
    for role in Role:
        assert (f'value="{role.value}"' in page) is (role in ROLES_SAID and role != Role.ADMIN)
    assert set(ROLES_SAID) == {role for role in Role if permissions_of(role)}
    assert (
        signed_in(office.head)
        .post("/pengaturan/orang/undang/", {**facts(office, Role.PETUGAS), "role": ""})
        .status_code
        == 422
    )


def test_a_name_that_is_taken_says_why_and_which_one_is_free(office: Office, admin: User) -> None:
    leaver = office.user(username="rizal")

    def refusal() -> str:
        with working(office.head), pytest.raises(AlreadyThere) as found:
            services.invite(
                username="rizal",
                display_name="x",
                email="",
                role=Role.PETUGAS,
                unit=office.unit,
                by=office.head,
                at=JAN_5,
            )
        return str(found.value)

    assert "rizal2" in refusal()
    with working(admin):
        services.let_go(user=leaver, by=admin, at=JAN_5)
    assert "sudah keluar" in refusal()
    office.user(username="rizal2")
    assert "rizal3" in refusal()


# --- the emergency key ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "fits"), [(Role.ADMIN, False), (Role.AUDITOR, False), (Role.DPO, True), (Role.MANAJER, True)]
)
def test_who_opens_nothing_does_not_hold_the_emergency_key(office: Office, role: Role, fits: bool) -> None:
    assert policies.can_hold_emergency(office.user(role), is_seated=False) is fits
    assert not policies.can_hold_emergency(office.user(role), is_seated=True)


# --- a desk officer without a seat ------------------------------------------------------------------------------------


def test_who_sits_nowhere_reads_who_seats_them_and_they_find_it_in_their_queue(office: Office) -> None:
    seated, new = office.user(), office.user()
    page = signed_in(new).get("/kerja/").content.decode()
    assert "Anda belum punya tempat di meja" in page
    assert "Hubungi kepala unit" in page
    desk = office.desk(seated)
    page = signed_in(new).get("/kerja/").content.decode()
    assert f"{seated.display_name} yang menempatkan Anda" in page
    assert "Tidak ada yang menunggu Anda" not in page
    client = signed_in(seated)
    assert f"{new.display_name} belum punya tempat di meja" in client.get("/kerja/").content.decode()
    make_user(office.unit, Role.PETUGAS, "belum-sah")
    assert client.get("/kerja/").content.decode().count("belum punya tempat di meja") == 1

    assert client.post(f"/pengaturan/meja/{desk.code}/", {"user": new.pk}).status_code == 302
    assert "belum punya tempat" not in client.get("/kerja/").content.decode()
    assert "belum punya tempat" not in signed_in(new).get("/kerja/").content.decode()


# --- small things on the pages ----------------------------------------------------------------------------------------


def test_the_refusal_stands_before_what_closing_would_do(office: Office) -> None:
    last = office.user()
    office.desk(last)
    for step in ("keluar/", "pindah/"):
        page = signed_in(office.head).get(PERSON.format(last.pk) + step).content.decode()
        assert page.index("tidak punya petugas lain") < page.index("mendapat kunci baru")
        assert "tetap tanpa manajer" not in page
        assert "is_confirmed" not in page


def test_moving_says_that_the_emergency_key_is_changed_and_signed(office: Office) -> None:
    holder, second = office.user(Role.MANAJER), office.user(Role.PENDAMPING)
    with working(role=DatabaseRole.MIGRATE):
        services.appoint_emergency_officers(unit=office.unit, officers=[holder, second], by=None, at=JAN_5)
    page = signed_in(office.head).get(PERSON.format(holder.pk) + "pindah/").content.decode()
    assert f"kunci darurat {office.unit.name}" in page
    assert "dua petugas kunci" in page
    page = signed_in(office.head).get(PERSON.format(office.user().pk) + "pindah/").content.decode()
    assert f"kunci darurat {office.unit.name}" not in page


def test_the_backup_code_page_says_what_who_has_none_does(office: Office, clock: Clock) -> None:
    client = enter("kepala")
    enrol(client, office.head, clock)
    again = enter("kepala")
    page = again.get("/masuk/langkah-kedua/?cara=cadangan").content.decode()
    assert "Kode cadangan juga tidak ada" in page
    assert "Temui kepala unit" in page
    assert "Kode cadangan juga tidak ada" not in again.get("/masuk/langkah-kedua/").content.decode()


def test_the_paper_prints_without_the_instruction_and_stands_under_people(office: Office) -> None:
    head = signed_in(office.head)
    head.post("/pengaturan/orang/undang/", facts(office, Role.PETUGAS))
    page = head.get("/pengaturan/undangan/").content.decode()
    assert "data-print hidden" in page
    assert "WITA" in page
    assert "/<wbr>masuk/<wbr>" in page
    assert 'href="/pengaturan/orang/" aria-current="page"' in page


def test_the_printed_root_names_the_office(office: Office) -> None:
    page = signed_in(office.guard).get("/pengaturan/jejak/akar/").content.decode()
    assert re.search(r'<p class="only-print">[^<]*\w[^<]*, [^<]*\w[^<]*</p>', page)


def test_the_trail_names_the_desk_whose_key_was_signed(office: Office) -> None:
    facts: dict[str, Any] = {"unit": office.unit, "code": "meja-baru", "name": "Meja baru", "position": 99}
    with unit_of_work(DatabaseRole.MIGRATE):
        desk = services.create_desk(members=[office.user()], by=None, at=JAN_5, **facts)
    with working(office.guard):
        vault.sign_key(principal_id=desk.principal_id, by=office.guard, at=JAN_5)
    page = signed_in(office.guard).get("/pengaturan/jejak/", {"hari": "2026-01-05"}).content.decode()
    assert f"mengesahkan kunci {desk.name}" in page
    assert f"{str(desk.principal_id)[:8]}…" not in page


def test_what_is_only_asked_for_the_emergency_key_is_told_as_asked(office: Office) -> None:
    with working(role=DatabaseRole.MIGRATE):
        services.appoint_emergency_officers(unit=office.unit, officers=[office.head], by=None, at=JAN_5)
    office.unit.refresh_from_db()
    office.sign(*[])
    for officer in (office.head, office.guard):
        with working(officer):
            vault.sign_key(principal_id=office.unit.breakglass_id, by=officer, at=JAN_5)  # type: ignore[arg-type]
    new, head = office.user(Role.PENDAMPING), signed_in(office.head)
    assert head.post(f"/pengaturan/darurat/{office.unit.code}/", {"user": new.pk, "instead_of": ""}).status_code == 302
    page = head.get("/pengaturan/darurat/").content.decode()
    assert f"{new.display_name} akan ikut memegang" in page
    assert "mulai sekarang." not in page
    request = DoorRequest.objects.get()
    decide_now = signed_in(office.guard).post(f"/pengaturan/permintaan/{request.pk}/", {"jawaban": "setuju"})
    assert decide_now.status_code == 302
    answer = head.post(f"/pengaturan/darurat/{request.pk}/serahkan", follow=True).content.decode()
    assert "tidak ada yang perlu disahkan" in answer
    assert "tidak memegangnya lagi" not in answer

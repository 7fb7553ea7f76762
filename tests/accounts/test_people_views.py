"""The pages of the first day, of lost doors and of who is in charge, and what a stranger never learns from them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ruangaman.accounts import services
from ruangaman.accounts.models import Invitation, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.vault import doors
from ruangaman.vault import services as vault
from ruangaman.vault.models import Door
from ruangaman.vault.services import DoorKind
from tests.accounts.conftest import Clock
from tests.accounts.test_sign_in import enrol, enter, is_in, words
from tests.factories.accounts import PASSWORD, Office, make_user, working
from tests.support.signing_in import code_for, secret_of, signed_in

PAPER, FIRST, PRINTED, RECOVER, AGAIN = (
    "/masuk/undangan/",
    "/masuk/undangan/sandi/",
    "/masuk/kode-pemulihan/",
    "/masuk/kode/",
    "/masuk/sandi-baru/",
)
ENROL, SECOND, WORK = "/masuk/langkah-kedua/pasang/", "/masuk/langkah-kedua/", "/kerja/"
NEW_PASSWORD = "sepeda hujan lampu kopi"
ELSEWHERE = "203.0.113.7"
pytestmark = pytest.mark.django_db


def invite(office: Office, clock: Clock, username: str = "baru") -> tuple[Invitation, str]:
    with working(office.head):
        return services.invite(
            username=username,
            display_name="Contoh Baru",
            email="",
            role=Role.PETUGAS,
            unit=office.unit,
            by=office.head,
            at=clock(),
        )


def choose(client: Client, url: str, password: str = NEW_PASSWORD) -> str:
    return str(client.post(url, {"new": password, "again": password}).headers.get("Location", ""))


def keep_code(client: Client) -> tuple[str, str]:
    """Prove the recovery code that the page shows; return it, and where one is led."""
    groups = re.findall(r"<li>([0-9A-Z]{4})</li>", client.get(PRINTED).content.decode())
    assert len(groups) == 7
    page = client.get(PRINTED, {"ketik": "1"}).content.decode()
    assert not [group for group in groups if group in page]
    asked = re.search(r"Kelompok ke-(\d)", page)
    assert asked
    answer = client.post(PRINTED, {"letters": groups[int(asked[1]) - 1]})
    return "-".join(groups), answer.headers.get("Location", "")


def begin(office: Office, clock: Clock) -> tuple[Client, str, User]:
    """Somebody who has come in by a paper, with the recovery code kept and the second step set up."""
    _made, code = invite(office, clock)
    client = Client()
    client.post(PAPER, {"code": code})
    choose(client, FIRST)
    recovery, _next = keep_code(client)
    user = User.objects.get(username="baru")
    enrol(client, user, clock)
    return client, recovery, user


# --- the first day ----------------------------------------------------------------------------------------------------


def test_the_first_day_step_by_step_outside_of_the_demo(office: Office, clock: Clock) -> None:
    _made, code = invite(office, clock)
    client = Client()
    assert client.get(FIRST).headers["Location"] == PAPER
    assert client.post(PAPER, {"code": code}).headers["Location"] == FIRST
    page = client.get(FIRST).content.decode()
    assert "Contoh Baru" in page
    assert choose(client, FIRST, "pendek") == ""
    assert choose(client, FIRST) == PRINTED
    assert client.get(WORK).headers["Location"] == PRINTED
    assert client.post(PRINTED, {"letters": "0000"}).status_code == 422
    clock.turn(minutes=4)
    _recovery, following = keep_code(client)
    assert following == ENROL
    clock.turn(minutes=4)
    enrol(client, User.objects.get(username="baru"), clock)

    page = client.get(WORK).content.decode()
    assert "Kunci Anda belum berlaku" in page
    assert "sekarang 0 dari 2" in page


def test_the_own_number_is_the_one_that_the_officers_see(office: Office, clock: Clock) -> None:
    client, _recovery, user = begin(office, clock)
    mine = re.findall(r"<li>(\d{5})</li>", client.get("/pengaturan/").content.decode())
    theirs = re.findall(r"<li>(\d{5})</li>", signed_in(office.guard).get("/pengaturan/kunci/").content.decode())
    assert len(mine) == 6
    assert mine == theirs
    digits = "".join(mine)
    for officer in (office.head, office.guard):
        desk = signed_in(officer)
        url = f"/pengaturan/kunci/{user.principal_id}/"
        assert desk.post(url, {"seen": digits}).status_code == 422
        assert desk.post(url, {"seen": "1" * 30, "is_compared": "on"}).status_code == 409
        assert desk.post(url, {"seen": digits, "is_compared": "on"}).status_code == 302
    assert vault.is_active(user.principal_id)
    assert "Kunci Anda belum berlaku" not in client.get(WORK).content.decode()


def test_a_wrong_a_used_a_withdrawn_and_an_old_code_get_the_same_bytes(office: Office, clock: Clock) -> None:
    _made, used = invite(office, clock)
    client = Client()
    client.post(PAPER, {"code": used})
    choose(client, FIRST)
    withdrawn, drawn = invite(office, clock, "dua")
    with working(office.head):
        services.withdraw_invitation(invitation_id=withdrawn.pk, by=office.head, at=clock())
    _old, old = invite(office, clock, "tiga")
    clock.turn(days=8)

    pages = set()
    for code in ("0000-0000-0000-0000-0000-0000-0000", used, drawn, old):
        answer = Client().post(PAPER, {"code": code})
        assert answer.status_code == 422
        pages.add(words(answer).replace(code, ""))
    assert len(pages) == 1


def test_too_many_wrong_codes_from_one_place_have_to_wait(office: Office, clock: Clock) -> None:
    for number in range(40):
        assert Client().post(PAPER, {"code": f"salah {number}"}, REMOTE_ADDR=ELSEWHERE).status_code == 422
    assert Client().post(PAPER, {"code": "salah"}, REMOTE_ADDR=ELSEWHERE).status_code == 429
    _made, code = invite(office, clock)
    assert Client().post(PAPER, {"code": code}, REMOTE_ADDR=ELSEWHERE).status_code == 429
    assert Client().post(PAPER, {"code": code}, REMOTE_ADDR="198.51.100.9").status_code == 302


def test_an_invitation_is_shown_once_and_only_to_who_made_it(office: Office, clock: Clock) -> None:
    head = signed_in(office.head)
    facts = {"display_name": "Contoh", "username": "baru", "email": "", "role": "petugas", "unit": office.unit.pk}
    assert head.post("/pengaturan/orang/undang/", facts).headers["Location"] == "/pengaturan/undangan/"
    page = head.get("/pengaturan/undangan/").content.decode()
    code = "-".join(re.findall(r"<li>([0-9A-Z]{4})</li>", page))
    assert Client().post(PAPER, {"code": code}).status_code == 302
    assert signed_in(office.head).get("/pengaturan/undangan/").status_code == 302
    head.post("/pengaturan/undangan/")
    assert head.get("/pengaturan/undangan/").headers["Location"] == "/pengaturan/orang/"
    assert head.post("/pengaturan/orang/undang/", facts).status_code == 422


def test_an_account_that_somebody_made_for_themselves_has_no_verb_until_two_officers_signed(
    office: Office, clock: Clock
) -> None:
    client, _recovery, user = begin(office, clock)
    User.objects.filter(pk=user.pk).update(role=Role.DPO)
    for url in ("/pengaturan/permintaan/", "/pengaturan/kunci/", "/pengaturan/jejak/"):
        assert client.get(url).status_code == 404
    for officer in (office.head, office.guard):
        with working(officer):
            vault.sign_key(principal_id=user.principal_id, by=officer, at=clock())
    for url in ("/pengaturan/permintaan/", "/pengaturan/kunci/", "/pengaturan/jejak/"):
        assert client.get(url).status_code == 200


def test_who_has_one_door_only_makes_the_second_before_anything_else(office: Office, clock: Clock) -> None:
    user = office.user(username="satu")
    Door.objects.filter(principal_id=user.principal_id, kind=DoorKind.PRINTED).delete()
    client = enter("satu")
    assert client.get(WORK).headers["Location"] == PRINTED
    _code, following = keep_code(client)
    assert following == ENROL
    enrol(client, user, clock)
    assert is_in(client)


# --- the recovery code ------------------------------------------------------------------------------------------------


def test_the_recovery_code_leads_by_the_second_step_to_a_new_password(office: Office, clock: Clock) -> None:
    old, recovery, user = begin(office, clock)
    clock.turn(minutes=10)
    client = Client()
    answer = client.post(RECOVER, {"username": "baru", "code": recovery.lower().replace("-", " ")})
    assert answer.headers["Location"] == SECOND
    assert client.get(AGAIN).headers["Location"] == "/masuk/"
    assert client.post(AGAIN, {"new": PASSWORD, "again": PASSWORD}).headers["Location"] == "/masuk/"
    client.post(SECOND, {"code": code_for(secret_of(user), clock())})
    assert client.get(WORK).headers["Location"] == AGAIN
    assert is_in(old)
    assert choose(client, AGAIN, PASSWORD) == PRINTED
    assert not is_in(old)
    newer, following = keep_code(client)
    assert following == WORK
    assert newer != recovery

    assert is_in(client)
    clock.turn(minutes=1)
    assert enter("baru", NEW_PASSWORD).answer.status_code == 422
    assert enter("baru", PASSWORD).answer.status_code == 302
    assert Client().post(RECOVER, {"username": "baru", "code": recovery}).status_code == 422
    types = AuditEvent.objects.filter(actor=str(user.principal_id)).values_list("type", flat=True)
    assert {"accounts.came_by_code", "accounts.password_changed", "accounts.printed_code_kept"} <= set(types)


def test_the_recovery_code_alone_changes_nothing(office: Office, clock: Clock) -> None:
    _old, recovery, _user = begin(office, clock)
    client = Client()
    client.post(RECOVER, {"username": "baru", "code": recovery})
    for url in (AGAIN, PRINTED, WORK, "/pengaturan/"):
        assert client.get(url).status_code in {302, 404}
    assert enter("baru", NEW_PASSWORD).answer.status_code == 302


def test_an_unknown_name_a_wrong_code_and_a_name_without_a_paper_get_the_same_bytes(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(office, clock)
    bare = office.user(username="tanpa")
    Door.objects.filter(principal_id=bare.principal_id, kind=DoorKind.PRINTED).delete()
    runs: list[object] = []
    real = doors.run
    monkeypatch.setattr(doors, "run", lambda *given: runs.append(1) or real(*given))
    pages = set()
    for name in ("tidak.ada", "baru", "tanpa"):
        answer = Client().post(RECOVER, {"username": name, "code": "0000-1111"})
        assert answer.status_code == 422
        pages.add(words(answer).replace(f'value="{name}"', ""))
    assert len(pages) == 1
    assert len(runs) == 3


def test_wrong_recovery_codes_and_wrong_passwords_of_a_name_wait_together(office: Office, clock: Clock) -> None:
    _old, recovery, _user = begin(office, clock)
    for _number in range(5):
        Client().post(RECOVER, {"username": "baru", "code": "salah"})
    assert enter("baru", NEW_PASSWORD).answer.status_code == 429
    assert Client().post(RECOVER, {"username": "baru", "code": recovery}).status_code == 429
    clock.turn(minutes=1)
    assert Client().post(RECOVER, {"username": "baru", "code": recovery}).status_code == 302


def test_a_new_recovery_code_asks_for_the_password_first(office: Office, clock: Clock) -> None:
    client, recovery, user = begin(office, clock)
    assert client.get(PRINTED).headers["Location"] == "/masuk/"
    assert client.post("/pengaturan/pemulihan/", {"password": "salah salah salah"}).status_code == 422
    assert client.post("/pengaturan/pemulihan/", {"password": NEW_PASSWORD}).headers["Location"] == PRINTED
    newer, following = keep_code(client)
    assert (following, newer != recovery) == (WORK, True)
    assert AuditEvent.objects.filter(type="accounts.printed_code_kept", subject=str(user.pk)).count() == 2


def test_a_person_whose_second_step_was_let_go_sets_up_a_new_one(office: Office, clock: Clock) -> None:
    old, _recovery, user = begin(office, clock)
    with working(office.head):
        request = services.ask(kind="second_step", user=user, by=office.head, at=clock())  # type: ignore[arg-type]
    guard = signed_in(office.guard)
    assert guard.post(f"/pengaturan/permintaan/{request.pk}/", {"jawaban": "setuju"}).status_code == 302
    assert not is_in(old)
    assert enter("baru", NEW_PASSWORD).answer.headers["Location"] == ENROL


# --- who is in charge -------------------------------------------------------------------------------------------------


def test_the_list_says_where_each_key_stands(office: Office, clock: Clock) -> None:
    make_user(office.unit, Role.PETUGAS, "menunggu")
    active, gone = office.user(), office.user(Role.PENDAMPING)
    with working(office.head):
        services.let_go(user=gone, by=office.head, at=clock())
    page = signed_in(office.head).get("/pengaturan/orang/").content.decode()
    for text in ("0 dari 2", "Aktif", "Keluar 2 Mar", active.display_name):
        assert text in page


def test_closing_an_account_is_said_first_and_done_only_when_it_is_meant(office: Office, clock: Clock) -> None:
    leaver = office.user()
    client, theirs = signed_in(office.head), signed_in(leaver)
    url = f"/pengaturan/orang/{leaver.pk}/keluar/"
    assert "tidak dapat dibatalkan" in client.get(url).content.decode()
    assert client.post(url).status_code == 422
    assert is_in(theirs)
    assert client.post(url, {"is_confirmed": "on"}).status_code == 302
    assert not is_in(theirs)
    assert enter(leaver).answer.status_code == 422
    assert client.post(url, {"is_confirmed": "on"}).status_code == 409


def test_a_manager_asks_and_does_not_answer(office: Office, clock: Clock) -> None:
    user = office.user()
    client = signed_in(office.head)
    for what in ("langkah-kedua", "kunci-baru"):
        assert client.post(f"/pengaturan/orang/{user.pk}/{what}").status_code == 302
    assert "Tidak ada yang menunggu Anda" in client.get("/pengaturan/permintaan/").content.decode()
    page = signed_in(office.guard).get("/pengaturan/permintaan/").content.decode()
    assert page.count('value="setuju"') == 2
    clock.turn(days=8)
    page = signed_in(office.guard).get("/pengaturan/permintaan/").content.decode()
    assert page.count('value="setuju"') == 0


def test_a_colleague_is_seated_by_who_sits_there(office: Office, clock: Clock) -> None:
    first, second = office.user(), office.user()
    desk = office.desk(first)
    client = signed_in(first)
    assert signed_in(second).post(f"/pengaturan/meja/{desk.code}/", {"user": second.pk}).status_code == 404
    assert client.post(f"/pengaturan/meja/{desk.code}/", {"user": second.pk}).status_code == 302
    assert set(vault.read_members(desk.principal_id)) == {first.principal_id, second.principal_id}
    unsigned = make_user(office.unit, Role.PETUGAS, "belum")
    assert client.post(f"/pengaturan/meja/{desk.code}/", {"user": unsigned.pk}).status_code == 409


def test_what_waits_stands_in_the_queue_of_who_can_do_it(office: Office, clock: Clock) -> None:
    make_user(office.unit, Role.PETUGAS, "menunggu")
    for officer in (office.head, office.guard):
        page = signed_in(officer).get(WORK).content.decode()
        assert "1 kunci menunggu tanda tangan Anda" in page
    auditor = office.user(Role.AUDITOR)
    assert "menunggu tanda tangan" not in signed_in(auditor).get(WORK).content.decode()

"""The locked screen, and the own settings."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ruangaman.accounts import services
from ruangaman.accounts.models import SignInAttempt, User
from ruangaman.audit.models import AuditEvent
from ruangaman.vault import hashing
from ruangaman.vault import services as vault
from ruangaman.vault.errors import Busy
from tests.accounts.conftest import Clock
from tests.factories.accounts import PASSWORD, Office, working
from tests.support.signing_in import COOKIE, code_for, session_of, signed_in

LOCKED, CLOSE, ALIVE, LEAVE, SETTINGS = "/terkunci/", "/layar/tutup", "/layar/hidup", "/keluar-kerja", "/pengaturan/"
NEW = "tujuh layang hijau lapuk"
CHANGE = {"current": PASSWORD, "new": NEW, "again": NEW}


@pytest.fixture
def officer(office: Office, clock: Clock) -> User:
    return office.user(username="maya")


def is_open(client: Client) -> bool:
    return client.get(SETTINGS).status_code == 200


# --- locking ----------------------------------------------------------------------------------------------------------


def test_the_screen_locks_after_fifteen_idle_minutes(officer: User, clock: Clock) -> None:
    client = signed_in(officer)
    clock.turn(minutes=14)
    assert is_open(client)
    clock.turn(minutes=15, seconds=1)
    answer = client.get(SETTINGS)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOCKED)
    assert "keyring" not in session_of(client)


def test_a_poll_does_not_keep_the_screen_open(officer: User, clock: Clock) -> None:
    client = signed_in(officer)
    for _ in range(4):
        clock.turn(minutes=3)
        client.get(LOCKED)
    clock.turn(minutes=3, seconds=1)
    assert not is_open(client)


def test_somebody_who_reads_can_say_so(officer: User, clock: Clock) -> None:
    client = signed_in(officer)
    for _ in range(3):
        clock.turn(minutes=10)
        assert client.post(ALIVE).status_code == 204
    assert is_open(client)


def test_a_session_ends_after_eight_hours_however_busy(officer: User, clock: Clock) -> None:
    client = signed_in(officer)
    for _ in range(48):
        clock.turn(minutes=10)
        client.post(ALIVE)
    assert is_open(client)
    clock.turn(minutes=5)
    assert client.get(SETTINGS).status_code == 404


def test_the_screen_is_closed_by_hand_and_opened_by_the_password_under_a_new_key(officer: User) -> None:
    client = signed_in(officer)
    before = client.cookies[COOKIE].value
    assert client.post(CLOSE).headers["Location"] == LOCKED
    assert not is_open(client)
    page = client.get(f"{LOCKED}?next=/pengaturan/").content.decode()
    assert "Contoh Petugas pengaduan" in page
    assert 'value="/pengaturan/"' in page

    answer = client.post(LOCKED, {"password": PASSWORD, "next": "/pengaturan/"})

    assert answer.headers["Location"] == "/pengaturan/"
    assert client.cookies[COOKIE].value != before
    assert is_open(client)
    types = list(AuditEvent.objects.filter(actor=str(officer.principal_id)).values_list("type", flat=True))
    assert {"accounts.locked", "accounts.unlocked"} <= set(types)


@pytest.mark.parametrize("next_url", ["https://example.org/", "//example.org", "/terkunci/", "javascript:x", ""])
def test_unlocking_leads_nowhere_else(officer: User, next_url: str) -> None:
    client = signed_in(officer, locked=True)
    answer = client.post(LOCKED, {"password": PASSWORD, "next": next_url})
    assert answer.headers["Location"] == "/kerja/"


def test_a_wrong_password_leaves_it_locked_and_slows_like_signing_in(officer: User) -> None:
    client = signed_in(officer, locked=True)
    for _ in range(5):
        answer = client.post(LOCKED, {"password": "not the right password"})
        assert answer.status_code == 422
    assert "tidak cocok" in answer.content.decode()
    answer = client.post(LOCKED, {"password": PASSWORD})
    assert answer.status_code == 429
    assert "30 detik" in answer.content.decode()
    assert not is_open(client)


def test_the_password_of_somebody_else_opens_nothing(officer: User, office: Office) -> None:
    office.user(username="rina")
    client = signed_in(officer, locked=True)
    answer = client.post(LOCKED, {"username": "rina", "password": "not the right password"})
    assert answer.status_code == 422


def test_an_empty_password_is_no_try(officer: User) -> None:
    client = signed_in(officer, locked=True)
    assert client.post(LOCKED, {"password": ""}).status_code == 422
    assert not SignInAttempt.objects.exists()


def test_the_locked_page_of_an_open_screen_leads_back_unless_it_is_about_to_lock(officer: User, clock: Clock) -> None:
    client = signed_in(officer)
    assert client.get(LOCKED).headers["Location"] == "/kerja/"
    clock.turn(minutes=14, seconds=30)
    assert client.get(LOCKED).status_code == 200
    assert not is_open(client)


def test_closing_a_locked_screen_once_more_changes_nothing(officer: User) -> None:
    client = signed_in(officer, locked=True)
    assert client.post(CLOSE).headers["Location"] == LOCKED
    assert not AuditEvent.objects.filter(type="accounts.locked").exists()


def test_leaving_ends_the_session_and_the_cookie(officer: User) -> None:
    client = signed_in(officer)
    before = client.cookies[COOKIE].value
    answer = client.post(LEAVE)
    assert answer.headers["Location"] == "/masuk/"
    assert answer.cookies[COOKIE].value == ""
    stale = Client()
    stale.cookies[COOKIE] = before
    assert stale.get(SETTINGS).status_code == 404


@pytest.mark.parametrize("path", [LOCKED, CLOSE, ALIVE, LEAVE, SETTINGS, "/pengaturan/sandi/", "/pengaturan/sesi"])
@pytest.mark.django_db
def test_a_stranger_finds_nothing(path: str) -> None:
    unknown = Client().get("/there/is/nothing")
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 404
        assert answer.content == unknown.content


def test_a_screen_that_nobody_has_passed_the_second_step_on_shows_no_settings(officer: User) -> None:
    client = signed_in(officer, second=False)
    assert client.get(SETTINGS).headers["Location"] == "/masuk/langkah-kedua/pasang/"


def test_a_page_before_the_second_step_polls_nothing(officer: User) -> None:
    """What it would ask for is not there before: the page would draw itself for ever, and no code could be typed."""
    page = signed_in(officer, second=False).get("/masuk/langkah-kedua/pasang/").content.decode()

    assert 'id="alarm"' in signed_in(officer).get(SETTINGS).content.decode()
    assert 'name="code"' in page
    assert "hx-get" not in page


def test_a_session_whose_keys_were_damaged_is_no_session(officer: User) -> None:
    from ruangaman.vault.models import StaffSession

    client = signed_in(officer)
    StaffSession.objects.update(session_data=b"not what it was")
    assert client.get(SETTINGS).status_code == 404


# --- settings ---------------------------------------------------------------------------------------------------------


def test_the_settings_say_what_protects_the_account(officer: User) -> None:
    page = signed_in(officer).get(SETTINGS).content.decode()
    assert "Contoh Petugas pengaduan" in page
    assert "Belum terpasang" in page


def test_the_language_changes_the_next_page(officer: User) -> None:
    client = signed_in(officer)
    answer = client.post("/pengaturan/bahasa", {"language": "en"})
    assert answer.headers["Location"] == f"{SETTINGS}?sudah=bahasa"
    assert '<html lang="en">' in client.get(SETTINGS).content.decode()
    assert client.post("/pengaturan/bahasa", {"language": "xx"}).status_code == 422


def test_a_changed_password_opens_the_same_keys_and_ends_the_other_sessions(officer: User) -> None:
    here, there = signed_in(officer), signed_in(officer)
    before = here.cookies[COOKIE].value

    answer = here.post("/pengaturan/sandi/", CHANGE)

    assert answer.headers["Location"] == f"{SETTINGS}?sudah=sandi"
    assert here.cookies[COOKIE].value != before
    assert is_open(here)
    assert there.get(SETTINGS).status_code == 404
    keyring = vault.open_door(principal_id=officer.principal_id, password=NEW)
    assert keyring is not None
    assert keyring.to_bytes() == officer.keyring.to_bytes()
    assert vault.open_door(principal_id=officer.principal_id, password=PASSWORD) is None
    assert AuditEvent.objects.filter(type="accounts.password_changed").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"current": "not the right password"}, "Kata sandi sekarang tidak cocok"),
        ({"new": "pendek", "again": "pendek"}, "paling sedikit 15 huruf"),
        ({"again": "something else"}, "Keduanya belum sama"),
        ({"current": ""}, "password"),
    ],
)
def test_a_change_that_cannot_be_says_why(officer: User, change: dict[str, str], words: str) -> None:
    client = signed_in(officer)
    answer = client.post("/pengaturan/sandi/", CHANGE | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert vault.open_door(principal_id=officer.principal_id, password=PASSWORD) is not None


def test_a_locked_screen_opens_while_strangers_try_the_name_at_the_door(officer: User) -> None:
    client = signed_in(officer)
    client.post(CLOSE)
    for _ in range(6):
        Client().post("/masuk/", {"username": officer.username, "password": "not the right password"})
    assert Client().post("/masuk/", {"username": officer.username, "password": PASSWORD}).status_code == 429
    assert client.post(LOCKED, {"password": PASSWORD}).status_code == 302


def test_a_locked_screen_waits_after_five_wrong_passwords_of_its_own(officer: User) -> None:
    client = signed_in(officer)
    client.post(CLOSE)
    for _ in range(5):
        assert client.post(LOCKED, {"password": "not the right password"}).status_code == 422
    assert client.post(LOCKED, {"password": PASSWORD}).status_code == 429


def test_a_change_waits_like_signing_in(officer: User) -> None:
    client = signed_in(officer)
    for _ in range(5):
        client.post("/pengaturan/sandi/", CHANGE | {"current": "not the right password"})
    answer = client.post("/pengaturan/sandi/", CHANGE)
    assert answer.status_code == 429
    assert "30 detik" in answer.content.decode()


def test_a_change_while_many_sign_in_is_asked_to_come_back(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    real, runs = hashing.run_sign_in, []

    def busy_at_second(work: object) -> object:
        runs.append(work)
        if len(runs) == 2:
            raise Busy("Sedang ramai.")
        return real(work)  # type: ignore[arg-type]  # handed through

    client = signed_in(officer)
    monkeypatch.setattr(hashing, "run_sign_in", busy_at_second)
    answer = client.post("/pengaturan/sandi/", CHANGE)
    assert answer.status_code == 429
    assert "ramai" in answer.content.decode()


def test_a_door_made_for_one_is_never_put_in_for_another(officer: User, office: Office, clock: Clock) -> None:
    other = office.user(username="rina")
    client = signed_in(officer)
    change = services.prepare_password_change(
        cookie=client.cookies[COOKIE].value, current=PASSWORD, new=NEW, at=clock()
    )
    with working(other), pytest.raises(ValueError, match="not of this person"):
        services.change_password(change=change, session={}, by=other, at=clock())


def test_nobody_signed_in_has_no_password_to_try(office: Office, clock: Clock) -> None:
    attempt = services.try_own_password(cookie="x" * 43, password=PASSWORD, at=clock())
    assert attempt.user_id is None
    assert not SignInAttempt.objects.exists()


def test_the_other_sessions_end_at_a_wish(officer: User) -> None:
    here, there = signed_in(officer), signed_in(officer)
    assert here.post("/pengaturan/sesi").headers["Location"] == f"{SETTINGS}?sudah=sesi"
    assert is_open(here)
    assert there.get(SETTINGS).status_code == 404


CODES, RENEW = "/masuk/langkah-kedua/kode/", "/pengaturan/kode/"
SECRET = "JBSWY3DPEHPK3PXP"


def enrolled(officer: User, clock: Clock) -> list[str]:
    """Set up the second step; return the backup codes that came with it."""
    with working(officer):
        services.enrol_second_step(secret=SECRET, code=code_for(SECRET, clock()), by=officer, at=clock())
        return services.unused_codes(officer)


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li>(\d{4} \d{4})</li>", page)


def test_new_backup_codes_ask_for_the_password_and_a_code_of_the_app(officer: User, clock: Clock) -> None:
    old, client = enrolled(officer, clock), signed_in(officer)
    clock.turn(seconds=30)
    right = {"password": PASSWORD, "code": code_for(SECRET, clock())}
    wrongs = ({"password": ""}, {"password": NEW}, {"code": ""}, {"code": "000000"})
    for wrong in ({}, *(right | one for one in wrongs)):
        assert client.post(RENEW, wrong).status_code == 422
        with working(officer):
            assert services.unused_codes(officer) == old
    answer = client.post(RENEW, right)
    assert answer.headers["Location"] == CODES
    shown = codes_on(client.get(CODES).content.decode())
    assert len(shown) == 10
    assert not set(shown) & set(old)


def test_backup_codes_are_shown_once_and_then_only_how_many_are_left(officer: User, clock: Clock) -> None:
    enrolled(officer, clock)
    client = signed_in(officer)
    clock.turn(seconds=30)
    client.post(RENEW, {"password": PASSWORD, "code": code_for(SECRET, clock())})
    assert client.head(CODES).status_code == 200
    assert len(codes_on(client.get(CODES).content.decode())) == 10
    for again in (client, signed_in(officer)):
        page = again.get(CODES)
        assert page.status_code == 200
        assert codes_on(page.content.decode()) == []
        assert "hanya ditampilkan satu kali" in page.content.decode()
        assert "10 kode belum terpakai" in page.content.decode()
        assert f'href="{RENEW}"' in page.content.decode()
    assert client.post(CODES).headers["Location"] == "/kerja/"


def test_without_a_second_step_there_are_no_backup_codes_to_speak_of(officer: User) -> None:
    client = signed_in(officer)
    for url in (CODES, RENEW):
        assert client.get(url).headers["Location"] == SETTINGS


def test_asking_for_new_codes_slows_too(officer: User, clock: Clock) -> None:
    enrolled(officer, clock)
    client = signed_in(officer)
    for _ in range(5):
        assert client.post(RENEW, {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert client.post(RENEW, {"password": PASSWORD, "code": "000000"}).status_code == 429
    client = signed_in(officer)
    for _ in range(5):
        assert client.post(RENEW, {"password": NEW, "code": "000000"}).status_code == 422
    assert client.post(RENEW, {"password": NEW, "code": "000000"}).status_code == 429

"""The door by its pages: what people see, what the trail keeps, what nobody learns."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory, override_settings

from ruangaman.accounts import services
from ruangaman.accounts.adapters import AccountAdapter, DoorBackend
from ruangaman.accounts.models import SignInAttempt, User
from ruangaman.accounts.types import DEMO_PASSWORD, Attempt, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.vault import hashing
from ruangaman.vault.errors import Busy
from ruangaman.vault.models import StaffSession
from tests.accounts.conftest import Clock
from tests.factories.accounts import PASSWORD, Office, make_office, make_user, working
from tests.support.signing_in import COOKIE, code_for, open_keys, secret_of, session_of, signed_in

ENTER, SECOND, ENROL, CODES = (
    "/masuk/",
    "/masuk/langkah-kedua/",
    "/masuk/langkah-kedua/pasang/",
    "/masuk/langkah-kedua/kode/",
)
SETTINGS = "/pengaturan/"
ELSEWHERE = "203.0.113.7"
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(office: Office, clock: Clock) -> User:
    """Somebody who has signed in before: the second step is set up."""
    user = office.user(username="maya")
    client = enter(user)
    enrol(client, user, clock)
    clock.turn(minutes=5)
    return user


def enter(
    user: User | str, password: str = PASSWORD, *, client: Client | None = None, address: str = "127.0.0.1"
) -> Client:
    """Send the first step; the answer is in `client.answer`."""
    client = client or Client()
    name = user if isinstance(user, str) else user.username
    client.answer = client.post(ENTER, {"username": name, "password": password}, REMOTE_ADDR=address)
    return client


def enrol(client: Client, user: User, clock: Clock) -> None:
    """Set up the second step and put the printed codes away."""
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", client.get(ENROL).content.decode())
    assert secret
    code = code_for(secret[1].replace(" ", ""), clock())
    assert client.post(ENROL, {"code": code}).headers["Location"] == CODES
    assert client.post(CODES).headers["Location"] == "/kerja/"


def words(response: object) -> str:
    """Return a page without its form tokens, which differ each time."""
    text = response.content.decode()  # type: ignore[attr-defined]
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+|(X-CSRFToken": ")[^"]+', "", text)


def is_in(client: Client) -> bool:
    return client.get(SETTINGS).status_code == 200


# --- the first step ---------------------------------------------------------------------------------------------------


def test_the_page_names_its_fields_and_keeps_nothing(db: None) -> None:
    page = Client().get(ENTER)
    assert page.status_code == 200
    for name in ('name="username"', 'name="password"'):
        assert name in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"


def test_the_door_speaks_english_when_asked_also_when_it_stays_shut(officer: User) -> None:
    client = Client()
    page = client.get(ENTER, {"l": "en"}).content.decode()
    assert '<html lang="en">' in page
    assert 'href="?l=id"' in page
    assert '<input type="hidden" name="l" value="en">' in page
    shut = client.post(ENTER, {"username": "maya", "password": "KATA-SALAH", "l": "en"}).content.decode()
    assert '<html lang="en">' in shut
    assert "Not signed in yet" in shut
    assert '<html lang="id">' in client.get(ENTER).content.decode()


def test_both_steps_lead_to_the_work_under_a_new_key_each_time(officer: User, clock: Clock) -> None:
    client = Client()
    client.get(ENTER)
    keys = [client.cookies[COOKIE].value]
    enter(officer, client=client)
    assert client.answer.headers["Location"] == SECOND
    keys.append(client.cookies[COOKIE].value)
    assert client.get(SETTINGS).status_code == 404

    answer = client.post(SECOND, {"code": code_for(secret_of(officer), clock())})

    assert answer.headers["Location"] == "/kerja/"
    keys.append(client.cookies[COOKIE].value)
    assert len(set(keys)) == 3
    assert is_in(client)
    assert session_of(client).get("keyring")
    assert AuditEvent.objects.filter(type="accounts.signed_in", actor=str(officer.principal_id)).count() == 2


def test_a_wrong_password_an_unknown_name_and_a_closed_account_get_the_same_bytes(
    officer: User, office: Office
) -> None:
    closed = office.user(username="wati")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    answers = [
        enter("maya", "not the right password").answer,
        enter("mayo", "not the right password").answer,
        enter("wati", PASSWORD).answer,
    ]
    assert {answer.status_code for answer in answers} == {422}
    pages = {
        words(answer).replace(name, "NAME") for answer, name in zip(answers, ["maya", "mayo", "wati"], strict=True)
    }
    assert len(pages) == 1
    assert not any(answer.wsgi_request.session.session_key for answer in answers)


def test_an_unknown_name_costs_a_hash_like_any_other(
    officer: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    runs: list[str] = []
    real = hashing.run_sign_in
    monkeypatch.setattr(hashing, "run_sign_in", lambda work: (runs.append("run"), real(work))[1])
    for name in ("maya", "nobody"):
        enter(name, "not the right password")
    assert runs == ["run", "run"]


def test_known_and_unknown_names_ask_the_database_the_same(officer: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    shapes = []
    for name in ("maya", "nobody"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            enter(name, "not the right password")
        shapes.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries.captured_queries])
    assert [len(shape) for shape in shapes] == [len(shapes[0])] * 2


@pytest.mark.parametrize("fields", [{}, {"username": "maya"}, {"password": "x"}, {"username": "a\0b", "password": "x"}])
def test_an_unfinished_form_comes_back_without_a_try(db: None, fields: dict[str, str]) -> None:
    answer = Client().post(ENTER, fields)
    assert answer.status_code == 422
    assert not SignInAttempt.objects.exists()


def test_the_password_is_never_given_back(officer: User) -> None:
    assert b"not the right password" not in enter("maya", "not the right password").answer.content


def test_a_form_token_of_another_browser_is_refused(officer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert enter(officer, client=client).answer.status_code == 403


def test_signing_in_again_ends_what_was_there(officer: User, office: Office) -> None:
    other = office.user(username="rina")
    client = signed_in(officer)
    before = client.cookies[COOKIE].value
    enter(other, client=client)
    assert client.cookies[COOKIE].value != before
    assert client.answer.headers["Location"] == ENROL
    stale = Client()
    stale.cookies[COOKIE] = before
    assert stale.get(SETTINGS).status_code == 404


def test_too_many_at_once_are_asked_to_come_back_and_not_counted(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(work: object) -> None:
        raise Busy("Sedang ramai.")

    monkeypatch.setattr(hashing, "run_sign_in", busy)
    answer = enter(officer, address=ELSEWHERE).answer
    assert answer.status_code == 429
    assert {row.failures for row in SignInAttempt.objects.all()} == {0}


def test_somebody_who_is_in_is_led_to_the_work(officer: User) -> None:
    assert signed_in(officer).get(ENTER).headers["Location"] == "/kerja/"


# --- the door slows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["maya", "nobody"])
def test_after_five_failures_the_door_slows_for_everybody_alike(officer: User, clock: Clock, name: str) -> None:
    for _ in range(5):
        assert enter(name, "not the right password").answer.status_code == 422
    answer = enter(name, PASSWORD).answer
    assert answer.status_code == 429
    assert "30 detik" in answer.content.decode()

    clock.turn(seconds=31)
    assert enter(name, "not the right password").answer.status_code == 422
    assert "60 detik" in enter(name, PASSWORD).answer.content.decode()


def test_what_strangers_try_elsewhere_hardly_slows_the_owner(officer: User, clock: Clock) -> None:
    for number in range(120):
        enter("maya", "not the right password", address=f"198.51.{number}.7")
    clock.turn(seconds=61)
    assert enter(officer, address="203.0.113.9").answer.headers["Location"] == SECOND


def test_waiting_does_not_grow_by_asking(officer: User, clock: Clock) -> None:
    for _ in range(9):
        enter("maya", "not the right password")
    clock.turn(seconds=31)
    assert enter(officer).answer.headers["Location"] == SECOND


def test_a_long_wait_names_the_hour(officer: User, clock: Clock) -> None:
    for _ in range(10):
        enter("maya", "not the right password")
        clock.turn(minutes=16)
    clock.turn(minutes=-16)
    page = enter(officer).answer
    assert page.status_code == 429
    assert re.search(r"setelah pukul \d\d\.\d\d", page.content.decode())


def test_the_right_password_clears_the_count(officer: User) -> None:
    for _ in range(4):
        enter("maya", "not the right password")
    enter(officer)
    for _ in range(4):
        assert enter("maya", "not the right password").answer.status_code == 422
    assert enter(officer).answer.status_code == 302


def test_a_network_that_tries_many_names_slows_too(db: None) -> None:
    for number in range(40):
        assert enter(f"name{number}", "x", address=ELSEWHERE).answer.status_code == 422
    assert enter("another", "x", address="203.0.113.99").answer.status_code == 429
    assert enter("another", "x", address="198.51.100.1").answer.status_code == 422


def test_counts_say_neither_name_nor_address(db: None) -> None:
    enter("maya", "x", address=ELSEWHERE)
    assert [len(bytes(row.key)) for row in SignInAttempt.objects.all()] == [32, 32, 32]


# --- the second step --------------------------------------------------------------------------------------------------


def test_a_wrong_code_gets_a_sentence_and_no_session(officer: User) -> None:
    client = enter(officer)
    answer = client.post(SECOND, {"code": "000000"})
    assert answer.status_code == 422
    assert not is_in(client)
    assert AuditEvent.objects.filter(type="accounts.sign_in_refused", subject=str(officer.pk)).exists()


def test_a_code_works_once(officer: User, clock: Clock) -> None:
    code = code_for(secret_of(officer), clock())
    assert enter(officer).post(SECOND, {"code": code}).status_code == 302
    client = enter(officer)
    assert client.post(SECOND, {"code": code}).status_code == 422
    earlier = code_for(secret_of(officer), clock() - timedelta(seconds=30))
    assert client.post(SECOND, {"code": earlier}).status_code == 422
    clock.turn(seconds=30)
    assert client.post(SECOND, {"code": code_for(secret_of(officer), clock())}).status_code == 302


def test_a_phone_may_be_half_a_minute_off_and_no_more(officer: User, clock: Clock) -> None:
    for seconds, status in ((-60, 422), (60, 422), (-30, 302)):
        code = code_for(secret_of(officer), clock() + timedelta(seconds=seconds))
        assert enter(officer).post(SECOND, {"code": code}).status_code == status


def test_a_code_may_be_typed_with_a_space(officer: User, clock: Clock) -> None:
    code = code_for(secret_of(officer), clock())
    assert enter(officer).post(SECOND, {"code": f" {code[:3]} {code[3:]}"}).status_code == 302


def test_between_the_steps_are_five_minutes(officer: User, clock: Clock) -> None:
    client = enter(officer)
    clock.turn(minutes=5, seconds=1)
    answer = client.post(SECOND, {"code": code_for(secret_of(officer), clock())})
    assert answer.headers["Location"] == ENTER
    assert not is_in(client)


def test_wrong_codes_do_not_make_the_five_minutes_longer(officer: User, clock: Clock) -> None:
    client = enter(officer)
    for _ in range(2):
        clock.turn(minutes=2)
        assert client.post(SECOND, {"code": "000000"}).status_code == 422
    clock.turn(minutes=2)
    assert client.get(SECOND).headers["Location"] == ENTER


def test_the_second_step_slows_as_well(officer: User, clock: Clock) -> None:
    client = enter(officer)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    answer = client.post(SECOND, {"code": code_for(secret_of(officer), clock())})
    assert answer.status_code == 422
    assert "30 detik" in answer.content.decode()
    clock.turn(seconds=31)
    assert client.post(SECOND, {"code": code_for(secret_of(officer), clock())}).status_code == 302


def test_the_second_step_without_the_first_leads_back(db: None) -> None:
    for method in (Client().get, Client().post):
        assert method(SECOND).headers["Location"] == ENTER


def test_a_password_changed_meanwhile_ends_the_way(officer: User, clock: Clock) -> None:
    client = enter(officer)
    User.objects.filter(pk=officer.pk).update(session_epoch=9)
    assert client.get(SECOND).headers["Location"] == ENTER


def test_an_account_closed_meanwhile_ends_the_way(officer: User) -> None:
    client = enter(officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get(SECOND).headers["Location"] == ENTER


def test_a_printed_code_stands_in_for_the_phone_once(officer: User) -> None:
    with working(officer):
        code = services.unused_codes(officer)[0]
    client = enter(officer)
    assert "kode cadangan" in client.get(f"{SECOND}?cara=cadangan").content.decode()
    assert client.post(SECOND, {"code": code}).status_code == 302
    assert enter(officer).post(SECOND, {"code": code}).status_code == 422
    event = AuditEvent.objects.get(type="accounts.recovery_code_used")
    assert event.detail == {"left": 9}


# --- setting it up ----------------------------------------------------------------------------------------------------


def test_nobody_works_without_a_second_step(office: Office, clock: Clock) -> None:
    user = office.user(username="rina")
    client = enter(user)
    assert client.answer.headers["Location"] == ENROL
    assert client.get(SETTINGS).headers["Location"] == ENROL
    page = client.get(ENROL).content.decode()
    assert "data:image/svg+xml;base64," in page

    enrol(client, user, clock)

    assert is_in(client)
    assert not client.get(ENROL).content


def test_the_backup_codes_are_shown_once_also_before_the_first_day_is_over(office: Office, clock: Clock) -> None:
    user = office.user(username="rina")
    client = enter(user)
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", client.get(ENROL).content.decode())
    assert secret
    client.post(ENROL, {"code": code_for(secret[1].replace(" ", ""), clock())})
    shown = client.get(CODES).content.decode()
    assert len(set(re.findall(r"\d{4} \d{4}", shown))) == 10
    for _ in range(2):
        again = client.get(CODES)
        assert again.status_code == 200
        assert not re.findall(r"\d{4} \d{4}", again.content.decode())
        assert "10 kode belum terpakai" in again.content.decode()
    assert client.post(CODES).headers["Location"] == "/kerja/"


def test_a_wrong_code_sets_nothing_up(office: Office) -> None:
    user = office.user(username="rina")
    client = enter(user)
    client.get(ENROL)
    assert client.post(ENROL, {"code": "000000"}).status_code == 422
    with working(user):
        assert not services.has_second_step(user)


def test_the_second_step_is_not_set_up_twice_from_two_browsers(office: Office, clock: Clock) -> None:
    user = office.user(username="rina")
    first, second = enter(user), enter(user)
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", second.get(ENROL).content.decode())
    assert secret
    enrol(first, user, clock)
    code = code_for(secret[1].replace(" ", ""), clock())
    assert second.post(ENROL, {"code": code}).headers["Location"] == ENTER
    assert not is_in(second)


def test_setting_up_takes_five_minutes_at_most(office: Office, clock: Clock) -> None:
    client = enter(office.user(username="rina"))
    clock.turn(minutes=5, seconds=1)
    assert client.get(ENROL).headers["Location"] == ENTER


def test_a_secret_is_sealed_in_the_database(officer: User) -> None:
    from allauth.mfa.models import Authenticator

    for row in Authenticator.objects.filter(user=officer):
        assert secret_of(officer) not in str(row.data)


def test_a_second_factor_is_shown_to_its_owner_only(officer: User, office: Office) -> None:
    other = office.user(username="rina")
    with working(other):
        assert not services.has_second_step(officer)
    with working(officer):
        assert services.has_second_step(officer)


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_the_demos_address_does_not_exist_elsewhere(officer: User) -> None:
    assert Client().post("/demo/peran", {"username": "maya"}).status_code == 404


@override_settings(RUANGAMAN_DEMO=True, ROOT_URLCONF="tests.accounts.demo_urls")
def test_in_the_demo_the_second_step_counts_as_passed_and_roles_change(office: Office) -> None:
    for role in (Role.PETUGAS, Role.MANAJER):
        make_user(office.unit, role, role.value, password=DEMO_PASSWORD)
    client = enter("petugas", DEMO_PASSWORD)
    assert client.answer.headers["Location"] == "/kerja/"
    assert is_in(client)
    assert client.post("/demo/peran", {"username": "manajer"}).headers["Location"] == "/kerja/"
    assert "Contoh Manajer kasus" in client.get(SETTINGS).content.decode()
    for unknown in ("nobody", "kepala", ""):
        assert client.post("/demo/peran", {"username": unknown}).headers["Location"] == ENTER


def test_the_adapters_open_no_way_around_the_door(officer: User, office: Office) -> None:
    request = RequestFactory().post(ENTER)
    backend, adapter = DoorBackend(), AccountAdapter()
    assert backend.authenticate(None, username="maya", password=PASSWORD) is None
    assert backend.authenticate(request, username="maya", password=PASSWORD) is None
    assert backend.get_user(officer.pk) == officer
    for attempt in (Attempt(username="other", user_id=officer.pk), Attempt(username="maya", user_id=uuid4())):
        request.prepared = attempt  # type: ignore[attr-defined]  # what the door leaves there
        assert backend.authenticate(request, username="maya", password=PASSWORD) is None
    assert not adapter.is_open_for_signup(request)
    with pytest.raises(RuntimeError):
        adapter.set_password(officer, PASSWORD)


def test_allauths_own_addresses_are_not_mounted(officer: User) -> None:
    client = signed_in(open_keys(officer, PASSWORD))
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/reauthenticate/"):
        assert client.get(path).status_code == 404
    assert StaffSession.objects.exists()


# --- what is held while hashing ---------------------------------------------------------------------------------------


@pytest.mark.committed
def test_no_connection_is_held_while_a_password_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    make_office().user(username="maya")
    held: list[bool] = []
    real = hashing.run_sign_in
    monkeypatch.setattr(
        hashing, "run_sign_in", lambda work: (held.append(connection.connection is not None), real(work))[1]
    )
    assert enter("maya").answer.status_code == 302
    assert held == [False]

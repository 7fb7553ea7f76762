"""What is typed and not sent: kept by the form's own address, given back, rescued when the lock strikes."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from ruangaman.accounts import selectors
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services
from ruangaman.cases.models import Case, Note
from ruangaman.vault import services as vault
from ruangaman.vault import sessions_crypto
from ruangaman.vault.models import Draft, StaffSession
from ruangaman.vault.services import DraftView
from ruangaman.vault.sessions import StaffSessionStore
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.support.signing_in import COOKIE, session_of, signed_in

WORDS = "TULISAN-UJI ia takut pulang"
FORM = {"compartment": "3", "text": WORDS}
SAVE = {"simpan_dulu": "1"}
BY_ITSELF = {"X-Unsent": "typed"}


@pytest.fixture
def case(team: Team) -> Case:
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, at=timezone.now())
    return case


@pytest.fixture
def address(case: Case) -> str:
    return f"/kasus/{case.code}/catatan/"


@pytest.fixture
def client(team: Team) -> Client:
    return signed_in(team.companion)


def form(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the page."""
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    shown = page[page.index(" data-unsent") :] if " data-unsent" in page else page
    shown = shown[: shown.index("</form>")]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))


def kept(user: User) -> list[DraftView]:
    with working(user):
        return vault.list_drafts(by=user)


def text(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def send(client: Client, address: str, data: dict[str, Any], **more: Any) -> HttpResponse:
    answer: HttpResponse = client.post(address, {**FORM, **data}, **more)
    return answer


# --- while somebody types ------------------------------------------------------------------------------------------


def test_a_page_that_saves_by_itself_is_told_the_time_and_nothing_is_sent(team: Team, client: Client, address: str):
    answer = send(client, address, {**form(client, address), **SAVE}, headers=BY_ITSELF)

    assert answer.status_code == 200
    assert re.fullmatch(r"tersimpan \d\d\.\d\d", text(answer))
    assert not Note.objects.filter(source="staff").exists()
    (draft,) = kept(team.companion)
    assert draft.words is not None
    assert dict(draft.words.fields)["text"] == WORDS
    assert not {"csrfmiddlewaretoken", "penulis", "simpan_dulu"} & {name for name, _value in draft.words.fields}


def test_without_script_the_button_keeps_and_the_form_comes_back_filled(team: Team, client: Client, address: str):
    hidden = form(client, address)
    answer = send(client, address, {**hidden, **SAVE})
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])

    assert WORDS in text(page)
    assert "hanya untuk Anda. Belum terkirim." in text(page)
    assert f'value="{hidden["row_id"]}"' in text(page), "the same form goes on: sent twice, it is made once"


STEPS = [
    ("manager", "aman/", "words"), ("manager", "asesmen/", "summary"), ("manager", "rencana/", "safety"),
    ("manager", "rencana/", "goal_1"), ("manager", "tinjauan/", "reason"), ("manager", "konferensi/", "minutes"),
    ("psychologist", "sesi/", "words"), ("manager", "upaya/", "words"), ("manager", "mediasi/", "words"),
    ("lawyer", "polisi/", "wish"), ("manager", "penutupan/", "her_words"), ("manager", "pelimpahan/", "words"),
    ("manager", "izin/", "withhold"), ("manager", "tahan/", "words"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "name"), STEPS)
def test_each_step_of_a_case_gives_back_what_was_typed(team: Team, case: Case, who: str, path: str, name: str):
    team.assign(case, team.psychologist, team.lawyer, at=timezone.now())
    viewer: User = getattr(team, who)
    client, address = signed_in(viewer), f"/kasus/{case.code}/{path}"
    assert f'name="{name}"' in text(client.get(address))

    client.post(address, {**form(client, address), name: WORDS, **SAVE}, headers=BY_ITSELF)
    (draft,) = kept(viewer)
    assert WORDS in text(client.get(f"{address}?lanjut={draft.id}"))


def test_once_a_case_has_moved_nothing_waits_for_that_form_any_more(team: Team, case: Case):
    """Each refused try was another form; what they kept is past once the case has moved."""
    client, address = signed_in(team.manager), f"/kasus/{case.code}/status/"
    notes = f"/kasus/{case.code}/catatan/"
    client.post(notes, {**form(client, notes), "text": WORDS, **SAVE}, headers=BY_ITSELF)
    for _ in range(2):
        tried = {**form(client, address), "target": "plan", "reason": WORDS}
        client.post(address, {**tried, **SAVE}, headers=BY_ITSELF)
        assert client.post(address, tried).status_code == 422, "nothing was assessed"
    assert len(kept(team.manager)) == 3
    moved = {**form(client, address), "target": "emergency", "reason": WORDS}
    assert client.post(address, moved).status_code == 302
    (left,) = kept(team.manager)
    assert left.words is not None
    assert left.words.page == notes, "what belongs to another page stays"


@pytest.mark.parametrize(
    ("who", "path"), [("companion", "sesi/"), ("companion", "polisi/"), ("companion", "konferensi/")]
)
def test_a_step_of_others_keeps_nothing(team: Team, case: Case, who: str, path: str):
    viewer: User = getattr(team, who)
    answer = signed_in(viewer).post(f"/kasus/{case.code}/{path}", {"words": WORDS, **SAVE}, headers=BY_ITSELF)
    assert answer.status_code == 404
    assert kept(viewer) == []


def test_the_form_offers_what_waits_and_throws_it_away(team: Team, client: Client, address: str):
    send(client, address, {**form(client, address), **SAVE}, headers=BY_ITSELF)
    (draft,) = kept(team.companion)

    page = text(client.get(address))
    assert "yang belum terkirim" in page
    assert f"?lanjut={draft.id}" in page
    assert WORDS not in page
    assert WORDS in text(client.get(f"{address}?lanjut={draft.id}"))

    answer = client.post(f"/tulisan/{draft.id}/buang", {"next": address})
    assert answer.headers["Location"] == address
    assert kept(team.companion) == []


def test_sending_forgets_it_and_a_refused_sending_does_not(team: Team, client: Client, address: str):
    hidden = form(client, address)
    send(client, address, {**hidden, **SAVE}, headers=BY_ITSELF)

    assert client.post(address, {**hidden, "compartment": "3", "text": ""}).status_code == 422
    assert len(kept(team.companion)) == 1
    assert send(client, address, hidden).status_code == 302
    assert kept(team.companion) == []
    assert Note.objects.filter(source="staff").count() == 1


def test_the_list_names_the_form_and_the_case_and_shows_no_word(team: Team, client: Client, case: Case, address: str):
    send(client, address, {**form(client, address), **SAVE}, headers=BY_ITSELF)
    queue, page = text(client.get("/kerja/")), text(client.get("/tulisan/"))

    assert "1 tulisan Anda belum terkirim." in queue
    assert case.code in page
    assert "Catatan" in page
    assert WORDS not in page
    assert "Semua yang Anda ketik sudah terkirim." in text(signed_in(team.manager).get("/tulisan/"))


def test_whose_form_it_is_not_gets_nothing_kept_and_learns_nothing(team: Team, case: Case, address: str):
    stranger = signed_in(team.psychologist)  # works on cases, not on this one
    nothing = send(stranger, "/kasus/K-00000000/catatan/", SAVE)
    there = send(stranger, address, SAVE)

    assert there.status_code == nothing.status_code == 404
    assert re.sub(r"K-\w{8}", "", text(there)) == re.sub(r"K-\w{8}", "", text(nothing))
    assert kept(team.psychologist) == []


def test_who_was_taken_off_the_case_does_not_read_on_in_a_draft(team: Team, client: Client, case: Case, address: str):
    send(client, address, {**form(client, address), **SAVE}, headers=BY_ITSELF)
    (draft,) = kept(team.companion)
    part = case.assignments.get(user=team.companion, until=None)
    with working(team.manager):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=timezone.now())

    assert client.get(f"{address}?lanjut={draft.id}").status_code == 404
    assert WORDS not in text(client.get("/tulisan/"))


def test_nothing_typed_is_nothing_kept(team: Team, client: Client, address: str):
    hidden = form(client, address)
    answer = client.post(address, {**hidden, "compartment": "", "text": " ", **SAVE}, headers=BY_ITSELF)
    assert answer.status_code == 204
    assert kept(team.companion) == []


def test_what_is_too_long_is_told_to_the_page_and_to_the_person(client: Client, address: str):
    data = {**form(client, address), **SAVE, "text": "x" * 61_000}
    by_itself, pressed = send(client, address, data, headers=BY_ITSELF), send(client, address, data)

    assert by_itself.status_code == pressed.status_code == 409
    assert "terlalu panjang" in text(by_itself)
    assert "Kembali ke halaman tadi" in text(pressed)


@pytest.mark.parametrize(("says", "counts"), [("typed", True), ("still", False)])
def test_saving_counts_as_activity_only_when_keys_were_pressed(client: Client, address: str, says: str, counts: bool):
    hidden, before = form(client, address), timezone.now().timestamp() - 300
    _change_session(client, {selectors.SEEN: before})
    send(client, address, {**hidden, **SAVE}, headers={"X-Unsent": says})
    assert (session_of(client)[selectors.SEEN] > before) == counts


@pytest.mark.parametrize("step", ["orang/", "kejadian/", "layanan/", "tugas/", "status/", "tutup/"])
def test_every_form_of_a_case_keeps_what_is_typed(team: Team, case: Case, step: str):
    client, path = signed_in(team.manager), f"/kasus/{case.code}/{step}"
    names = {"orang/": "needs", "kejadian/": "story", "layanan/": "result", "tugas/": "title", "status/": "reason"}
    data = {**form(client, path), names.get(step, "explanation"): WORDS, **SAVE}

    answer = client.post(path, data)

    assert answer.status_code == 302, text(answer)
    assert WORDS in text(client.get(answer.headers["Location"]))


# --- the lock strikes ----------------------------------------------------------------------------------------------


def test_a_form_that_meets_a_locked_screen_is_sealed_and_given_back(team: Team, client: Client, address: str):
    hidden = form(client, address)
    _change_session(client, {selectors.SEEN: timezone.now().timestamp() - settings.RUANGAMAN_IDLE_SECONDS - 5})

    answer = send(client, address, hidden)

    assert answer.status_code == 403
    assert "Layar terkunci sebelum ini terkirim" in text(answer)
    assert "hanya dapat dibuka oleh Anda" in text(answer)
    assert selectors.KEYRING not in session_of(client)
    assert not Note.objects.filter(source="staff").exists()
    (draft,) = kept(team.companion)
    assert draft.rescued
    again = signed_in(team.companion)
    assert "Layar tertutup" in text(again.get(address))
    assert WORDS in text(again.get(f"{address}?lanjut={draft.id}"))
    assert AuditEvent.objects.filter(type="vault.draft_rescued").count() == 1


@pytest.mark.parametrize("age", [8, 30])
def test_a_form_that_comes_after_the_session_is_over_is_sealed_too(team: Team, client: Client, address: str, age: int):
    """After eight hours the session ends; its row stays until the worker takes it away."""
    hidden = form(client, address)
    moment = timezone.now().timestamp() - age * 3600 - 5
    _change_session(client, {selectors.SINCE: moment, selectors.SEEN: moment})
    if age > 8:
        StaffSession.objects.update(expire_date=timezone.now())

    answer = send(client, address, hidden)

    assert answer.status_code == 403
    assert "Anda keluar sebelum ini terkirim" in text(answer)
    (draft,) = kept(team.companion)
    assert draft.words is not None
    assert dict(draft.words.fields)["text"] == WORDS


def test_a_script_is_led_to_the_door_with_a_word_about_it(team: Team, client: Client, address: str):
    hidden = form(client, address)
    _change_session(client, {selectors.SINCE: 1})
    answer = send(client, address, hidden, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/masuk/?disimpan"
    assert "Tulisannya disimpan" in text(Client().get("/masuk/?disimpan"))
    assert len(kept(team.companion)) == 1


def test_a_stranger_s_cookie_keeps_nothing_and_learns_nothing(team: Team, address: str):
    stranger = Client()
    stranger.cookies[COOKIE] = "x" * 43
    answer, nothing = send(stranger, address, {}), send(Client(), "/kasus/K-00000000/catatan/", {})
    assert answer.status_code == nothing.status_code == 404
    assert answer.content == nothing.content
    assert not Draft.objects.exists()


@pytest.mark.parametrize("why", ["half", "ended elsewhere", "left", "another role's form", "too large", "signed out"])
def test_a_session_that_proves_too_little_rescues_nothing(team: Team, client: Client, address: str, why: str):
    hidden, data = form(client, address), {}
    past = {selectors.SINCE: timezone.now().timestamp() - 9 * 3600}
    user = team.companion
    if why == "half":
        past[selectors.SECOND] = False  # type: ignore[assignment]
    elif why == "ended elsewhere":
        User.objects.filter(pk=user.pk).update(session_epoch=9)
    elif why == "left":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif why == "another role's form":
        User.objects.filter(pk=user.pk).update(role=Role.AUDITOR)
    elif why == "too large":
        data = {"more": "x" * 200_000}
    _change_session(client, past)
    if why == "signed out":
        StaffSession.objects.all().delete()

    answer = send(client, address, {**hidden, **data})

    assert answer.status_code == 404
    assert not Draft.objects.exists()


def test_a_page_of_before_the_unlocking_is_kept_for_whom_it_was_drawn(team: Team, address: str):
    """In another tab the screen was unlocked: the cookie is new, and the token of this page is not of it."""
    old, new = _strict(signed_in(team.companion)), _strict(signed_in(team.companion))
    hidden = form(old, address)

    answer = send(new, address, hidden)

    assert answer.status_code == 403
    assert "terlalu lama terbuka" in text(answer)
    assert "hanya dapat dibuka oleh Anda" in text(answer)
    assert len(kept(team.companion)) == 1


def test_a_colleague_at_the_same_browser_does_not_get_her_words(team: Team, address: str):
    """Ani's page is still open, Budi has signed in beside it: her words are not put into his hands."""
    hidden = form(_strict(signed_in(team.companion)), address)
    answer = send(_strict(signed_in(team.manager)), address, hidden)
    assert answer.status_code == 403
    assert not Draft.objects.exists()


def test_a_form_of_passwords_is_never_kept(client: Client):
    answer = client.post("/pengaturan/sandi/", {"old": "RAHASIA-UJI", **SAVE}, headers=BY_ITSELF)
    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_what_is_one_s_own_is_thrown_away_by_nobody_else(team: Team, client: Client, address: str):
    send(client, address, {**form(client, address), **SAVE}, headers=BY_ITSELF)
    (draft,) = kept(team.companion)
    other = signed_in(team.manager)
    assert other.post(f"/tulisan/{draft.id}/buang").status_code == 404
    assert other.post(f"/tulisan/{uuid4()}/buang").status_code == 404
    assert len(kept(team.companion)) == 1
    assert client.get(f"{address}?lanjut={UUID(int=0)}").status_code == 200
    assert client.get(f"{address}?lanjut=x").status_code == 200


def _strict(client: Client) -> Client:
    client.handler.enforce_csrf_checks = True
    return client


def _change_session(client: Client, values: dict[str, Any]) -> None:
    """Let a session be older than it is; the cookie stays."""
    with unit_of_work(DatabaseRole.WEB):
        store = StaffSessionStore(client.cookies[COOKIE].value)
        for name, value in values.items():
            store[name] = value
        store.save()
    assert StaffSession.objects.filter(session_key=sessions_crypto.row_id(store.session_key or "")).exists()

"""The pages of the lists: looked at before it is kept, without a script, for an administrator alone."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.codelists.models import Code
from tests.factories.accounts import Office
from tests.factories.cases import make_team
from tests.support.signing_in import signed_in

LISTS = "/pengaturan/daftar/"
SERVICE = f"{LISTS}service_type/"
TODAY = timezone.localdate()
NEW = {
    "label_id": "Antar jemput sekolah", "label_en": "School run", "code": "antar sekolah", "function": "PENDAMPINGAN",
    "task": "e", "since": TODAY.isoformat(), "source": "SK 12/2026",
}  # fmt: skip


def page(client: Client, address: str) -> str:
    """Open a page, and return its text."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def hidden(text: str) -> dict[str, str]:
    """What a page keeps for the next step."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))


def look(client: Client, address: str, **data: Any) -> Any:
    """Type into a form and press «look first»."""
    return client.post(address, {**hidden(page(client, address)), **data, "langkah": "lihat"})


@pytest.fixture
def client(admin: User) -> Client:
    """The administrator's browser."""
    return signed_in(admin)


def test_a_service_type_is_typed_looked_at_and_kept(client: Client):
    answer = look(client, f"{SERVICE}tambah/", **NEW)
    text = unescape(answer.content.decode())

    assert answer.status_code == 200
    assert not Code.objects.filter(code="ANTAR_SEKOLAH").exists(), "a look keeps nothing"
    assert re.search(r'<option value="ANTAR_SEKOLAH" selected>Antar jemput sekolah</option>', text)
    assert "Belum dipakai" in text
    assert "School run" in text
    for said in ("Termasuk fungsi", "Pendampingan", "Termasuk tugas", "e. ", "SK 12/2026", "Penjelasan"):
        assert said in text, said

    kept = client.post(f"{SERVICE}tambah/", {**hidden(text), "langkah": "simpan"})
    assert kept.headers["Location"] == f"{SERVICE}?sudah=tambah"
    row = Code.objects.get(code="ANTAR_SEKOLAH")
    assert (row.list, row.source, row.extra) == (
        "service_type",
        "SK 12/2026",
        {"function": "PENDAMPINGAN", "task": "e"},
    )
    assert "Antar jemput sekolah" in page(client, f"{SERVICE}?sudah=tambah")
    assert client.post(f"{SERVICE}tambah/", {**hidden(text), "langkah": "simpan"}).status_code == 422  # it is there now


def test_after_the_look_it_can_be_typed_once_more(client: Client):
    text = unescape(look(client, f"{SERVICE}tambah/", **NEW).content.decode())
    again = client.post(f"{SERVICE}tambah/", {**hidden(text), "langkah": "ubah"})

    shown = unescape(again.content.decode())
    assert 'value="Antar jemput sekolah"' in shown
    assert "Lihat dulu" in shown
    assert not Code.objects.filter(code="ANTAR_SEKOLAH").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "kesehatan"}, "sudah ada dalam daftar"),
        ({"code": "1A"}, "mulai dengan huruf"),
        ({"label_en": ""}, "perlu diisi"),
        ({"function": ""}, "perlu diisi"),
        ({"function": "APA"}, "tidak kami kenal"),
        ({"since": "x"}, "tidak dapat dibaca"),
        ({"label_id": "x" * 121}, "Terlalu panjang"),
    ],
)
def test_what_is_wrong_is_said_before_the_look(client: Client, changed: dict[str, str], words: str):
    answer = look(client, f"{SERVICE}tambah/", **{**NEW, **changed})

    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())


def test_other_words_hold_from_their_day_on(client: Client):
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    data = {"label_id": "Layanan kesehatan", "label_en": "Health care", "since": tomorrow}
    text = unescape(look(client, f"{SERVICE}KESEHATAN/ubah/", **data).content.decode())
    assert "Sampai sekarang" in text

    kept = client.post(f"{SERVICE}KESEHATAN/ubah/", {**hidden(text), "langkah": "simpan"})
    assert kept.headers["Location"] == f"{SERVICE}?sudah=ubah"
    shown = page(client, SERVICE)
    assert "<b>Kesehatan</b>" in shown
    assert Code.objects.filter(list="service_type", code="KESEHATAN").count() == 2
    assert "Layanan kesehatan" in shown


def test_a_code_ends_and_keeps_its_line(client: Client):
    text = unescape(look(client, f"{SERVICE}PEMULANGAN/akhiri/", until=TODAY.isoformat()).content.decode())
    kept = client.post(f"{SERVICE}PEMULANGAN/akhiri/", {**hidden(text), "langkah": "simpan"})

    assert kept.headers["Location"] == f"{SERVICE}?sudah=akhiri"
    assert "berakhir" in page(client, SERVICE)
    assert client.get(f"{SERVICE}PEMULANGAN/akhiri/").status_code == 404
    assert client.get(f"{SERVICE}PEMULANGAN/ubah/").status_code == 404


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        ("KESEHATAN/ubah/", {"since": "2016-01-01"}, "Pilih hari sesudah"),
        ("KESEHATAN/ubah/", {"since": "9999-12-31"}, "periksa tahunnya"),
        ("KESEHATAN/ubah/", {"since": "0001-01-01"}, "periksa tahunnya"),
        ("KESEHATAN/akhiri/", {"until": "9999-12-31"}, "periksa tahunnya"),
        ("KESEHATAN/akhiri/", {"until": "0001-01-01"}, "periksa tahunnya"),
        ("KESEHATAN/akhiri/", {"until": "kemarin"}, "tidak dapat dibaca"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_the_first_look(client: Client, address: str, data: Any, said: str):
    words = {"label_id": "Lain", "label_en": "Other"} if "ubah" in address else {}
    answer = client.post(f"{SERVICE}{address}", {**words, **data, "langkah": "lihat"})
    assert answer.status_code == 422
    text = unescape(answer.content.decode())
    assert said in text
    assert text.index('class="again"') < text.index('<form class="code-form"')
    near = {name: (TODAY + timedelta(days=366)).isoformat() for name in data}
    assert client.post(f"{SERVICE}{address}", {**words, **near, "langkah": "lihat"}).status_code == 200, "the control"


def test_the_look_says_how_many_records_use_it_and_never_a_small_number(office: Office):
    team = make_team(office)
    team.open()  # two people of one age group each
    client = signed_in(team.office.user(Role.ADMIN))

    text = unescape(look(client, f"{LISTS}age_group/25-44/ubah/", label_id="x", label_en="x", since=TODAY.isoformat())
                    .content.decode())  # fmt: skip
    assert "Kurang dari 5 catatan" in text
    sealed = unescape(look(client, f"{LISTS}religion/ISLAM/akhiri/", until=TODAY.isoformat()).content.decode())
    assert "tidak dapat dihitung" in sealed


def test_a_list_that_the_program_decides_by_only_changes_its_words(client: Client):
    text = page(client, f"{LISTS}danger/")
    assert "Tambah pilihan" not in text
    assert "Program memutuskan" in text
    assert client.get(f"{LISTS}danger/tambah/").status_code == 404
    assert client.get(f"{LISTS}danger/weapon/akhiri/").status_code == 404
    assert client.get(f"{LISTS}danger/weapon/ubah/").status_code == 200


@pytest.mark.parametrize("address", ["apa/", "apa/tambah/", "service_type/APA/ubah/", "service_type/APA/akhiri/"])
def test_what_does_not_exist_has_no_page(client: Client, address: str):
    assert client.get(LISTS + address).status_code == 404


def test_every_list_can_be_opened_and_is_found_from_the_settings(client: Client):
    assert LISTS in page(client, "/pengaturan/")
    links = re.findall(rf'href="({LISTS}\w+/)"', page(client, LISTS))
    assert len(links) == 21
    for link in links:
        assert "<h1>" in page(client, link)


@pytest.mark.parametrize("role", [Role.MANAJER, Role.KEPALA, Role.DPO])
def test_for_everybody_else_the_lists_are_not_there(office: Office, role: Role):
    user = office.people.get(role.value) or office.user(role)
    client = signed_in(user)
    for address in (LISTS, SERVICE, f"{SERVICE}tambah/", f"{SERVICE}KESEHATAN/ubah/"):
        assert client.get(address).status_code == 404
        assert client.post(address, NEW).status_code == 404
    assert LISTS not in unescape(client.get("/pengaturan/").content.decode())


def test_only_what_was_looked_at_is_kept(client: Client):
    text = unescape(look(client, f"{SERVICE}tambah/", **NEW).content.decode())
    seen = {**hidden(text), "langkah": "simpan"}

    for change in ({"function": "MEDIASI"}, {"label_id": "Lain"}, {"source": "SK 13/2026"}, {"dilihat": ""}):
        answer = client.post(f"{SERVICE}tambah/", {**seen, **change})
        assert answer.status_code == 422
        assert "Ada yang berubah sejak Anda melihatnya" in unescape(answer.content.decode()), change
    assert not Code.objects.filter(code="ANTAR_SEKOLAH").exists()

    assert client.post(f"{SERVICE}tambah/", seen).status_code == 302
    assert Code.objects.get(code="ANTAR_SEKOLAH").extra["function"] == "PENDAMPINGAN"


@pytest.mark.parametrize("label", ["Kesehatan", " KESEHATAN "])
def test_the_look_warns_of_a_second_one_of_the_same_name(client: Client, label: str):
    text = unescape(look(client, f"{SERVICE}tambah/", **{**NEW, "label_id": label}).content.decode())
    assert "Sudah ada pilihan bernama “Kesehatan” (KESEHATAN)" in text
    kept = client.post(f"{SERVICE}tambah/", {**hidden(text), "langkah": "simpan"})
    assert kept.status_code == 302, "warned of, not refused"


def test_a_code_of_another_name_is_not_warned_of(client: Client):
    assert "Sudah ada pilihan" not in unescape(look(client, f"{SERVICE}tambah/", **NEW).content.decode())


def test_a_code_added_by_mistake_ends_on_its_first_day_and_the_day_before_is_refused(client: Client):
    tomorrow = TODAY + timedelta(days=1)
    text = unescape(look(client, f"{SERVICE}tambah/", **{**NEW, "since": tomorrow.isoformat()}).content.decode())
    client.post(f"{SERVICE}tambah/", {**hidden(text), "langkah": "simpan"})
    page_of_end = f"{SERVICE}ANTAR_SEKOLAH/akhiri/"

    for step in ("lihat", "simpan"):
        early = client.post(page_of_end, {"until": TODAY.isoformat(), "langkah": step})
        assert early.status_code == 422
        assert "atau hari sesudahnya" in unescape(early.content.decode())
        assert 'value="simpan"' not in early.content.decode(), "there is nothing to keep"
    text = unescape(look(client, page_of_end, until=tomorrow.isoformat()).content.decode())
    assert client.post(page_of_end, {**hidden(text), "langkah": "simpan"}).status_code == 302
    assert not any(one.view.is_valid(tomorrow) for one in Code.objects.filter(code="ANTAR_SEKOLAH"))

"""The pages: what each person sees, what is refused, what a stranger learns (nothing)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Assignment, Case, Incident, Note, Person, ServiceRecord, Task
from ruangaman.cases.views.said import SAID
from ruangaman.core.codelists import ClosingReason
from ruangaman.vault.types import Compartment
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import STORY, Team
from tests.support.signing_in import signed_in


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today with a companion and a psychologist."""
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, team.psychologist, at=timezone.now())
    return case


def page(user: User, address: str, client: Client | None = None) -> str:
    """Open a page as somebody, and return its text."""
    answer = (client or signed_in(user)).get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return unescape(answer.content.decode())


def send(who: User, address: str, client: Client | None = None, **data: Any) -> HttpResponse:
    """Open a form as somebody and send it with its hidden fields and `data`."""
    client = client or signed_in(who)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page(who, address, client)))
    answer = client.post(address, {**hidden, **data})
    assert_says_so(answer)
    return answer


def assert_says_so(answer: HttpResponse) -> None:
    """Whatever of a case is recorded leads to a page that says so, by a code in its address and no word of a person."""
    where = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or ""
    query = parse_qs(urlsplit(where).query, keep_blank_values=True)
    if not where.startswith("/kasus/") or {"dilepas", "digabung", "selesai"} & query.keys():
        return  # those pages say more than that
    assert set(query) <= {"sudah", "di", "tentang"}, where
    assert all(UUID(one) for one in query.get("tentang", [])), where
    assert query.get("sudah", ["-"])[0] in SAID, f"{where} says nothing of what was recorded"


def test_the_case_page_shows_the_manager_everything_they_hold_and_leaves_one_event(team: Team, case: Case) -> None:
    before = AuditEvent.objects.filter(type="vault.revealed").count()
    text = page(team.manager, f"/kasus/{case.code}/")

    assert "<h1>NAMA-UJI Melati</h1>" in text
    assert f"<title>{case.code} · Ruang Aman</title>" in text
    for words in (STORY, "KONTAK-UJI", "telepon rumah", "TERLAPOR-UJI", "Balikpapan Utara", "Kasus dibuka"):
        assert words in text
    assert "Tertutup untuk Anda" in text
    event = AuditEvent.objects.filter(type="vault.revealed").order_by("-pk")[0]
    assert AuditEvent.objects.filter(type="vault.revealed").count() == before + 1
    assert event.detail["purpose"] == "handling"


def test_the_psychologist_sees_no_contact_and_her_own_drawer(team: Team, case: Case) -> None:
    with working(team.psychologist):
        services.add_note(
            code=case.code,
            compartment=Compartment.CLINICAL,
            text="KLINIS-UJI",
            by=team.psychologist,
            at=timezone.now(),
        )
    own = page(team.psychologist, f"/kasus/{case.code}/")
    assert "KLINIS-UJI" in own
    assert "KONTAK-UJI" not in own
    managers = page(team.manager, f"/kasus/{case.code}/")
    assert "KLINIS-UJI" not in managers
    assert "dijaga antara penerima manfaat dan psikolognya, Contoh Psikolog" in managers


def test_who_oversees_sees_facts_and_no_content_and_nothing_is_opened(team: Team, case: Case) -> None:
    before = AuditEvent.objects.filter(type="vault.revealed").count()
    text = page(team.head, f"/kasus/{case.code}/")
    assert f"<h1>{case.code}</h1>" in text
    for words in (STORY, "NAMA-UJI", "KONTAK-UJI", "TERLAPOR-UJI"):
        assert words not in text
    assert "Contoh Pendamping" in text
    assert "kejadian/" not in text
    assert "Kejadian dicatat:" not in text
    assert AuditEvent.objects.filter(type="vault.revealed").count() == before


NOBODY = "00000000-0000-4000-8000-000000000000"
ADDRESSES = ["", "orang/", "kejadian/", "catatan/", "layanan/", "tugas/", "tim/", "serah-terima/", "status/", "tutup/"]


@pytest.mark.parametrize("address", [*ADDRESSES, "buka-lagi/", f"orang/{NOBODY}/", f"lampiran/{NOBODY}"])
def test_strangers_get_the_same_answer_as_for_a_case_that_does_not_exist(team: Team, case: Case, address: str) -> None:
    for stranger in (team.lawyer, team.desk, team.office.user(Role.MANAJER)):
        client = signed_in(stranger)
        answer = client.get(f"/kasus/{case.code}/{address}")
        nothing = client.get(f"/kasus/K-ZZZZZZZZ/{address}")
        assert answer.status_code == nothing.status_code == 404
        assert len(answer.content) == len(nothing.content)
    assert Client().get(f"/kasus/{case.code}/{address}").status_code == 404


@pytest.mark.parametrize("address", ["tim/", "serah-terima/", "status/", "tutup/", "buka-lagi/"])
def test_decisions_are_pages_of_the_manager_alone(team: Team, case: Case, address: str) -> None:
    for user in (team.companion, team.head):
        assert signed_in(user).get(f"/kasus/{case.code}/{address}").status_code == 404


@pytest.mark.parametrize("address", ["orang/", "kejadian/", "catatan/", "layanan/", "tugas/"])
def test_who_oversees_adds_nothing(team: Team, case: Case, address: str) -> None:
    assert signed_in(team.head).get(f"/kasus/{case.code}/{address}").status_code == 404


def test_a_code_that_cannot_be_one_has_no_address(team: Team) -> None:
    client = signed_in(team.manager)
    for code in ("K-ilou1234", "K-7F3Q2MW", "K-7F3Q2MWD%00", "K-ILOU1234", "../etc"):
        assert client.get(f"/kasus/{code}/").status_code == 404


def test_a_person_is_added_and_corrected_by_the_companion(team: Team, case: Case) -> None:
    data = {
        "kind": "witness",
        "sex": "L",
        "full_name": "SAKSI-UJI",
        "contact_way": "phone",
        "contact_value": "NOMOR-UJI",
    }
    answer = send(team.companion, f"/kasus/{case.code}/orang/", **data)
    assert answer.headers["Location"] == f"/kasus/{case.code}/?sudah=orang&di=identity#identity"
    person = Person.objects.get(kind="witness")

    address = f"/kasus/{case.code}/orang/{person.pk}/"
    assert "NOMOR-UJI" in page(team.companion, address)
    assert AuditEvent.objects.filter(type="vault.revealed", detail__purpose="correction").exists()
    assert send(team.companion, address, **{**data, "full_name": "SAKSI-BARU"}).status_code == 302
    assert "SAKSI-BARU" in page(team.manager, f"/kasus/{case.code}/")


def test_the_lawyer_corrects_a_person_without_touching_the_contact(team: Team, case: Case) -> None:
    team.assign(case, team.lawyer, at=timezone.now())
    victim = case.people.get(kind="victim")
    address = f"/kasus/{case.code}/orang/{victim.pk}/"
    text = page(team.lawyer, address)
    assert "KONTAK-UJI" not in text
    assert "Kontak aman tidak terbuka" in text
    assert send(team.lawyer, address, kind="victim", sex="P", chosen_name="Nama Lain").status_code == 302
    assert "KONTAK-UJI" in page(team.manager, f"/kasus/{case.code}/")


def test_an_incident_is_added_with_its_pair(team: Team, case: Case) -> None:
    victim, accused = case.people.get(kind="victim"), case.people.get(kind="perpetrator")
    data = {
        "forms_of_violence": ["FISIK", "KBGO"],
        "from_on": "2026-01-20",
        "place": "RUMAH",
        "kelurahan": "64.71.03.1001",
        "story": "KRONOLOGI-UJI",
        "victim_0": str(victim.pk),
        "perpetrator_0": str(accused.pk),
        "relation_0": "MANTAN",
    }
    answer = send(team.companion, f"/kasus/{case.code}/kejadian/", **data)
    assert answer.headers["Location"] == f"/kasus/{case.code}/?sudah=kejadian&di=narrative#narrative"
    row = Incident.objects.get()
    assert (row.kecamatan, row.forms) == ("64.71.03", ["FISIK", "KBGO"])
    text = page(team.manager, f"/kasus/{case.code}/")
    for words in (
        "KRONOLOGI-UJI",
        "Batu Ampar",
        "NAMA-UJI Melati: fisik, berbasis elektronik, oleh TERLAPOR-UJI (mantan)",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"forms_of_violence": []}, "Pilih paling sedikit satu"),
        ({"from_on": "2026-13-40"}, "tidak dapat dibaca"),
        ({"from_on": "0001-01-01"}, "periksa tahunnya"),
        ({"from_on": "2999-01-01"}, "periksa tahunnya"),
        ({"from_on": "", "to_on": "2026-01-01"}, "hari pertamanya"),
        ({"to_on": "2026-01-01"}, "sebelum hari pertama"),
        ({"relation_0": ""}, "Pilih hubungan"),
        ({"place": "BULAN"}, "tidak kami kenal"),
        ({"story": "x" * 40_001}, "Terlalu panjang"),
        ({"story": "rusak \ufffd"}, "tidak bisa kami baca"),
        ({"victim_0": NOBODY}, "tidak kami kenal"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(team: Team, case: Case, changed: dict[str, Any], words: str) -> None:
    data = {
        "forms_of_violence": ["FISIK"],
        "from_on": "2026-01-20",
        "place": "RUMAH",
        "victim_0": str(case.people.get(kind="victim").pk),
        "relation_0": "NA",
    }
    answer = send(team.companion, f"/kasus/{case.code}/kejadian/", **{**data, **changed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Incident.objects.exists()


def test_two_answers_where_one_is_asked_are_refused(team: Team, case: Case) -> None:
    answer = send(team.companion, f"/kasus/{case.code}/catatan/", compartment="9", text=["satu", "dua"])
    assert answer.status_code == 422
    assert "dua kali" in answer.content.decode()


def test_a_note_goes_into_a_drawer_that_is_held(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/catatan/"
    assert send(team.companion, address, compartment="4", text="x").status_code == 422
    answer = send(team.companion, address, compartment="3", text="CATATAN-UJI")
    assert answer.headers["Location"] == f"/kasus/{case.code}/?sudah=catatan&di=narrative#narrative"
    assert Note.objects.filter(source="staff").count() == 1
    assert "checked" in page(team.companion, address + "?di=9").split('value="9"')[1][:60]


def test_each_drawer_writes_into_itself_and_no_drawer_is_chosen_for_one(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/catatan/"
    shelf = page(team.psychologist, f"/kasus/{case.code}/")
    assert f'href="{address}?di=4"' in shelf
    assert '?di="' not in shelf
    assert "checked" not in page(team.psychologist, address)
    refused = send(team.psychologist, address, text="TANPA-LACI")
    assert refused.status_code == 422
    assert Note.objects.filter(source="staff").count() == 0


def test_the_same_form_sent_twice_makes_one_row(team: Team, case: Case) -> None:
    data = {"compartment": "3", "text": "SEKALI-SAJA", "row_id": str(uuid4())}
    client = signed_in(team.companion)
    for _ in range(2):
        assert client.post(f"/kasus/{case.code}/catatan/", data).status_code == 302
    assert client.post(f"/kasus/{case.code}/catatan/", {**data, "row_id": "rusak"}).status_code == 302
    assert Note.objects.filter(source="staff").count() == 2


def test_a_service_is_recorded(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/layanan/"
    today = timezone.localdate().isoformat()
    data = {
        "type": "KESEHATAN",
        "on": today,
        "hours": "1,5",
        "provider": str(team.office.unit.pk),
        "result": "HASIL-UJI",
    }
    assert send(team.companion, address, **data).status_code == 302
    assert ServiceRecord.objects.get().hours is not None
    assert "HASIL-UJI" in page(team.manager, f"/kasus/{case.code}/?r=layanan")
    assert send(team.companion, address, **{**data, "on": "2999-01-01"}).status_code == 422


def test_a_task_is_promised_ticked_off_and_taken_back(team: Team, case: Case) -> None:
    due = (timezone.localtime() + timezone.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    data = {"title": "TUGAS-UJI", "owner": str(team.companion.pk), "due_at": due}
    assert send(team.manager, f"/kasus/{case.code}/tugas/", **data).status_code == 302
    task = Task.objects.get()
    client = signed_in(team.companion)
    done = client.post(f"/kasus/{case.code}/tugas/{task.pk}/selesai")
    assert done.headers["Location"] == f"/kasus/{case.code}/?selesai={task.pk}#berikutnya"
    text = page(team.companion, done.headers["Location"], client)
    assert f'action="/kasus/{case.code}/tugas/{task.pk}/kembalikan"' in text
    client.post(f"/kasus/{case.code}/tugas/{task.pk}/kembalikan")
    assert Task.objects.get().done_at is None
    assert client.post(f"/kasus/{case.code}/tugas/{uuid4()}/selesai").status_code == 404
    refused = signed_in(team.psychologist).post(f"/kasus/{case.code}/tugas/{task.pk}/selesai")
    assert refused.status_code == 409
    assert "milik orang lain" in refused.content.decode()
    assert client.get(f"/kasus/{case.code}/tugas/{task.pk}/selesai").status_code == 405


@pytest.mark.parametrize("due_at", ["0001-01-01T00:00", "9999-12-31T23:59", "besok", "2026-02-30T10:00"])
def test_a_task_for_an_impossible_moment_is_refused(team: Team, case: Case, due_at: str) -> None:
    answer = send(team.manager, f"/kasus/{case.code}/tugas/", title="x", owner=str(team.manager.pk), due_at=due_at)
    assert answer.status_code == 422


def test_the_team_is_changed_and_put_back(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/tim/"
    assert send(team.manager, address, user=str(team.lawyer.pk)).headers["Location"] == f"{address}?sudah=tim"
    part = Assignment.objects.get(case=case, user=team.lawyer)
    page(team.lawyer, f"/kasus/{case.code}/")

    answer = send(team.manager, f"{address}{part.pk}/lepas")
    assert answer.headers["Location"] == f"{address}?dilepas={team.lawyer.pk}"
    assert signed_in(team.lawyer).get(f"/kasus/{case.code}/").status_code == 404
    assert "Kembalikan" in page(team.manager, answer.headers["Location"])
    assert send(team.manager, address, user=str(team.lawyer.pk)).status_code == 302
    page(team.lawyer, f"/kasus/{case.code}/")


def test_the_last_holder_of_a_drawer_is_warned_about(team: Team, case: Case) -> None:
    part = Assignment.objects.get(case=case, user=team.psychologist)
    address = f"/kasus/{case.code}/tim/{part.pk}/lepas"
    assert "Catatan klinis" in page(team.manager, address)
    assert send(team.manager, address).status_code == 422
    assert send(team.manager, address, is_confirmed="on").status_code == 302
    own = Assignment.objects.get(case=case, user=team.manager)
    assert signed_in(team.manager).get(f"/kasus/{case.code}/tim/{own.pk}/lepas").status_code == 404


def test_a_case_is_handed_over(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/serah-terima/"
    assert "Tidak ada manajer lain" in page(team.manager, address)
    second = team.office.user(Role.MANAJER)
    assert send(team.manager, address, user=str(second.pk)).status_code == 422
    assert (
        send(team.manager, address, user=str(second.pk), is_confirmed="on").headers["Location"] == "/kasus/?sudah=serah"
    )
    assert signed_in(team.manager).get(f"/kasus/{case.code}/").status_code == 404
    assert STORY in page(second, f"/kasus/{case.code}/")


def test_a_case_moves_on_closes_and_opens_again(team: Team, case: Case) -> None:
    base = f"/kasus/{case.code}/"
    flow.consent(case, by=team.manager, at=timezone.now())
    flow.assess(case, by=team.manager, at=timezone.now())
    assert send(team.manager, base + "status/", target="plan").status_code == 422
    assert send(team.manager, base + "status/", target="aftercare", reason="x").status_code == 422
    moved = send(team.manager, base + "status/", target="plan", reason="ALASAN-UJI")
    assert moved.headers["Location"] == base + "?sudah=tahap"
    flow.open_for_closing(case, by=team.manager, head=team.head, at=timezone.now(), reason=ClosingReason.MOVED)
    assert send(team.manager, base + "tutup/", explanation="PENUTUP-UJI").headers["Location"] == base + "?sudah=ditutup"
    text = page(team.manager, base)
    for words in ("ALASAN-UJI", "PENUTUP-UJI", "Kasus ditutup: pindah atau dilimpahkan", "Buka lagi"):
        assert words in text
    assert send(team.companion, base + "catatan/", compartment="3", text="x").status_code == 422
    assert (
        send(team.manager, base + "buka-lagi/", reason="ADA-KABAR", risk="2", is_safe="yes").headers["Location"]
        == base + "?sudah=dibuka"
    )
    assert Case.objects.get(pk=case.pk).state == "assessment"


def test_htmx_gets_the_part_and_is_sent_on(team: Team, case: Case) -> None:
    client = signed_in(team.companion)
    address, htmx = f"/kasus/{case.code}/catatan/", {"HTTP_HX_REQUEST": "true"}
    part = client.get(address, **htmx).content.decode()
    assert "<html" not in part
    assert "Tulis catatan" in part
    assert client.post(address, {"compartment": "3"}, **htmx).status_code == 422
    sent = client.post(address, {"compartment": "3", "text": "x"}, **htmx)
    assert sent.headers["HX-Redirect"] == f"/kasus/{case.code}/?sudah=catatan&di=narrative#narrative"


def test_the_list_is_of_the_cases_that_one_works_on(team: Team, case: Case) -> None:
    other = team.open(at=timezone.now())
    assert case.code in page(team.companion, "/kasus/")
    assert other.code not in page(team.companion, "/kasus/")
    everything = page(team.head, "/kasus/")
    assert case.code in everything
    assert other.code in everything
    assert "Beban tiap orang" in everything
    assert "NAMA-UJI" not in everything
    assert signed_in(team.desk).get("/kasus/").status_code == 404
    assert "Belum ada kasus di sini" in page(team.lawyer, "/kasus/")


@pytest.mark.parametrize(
    "query",
    [
        "tahap=bulan", "bahaya=99999999999999999999", "wilayah=%00", "perlu=x", "setelah=x", "setelah=9.9.9",
        "setelah=99999999999999999999.99999999999999999999.00000000000000000000000000000000",
        "setelah=-3.-99999999999999.00000000000000000000000000000000", "tahap=plan&tahap=closed",
    ],
)  # fmt: skip
def test_a_strange_filter_is_passed_over(team: Team, case: Case, query: str) -> None:
    page(team.companion, f"/kasus/?{query}")


def test_a_filter_without_result_offers_the_way_back(team: Team, case: Case) -> None:
    text = page(team.companion, "/kasus/?perlu=closed")
    assert "Hapus saringan" in text
    assert case.code not in text

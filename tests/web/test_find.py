"""The pages by which people are found, compared, tied and kept apart."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from ruangaman.accounts.models import Relative, User
from ruangaman.accounts.services import finding, kin
from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case, Person, Tie
from ruangaman.cases.types import Identity, NewPerson, PersonKind
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.intake.models import Report
from ruangaman.vault import services as vault
from ruangaman.vault.models import BlindTag, Meeting, Waiting
from ruangaman.vault.services import index as vault_index
from ruangaman.vault.types import IdentifierKind
from ruangaman.web.sources import met
from tests.factories.accounts import working
from tests.factories.desk import KINDS, Counter
from tests.support.signing_in import signed_in

NIK, PHONE = "6471035001900001", "0812-0000-0001"


def text_of(answer: Any, status: int = 200) -> str:
    """The text of an answer."""
    assert answer.status_code == status, (answer.status_code, answer.headers.get("Location"))
    return unescape(answer.content.decode())


def search(who: User, number: str = NIK, client: Client | None = None) -> str:
    """Search as somebody."""
    return text_of((client or signed_in(who)).post("/cari/", {"nomor": number}))


def case_with(counter: Counter, name: str = "NAMA-UJI", manager: User | None = None) -> tuple[Case, Person]:
    """A case with one person, known by a NIK."""
    person = NewPerson(kind=PersonKind.VICTIM, identity=Identity(chosen_name=name, nik=NIK), id=uuid4())
    probes = vault.stretch_all([(IdentifierKind.NIK, NIK)])
    case = counter.team.open(
        people=[person], probes={person.id: probes}, manager=manager or counter.manager, at=timezone.now()
    )
    return case, Person.objects.get(pk=person.id)


def send(counter: Counter, **answers: Any) -> Report:
    """A report with a telephone number."""
    return counter.send(at=timezone.now(), contact="phone", contact_value=PHONE, **{**KINDS, **answers})


# --- searching --------------------------------------------------------------------------------------------------------


def test_a_manager_finds_who_is_in_their_case_and_another_sees_the_same_as_for_nobody(counter: Counter) -> None:
    case, person = case_with(counter)
    other = counter.office.user(Role.MANAJER)

    found = search(counter.manager, "6471 0350 0190 0001")
    hidden, nobody = search(other), search(other, "6471035001900002")

    assert "NAMA-UJI" in found
    assert f"/kasus/{case.code}/#o-{person.pk}" in found
    assert case.code not in hidden

    def plain(page: str) -> str:
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"|647103500190000\d', "", page)

    assert plain(hidden) == plain(nobody)


def test_the_answer_is_kept_nowhere_and_the_number_is_in_no_address(counter: Counter) -> None:
    client = signed_in(counter.manager)
    answer = client.post("/cari/", {"nomor": NIK})

    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/cari/", {"nomor": NIK}).content.decode().count(NIK) == 0, "an address asks nothing"


@pytest.mark.parametrize("typed", ["", "abc", "12345", "64710350019000010"])
def test_what_is_no_number_is_said_and_not_searched(counter: Counter, typed: str) -> None:
    text = text_of(signed_in(counter.manager).post("/cari/", {"nomor": typed}), 422)

    assert "Belum ada yang dicari" in text
    assert "belum tersimpan" not in text.lower().split("</section>")[0]
    assert "Tidak ada yang dapat Anda buka" not in text


def test_too_many_searches_are_refused_in_words(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_index, "MOST_LOOKUPS", 1)
    client = signed_in(counter.manager)
    search(counter.manager, client=client)

    assert "terlalu banyak" in text_of(client.post("/cari/", {"nomor": NIK}), 422)


def test_nobody_is_hashed_for_without_a_session(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[object] = []
    monkeypatch.setattr(vault_index.blind.hashing, "run_search", hashed.append)

    assert Client().post("/cari/", {"nomor": NIK}).status_code == 404
    assert signed_in(counter.team.companion).post("/cari/", {"nomor": NIK}).status_code == 404
    assert signed_in(counter.manager, locked=True).post("/cari/", {"nomor": NIK}).status_code in {302, 403}
    assert hashed == []


def test_people_of_before_come_in_with_one_button(counter: Counter) -> None:
    person = NewPerson(kind=PersonKind.VICTIM, identity=Identity(chosen_name="NAMA-LAMA", nik=NIK), id=uuid4())
    counter.team.open(people=[person], at=timezone.now())
    client = signed_in(counter.manager)
    assert "NAMA-LAMA" not in search(counter.manager, client=client)
    assert "1 orang dalam kasus Anda" in text_of(client.get("/cari/"))

    assert client.post("/cari/lengkapi").status_code == 302

    assert "NAMA-LAMA" in search(counter.manager, client=client)
    assert "orang dalam kasus Anda belum" not in text_of(client.get("/cari/"))


def test_an_answer_that_may_be_incomplete_says_so_beside_it_and_looks_again(counter: Counter) -> None:
    person = NewPerson(kind=PersonKind.VICTIM, identity=Identity(chosen_name="NAMA-LAMA", nik=NIK), id=uuid4())
    counter.team.open(people=[person], at=timezone.now())
    client = signed_in(counter.manager)
    text = search(counter.manager, client=client)
    assert "Periksa angkanya, atau cari lewat nomor lain" in text
    assert text.index("Tidak ada yang dapat Anda buka") < text.index("jawaban di sini belum lengkap")
    assert text.index("jawaban di sini belum lengkap") < text.index("Apa yang dapat ditemukan")
    assert f'<input type="hidden" name="nomor" value="{NIK}">' in text

    again = text_of(client.post("/cari/lengkapi", {"nomor": NIK}))

    assert "NAMA-LAMA" in again
    assert "belum lengkap" not in again


# --- at the desk ------------------------------------------------------------------------------------------------------


def test_two_reports_with_one_number_stand_side_by_side(counter: Counter) -> None:
    first, second = send(counter), send(counter)
    client = signed_in(counter.first)
    assert "Tidak ada laporan lain" in text_of(client.post(f"/laporan/{first.code}/sama"))

    text = text_of(client.post(f"/laporan/{second.code}/sama"))

    assert first.code in text
    assert f'name="original" value="{first.code}"' in text
    assert client.post(f"/laporan/{second.code}/ganda", {"original": first.code}).status_code == 200
    assert Report.objects.get(pk=second.pk).duplicate_of is None, "looked up, not marked"
    facts = {"original": first.code, "once": str(uuid4())}
    assert client.post(f"/laporan/{second.code}/tandai-ganda", facts).status_code == 302
    assert Report.objects.get(pk=second.pk).duplicate_of == first


def test_a_report_without_a_number_compares_nothing(counter: Counter) -> None:
    report = counter.send(at=timezone.now(), **KINDS)
    client = signed_in(counter.first)

    assert 'id="sama"' not in text_of(client.get(f"/laporan/{report.code}/"))
    assert "tidak memuat nomor" in text_of(client.post(f"/laporan/{report.code}/sama"))
    assert not BlindTag.objects.exists()


def opened_from(counter: Counter, report: Report, **facts: Any) -> Case:
    """Open a case from a report by the pages, as the desk does."""
    client = signed_in(counter.first)
    counter.do(
        intake.triage, report, at=timezone.now(), case_type=CaseType.WOMAN, risk=RiskLevel.SEDANG,
        authority=Authority.CITY, why="Sudah dipastikan lewat telepon",
    )  # fmt: skip
    data = {"manager": str((facts.get("manager") or counter.manager).pk), "once": str(uuid4())}
    assert client.post(f"/laporan/{report.code}/buka-kasus", data).status_code == 302
    return Case.objects.get(reports=report)


def test_the_manager_of_a_case_is_told_of_a_report_and_may_ask_for_it(counter: Counter) -> None:
    case = opened_from(counter, send(counter))
    again = send(counter)
    desk, manager = signed_in(counter.first), signed_in(counter.manager)

    text = text_of(desk.post(f"/laporan/{again.code}/sama"))
    assert case.code not in text

    assert f"Laporan {again.code} mungkin orang yang sama" in text_of(manager.get("/kerja/"))
    page = text_of(manager.get(f"/kasus/{case.code}/"))
    assert f"Laporan {again.code} mungkin dari orang yang sama" in page
    meeting = Meeting.objects.get()
    assert manager.post(f"/kasus/{case.code}/temuan/{meeting.pk}/minta").status_code == 302
    asked = Waiting.objects.get(dossier_id=again.dossier_id)
    assert asked.principal_id == counter.manager.principal_id
    assert manager.post(f"/kasus/{case.code}/temuan/{meeting.pk}/selesai").status_code == 302
    assert again.code not in text_of(manager.get(f"/kasus/{case.code}/"))
    assert manager.post(f"/kasus/{case.code}/temuan/{uuid4()}/selesai").status_code == 404


def test_a_case_does_not_meet_the_report_that_it_came_from(counter: Counter) -> None:
    own = send(counter)
    case = opened_from(counter, own)
    desk, manager = signed_in(counter.first), signed_in(counter.manager)
    text_of(desk.post(f"/laporan/{own.code}/sama"))
    assert Meeting.objects.get().origin_code == own.code, "the vault knows of no cases and notes that they are alike"

    for address in ("/kerja/", f"/kasus/{case.code}/"):
        assert "mungkin" not in text_of(manager.get(address)), address
    with working(counter.manager):
        assert met.count_met(viewer=counter.manager) == 0

    other = send(counter)  # the control: another one by the same number is offered
    text_of(desk.post(f"/laporan/{other.code}/sama"))
    assert f"Laporan {other.code} mungkin orang yang sama" in text_of(manager.get("/kerja/"))
    page = text_of(manager.get(f"/kasus/{case.code}/"))
    assert f"Laporan {other.code} mungkin dari orang yang sama" in page
    assert f"Laporan {own.code} mungkin" not in page
    with working(counter.manager):
        assert met.count_met(viewer=counter.manager) == 1


def test_a_case_from_a_report_is_found_by_the_reporters_number(counter: Counter) -> None:
    case = opened_from(counter, send(counter))

    assert case.code in search(counter.manager, PHONE)
    assert case.code not in search(counter.first, PHONE), "the desk holds no key of the case"


def test_the_reporters_wish_keeps_a_manager_out(counter: Counter) -> None:
    """A place that the reporter avoids, and to which the manager is too near."""
    report = send(counter, avoid=("polresta",))
    with working(counter.manager):
        kin.avoid_place(code="polresta", by=counter.manager, at=timezone.now())
    counter.do(
        intake.triage, report, at=timezone.now(), case_type=CaseType.WOMAN, risk=RiskLevel.SEDANG,
        authority=Authority.CITY, why="Sudah dipastikan lewat telepon",
    )  # fmt: skip
    client, second = signed_in(counter.first), counter.office.user(Role.MANAJER)

    data = {"manager": str(counter.manager.pk), "once": str(uuid4())}
    refused = client.post(f"/laporan/{report.code}/buka-kasus", data)
    assert "Orang ini tidak dapat ditugaskan pada kasus ini" in text_of(refused, 409)
    assert not Case.objects.exists()
    data = {"manager": str(second.pk), "once": str(uuid4())}
    assert client.post(f"/laporan/{report.code}/buka-kasus", data).status_code == 302


# --- in a case --------------------------------------------------------------------------------------------------------


def test_a_nik_is_taken_as_it_is_pasted(counter: Counter) -> None:
    case, _person = case_with(counter)
    client = signed_in(counter.manager)
    data = {"kind": "family", "sex": "NA", "chosen_name": "NAMA-DUA", "row_id": str(uuid4())}

    assert client.post(f"/kasus/{case.code}/orang/", {**data, "nik": "6471 0350 0190 0007"}).status_code == 302

    assert "NAMA-DUA" in search(counter.manager, "6471035001900007")


def test_two_people_are_compared_linked_and_unlinked_by_the_pages(counter: Counter) -> None:
    (first, one), (second, two) = case_with(counter, "NAMA-SATU"), case_with(counter, "NAMA-DUA")
    client = signed_in(counter.manager)
    address = f"/kasus/{second.code}/orang/{two.pk}/hubungan/"
    assert "Mungkin sama dengan 1 orang" in text_of(client.get(f"/kasus/{second.code}/"))
    assert "NAMA-SATU" in text_of(client.get(address))

    assert client.post(address, {"across": "1", "other": str(one.pk), "kind": "same"}).status_code == 302

    page = text_of(client.get(f"/kasus/{second.code}/"))
    assert "orang yang sama dengan" in page
    assert first.code in page
    assert "Mungkin sama dengan" not in page
    tie = Tie.objects.get()
    assert client.post(f"{address}{tie.pk}/lepas").status_code == 302
    assert "Mungkin sama dengan 1 orang" in text_of(client.get(f"/kasus/{second.code}/"))


def test_who_holds_one_case_sees_nothing_of_the_other(counter: Counter) -> None:
    other = counter.office.user(Role.MANAJER)
    (first, one), (second, two) = case_with(counter, "NAMA-SATU"), case_with(counter, "NAMA-DUA", manager=other)
    client = signed_in(other)

    for address in (f"/kasus/{second.code}/", f"/kasus/{second.code}/orang/{two.pk}/hubungan/"):
        page = text_of(client.get(address))
        assert "NAMA-DUA" in page
        assert "NAMA-SATU" not in page
        assert first.code not in page
    assert client.post(
        f"/kasus/{second.code}/orang/{two.pk}/hubungan/", {"across": "1", "other": str(one.pk), "kind": "same"}
    ).status_code == 422  # fmt: skip


def test_a_guardian_who_is_accused_is_warned_of_on_the_page(counter: Counter) -> None:
    case, victim = case_with(counter)
    client = signed_in(counter.manager)
    with working(counter.manager):
        accused = cases.add_person(
            code=case.code, person=NewPerson(kind=PersonKind.PERPETRATOR, identity=Identity(full_name="TERLAPOR-UJI")),
            by=counter.manager, at=timezone.now(),
        )  # fmt: skip
    assert "Yang mengasuh" not in text_of(client.get(f"/kasus/{case.code}/"))

    address = f"/kasus/{case.code}/orang/{accused.pk}/hubungan/"
    assert client.post(address, {"kind": "guardian", "other": str(victim.pk)}).status_code == 302

    assert "Yang mengasuh NAMA-UJI adalah terlapor" in text_of(client.get(f"/kasus/{case.code}/"))


# --- too near ---------------------------------------------------------------------------------------------------------


def test_somebody_declares_a_relative_and_takes_it_back(counter: Counter) -> None:
    client = signed_in(counter.team.psychologist)
    assert client.post("/pengaturan/kerabat/", {"name": "KERABAT-UJI"}).status_code == 422
    data = {"name": "KERABAT-UJI", "relation": "adik", "nik": NIK, "row_id": str(uuid4())}
    for _ in range(2):
        assert client.post("/pengaturan/kerabat/", data).status_code == 302

    row = Relative.objects.get()
    page = text_of(client.get("/pengaturan/kerabat/"))
    assert "KERABAT-UJI" in page
    assert NIK not in page
    assert "KERABAT-UJI" not in text_of(signed_in(counter.manager).get("/pengaturan/kerabat/"))
    assert signed_in(counter.manager).post(f"/pengaturan/kerabat/{row.pk}/tarik").status_code == 404
    assert client.post(f"/pengaturan/kerabat/{row.pk}/tarik").status_code == 302
    assert "KERABAT-UJI" not in text_of(client.get("/pengaturan/kerabat/"))


def test_a_relatives_case_answers_the_head_like_an_address_that_is_none(counter: Counter) -> None:
    case, _person = case_with(counter)
    head = counter.team.head
    client = signed_in(head)
    assert client.get(f"/kasus/{case.code}/").status_code == 200
    with working(head):
        kin.declare_relative(
            name="x", relation="", probes=vault.stretch_all([(IdentifierKind.NIK, NIK)]), by=head, at=timezone.now()
        )
    with working(counter.manager):
        finding.ready_to_find(by=counter.manager, at=timezone.now())

    for end in ("", "akses/", "akses/beri", "tim/izinkan", "pembaca/"):
        own, none = client.get(f"/kasus/{case.code}/{end}"), client.get(f"/kasus/K-00000000/{end}")
        assert (own.status_code, none.status_code) == (404, 404)
        assert own.content == none.content
    assert case.code not in text_of(client.get("/kasus/"))


def test_the_head_is_told_of_somebody_too_near_and_lets_them_by_a_page(counter: Counter) -> None:
    case, _person = case_with(counter)
    team = counter.team
    team.assign(case, team.companion, at=timezone.now())
    with working(team.companion):
        kin.declare_relative(
            name="x", relation="", probes=vault.stretch_all([(IdentifierKind.NIK, NIK)]), by=team.companion,
            at=timezone.now(),
        )  # fmt: skip
    with working(counter.manager):
        finding.ready_to_find(by=counter.manager, at=timezone.now())
    client = signed_in(team.head)
    assert "terlalu dekat dengan kasus ini" in text_of(client.get("/kerja/"))

    data = {"user": str(team.companion.pk), "reason": "distant"}
    assert client.post(f"/kasus/{case.code}/tim/izinkan", data).status_code == 302

    assert "terlalu dekat dengan kasus ini" not in text_of(client.get("/kerja/"))
    assert client.post(f"/kasus/{case.code}/tim/izinkan", {**data, "user": str(team.head.pk)}).status_code == 422


def test_a_relatives_report_is_not_there_for_one_officer_and_is_for_the_other(counter: Counter) -> None:
    report = send(counter)
    with working(counter.first):
        kin.declare_relative(
            name="x", relation="", probes=vault.stretch_all([(IdentifierKind.PHONE, PHONE)]), by=counter.first,
            at=timezone.now(),
        )  # fmt: skip
    client = signed_in(counter.first)
    assert client.get(f"/laporan/{report.code}/").status_code == 200, "nobody has looked at the number yet"

    assert client.post(f"/laporan/{report.code}/sama").status_code == 404

    own, none = client.get(f"/laporan/{report.code}/"), client.get("/laporan/L-00000000/")
    assert (own.status_code, own.content) == (404, none.content)
    assert report.code not in text_of(client.get("/kerja/"))
    assert signed_in(counter.second).get(f"/laporan/{report.code}/").status_code == 200

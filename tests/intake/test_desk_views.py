"""The desk's pages over the whole door: what an officer sees, what is refused, what a stranger finds."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.intake import services
from ruangaman.intake.models import Message, Report
from ruangaman.intake.types import Direction, State
from tests.factories.cases import FEB_3
from tests.factories.desk import KINDS, STORY, Counter
from tests.support.signing_in import signed_in

TRIAGE = {
    "case_type": CaseType.BOTH.value, "risk": str(int(RiskLevel.TINGGI)), "authority": Authority.CITY.value,
    "why": "Sudah dipastikan lewat telepon",
}  # fmt: skip
REFUSAL = {
    "reason": RefusalReason.NOT_VIOLENCE.value,
    "words": "KATA-UJI",
    "note": "Sudah dipastikan lewat telepon",
    "look": "on",
}


@pytest.fixture
def report(counter: Counter) -> Report:
    return counter.send(**KINDS, contact_name="NAMA-UJI", files=(b"foto",))


@pytest.fixture
def client(counter: Counter) -> Client:
    """The first officer's browser."""
    return signed_in(counter.first)


def page(client: Client, report: Report) -> str:
    """Open the report and return the page."""
    response = client.get(f"/laporan/{report.code}/")
    assert response.status_code == 200, response.content.decode()[:3000]
    return response.content.decode()


def send(client: Client, report: Report, what: str, data: dict[str, str] | None = None):
    """Do something with a report."""
    return client.post(f"/laporan/{report.code}/{what}", data or {})


def moved(response) -> str:
    """Return where an answer leads: it must lead somewhere."""
    assert response.status_code == 302, response.content.decode()[:3000]
    return response["Location"]


def test_the_page_shows_words_danger_limits_and_that_it_was_recorded(client, report):
    text = page(client, report)
    for words in (
        STORY,
        "Sedang terjadi sekarang.",
        "Perlu diperiksa dokter hari ini",
        "Muara Rapak, Balikpapan Utara",
        "Jangan telepon, kirim pesan, atau datang",
        "untuk memilah laporan, tercatat",
        "Usul: ekstrem",
        "Anda yang memutuskan",
        "foto.png",
    ):
        assert words in text
    assert AuditEvent.objects.filter(type="intake.opened", subject=report.code).count() == 1


@pytest.mark.parametrize("role", [Role.MANAJER, Role.KEPALA, Role.AUDITOR, Role.PETUGAS])
def test_a_stranger_gets_the_page_of_an_address_that_does_not_exist(counter, report, role):
    stranger = signed_in(counter.office.user(role))
    unknown = stranger.get("/tidak-ada/")
    for path in (f"/laporan/{report.code}/", "/laporan/L-TIDAKADA/"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.content) == (404, unknown.content)
    for what in ("ambil", "lepas", "balas", "triase", "ganda", "tolak", "buka-kasus", "selesai", "terbaca"):
        assert send(stranger, report, what).status_code == 404
    assert Client().get(f"/laporan/{report.code}/").status_code == 404
    assert Report.objects.get().opened_at is None


def test_a_locked_screen_opens_nothing_and_keeps_nothing(counter, report):
    locked = signed_in(counter.first, locked=True)
    assert moved(locked.get(f"/laporan/{report.code}/")).startswith("/terkunci/?next=")
    assert send(locked, report, "balas", {"message": "x", "once": str(uuid4())}).status_code == 403
    assert not Message.objects.exists()


def test_take_release_and_take_over(client, counter, report):
    assert moved(send(client, report, "ambil")) == f"/laporan/{report.code}/"
    assert "Anda memegang laporan ini" in page(client, report)

    other = signed_in(counter.second)
    text = page(other, report)
    assert f"Dipegang {counter.first.display_name}" in text
    assert 'id="balas_message"' not in text
    refused = send(other, report, "ambil")
    assert refused.status_code == 409
    assert "sedang dipegang" in refused.content.decode()
    assert send(other, report, "ambil", {"instead_of": "x"}).status_code == 422
    moved(send(other, report, "ambil", {"instead_of": str(counter.first.pk)}))
    assert counter.fresh(report).taken_by == counter.second
    moved(send(other, report, "lepas"))
    assert counter.fresh(report).taken_by is None


def test_an_answer_goes_out_once_and_what_was_typed_stays_when_refused(client, counter, report):
    once = str(uuid4())
    for _ in range(2):
        assert moved(send(client, report, "balas", {"message": "JAWABAN-UJI", "once": once})).endswith("#percakapan")
    assert Message.objects.count() == 1
    assert "JAWABAN-UJI" in page(client, report)

    other = signed_in(counter.second)
    refused = send(other, report, "balas", {"message": "TERKETIK-UJI", "once": str(uuid4())})
    assert refused.status_code == 409
    assert "Belum ada yang terkirim" in refused.content.decode()
    assert "TERKETIK-UJI</textarea>" in refused.content.decode()
    assert "belum_terkirim" not in page(other, report)
    empty = send(client, report, "balas", {"message": " \u200b", "once": str(uuid4())})
    assert empty.status_code == 422
    assert "Tulis dulu jawabannya." in empty.content.decode()
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("balas", {"message": "x" * 10_001, "once": str(uuid4())}),
        ("balas", {"message": "x"}),
        ("balas", {"message": "x", "once": "bukan-uuid"}),
        ("triase", {}),
        ("triase", {"case_type": "x", "risk": "9", "authority": "x"}),
        ("triase", {"case_type": "woman", "risk": "\ud7ff", "authority": "city"}),
        ("ganda", {"original": ""}),
        ("ganda", {"original": "L" * 500}),
        ("tolak", {"reason": "x", "words": "", "once": str(uuid4())}),
    ],
)
def test_bad_input_is_said_in_words_and_changes_nothing(client, counter, report, what, data):
    answer = send(client, report, what, data)
    assert answer.status_code == 422
    fresh = counter.fresh(report)
    assert (fresh.state, fresh.taken_by, Message.objects.count()) == (State.RECEIVED, None, 0)


def test_triage_then_a_case_with_its_manager(client, counter, report):
    assert "Simpan triase" in page(client, report)
    assert moved(send(client, report, "triase", TRIAGE)).endswith("#triase")
    text = page(client, report)
    assert "Buka kasus darurat" in text
    assert counter.manager.display_name in text

    once = re.search(r'buka-kasus.*?name="once" value="([^"]+)"', text, re.DOTALL)
    assert once
    wrong = send(client, report, "buka-kasus", {"once": once[1], "manager": str(counter.first.pk)})
    assert wrong.status_code == 422
    for _ in range(2):
        moved(send(client, report, "buka-kasus", {"once": once[1], "manager": str(counter.manager.pk)}))
    assert Case.objects.count() == 1
    assert "Sudah menjadi kasus" in page(client, report)


def test_doubles_are_linked_both_ways(client, counter, report):
    other = counter.send()
    assert f'<option value="{other.code}">' in page(client, report)
    wrong = send(client, report, "ganda", {"original": "L-TIDAKADA"})
    assert wrong.status_code == 409
    assert send(client, report, "ganda", {"original": other.code.lower()}).status_code == 200
    moved(send(client, report, "tandai-ganda", {"original": other.code, "once": str(uuid4()), "look": "on"}))
    assert f'href="/laporan/{other.code}/"' in page(client, report)
    assert f'href="/laporan/{report.code}/"' in page(client, other)
    moved(send(client, report, "batal-ganda"))
    assert counter.fresh(report).state == State.RECEIVED


def test_a_refusal_has_an_undo_for_a_minute_and_later_too(client, counter, report):
    moved(send(client, report, "tolak", {**REFUSAL, "once": str(uuid4())}))
    text = page(client, report)
    assert 'class="undo"' in text
    assert "KATA-UJI" in text
    Report.objects.filter(pk=report.pk).update(refused_at="2026-01-01T00:00:00Z")
    later = page(client, report)
    assert 'class="undo"' not in later
    assert "Batalkan, tetap kita tangani" in later
    moved(send(client, report, "batal-tolak"))
    assert counter.fresh(report).state == State.RECEIVED


def test_a_message_after_the_end_is_settled(client, counter, report):
    moved(send(client, report, "tolak", {**REFUSAL, "once": str(uuid4())}))
    counter.write_back(report, "PESAN-UJI")
    assert "Pelapor menulis lagi" in page(client, report)
    moved(send(client, report, "selesai"))
    assert not counter.fresh(report).needs_desk


def test_a_file_is_sent_as_an_attachment_that_nothing_opens(client, counter, report):
    attachment = report.attachments.get()
    answer = client.post(f"/laporan/{report.code}/berkas/{attachment.pk}")
    assert b"".join(answer.streaming_content) == b"foto"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''foto.png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert AuditEvent.objects.filter(type="vault.revealed", detail__purpose="download").count() == 1
    assert client.get(f"/laporan/{report.code}/berkas/{attachment.pk}").status_code == 405
    assert client.post(f"/laporan/{report.code}/berkas/{uuid4()}").status_code == 404


def to_case(counter: Counter, report: Report) -> Case:
    """Let the desk open a case from a report."""
    facts = {
        "case_type": CaseType.WOMAN,
        "risk": RiskLevel.SEDANG,
        "authority": Authority.CITY,
        "why": "Sudah dipastikan lewat telepon",
    }
    counter.do(services.triage, report, **facts)
    return counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4())


def test_the_manager_talks_on_from_the_case(counter, report):
    case = to_case(counter, report)
    counter.write_back(report, "PESAN-UJI", files=(b"kedua",))
    manager = signed_in(counter.manager)
    text = manager.get(f"/kasus/{case.code}/").content.decode()
    assert "PESAN-UJI" in text
    once = re.search(r'/jawab".*?name="once" value="([^"]+)"', text, re.DOTALL)
    assert once

    answer = send(manager, report, "jawab", {"message": "JAWABAN-UJI", "once": once[1]})
    place = f"percakapan-{report.code}"
    assert moved(answer) == f"/kasus/{case.code}/?sudah=balasan&di={place}#{place}"
    told = manager.get(moved(answer)).content.decode().partition(f'id="{place}"')[2]
    assert "Tercatat: balasan untuk pelapor." in told
    assert Message.objects.filter(direction=Direction.IN, read_at=None).count() == 0
    assert moved(send(manager, report, "terbaca"))
    kept = send(manager, report, "jawab", {"message": "", "once": once[1]})
    assert kept.status_code == 422
    file = report.attachments.exclude(message=None).get()
    assert b"".join(manager.post(f"/laporan/{report.code}/lampiran/{file.pk}").streaming_content) == b"kedua"


def test_people_of_other_cases_do_not_reach_the_conversation(counter, report):
    to_case(counter, report)
    other = signed_in(counter.office.user(Role.MANAJER))
    assert send(other, report, "jawab", {"message": "x", "once": str(uuid4())}).status_code == 404
    assert send(other, report, "terbaca").status_code == 404
    assert send(other, report, f"lampiran/{uuid4()}").status_code == 404


def test_who_joins_the_case_reads_the_conversation_and_who_leaves_no_longer(counter, report):
    case = to_case(counter, report)
    counter.write_back(report, "PESAN-UJI")
    companion = counter.team.companion
    counter.team.assign(case, companion, counter.team.psychologist)
    path = f"/kasus/{case.code}/"
    assert "PESAN-UJI" in signed_in(companion).get(path).content.decode()
    assert "PESAN-UJI" not in signed_in(counter.team.psychologist).get(path).content.decode()

    part = case.assignments.get(user=companion)
    counter.do(cases.unassign, case, by=counter.manager, assignment_id=part.pk, at=FEB_3)
    answer = send(signed_in(companion), report, "jawab", {"message": "x", "once": str(uuid4())})
    assert answer.status_code == 404
    assert "PESAN-UJI" in signed_in(counter.manager).get(path).content.decode()
    assert "PESAN-UJI" in page(signed_in(counter.first), report)


def test_nobody_is_sent_to_the_police_whom_she_asked_to_keep_out(counter, client):
    told = page(client, counter.send(**KINDS))
    assert "Datang hanya bersama polisi." in told
    assert 'href="tel:' in told
    kept = page(client, counter.send(**{**KINDS, "dangers": ("weapon",)}, avoid=("polisi",)))
    assert "Jangan menghubungi mereka" in kept
    assert "bersama polisi" not in kept
    assert "tanpa polisi" not in kept
    assert 'href="tel:' not in kept.split('class="sheet-rail"')[0].split("<main")[1]


def reply_of(response: Any) -> str:
    """What stands in the reply box of a page."""
    found = re.search(r'<textarea name="message"[^>]*>(.*?)</textarea>', response.content.decode(), re.DOTALL)
    assert found is not None, "the page has a reply box"
    return found[1].strip()


@pytest.mark.parametrize(
    ("what", "data", "status"),
    [("triase", {}, 422), ("ganda", {"original": "L-TIDAKADA"}, 409), ("tolak", {"reason": "spam"}, 422)],
)
def test_what_was_typed_as_a_reply_comes_back_when_another_form_is_refused(client, report, what, data, status):
    once = str(uuid4())
    typed = urlencode({"alamat": f"/laporan/{report.code}/balas", "once": once, "message": "BALASAN-UJI & = 1"})
    answer = send(client, report, what, {**data, "di_samping": typed})
    assert answer.status_code == status
    assert unescape(reply_of(answer)) == "BALASAN-UJI & = 1"
    assert f'value="{once}"' in answer.content.decode(), "sent later, it is still the same reply"
    assert not Message.objects.filter(report=report).exists()

    assert reply_of(send(client, report, what, data)) == "", "the control: nothing was typed"
    stranger = urlencode({"alamat": "/laporan/L-AAAAAAAA/balas", "message": "LAIN-UJI"})
    assert reply_of(send(client, report, what, {**data, "di_samping": stranger})) == "", "of another page"


def test_what_stands_beside_is_not_kept_as_words_of_the_form_that_was_sent(client, report):
    typed = urlencode({"alamat": f"/laporan/{report.code}/balas", "message": "BALASAN-UJI"})
    kept = send(client, report, "triase", {"why": "ALASAN-UJI", "simpan_dulu": "1", "di_samping": typed})
    again = client.get(moved(kept)).content.decode()
    assert "ALASAN-UJI" in again
    assert "BALASAN-UJI" not in again


def test_a_reply_that_is_sent_twice_is_one(client, report):
    data = {"once": str(uuid4()), "message": "BALASAN-UJI"}
    for _press in range(2):
        moved(send(client, report, "balas", data))
    assert Message.objects.filter(report=report).count() == 1


def test_without_script_the_page_says_once_what_is_kept(client, report):
    text = page(client, report)
    plain = re.findall(r"<noscript>(.*?)</noscript>", text, re.DOTALL)
    assert len([one for one in plain if "Simpan dulu" in one]) == 1

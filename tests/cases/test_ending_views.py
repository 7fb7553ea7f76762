"""What the pages say before something ends, when she is not safe, and when a number or a day cannot be."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ruangaman.accounts.models import Agency
from ruangaman.cases import services
from ruangaman.cases.models import Aftercare, Approval, Case, ClosingAssessment, Person, Plan, ServiceRecord, Transfer
from ruangaman.cases.types import ApprovalKind, note_content
from ruangaman.clocks.models import Clock
from ruangaman.codelists.models import Code
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.ui.moments import day_words
from ruangaman.vault.types import Compartment
from tests.cases.test_flow_views import day, plan_data
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import Team, add_incident
from tests.support.signing_in import signed_in

DANGERS = "Mengancam membunuh, Ada senjata"
CLOSING = {
    "reason": "goals_met", "risk": "1", "goals_met": "1", "goals_total": "1", "was_asked": "no", "words": "x",
    "why_despite": "TETAP-UJI",
}  # fmt: skip


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today that began with signs of danger."""
    story = note_content("CERITA-UJI", [("Tanda bahaya", DANGERS)])
    case = team.open(at=timezone.now(), contents={Compartment.NARRATIVE: [story]})
    team.assign(case, team.companion, team.shelter, at=timezone.now())
    return case


def sexual(team: Team, case: Case) -> None:
    with working(team.manager):
        add_incident(case, by=team.manager, at=timezone.now(), forms=("SEKSUAL",))


def test_the_closing_form_names_what_runs_and_asks_why_it_may_end(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/penutupan/"
    assert "why_clocks" not in page(team.manager, address), "the control: nothing of law or medicine runs"
    assert "Tugaskan" not in page(team.manager, address)
    sexual(team, case)
    text = page(team.manager, address)
    for words in ("Lapor polisi 3×24 jam (TPKS)", "Jendela PEP", "belum dijawab", "lewat sejak", "berakhir bila kasus"):
        assert words in text
    answer = send(team.manager, address, **CLOSING)
    assert answer.status_code == 422
    assert "Tulis mengapa, atau biarkan" in answer.content.decode()
    assert not ClosingAssessment.objects.exists()
    assert send(team.manager, address, **CLOSING, why_clocks="ALASAN-JAM").status_code == 302
    assert "sudah dijawab" in page(team.manager, address)
    assert "ALASAN-JAM" in page(team.manager, address)
    assert "Lapor polisi" in page(team.manager, f"/kasus/{case.code}/tutup/")


def test_the_head_sees_danger_clocks_and_how_long_it_waited_and_no_word(team: Team, case: Case) -> None:
    sexual(team, case)
    flow.check_safety(case, by=team.manager, at=timezone.now(), is_safe=False)
    wish = ClosingReason.CLIENT_ENDS
    flow.assess_closing(case, by=team.manager, at=timezone.now(), why="ALASAN-JAM", reason=wish)
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=timezone.now())
    Approval.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - timedelta(days=3))
    text = page(team.head, f"/kasus/keputusan/{asked.pk}/")
    for words in ("Belum aman", "Bahaya sekarang", "Seksual", "3 hari", "Lapor polisi", "alasannya terkunci", "lewat"):
        assert words in text
    for words in ("ALASAN-JAM", "CERITA-UJI", DANGERS):
        assert words not in text


def test_before_a_plan_is_handed_on_the_page_says_what_is_missing(team: Team) -> None:
    case = team.open(at=timezone.now(), risk=RiskLevel.EKSTREM)
    base = f"/kasus/{case.code}/rencana/"
    bare = plan_data(team.manager, safety="", agreed="not_yet")
    assert send(team.manager, base, **bare).status_code == 302
    text = page(team.manager, base)
    assert "Sebelum dapat diajukan" in text
    assert "rencana keselamatan, karena bahayanya ekstrem" in text
    assert "kesepakatannya atas rencana ini" in text
    assert f'action="{base}ajukan"' not in text
    assert signed_in(team.manager).post(base + "ajukan").status_code == 409
    assert not Approval.objects.exists()
    assert send(team.manager, base, **plan_data(team.manager)).status_code == 302
    assert f'action="{base}ajukan"' in page(team.manager, base)
    assert signed_in(team.manager).post(base + "ajukan").status_code == 302
    assert Plan.objects.count() == 2


def test_not_safe_stands_on_the_page_with_what_to_do_next_until_she_is(team: Team, case: Case) -> None:
    base = f"/kasus/{case.code}/"
    assert send(team.companion, base + "aman/", is_safe="no", escort="none").status_code == 302
    text = page(team.companion, base)
    banner = text[text.index('id="belum-aman"') : text.index("</section>", text.index('id="belum-aman"'))]
    for words in ("Belum aman", "110", "112", "SAPA 129", "Cek aman lagi", "Rencana keselamatan"):
        assert words in banner
    assert re.search(r'<small class="over">Belum aman, \d+ \w+</small>', text)
    assert "Cek aman lagi" in page(team.companion, "/kerja/"), "the next look is a need of its own"
    assert send(team.companion, base + "aman/", is_safe="yes", escort="none", words="x").status_code == 302
    text = page(team.companion, base)
    assert 'id="belum-aman"' not in text
    assert "terakhir" in text


def test_what_may_kill_her_stands_in_front_for_who_may_open_the_story(team: Team, case: Case) -> None:
    base = f"/kasus/{case.code}/"
    for user in (team.manager, team.companion):
        text = page(user, base)
        front = text[text.index("Yang membahayakannya") : text.index('id="berikutnya"')]
        assert DANGERS in front
    for user in (team.shelter, team.head):
        assert "Mengancam membunuh" not in page(user, base)


def test_opening_again_asks_how_dangerous_and_whether_she_is_safe(team: Team, case: Case) -> None:
    again = f"/kasus/{case.code}/buka-lagi/"
    assert 'name="reason"' not in page(team.manager, again), "it is open"
    flow.close(case, by=team.manager, head=team.head, at=timezone.now())
    assert 'name="reason"' in page(team.manager, again)
    base = f"/kasus/{case.code}/"
    for bad in ({}, {"risk": "1", "is_safe": "no"}, {"risk": "4"}, {"is_safe": "yes"}):
        assert send(team.manager, base + "buka-lagi/", reason="kembali dipukul", **bad).status_code == 422
    assert team.fresh(case).state == "closed"
    data = {"reason": "kembali dipukul", "risk": "4", "is_safe": "no"}
    assert send(team.manager, base + "buka-lagi/", **data).status_code == 302
    assert team.fresh(case).risk == RiskLevel.EKSTREM
    assert 'id="belum-aman"' in page(team.manager, base)


def test_a_window_is_answered_on_its_page(team: Team, case: Case) -> None:
    base = f"/kasus/{case.code}/jendela/"
    assert "Tidak ada jendela yang menunggu" in page(team.companion, base)
    sexual(team, case)
    assert "Jendela PEP" in page(team.companion, base)
    clock = Clock.objects.open().get(kind__key="clinical.pep")
    assert re.search(r'name="window"[^>]*checked', page(team.companion, base)) is None, "of several none is chosen"
    assert re.search(rf'value="{clock.pk}"[^>]*checked', page(team.companion, f"{base}?jam={clock.pk}"))
    data = {"window": str(clock.pk), "outcome": "too_late"}
    assert send(team.companion, base, **data, words="").status_code == 422
    assert send(team.companion, base, **data, words="KATA-UJI").status_code == 302
    assert "Jendela PEP" not in page(team.companion, base)
    text = page(team.companion, f"/kasus/{case.code}/")
    assert "KATA-UJI" in text
    assert "Sudah terlambat" in text
    assert "KATA-UJI" not in page(team.shelter, f"/kasus/{case.code}/")


def test_a_transfer_asks_what_allows_it_and_is_taken_back(team: Team, case: Case) -> None:
    hospital = Agency.objects.create(code="rs-uji", name="RS UJI")
    base = f"/kasus/{case.code}/pelimpahan/"
    data = {"to": str(hospital.pk), "letter": "1"}
    answer = send(team.manager, base, **data)
    assert answer.status_code == 422
    assert "Belum ada persetujuan untuk berbagi" in answer.content.decode()
    assert send(team.manager, base, **data, basis="vital", why="").status_code == 422
    assert send(team.manager, base, **data, basis="vital", why="DASAR-UJI").status_code == 302
    sent = Transfer.objects.get()
    address = f"{base}{sent.pk}/tarik"
    assert address in page(team.manager, base)
    assert signed_in(team.companion).get(address).status_code == 404
    assert send(team.manager, address, reason="").status_code == 422
    assert send(team.manager, address, reason="SALAH").status_code == 302
    text = page(team.manager, base)
    assert "ditarik kembali" in text
    assert address not in text
    assert signed_in(team.manager).get(address).status_code == 404
    assert "Pelimpahan ditarik kembali" in page(team.manager, f"/kasus/{case.code}/")


def test_contacts_are_offered_once_and_one_is_taken_away(team: Team, case: Case) -> None:
    flow.close(case, by=team.manager, head=team.head, at=timezone.now())
    base = f"/kasus/{case.code}/pasca/"
    days = {"first": day(30), "second": day(90), "third": day(180)}
    assert send(team.manager, base, **days).status_code == 302
    text = page(team.manager, base)
    assert 'name="first"' not in text
    again = signed_in(team.manager).post(base, {"first": day(31), "second": day(91), "third": day(181)})
    assert again.status_code == 422
    assert "sudah dijadwalkan" in again.content.decode()
    row = Aftercare.objects.order_by("due_on")[0]
    address = f"{base}{row.pk}/batal"
    assert address in text
    assert signed_in(team.companion).get(address).status_code == 404
    assert send(team.manager, address, reason="").status_code == 422
    assert send(team.manager, address, reason="KELIRU").status_code == 302
    text = page(team.manager, base)
    assert "dibatalkan" in text
    assert Aftercare.objects.count() == 3
    assert ('name="first"' in text, 'name="second"' in text) == (True, False), "only what is free is offered"
    again = send(team.manager, base, first="")
    assert (again.status_code, "masih akan datang" in again.content.decode()) == (422, True)
    assert send(team.manager, base, first=day(35), second=day(95)).status_code == 302
    assert list(Aftercare.objects.filter(cancelled_at=None).order_by("month").values_list("month", flat=True)) == [
        1, 3, 6,
    ]  # fmt: skip
    assert 'name="first"' not in page(team.manager, base)


def test_a_review_far_away_is_refused_with_the_last_day_and_its_year(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/tinjauan/"
    data = {"risk": "1", "reason": "x", "next_on": day(200)}
    answer = send(team.manager, address, **data)
    assert answer.status_code == 422
    assert re.search(r"Dengan bahaya ini paling lambat \d+ \w+ \d{4}", answer.content.decode())
    assert send(team.manager, address, **{**data, "next_on": day(20)}).status_code == 302


def test_another_year_is_said() -> None:
    this = timezone.localdate().year
    assert str(this) not in day_words(date(this, 6, 1))
    assert str(this + 1) in day_words(date(this + 1, 6, 1))


def test_a_service_before_its_kind_was_there_is_refused_and_not_offered(team: Team, case: Case) -> None:
    today = timezone.localdate()
    Code.objects.filter(list="service_type", code="KESEHATAN").update(valid_from=today - timedelta(days=3))
    address, provider = f"/kasus/{case.code}/layanan/", str(case.unit_id)
    data: dict[str, Any] = {"type": "KESEHATAN", "provider": provider, "hours": "", "result": ""}
    answer = send(team.manager, address, **data, on=day(-4))
    assert answer.status_code == 422
    assert "tidak berlaku pada tanggal itu" in answer.content.decode()
    other = send(team.manager, address, **{**data, "type": ""}, on=day(-4)).content.decode()
    assert 'value="KESEHATAN"' not in other, "only what there was on that day"
    assert 'value="KESEHATAN"' in page(team.manager, address)
    assert not ServiceRecord.objects.exists()
    assert send(team.manager, address, **data, on=day(-3)).status_code == 302


def test_the_service_itself_refuses_a_kind_of_another_time(team: Team, case: Case) -> None:
    from ruangaman.cases.errors import UnknownCode

    today = timezone.localdate()
    Code.objects.filter(list="service_type", code="KESEHATAN").update(valid_from=today - timedelta(days=3))
    facts: dict[str, Any] = {"hours": None, "provider_unit": case.unit, "result": "", "at": timezone.now()}
    with working(team.manager):
        with pytest.raises(UnknownCode, match="tidak berlaku"):
            services.add_service(
                code=case.code, type="KESEHATAN", on=today - timedelta(days=4), by=team.manager, **facts
            )
        assert services.add_service(code=case.code, type="KESEHATAN", on=today, by=team.manager, **facts).pk


PERSON = {"kind": "victim", "sex": "NA", "age_group": "", "full_name": "NAMA-UJI"}


@pytest.mark.parametrize("nik", ["123", "9971119901010001", "6471119913990001", "6471110101900000"])
def test_a_number_that_cannot_be_is_asked_about_once_and_kept_when_meant(team: Team, case: Case, nik: str) -> None:
    address, before = f"/kasus/{case.code}/orang/", Person.objects.count()
    answer = send(team.manager, address, **PERSON, nik=nik)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'name="nik_sure" value="{nik}"' in text
    assert Person.objects.count() == before
    assert send(team.manager, address, **PERSON, nik=nik, nik_sure="124").status_code == 422, "meant for another number"
    assert send(team.manager, address, **PERSON, nik=nik, nik_sure=nik).status_code == 302
    assert Person.objects.count() == before + 1


def test_a_number_that_can_be_is_not_asked_about(team: Team, case: Case) -> None:
    sent = send(team.manager, f"/kasus/{case.code}/orang/", **PERSON, nik="6471110101900001")
    assert sent.status_code == 302


def test_what_stands_there_already_is_not_asked_about_again(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/orang/"
    assert send(team.manager, address, **PERSON, nik="123", nik_sure="123").status_code == 302
    row = Person.objects.order_by("-added_at")[0]
    assert send(team.manager, f"{address}{row.pk}/", **PERSON, nik="123").status_code == 302
    assert send(team.manager, f"{address}{row.pk}/", **PERSON, nik="124").status_code == 422


def test_a_stage_of_closed_cases_says_where_they_are(team: Team, case: Case) -> None:
    flow.close(case, by=team.manager, head=team.head, at=timezone.now())
    for user in (team.manager, team.head):
        text = page(user, "/kasus/?tahap=closed")
        assert "hanya yang terbuka" in text
        (link,) = re.findall(r'href="(\?[^"]*perlu=closed[^"]*)"', text)
        assert case.code in page(user, "/kasus/" + link)
    assert "hanya yang terbuka" not in page(team.manager, "/kasus/?tahap=plan")

"""The rules as pages: said in words first, saved only when asked, for administrators."""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.clocks.models import Clock, ClockKind, Holiday, Limit, OfficeDay
from ruangaman.core.codelists import RiskLevel
from ruangaman.ops.soak.histories import acts
from tests.support.signing_in import signed_in

RULES = "/pengaturan/jam/"
NEW = {
    "label": "Rujuk ke psikolog", "todo": "Tawarkan rujukan", "starts_on": ["cases.opened"],
    "stops_on": ["cases.service_added", "cases.closed"], "value": "72", "unit": "hour", "calendar": "calendar",
    "legal_basis": "Keputusan kepala 3/2026", "holder": "manager", "danger": "3", "chain": "calm", "is_pausable": "on",
}  # fmt: skip


@pytest.fixture
def client(clocks):
    return signed_in(clocks.admin)


def words(answer, status=200):
    assert answer.status_code == status
    return " ".join(html.unescape(answer.content.decode()).split())


def test_the_list_names_every_kind_with_its_limit(client):
    page = words(client.get(RULES))
    for said in ("Tugaskan pendamping", "24 jam kalender", "Jendela PEP", "72 jam kalender", "kewajiban lembaga lain",
                 "Menjawab laporan, bahaya sedang", "3 hari kerja"):  # fmt: skip
        assert said in page, said


def test_a_new_kind_is_said_in_words_and_nothing_is_saved_until_it_is_asked(client, clocks):
    for _number in range(5):
        clocks.team.open(risk=RiskLevel.TINGGI)
    page = words(client.post(f"{RULES}baru/", NEW))
    for said in ("kasus dibuka, bahaya paling rendah Tinggi", "72 jam kalender", "layanan dicatat atau kasus ditutup",
                 "Jumat", "Senin", "16.00, paling lambat", "5 kasus", "kepala unit 24 jam setelah lewat"):  # fmt: skip
        assert said in page, said
    assert not ClockKind.objects.filter(key="kota.rujuk_ke_psikolog").exists()

    answer = client.post(f"{RULES}baru/", {**NEW, "simpan": "1"})
    assert answer.status_code == 302
    kind = ClockKind.objects.get(key="kota.rujuk_ke_psikolog")
    assert (kind.changed_by, kind.condition) == (clocks.admin, {"danger": 3})
    assert Limit.objects.get(key=kind.key).value == 72
    assert set(AuditEvent.objects.filter(subject=kind.key).values_list("type", flat=True)) == {
        "clocks.kind_added",
        "clocks.limit_set",
    }

    Clock.objects.all()._raw_delete("default")
    clocks.team.open(risk=RiskLevel.TINGGI, at=timezone.now())
    clocks.team.open(risk=RiskLevel.SEDANG, at=timezone.now())
    assert Clock.objects.filter(kind=kind).count() == 1, "without a new release, on the next case it concerns"


def test_few_cases_are_no_number(client, clocks):
    clocks.team.open(risk=RiskLevel.TINGGI)
    assert "kurang dari 5 kasus" in words(client.post(f"{RULES}baru/", NEW))
    assert "0 kasus" in words(client.post(f"{RULES}baru/", {**NEW, "forms_of": ["SEKSUAL"]}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"starts_on": []}, "Pilih paling sedikit satu."),
        ({"stops_on": ["intake.refused"]}, "kejadian kasus saja"),
        ({"stops_on": ["cases.opened"]}, "tidak dapat memulai dan menyelesaikannya"),
        ({"states": ["triaged"]}, "tidak berlaku untuk kejadian"),
        ({"value": "-1"}, "0"),
        ({"holder": "everybody"}, "tidak kami kenal"),
        ({"label": "…"}, "perlu huruf"),
        ({"legal_basis": ""}, "perlu diisi"),
    ],
)
def test_what_cannot_be_is_said_on_the_form_and_not_saved(client, change, said):
    before = ClockKind.objects.count()
    assert said in words(client.post(f"{RULES}baru/", {**NEW, **change, "simpan": "1"}), 422)
    assert ClockKind.objects.count() == before


def test_a_name_that_is_taken_is_told(client):
    client.post(f"{RULES}baru/", {**NEW, "simpan": "1"})
    assert "sudah dipakai" in words(client.post(f"{RULES}baru/", {**NEW, "simpan": "1"}), 422)


def test_a_new_version_of_a_limit_is_shown_first_and_the_old_one_stays(client, clocks):
    page = f"{RULES}case.companion/"
    facts = {"value": "8", "unit": "hour", "calendar": "working", "legal_basis": "SK 9/2026"}
    assert "8 jam kerja" in words(client.post(page, facts))
    assert Limit.objects.filter(key="case.companion").count() == 1
    assert client.post(page, {**facts, "simpan": "1"}).status_code == 302
    shown = words(client.get(page))
    assert "8 jam kerja" in shown
    assert "24 jam kalender" in shown
    assert Limit.objects.filter(key="case.companion", made_by=clocks.admin, value=8).count() == 1


def test_reports_are_answered_in_hours_whatever_is_typed(client):
    facts = {"value": "2", "unit": "day", "calendar": "calendar", "legal_basis": "x", "simpan": "1"}
    assert "jam kalender" in words(client.post(f"{RULES}report.low/", facts), 422)
    assert client.post(f"{RULES}report.low/", {**facts, "unit": "hour"}).status_code == 302


def test_a_kind_is_ended_and_used_again(client):
    client.post(f"{RULES}case.companion/berlaku")
    assert "tidak dipakai" in words(client.get(RULES))
    client.post(f"{RULES}case.companion/berlaku", {"pakai": "1"})
    assert "tidak dipakai" not in words(client.get(RULES))
    assert client.post(f"{RULES}tidak.ada/berlaku").status_code == 404


def test_a_kind_that_waits_for_events_nobody_tells_of_says_so(client):
    assert "cases.investigation_started" in words(client.get(f"{RULES}diversion.attempt/"))
    assert "Belum ada bagian yang memberitakan" not in words(client.get(f"{RULES}case.companion/"))


def test_a_promise_has_no_limit_to_set(client):
    page = words(client.get(f"{RULES}task/"))
    assert "dijanjikan orang" in page
    facts = {"value": "2", "unit": "hour", "calendar": "calendar", "legal_basis": "x", "simpan": "1"}
    assert client.post(f"{RULES}task/", facts).status_code == 200
    assert not Limit.objects.filter(key="task").exists()


def test_holidays_are_written_down_and_removed(client, clocks):
    day = date(2027, 9, 3)
    facts = {"on": day.isoformat(), "name": "Hari jadi kota", "source": "Perda"}
    assert client.post(f"{RULES}libur/", facts).status_code == 302
    assert "Hari jadi kota" in words(client.get(f"{RULES}libur/"))
    assert client.post(f"{RULES}libur/", {**facts, "name": "HUT kota"}).status_code == 302
    assert Holiday.objects.get(on=day).name == "HUT kota"
    client.post(f"{RULES}libur/hapus", {"on": day.isoformat()})
    client.post(f"{RULES}libur/hapus", {"on": "kemarin"})
    assert not Holiday.objects.filter(on=day).exists()
    found = AuditEvent.objects.filter(subject=day.isoformat()).order_by("at")
    assert [one.type for one in found] == ["clocks.holiday_set", "clocks.holiday_set", "clocks.holiday_removed"]


def test_hours_are_written_down_whole_or_not_at_all(client):
    assert client.post(f"{RULES}libur/jam-kerja", {"d0_0": "07:30", "d0_1": "11:30"}).status_code == 302
    assert [str(day) for day in OfficeDay.objects.all()] == ["0 07:30:00–11:30:00"]
    for wrong in ({}, {"d0_0": "07:30"}, {"d0_0": "12:00", "d0_1": "08:00"}, {"d0_0": "x", "d0_1": "08:00"}):
        assert client.post(f"{RULES}libur/jam-kerja", wrong).status_code == 422
    assert OfficeDay.objects.count() == 1


def test_whoever_is_no_administrator_finds_nothing(clocks):
    assert signed_in(clocks.team.manager).get(RULES).status_code == 404
    assert signed_in(clocks.admin).get(RULES).status_code == 200


def test_a_kind_runs_from_the_next_event_in_a_case_that_was_there(client, clocks):
    case = clocks.team.open(risk=RiskLevel.SEDANG, at=timezone.now())
    facts = {**NEW, "starts_on": ["cases.service_added"], "stops_on": ["cases.note_added"], "danger": "", "simpan": "1"}
    assert client.post(f"{RULES}baru/", facts).status_code == 302
    acts.serve(case, by=clocks.team.manager, at=timezone.now())
    assert Clock.objects.filter(kind__key="kota.rujuk_ke_psikolog", stopped_at=None).count() == 1

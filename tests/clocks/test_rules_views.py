"""The rules as pages: said in words first, saved only when asked, for administrators."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.clocks import selectors
from ruangaman.clocks.models import Clock, ClockKind, Holiday, Limit, OfficeDay
from ruangaman.core.codelists import RiskLevel
from ruangaman.ops.soak.histories import acts
from tests.factories.accounts import working
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


def mark(answer):
    """What the preview shows comes back with the order to save it."""
    found = re.search(r'name="dilihat" value="(\w+)"', answer.content.decode())
    return {"dilihat": found.group(1)} if found else {}


def save(client, address, facts):
    """Look first, then save what was looked at."""
    return client.post(address, {**facts, **mark(client.post(address, facts)), "simpan": "1"})


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

    answer = save(client, f"{RULES}baru/", NEW)
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
        ({"value": "9999", "unit": "day", "calendar": "working"}, "sepuluh tahun"),
        ({"value": "9999", "unit": "month"}, "sepuluh tahun"),
        ({"value": "2", "unit": "month", "calendar": "working"}, "Bulan dihitung menurut kalender"),
        ({"holder": "desk"}, "tidak ada meja pengaduan"),
        ({"holder": "owner", "starts_on": ["cases.note_added"]}, "tidak menyebut siapa"),
        ({"holder": "owner", "starts_on": ["cases.task_added"], "restarts": "on"}, "tidak menyebut siapa"),
        (
            {"holder": "manager", "starts_on": ["intake.triaged"], "stops_on": ["intake.refused"]},
            "tidak ada manajer kasus",
        ),
    ],
)
def test_what_cannot_be_is_said_on_the_form_and_not_saved(client, change, said):
    before = ClockKind.objects.count()
    assert said in words(client.post(f"{RULES}baru/", {**NEW, **change, "simpan": "1"}), 422)
    assert ClockKind.objects.count() == before


def test_a_name_that_is_taken_is_told(client):
    save(client, f"{RULES}baru/", NEW)
    assert "sudah dipakai" in words(save(client, f"{RULES}baru/", NEW), 422)


def test_a_new_version_of_a_limit_is_shown_first_and_the_old_one_stays(client, clocks):
    page = f"{RULES}case.companion/"
    facts = {"value": "8", "unit": "hour", "calendar": "working", "legal_basis": "SK 9/2026"}
    assert "8 jam kerja" in words(client.post(page, facts))
    assert Limit.objects.filter(key="case.companion").count() == 1
    assert save(client, page, facts).status_code == 302
    shown = words(client.get(page))
    assert "8 jam kerja" in shown
    assert "24 jam kalender" in shown
    assert Limit.objects.filter(key="case.companion", made_by=clocks.admin, value=8).count() == 1


def test_reports_are_answered_in_hours_whatever_is_typed(client):
    facts = {"value": "2", "unit": "day", "calendar": "calendar", "legal_basis": "x"}
    assert "jam kalender" in words(save(client, f"{RULES}report.low/", facts), 422)
    assert save(client, f"{RULES}report.low/", {**facts, "unit": "hour"}).status_code == 302


def test_a_kind_is_ended_after_a_question_and_used_again(client, clocks):
    page = f"{RULES}case.companion/berlaku"
    for _number in range(5):
        clocks.team.open()
    asked = words(client.get(page))
    for said in ("Hentikan “Tugaskan pendamping”?", "seluruh kota", "5, tetap berjalan sampai selesai", "kasus dibuka",
                 "tidak disusulkan"):  # fmt: skip
        assert said in asked, said
    assert "Menghentikannya tidak menghapus kewajibannya" not in asked
    for wrong in ({}, {"reason": "bosan"}):
        refused = words(client.post(page, wrong), 422)
        assert refused.index('class="again"') < refused.index('name="reason"')
    assert "tidak dipakai" not in words(client.get(RULES))
    assert client.post(page, {"reason": "replaced"}).status_code == 302
    assert "tidak dipakai" in words(client.get(RULES))
    told = AuditEvent.objects.get(type="clocks.kind_ended")
    assert (told.subject, told.detail) == ("case.companion", {"reason": "replaced"})
    assert client.get(page).status_code == 302, "nothing is left to end"
    client.post(page, {"pakai": "1"})
    assert "tidak dipakai" not in words(client.get(RULES))
    for strange in ("tidak.ada", "report.low"):
        assert client.get(f"{RULES}{strange}/berlaku").status_code == 404
        assert client.post(f"{RULES}{strange}/berlaku", {"reason": "replaced"}).status_code == 404


@pytest.mark.parametrize("key", ["clinical.pep", "tpks.report"])
def test_what_law_or_medicine_asks_for_is_ended_only_once_its_basis_was_looked_at(client, key):
    page = f"{RULES}{key}/berlaku"
    asked = words(client.get(page))
    assert "Menghentikannya tidak menghapus kewajibannya" in asked
    assert Limit.objects.get(key=key).legal_basis in asked
    assert "Periksa dasarnya dulu" in words(client.post(page, {"reason": "basis"}), 422)
    assert ClockKind.objects.get(key=key).valid_to is None
    assert client.post(page, {"reason": "basis", "seen": "on"}).status_code == 302
    assert ClockKind.objects.get(key=key).valid_to is not None


def test_how_many_run_is_told_to_who_sets_rules_alone(clocks):
    clocks.team.open()
    with working(clocks.admin):
        assert selectors.count_open(key="case.companion") == 4, "few are no number"
        assert selectors.count_open(key="tidak.ada") == 0
    with working(clocks.team.manager):
        assert selectors.count_open(key="case.companion") is None


def test_a_limit_that_is_refused_says_so_at_the_head_of_the_page(client):
    page = words(client.post(f"{RULES}case.companion/", {"value": "x"}), 422)
    assert page.index('class="again"') < page.index("Mulai bila")
    assert 'class="again"' not in words(client.get(f"{RULES}case.companion/"))


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
    assert "Hari jadi kota" in words(client.get(f"{RULES}libur/?tahun=2027"))
    assert Holiday.objects.get(on=day).name == "Hari jadi kota"
    client.post(f"{RULES}libur/hapus", {"on": "kemarin", "ya": "1"})
    client.post(f"{RULES}libur/hapus", {"on": day.isoformat(), "ya": "1"})
    assert not Holiday.objects.filter(on=day).exists()
    found = AuditEvent.objects.filter(subject=day.isoformat()).order_by("at")
    assert [one.type for one in found] == ["clocks.holiday_set", "clocks.holiday_removed"]


def test_another_name_for_a_holiday_is_asked_about_first(client):
    facts = {"on": "2027-09-03", "name": "Hari jadi kota", "source": "Perda"}
    client.post(f"{RULES}libur/", facts)
    assert client.post(f"{RULES}libur/", facts).status_code == 302, "the same again changes nothing"
    asked = client.post(f"{RULES}libur/", {**facts, "name": "HUT kota"})
    assert "sudah tercatat sebagai “Hari jadi kota” (Perda)" in words(asked, 422)
    assert client.post(f"{RULES}libur/", {**facts, "name": "HUT", "ganti": "Yang lain"}).status_code == 422
    assert Holiday.objects.get(on="2027-09-03").name == "Hari jadi kota"
    again = client.post(f"{RULES}libur/", {**facts, "name": "HUT kota", "ganti": "Hari jadi kota"})
    assert again.status_code == 302
    assert Holiday.objects.get(on="2027-09-03").name == "HUT kota"


def test_a_holiday_is_removed_only_when_one_says_yes(client):
    client.post(f"{RULES}libur/", {"on": "2027-09-03", "name": "Hari jadi kota", "source": "Perda"})
    asked = words(client.post(f"{RULES}libur/hapus", {"on": "2027-09-03"}))
    assert "Hapus “Hari jadi kota”?" in asked
    assert "menjadi hari kerja biasa" in asked
    assert Holiday.objects.filter(on="2027-09-03").exists()
    gone = client.post(f"{RULES}libur/hapus", {"on": "2027-09-03", "ya": "1"})
    assert "hari kerja biasa" in words(client.get(gone.headers["Location"]))


def test_a_sunday_is_no_working_day_whatever_is_written_or_removed(client):
    sunday = {"on": "2027-09-05", "name": "Hari jadi", "source": "Perda"}
    noted = client.post(f"{RULES}libur/", sunday)
    assert "kantor memang tidak buka" in words(client.get(noted.headers["Location"]))
    assert "tidak termasuk jam kerja" in words(client.post(f"{RULES}libur/hapus", {"on": sunday["on"]}))
    gone = client.post(f"{RULES}libur/hapus", {"on": sunday["on"], "ya": "1"})
    said = words(client.get(gone.headers["Location"]))
    assert "Kantor tetap tutup" in said
    assert "hari kerja biasa" not in said


def test_a_day_that_is_over_is_said_to_be_and_is_found_again(client):
    day = timezone.localdate() - timedelta(days=14)
    day = max(
        day - timedelta(days=day.weekday()), timezone.localdate().replace(month=1, day=1)
    )  # a Monday of this year
    noted = client.post(f"{RULES}libur/", {"on": day.isoformat(), "name": "Hari banjir", "source": "SK"})
    page = words(client.get(noted.headers["Location"]))
    assert "di antara hari yang sudah lewat" in page
    assert "Hari banjir" in page.split('id="tahun"')[1]


def test_days_are_read_year_by_year_and_a_year_that_is_over_is_only_read(client, clocks):
    this = timezone.localdate().year
    for year in (this - 1, this - 1, this):
        number = Holiday.objects.filter(on__year=year, name="Hari uji").count() + 1
        Holiday.objects.create(on=date(year, 12, number), name="Hari uji", source="SKB")
    before = Holiday.objects.filter(on__year=this - 1).count()
    page = words(client.get(f"{RULES}libur/"))
    assert f'{this - 1} <span class="count">{before}</span>' in page
    assert f'href="{RULES}libur/?tahun={this - 1}#tahun"' in page
    assert f'{RULES}libur/?tahun={this}#tahun" aria-current="page"' in page
    last = words(client.get(f"{RULES}libur/?tahun={this - 1}"))
    assert "hanya dibaca" in last
    assert last.count("Hari uji") == 2
    assert f"{RULES}libur/hapus" not in last
    assert f"{RULES}libur/hapus" in page, "the control"
    gone = {"on": date(this - 1, 12, 1).isoformat(), "ya": "1"}
    assert client.post(f"{RULES}libur/hapus", gone).headers["Location"] == f"{RULES}libur/"
    assert Holiday.objects.filter(on=gone["on"]).exists()
    for strange in ("0001", "9999", "x", "20261"):
        assert 'aria-current="page">' in words(client.get(f"{RULES}libur/?tahun={strange}"))


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "", "kemarin"])
def test_a_holiday_that_is_refused_says_so_at_the_head_of_the_page(client, day):
    page = words(client.post(f"{RULES}libur/", {"on": day, "name": "x", "source": "y"}), 422)
    summary = page.split('class="again"')[1].split("</section>")[0]
    assert 'href="#id_on"' in summary
    assert page.index('class="again"') < page.index("Jam kerja</h2>")
    assert 'class="again"' not in words(client.get(f"{RULES}libur/"))


def test_hours_are_written_down_whole_or_not_at_all(client):
    assert client.post(f"{RULES}libur/jam-kerja", {"d0_0": "7.30", "d0_1": "11:30"}).status_code == 302
    assert [str(day) for day in OfficeDay.objects.all()] == ["0 07:30:00–11:30:00"]
    for wrong in ({}, {"d0_0": "07:30"}, {"d0_0": "12:00", "d0_1": "08:00"}, {"d0_0": "x", "d0_1": "08:00"}):
        assert client.post(f"{RULES}libur/jam-kerja", wrong).status_code == 422
    assert OfficeDay.objects.count() == 1


def test_whoever_is_no_administrator_finds_nothing(clocks):
    assert signed_in(clocks.team.manager).get(RULES).status_code == 404
    assert signed_in(clocks.admin).get(RULES).status_code == 200


def test_a_kind_runs_from_the_next_event_in_a_case_that_was_there(client, clocks):
    case = clocks.team.open(risk=RiskLevel.SEDANG, at=timezone.now())
    facts = {**NEW, "starts_on": ["cases.service_added"], "stops_on": ["cases.note_added"], "danger": ""}
    assert save(client, f"{RULES}baru/", facts).status_code == 302
    acts.serve(case, by=clocks.team.manager, at=timezone.now())
    assert Clock.objects.filter(kind__key="kota.rujuk_ke_psikolog", stopped_at=None).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"value": "2000", "unit": "day", "calendar": "working"},
        {"value": "100", "unit": "month"},
        {"holder": "owner", "starts_on": ["cases.task_added"]},
        {"holder": "desk", "starts_on": ["intake.triaged"], "stops_on": ["intake.refused"]},
    ],
)
def test_what_is_near_what_is_refused_is_taken(client, change):
    assert save(client, f"{RULES}baru/", {**NEW, **change}).status_code == 302
    assert ClockKind.objects.filter(key="kota.rujuk_ke_psikolog").exists()


def test_only_what_was_looked_at_is_saved(client):
    address = f"{RULES}baru/"
    assert client.post(address, {**NEW, "simpan": "1"}).status_code == 422, "not looked at at all"
    seen = mark(client.post(address, NEW))
    for change in ({"value": "71"}, {"label": "Lain"}, {"holder": "companion"}, {"chain": "duty"}, {"danger": "4"}):
        answer = client.post(address, {**NEW, **change, **seen, "simpan": "1"})
        assert "Ada yang berubah sejak Anda melihatnya" in words(answer, 422), change
    assert not ClockKind.objects.filter(key__startswith="kota.").exists()
    OfficeDay.objects.all()._raw_delete("default")
    assert client.post(address, {**NEW, **seen, "simpan": "1"}).status_code == 302, "the control: what was looked at"
    assert ClockKind.objects.get(key="kota.rujuk_ke_psikolog").holder == "manager"


def test_a_limit_is_looked_at_again_when_the_office_hours_changed_meanwhile(client):
    page, facts = f"{RULES}case.companion/", {
        "value": "8", "unit": "hour", "calendar": "working", "legal_basis": "SK 9/2026"
    }  # fmt: skip
    seen = mark(client.post(page, facts))
    assert client.post(page, {**facts, "value": "9", **seen, "simpan": "1"}).status_code == 422
    OfficeDay.objects.filter(weekday=0).update(opens="10:00")
    again = client.post(page, {**facts, **seen, "simpan": "1"})
    assert "Ada yang berubah" in words(again, 422)
    assert Limit.objects.filter(key="case.companion").count() == 1
    assert client.post(page, {**facts, **mark(again), "simpan": "1"}).status_code == 302


def test_a_day_that_nobody_can_look_ahead_to_is_refused_and_one_in_a_year_is_not(client):
    facts = {"value": "8", "unit": "hour", "calendar": "calendar", "legal_basis": "x"}
    page, today = f"{RULES}case.companion/", timezone.localdate()
    for day in ("9999-12-31", "0001-01-01", (today - timedelta(days=1)).isoformat()):
        assert client.post(page, {**facts, "valid_from": day}).status_code == 422, day
    coming = today + timedelta(days=365)
    assert save(client, page, {**facts, "valid_from": coming.isoformat()}).status_code == 302
    assert timezone.localtime(Limit.objects.get(key="case.companion", value=8).valid_from).date() == coming


def test_a_name_that_another_kind_has_is_warned_of(client):
    taken = ClockKind.objects.get(key="case.companion").label
    page = words(client.post(f"{RULES}baru/", {**NEW, "label": taken.upper()}))
    assert f"Sudah ada jenis bernama “{taken}”" in page
    assert "Sudah ada jenis" not in words(client.post(f"{RULES}baru/", NEW))


def test_the_form_says_whose_turn_it_is_while_a_part_is_empty(client):
    said = "Pendamping; selama belum ada, manajer kasus"
    assert said in words(client.post(f"{RULES}baru/", {**NEW, "holder": "companion"}))
    assert said not in words(client.post(f"{RULES}baru/", NEW))


def test_a_limit_that_cannot_be_reckoned_any_more_is_said_to_the_administrator(client):
    kind = ClockKind.objects.filter(limit_key__in=Limit.objects.filter(calendar="working").values("key")).first()
    page = f"{RULES}{kind.key}/"
    assert "Yang dimulai sekarang berjalan sampai" not in words(client.get(page))
    OfficeDay.objects.all()._raw_delete("default")
    assert "Kantor belum punya jam kerja" in words(client.get(page))
    assert "Yang dimulai sekarang berjalan sampai" in words(client.get(RULES))


def test_events_stand_under_what_they_are_about_in_the_order_of_their_words(client):
    page = client.get(f"{RULES}baru/").content.decode()
    starts = page.split('id="id_starts_on"')[1].split("</fieldset>")[0]
    assert re.findall(r'class="pick-of">(\w+)<', starts) == ["Kasus", "Laporan"]
    of_cases = re.findall(r">([^<>]+)</label>", starts.split("Laporan")[0])
    assert of_cases == sorted(of_cases, key=str.casefold)
    assert len(of_cases) > 30


def test_what_is_wrong_is_summed_up_in_the_order_of_the_page(client):
    wrong = {**NEW, "label": "", "value": "x", "legal_basis": "", "starts_on": []}
    summary = words(client.post(f"{RULES}baru/", wrong), 422).split("</section>")[0]
    assert re.findall(r'href="#id_(\w+)"', summary) == ["label", "starts_on", "value", "legal_basis"]

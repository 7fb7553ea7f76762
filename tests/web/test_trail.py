"""The trail as sentences: for those who check, without content, and looking leaves a mark."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditEvent
from ruangaman.core.regions import zone
from ruangaman.intake import services as intake
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment
from ruangaman.web import services
from ruangaman.web.services import trail, wording
from ruangaman.web.views.trail import parse_cursor, parse_day, write_cursor
from tests.factories.accounts import working
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR, KINDS
from tests.support.signing_in import signed_in

PATH = "/pengaturan/jejak/"
DAY = (FEB_1).astimezone(zone()).date()
OUTSIDE = "Halaman publik dipakai dalam jam ini"


def read(counter, *, kind="", after=None, day=DAY):
    with working(counter.office.guard):
        return services.read_trail(day=day, kind=kind, after=after, by=counter.office.guard, at=FEB_1)


def test_what_the_desk_did_reads_as_sentences_without_content(counter):
    report = counter.send(**KINDS)
    counter.do(intake.open_report, report)
    counter.write_back(report, "PESAN-UJI", at=FEB_1 + HOUR)
    sentences = [row.sentence for row in read(counter).rows]
    assert f"{counter.first.display_name} membuka laporan {report.code}" in sentences
    assert OUTSIDE in sentences
    assert any(words.startswith(f"{counter.first.display_name} membuka isi berkas ") for words in sentences)
    assert not any("UJI" in row.sentence + row.detail for row in read(counter).rows)


def test_it_is_narrowed_by_kind_and_day(counter):
    counter.do(intake.open_report, counter.send())
    kinds = {row.sentence.split()[-2] for row in read(counter, kind="intake").rows if row.sentence != OUTSIDE}
    assert kinds == {"laporan"}
    assert read(counter, day=DAY - timedelta(days=400)).rows == []


def test_pages_follow_each_other_without_gaps(counter, monkeypatch):
    monkeypatch.setattr(trail, "PAGE", 3)
    for hour in range(4):
        counter.do(intake.open_report, counter.send(at=FEB_1 + hour * HOUR), at=FEB_1 + hour * HOUR)
    seen, after = [], None
    while True:
        page = read(counter, kind="intake", after=after)
        seen += [row.sentence for row in page.rows if row.sentence != OUTSIDE]
        after = parse_cursor(write_cursor(page.after))
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 4


def test_looking_is_recorded(counter):
    client = signed_in(counter.office.guard)
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert AuditEvent.objects.filter(type="web.trail_read", actor=str(counter.office.guard.principal_id)).count() == 1
    again = client.get(PATH, {"hal": "web"})
    assert "membaca jejak" in again.content.decode()


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.MANAJER, Role.KEPALA, Role.ADMIN])
def test_others_do_not_find_it(counter, role):
    assert signed_in(counter.office.user(role)).get(PATH).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"hari": "kemarin"},
        {"hari": "9999-12-31"},
        {"hari": "0001-01-01"},
        {"hal": "'; --"},
        {"sesudah": "1.2"},
        {"sesudah": "999999999999999999.1.1"},
        {"sesudah": "1.999999999.999999999999999999"},
        {"sesudah": "١.٢.٣"},
    ],
)
def test_odd_addresses_are_no_fault(counter, query):
    assert signed_in(counter.office.guard).get(PATH, query).status_code == 200


def test_days_and_cursors_survive_the_address():
    assert parse_day(DAY.isoformat()) == DAY
    assert parse_day("1999-01-01") is None
    assert write_cursor(None) == ""
    assert parse_cursor(str(timezone.now())) is None


def test_the_same_thing_done_again_at_once_is_one_row_with_a_count(counter):
    report = counter.send()
    for second in (0, 20, 40, 200):
        counter.do(intake.open_report, report, at=FEB_1 + HOUR + timedelta(seconds=second))

    rows = [row for row in read(counter, kind="vault").rows if "membuka isi berkas" in row.sentence]

    assert [row.times for row in rows] == [1, 3]


def test_codes_are_told_in_words_and_no_key_is_shown(counter):
    report = counter.send(**KINDS)
    counter.do(intake.open_report, report)

    rows = read(counter, kind="vault").rows
    told = " ".join(row.detail for row in rows)

    assert "tujuan: Memilah laporan" in told
    assert "bagian: Kontak aman" in told
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", told)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"note": str(UUID(int=1)), "compartment": "clinical"}, "bagian: Catatan klinis"),
        ({"note": str(UUID(int=1)), "compartment": 4}, "bagian: Catatan klinis"),
        ({"type": "KESEHATAN", "service": str(UUID(int=1))}, "jenis: Kesehatan"),
    ],
)
def test_what_was_written_on_a_case_is_told_in_words(db, detail, told):
    assert wording.describe(detail, wording.Names([])) == told


def test_backups_and_restores_are_told_with_what_they_are_recognised_by(counter):
    with audit.unit_of_work(audit.Role.BACKUP), connection.cursor() as cursor:
        cursor.execute("SELECT audit_append_backup('2026-02-01T08:30Z', 184302, sha256('x'))")
    with audit.unit_of_work(audit.Role.MIGRATE):
        facts = {"taken": "2026-02-01T08:30:00+00:00", "sha256": "2d71" * 16}
        vault.record_restored(**facts, rows=184302, erased=2, at=timezone.now())
    today = timezone.now().astimezone(zone()).date()

    rows = {row.sentence: row.detail for row in read(counter, kind="vault", day=today).rows}
    page = signed_in(counter.office.guard).get(PATH, {"hal": "vault"}).content.decode()

    assert rows["Sistem membuat cadangan basis data"] == (
        "baris: 184.302 · sidik jari: 2d71 1642 b726 b044 … · keadaan: 1 Februari 2026 16.30"
    )
    assert rows["Sistem memulihkan basis data dari cadangan"] == (
        "dihapus lagi: 2 · baris: 184.302 · sidik jari: 2d71 2d71 2d71 2d71 … · keadaan: 1 Februari 2026 16.30"
    )
    with audit.unit_of_work(audit.Role.BACKUP), connection.cursor() as cursor:
        cursor.execute("SELECT audit_append_backup('2026-02-01T08:31Z', 184302, sha256('y'))")
    several = [row for row in read(counter, kind="vault", day=today).rows if "membuat cadangan" in row.sentence]
    assert [row.times for row in several] == [1, 1], "each is recognised by its own number"
    by_other_means = {"taken": "", "sha256": "", "rows": 1, "erased": 0}
    assert wording.describe(by_other_means, wording.Names([])) == "dihapus lagi: 0 · baris: 1"
    assert wording.describe({"taken": "dulu"}, wording.Names([])) == "keadaan: dulu"
    assert "Sistem membuat cadangan basis data" in page


def test_a_note_of_any_age_tells_its_drawer_by_the_same_word(db):
    """The first events had a number there; they stay as they are."""
    names = wording.Names([])
    for part in Compartment:
        old, new = ({"compartment": said} for said in (int(part), part.name.lower()))
        assert wording.describe(old, names) == wording.describe(new, names) == f"bagian: {part.label}"
    assert wording.describe({"compartments": ["4"]}, names) == "bagian: 4", "no other field ever had numbers"


@pytest.mark.parametrize(
    ("subject", "told"),
    [("2026-02-01", "1 Februari 2026"), ("dossiers", "yang menunggu kunci baru"), ("K-1TM8CC7J", "K-1TM8CC7J")],
)
def test_what_an_event_is_about_is_told_in_words(db, subject, told):
    assert wording.name_subject(subject, wording.Names([])) == told


def test_what_comes_from_outside_tells_neither_minute_nor_report(counter):
    report = counter.send(**KINDS, at=FEB_1 + timedelta(minutes=7))
    counter.write_back(report, "PESAN-UJI", at=FEB_1 + timedelta(minutes=31))
    counter.send(at=FEB_1 + 2 * HOUR)

    rows = read(counter).rows

    assert [row.sentence for row in rows] == [OUTSIDE, OUTSIDE]
    assert [row.at.minute for row in rows] == [0, 0]
    assert not any(row.detail or report.code in row.sentence for row in rows)


@pytest.mark.parametrize(
    ("value", "words"),
    [("2026-12-24", "24 Desember 2026"), ("2026-12-24T17:00:00+00:00", "25 Desember 2026"), ("kapan", "kapan")],
)
def test_a_last_day_reads_as_a_day_of_the_offices_calendar(db, value, words):
    assert wording._word("until", value, wording.Names([])) == words


def test_a_share_of_everything_is_told_in_words():
    assert wording.describe({"compartments": ["whole"]}, wording.Names([])) == "bagian: seluruh berkas"

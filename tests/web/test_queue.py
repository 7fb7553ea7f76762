"""The queue: its title is an answer, its order is danger and time, it ends, and it asks little of the database."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts.models import DutyShift
from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.services import pause_clock
from ruangaman.clocks.types import PauseReason
from ruangaman.core import clock
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services
from ruangaman.intake.types import SORTING
from ruangaman.web import selectors
from ruangaman.web.registry import sections, work_sources
from ruangaman.web.selectors import band_of, end_of_day
from ruangaman.web.types import EVERYBODY, HIGH, Band, Filters
from tests.factories.accounts import working
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR, KINDS
from tests.support.signing_in import signed_in

PAGE_BUDGET = 22
"""Session, person, desks, whose turn of duty it is, what is not sent yet, the alarm, rare duties, saved filters, what
is put off, and what presses, whatever its length."""
TRIAGE = {"case_type": CaseType.WOMAN, "risk": RiskLevel.EKSTREM, "authority": Authority.CITY}
QUEUE_BUDGET = 8
"""What presses: branches of clocks, the reports of a desk, what the rows say of cases and reports; desks."""


def codes(works):
    return [work.row.code for work in works]


def day(counter, *, at=FEB_1 + HOUR, viewer=None, **filters):
    with working(viewer or counter.first):
        return selectors.get_day(viewer=viewer or counter.first, filters=Filters(**filters), at=at)


def test_extreme_danger_that_is_held_by_who_does_not_stand_guard_is_shown_to_the_others(counter):
    extreme, high = counter.send(**KINDS), counter.send(now="yes")
    for report in (extreme, high):
        counter.do(services.take, report, by=counter.second)
    assert codes(day(counter).works) == [], "without a roster everybody is called, and who holds it has it"
    with unit_of_work(DatabaseRole.MIGRATE):
        for user, since in ((counter.first, FEB_1 - 7 * HOUR), (counter.second, FEB_1)):
            DutyShift.objects.create(desk=counter.desk, user=user, starts_at=since, ends_at=since + 8 * HOUR)
    at = FEB_1 + HOUR / 2
    assert codes(day(counter, at=at).works) == [extreme.code], "she has not taken the turn"
    with working(counter.second):
        services.take_over(desk_code=counter.desk.code, by=counter.second, at=at)
    assert codes(day(counter, at=at).works) == []


def test_danger_comes_first_then_what_is_due_first(counter):
    low = counter.send(at=FEB_1)
    early, late = counter.send(now="unsure", at=FEB_1), counter.send(now="unsure", at=FEB_1 + timedelta(minutes=30))
    extreme = counter.send(**KINDS, at=FEB_1 + timedelta(minutes=50))
    found = day(counter)
    assert codes(found.now) == [extreme.code, early.code, late.code]
    assert codes(found.week) == [low.code]
    assert found.total == 4
    assert [work.place for work in found.works] == sorted(
        (work.place for work in found.works), key=lambda place: place.order
    )


def test_the_sentence_says_why_it_is_here(counter):
    counter.send(**KINDS)
    counter.send(dangers=("weapon",))
    answered, triaged, opened, ended, written = (counter.send() for _ in range(5))
    for report in (answered, triaged):
        counter.do(services.open_report, report)
    counter.do(services.reply, answered, text="x", message_id=uuid4())
    counter.do(services.reply, triaged, text="x", message_id=uuid4())
    facts = {
        "case_type": CaseType.WOMAN,
        "risk": RiskLevel.RENDAH,
        "authority": Authority.CITY,
        "why": "Sudah dipastikan lewat telepon",
    }
    counter.do(services.triage, triaged, **facts)
    counter.do(services.open_report, opened)
    counter.do(services.refuse, ended, reason="spam", words="x", note="", message_id=uuid4())
    counter.write_back(ended, "x", at=FEB_1 + HOUR)
    counter.do(services.open_report, written)
    counter.write_back(written, "x", at=FEB_1 + HOUR)
    found = day(counter, at=FEB_1 + 3 * HOUR)
    sentences = {str(work.row.sentence) for work in (*found.now, *found.today, *found.week)}
    assert sentences == {
        "Bahaya masih berlangsung. Laporan belum dibuka 3 jam",
        "Ada tanda bahaya. Laporan belum dibuka 3 jam",
        "Pilah: siapa dilindungi, seberapa berbahaya, wewenang siapa: 2 hari lagi dari 72 jam",
        "Buka kasus, tandai ganda, atau jelaskan mengapa tidak ditangani: 22 jam lagi dari 24 jam",
        "Sudah dibuka, belum dijawab: 21 jam lagi",
        "Pelapor menulis lagi setelah laporannya selesai",
        "Pelapor membalas 2 jam lalu, belum dibaca",
    }


def test_a_triaged_report_that_nobody_answered_stays_where_it_pressed(counter):
    report, later = counter.send(**KINDS), counter.send(**KINDS, at=FEB_1 + timedelta(minutes=30))
    counter.do(services.open_report, report)
    facts = {
        "case_type": CaseType.WOMAN,
        "risk": report.danger,
        "authority": Authority.CITY,
        "why": "Sudah dipastikan lewat telepon",
    }
    counter.do(services.triage, report, **facts)
    found = day(counter, at=FEB_1 + 30 * HOUR)
    assert codes(found.now)[:2] == [report.code, later.code]
    assert "belum dijawab" in found.now[0].row.sentence

    counter.do(services.reply, report, text="x", message_id=uuid4())
    said = [str(one.row.sentence) for one in day(counter, at=FEB_1 + 30 * HOUR).works if one.row.code == report.code]
    assert [one.startswith("Buka kasus") for one in said] == [True], "answered, the decision alone is left"


def test_what_presses_is_now_and_what_is_calm_waits_for_its_day(counter):
    report = counter.send()
    assert codes(day(counter, at=FEB_1 + HOUR).week) == [report.code]
    assert codes(day(counter, at=FEB_1 + 23 * HOUR).today) == [report.code]
    assert codes(day(counter, at=FEB_1 + 25 * HOUR).now) == [report.code]


def test_filters_narrow(counter):
    mine, free, hers = counter.send(**KINDS), counter.send(), counter.send()
    counter.do(services.take, mine)
    counter.do(services.take, hers, by=counter.second)

    assert day(counter).total == 2
    assert day(counter, owner=EVERYBODY).total == 3
    assert codes(day(counter, owner="tak-ada").week) == [free.code]
    assert codes(day(counter, owner="saya").now) == [mine.code]
    assert codes(day(counter, danger=HIGH).now) == [mine.code]
    assert codes(day(counter, late=True).now) == [mine.code]
    assert day(counter, about="report").total == 2
    assert day(counter, about="case").total == 0
    assert day(counter, kind="task").total == 0
    assert day(counter, kecamatan="64.71.03").total == 0


def test_an_address_is_a_filter_and_what_nobody_knows_narrows_nothing():
    asked = {"telat": "1", "wilayah": "64.71.03", "bahaya": HIGH, "jenis": "case.step", "tentang": "case"}
    found = Filters.read({**asked, "pemilik": "saya"})
    assert found.query == "pemilik=saya&bahaya=tinggi&wilayah=64.71.03&jenis=case.step&tentang=case&telat=1"
    odd = {"wilayah": "tak dikenal", "pemilik": "'; --", "jenis": "<b>", "telat": "2", "nama": "x", "bahaya": "9"}
    assert Filters.read(odd) == Filters()
    assert Filters().query == ""


def test_bands_end_at_midnight_of_the_office():
    midnight = end_of_day(FEB_1)
    assert midnight.hour == 0
    assert timedelta(0) < midnight - FEB_1 <= timedelta(days=1)
    assert band_of(at=FEB_1, due_at=midnight - timedelta(seconds=1), is_pressing=False) is Band.TODAY
    assert band_of(at=FEB_1, due_at=midnight, is_pressing=False) is Band.WEEK
    assert band_of(at=FEB_1, due_at=midnight + timedelta(days=6), is_pressing=False) is Band.LATER
    assert band_of(at=FEB_1, due_at=None, is_pressing=False) is Band.TODAY
    assert band_of(at=FEB_1, due_at=midnight, is_pressing=True) is Band.NOW


def test_the_page_answers_in_its_title_and_ends(counter):
    client = signed_in(counter.first)
    assert "Tidak ada yang menunggu Anda" in client.get("/kerja/").content.decode()

    counter.send(**KINDS, at=timezone.now())
    counter.send(**KINDS, at=timezone.now())
    counter.send(at=timezone.now())
    with unit_of_work(DatabaseRole.MIGRATE):
        DutyShift.objects.create(
            desk=counter.desk, user=counter.first, starts_at=timezone.now() - HOUR, ends_at=timezone.now() + HOUR
        )
    text = client.get("/kerja/").content.decode()
    for words in (
        "<h1>Dua hal membutuhkan Anda sekarang.</h1>",
        "Seluruhnya 3 di antrean.",
        "Giliran jaga Anda sampai",
        "Itu semuanya.",
        'class="count">3<',
        "Tanpa pemilik",
    ):
        assert words in text
    assert "CERITA-UJI" not in text
    filtered = client.get("/kerja/?wilayah=64.71.01").content.decode()
    assert "Tidak ada yang cocok dengan saringan ini" in filtered
    assert "Hapus saringan" in filtered


def test_what_was_answered_and_nobody_sorted_presses_by_the_danger_of_its_answers(counter):
    answered = counter.send(**KINDS)
    counter.do(services.open_report, answered)
    counter.do(services.reply, answered, text="x", message_id=uuid4())
    low = counter.send(at=FEB_1 - 30 * HOUR)
    at = FEB_1 + 3 * HOUR
    found = day(counter, at=at)
    assert codes(found.now) == [answered.code, low.code]
    row = found.now[0].row
    assert str(row.sentence).startswith("Pilah: "), "one thing is one row"
    assert [str(one) for one in row.facts][1:3] == ["Dicekik", "masih terjadi saat melapor"]
    assert row.action == "Pilah"
    assert codes(day(counter, at=at, danger=HIGH).now) == [answered.code]
    with working(counter.first):
        assert selectors.count_work(counter.first) == found.total
    counter.do(services.triage, answered, **TRIAGE)
    assert [str(one.row.sentence).startswith("Buka kasus") for one in day(counter, at=at).now][:1] == [True]


def test_where_the_office_asks_for_no_triage_what_was_answered_stands_below_all_that_presses(counter):
    """Its promise is kept: nothing runs. Its danger is the report's all the same, and it is today's work."""
    ClockKind.objects.filter(key__startswith=SORTING).update(valid_to=FEB_1)
    answered = counter.send(**KINDS)
    counter.do(services.open_report, answered)
    counter.do(services.reply, answered, text="x", message_id=uuid4())
    low = counter.send(at=FEB_1 - 30 * HOUR)
    at = FEB_1 + 3 * HOUR
    found = day(counter, at=at)
    assert codes(found.now) == [low.code]
    assert codes(found.today) == [answered.code]
    assert found.today[0].row.promised.state == "wait"
    assert "Dicekik" in [str(one) for one in found.today[0].row.facts]
    assert codes(day(counter, at=at, about="report").today) == [answered.code]
    assert codes(day(counter, at=at, danger=HIGH).today) == [answered.code]
    assert day(counter, at=at, late=True).today == []
    with working(counter.first):
        assert selectors.count_work(counter.first) == found.total
    counter.write_back(answered, "x", at=FEB_1 + 2 * HOUR)
    assert codes(day(counter, at=at).now) == [answered.code, low.code], "the control"


def test_what_is_paused_stands_in_a_fold_below_with_its_reason(counter):
    case = counter.team.open(risk=RiskLevel.EKSTREM, at=timezone.now() - HOUR)
    row = Clock.objects.filter(subject=case.code, owner=counter.manager, kind__is_pausable=True).first()
    with working(counter.manager):
        pause_clock(
            clock_id=row.pk,
            reason=PauseReason.OTHER_OFFICE,
            until=timezone.now() + timedelta(days=5),
            by=counter.manager,
            at=timezone.now(),
        )
        shown = selectors.get_day(viewer=counter.manager, filters=Filters(), at=timezone.now())
    assert row.pk not in {work.place.id for work in shown.works if work.place}
    page = signed_in(counter.manager).get("/kerja/").content.decode()
    fold = page.split('class="band paused"')[1].split("</details>")[0]
    assert page.index('class="band paused"') > page.rindex('class="band band-now"')
    for words in ("Dijeda: 1", "menunggu lembaga lain", "batasnya menjadi", "Jalankan lagi", "dijeda, masih ada"):
        assert words in fold, words
    assert "Tunda" not in fold
    assert "band paused" not in signed_in(counter.first).get("/kerja/").content.decode()
    assert "band paused" not in signed_in(counter.manager).get("/kerja/?bahaya=tinggi").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_queue(counter):
    client = signed_in(counter.first)
    counter.send(at=timezone.now())
    client.get("/kerja/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/kerja/")
    for _ in range(5):
        counter.do(services.take, counter.send(at=timezone.now()))
    triaged = counter.send(at=timezone.now())
    facts = {
        "case_type": CaseType.WOMAN,
        "risk": RiskLevel.TINGGI,
        "authority": Authority.CITY,
        "why": "Sudah dipastikan lewat telepon",
    }
    counter.do(services.triage, triaged, **facts)
    with CaptureQueriesContext(connection) as many:
        client.get("/kerja/")
    assert len(many) <= len(few) + 1  # what the rows say of reports, once there is a clock of one
    asked = [query for query in many if "SELECT" in query["sql"][:8] and "set_config" not in query["sql"]]
    assert len(asked) <= PAGE_BUDGET, "\n".join(query["sql"][:200] for query in asked)


def test_what_presses_asks_eight_times_at_most_for_whomever(counter):
    for _ in range(3):
        counter.send(**KINDS)
        counter.team.open(risk=RiskLevel.EKSTREM)
    viewers = (counter.first, counter.manager, counter.team.head, counter.team.companion)
    for viewer in viewers:
        with working(viewer), CaptureQueriesContext(connection) as asked:
            selectors.list_pressing(viewer=viewer, filters=Filters(owner=EVERYBODY), at=FEB_1 + HOUR)
        assert len(asked) <= QUEUE_BUDGET, (viewer.role, "\n".join(query["sql"][:150] for query in asked))


def test_the_manager_sees_cases_and_what_the_reporter_wrote(counter):
    report = counter.send(**KINDS)
    facts = {
        "case_type": CaseType.WOMAN,
        "risk": RiskLevel.TINGGI,
        "authority": Authority.CITY,
        "why": "Sudah dipastikan lewat telepon",
    }
    counter.do(services.triage, report, **facts)
    counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4())
    counter.write_back(report, "x", at=FEB_1 + 2 * HOUR)
    found = day(counter, viewer=counter.manager, at=FEB_1 + 4 * HOUR)
    sentences = [str(work.row.sentence) for work in found.now]
    assert "Pelapor menulis 2 jam lalu, belum dibaca" in sentences
    assert any("Pastikan ia aman" in sentence for sentence in sentences)
    shown = day(counter, viewer=counter.manager, at=FEB_1 + 4 * HOUR).total
    assert shown == day(counter, viewer=counter.manager, kecamatan="64.71.03", at=FEB_1 + 4 * HOUR).total
    with working(counter.manager):
        assert selectors.count_work(counter.manager) == shown
    page = signed_in(counter.manager).get("/kerja/")
    assert report.code not in page.content.decode().replace(f"#percakapan-{report.code}", "")


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_first_page_with_something_to_read(counter, role):
    client = signed_in(counter.office.user(role))
    answer = client.get("/kerja/")
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


def test_navigation_shows_only_what_one_may_enter(counter):
    def items(user):
        text = signed_in(user).get("/kerja/").content.decode()
        return [section.key for section in sections if f'href="{section.url}"' in text.split('class="nav"')[1]]

    assert set(items(counter.first)) == {"queue", "find", "settings"}
    assert set(items(counter.manager)) == {"queue", "cases", "find", "settings"}
    assert set(items(counter.office.guard)) == {"queue", "glass", "records", "settings", "trail"}
    assert len(work_sources) >= 3


def alarm(client, since=None):
    response = client.get("/kerja/alarm", {} if since is None else {"sejak": str(int(since.timestamp()))})
    assert response.status_code == 200
    return response.content.decode().strip()


def test_the_alarm_counts_what_came_since_and_says_nothing_else(counter):
    client = signed_in(counter.first)
    past = timezone.now() - HOUR
    assert alarm(client, past) == ""
    report = counter.send(**KINDS, at=timezone.now())
    text = alarm(client, past)
    assert "<title>(1) " in text
    assert "Ada 1 yang baru di antrean." in text
    assert report.code not in text
    assert alarm(client, timezone.now() + HOUR) == ""
    assert alarm(client) == ""
    assert alarm(signed_in(counter.manager), past) == ""


def polled(client):
    """What a page that was drawn now keeps asking."""
    found = re.search(r'id="alarm" hx-get="([^"]+)"', client.get("/kerja/").content.decode())
    assert found
    address = unescape(found[1])
    return lambda: client.get(address).content.decode().strip()


def test_the_alarm_rings_for_a_report_of_the_minute_in_which_the_page_was_drawn(counter, monkeypatch):
    at = timezone.now().replace(second=20, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: at)
    client = signed_in(counter.first)
    seen = counter.send(at=at - timedelta(seconds=10))
    ask = polled(client)
    assert ask() == ""
    counter.send(at=at + timedelta(seconds=10))
    assert "Ada 1 yang baru" in ask()
    assert polled(client)() == ""
    counter.do(services.open_report, seen, at=at)
    counter.do(services.refuse, seen, reason="not_violence", words="x", note="", message_id=uuid4(), at=at)
    assert "Ada 1 yang baru" in ask()
    counter.write_back(seen, "x", at=at + timedelta(seconds=15))
    assert "yang baru" in ask()


def test_the_alarm_rings_for_a_report_whose_minute_was_over_when_it_was_in(counter, monkeypatch):
    at = timezone.now().replace(second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: at)
    ask = polled(signed_in(counter.first))
    counter.send(at=at - timedelta(seconds=1))
    assert "Ada 1 yang baru" in ask()


def test_the_alarm_rings_on_a_locked_screen_and_keeps_no_session_open(counter):
    locked = signed_in(counter.first, locked=True)
    counter.send(at=timezone.now())
    assert "Ada 1 yang baru" in alarm(locked, timezone.now() - HOUR)
    assert Client().get("/kerja/alarm").status_code == 404


@pytest.mark.parametrize("text", ["x", "-1", "9" * 40, "١٢٣", "1e9"])
def test_an_odd_moment_in_the_address_is_no_fault(counter, text):
    for odd in ({"sejak": text}, {"sejak": "1", "sudah": text}):
        assert signed_in(counter.first).get("/kerja/alarm", odd).status_code == 200

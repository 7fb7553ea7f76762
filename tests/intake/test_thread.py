"""The thread under a receipt: both sides, with and without cookies, and the one answer to a wrong number."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from ruangaman.audit.types import Role
from ruangaman.intake.models import Attachment, Message, Report
from ruangaman.intake.types import Direction, State
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment, Purpose
from tests.factories.intake import Browser, picture
from tests.factories.vault import FEB_1, working


def receipt_of(browser: Browser) -> str:
    """Send a report and return its number."""
    browser.follow(browser.report())
    return browser.digits


def enter(browser: Browser, digits: str):
    """Type the number in."""
    browser.get("/p/")
    return browser.post("/p/", {"receipt": digits})


def answer(office, text: str) -> Message:
    """Write to the reporter as the desk's officer does."""
    report = Report.objects.get()
    with working(office.officer):
        ref = vault.seal(
            dossier_id=report.dossier_id, compartment=Compartment.THREAD, content={"text": text}, by=office.officer,
            at=FEB_1,
        )  # fmt: skip
        return Message.objects.create(
            report=report,
            direction=Direction.OUT,
            ref=ref,
            sent_at=FEB_1,
            author=office.users[office.officer.principal_id],
        )


def test_she_reads_the_answer_and_writes_back(office, browser):
    digits = receipt_of(browser)
    answer(office, "Kami sudah membaca.\n\nKami di sini.")
    other = Browser(Client(enforce_csrf_checks=True))
    other.follow(enter(other, digits))
    assert "Kami sudah membaca." in other.text

    other.follow(other.post("/p/pesan", {"message": "Terima <b>kasih</b>"}))
    assert "Terima &lt;b&gt;kasih&lt;/b&gt;" in other.text
    report = Report.objects.get()
    mine = Message.objects.get(direction=Direction.IN)
    assert report.last_reporter_message_at == mine.sent_at
    assert Message.objects.get(direction=Direction.OUT).read_at is not None
    with working(office.officer):
        found = vault.reveal(ref=mine.ref, purpose=Purpose.REPLY, by=office.officer, at=FEB_1)
    assert found["text"] == "Terima <b>kasih</b>"


def test_without_cookies_every_form_carries_the_visit(office, shy):
    shy.report()
    digits = shy.digits
    enter(shy, digits)
    assert "Percakapanmu" in shy.text
    page = shy.post("/p/pesan", {"message": "Satu"})
    assert page.status_code == 200
    assert "Satu" in shy.text
    answer(office, "Dua")
    shy.post("/p/pesan", {"read": "1"}, form="/p/pesan")
    assert "Dua" in shy.text


def test_a_session_key_in_the_address_opens_nothing(office, shy):
    shy.report()
    enter(shy, shy.digits)
    key = shy.hidden("/p/pesan")["s"]

    assert shy.client.get("/p/pesan", {"s": key}).status_code == 303
    with_cookie = Browser(Client(enforce_csrf_checks=True))
    with_cookie.get("/p/")
    page = with_cookie._seen(with_cookie.client.post("/p/pesan", {**with_cookie.hidden("/p/"), "s": key, "read": "1"}))
    assert "Percakapanmu" not in page.content.decode()


def test_files_in_the_thread_come_out_as_they_went_in(office, browser):
    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    browser.follow(browser.post("/p/pesan", {"message": "", "files": [picture("bukti.png", 300_000)]}))

    assert "bukti.png" in browser.text
    attachment = Attachment.objects.get()
    with working(office.officer):
        _facts, pieces = vault.open_file(
            key_ref=attachment.key_ref, purpose=Purpose.DOWNLOAD, by=office.officer, at=FEB_1
        )
        assert b"".join(pieces) == picture("bukti.png", 300_000).read()
    assert attachment.message_id is not None


def test_the_same_message_twice_is_one(office, browser):
    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    fields = browser.hidden("/p/pesan")
    for _ in range(2):
        page = browser.client.post("/p/pesan", {**fields, "message": "Sekali saja"})
        assert page.status_code == 303

    assert Message.objects.count() == 1
    browser.get("/p/pesan")
    assert browser.text.count("Sekali saja") == 1


def test_an_empty_message_is_asked_again(office, browser):
    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    page = browser.post("/p/pesan", {"message": " \u200b "})

    assert page.status_code == 422
    assert "Belum ada tulisan" in browser.text


def test_what_was_typed_survives_a_dead_session(office, browser):
    digits = receipt_of(browser)
    browser.follow(browser.post("/i/selesai"))
    fields = browser.hidden("/p/pesan")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_publicsession")
    page = browser._seen(browser.client.post("/p/pesan", {**fields, "message": "Jangan hilang"}))
    assert page.status_code == 422
    browser.follow(browser.post("/p/", {"receipt": digits}))

    assert "Jangan hilang</textarea>" in browser.text
    assert not Message.objects.exists()


def test_half_an_hour_of_silence_ends_the_visit(office, browser, monkeypatch):
    from ruangaman.intake.views import visit

    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    now = visit.clock.now()
    monkeypatch.setattr(visit.clock, "now", lambda: now + timedelta(minutes=31))

    assert browser.get("/p/pesan")["Location"] == "/p/"


def test_two_hours_end_the_visit_however_busy_it_is(office, browser, monkeypatch):
    from ruangaman.intake.views import visit

    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    real, past = visit.clock.now, timedelta()
    monkeypatch.setattr(visit.clock, "now", lambda: real() + past)
    for _ in range(5):
        past += timedelta(minutes=20)
        assert browser.get("/p/pesan").status_code == 200
    past += timedelta(minutes=25)

    assert browser.get("/p/pesan")["Location"] == "/p/"


def test_a_cookie_that_somebody_else_put_there_never_leads_to_her_thread(office, browser):
    digits = receipt_of(browser)
    planted = browser.client.cookies["s"].value
    hers = Browser(Client(enforce_csrf_checks=True))
    hers.client.cookies["s"] = planted
    hers.get("/?l=en")
    hers.follow(enter(hers, digits))
    assert hers.client.cookies["s"].value != planted

    his = Browser(Client(enforce_csrf_checks=True))
    his.client.cookies["s"] = planted
    assert his.get("/p/pesan")["Location"].startswith("/p/")


def test_a_cookie_that_somebody_else_put_there_never_shows_her_receipt(office, browser):
    receipt_of(browser)
    planted = browser.client.cookies["s"].value
    hers = Browser(Client(enforce_csrf_checks=True))
    hers.client.cookies["s"] = planted
    hers.follow(hers.report())
    assert hers.digits
    assert hers.client.cookies["s"].value != planted

    his = Browser(Client(enforce_csrf_checks=True))
    his.client.cookies["s"] = planted
    assert his.get("/i/selesai").status_code == 303


def test_leaving_ends_the_visit_for_every_copy_of_its_cookie(real_office, browser, shy):
    from ruangaman.vault import leaving

    for visitor in (browser, shy):
        answer = visitor.report()
        key = visitor.hidden("/i/selesai")["s"] if visitor.refuses else visitor.client.cookies["s"].value
        assert visitor.refuses or visitor.follow(answer).status_code == 200
        copy = Browser(Client(enforce_csrf_checks=True))
        copy.client.cookies["s"] = key
        assert copy.get("/i/selesai").status_code == 200
        visitor.client.post("/keluar", {"s": key} if visitor.refuses else {})
        leaving._thread().submit(lambda: None).result(10)
        assert copy.get("/i/selesai").status_code == 303


def test_malformed_unknown_and_erased_get_the_same_bytes(office, browser):
    digits = receipt_of(browser)
    report = Report.objects.get()
    with working(role=Role.MIGRATE):
        vault.shred(dossier_ids=[report.dossier_id], by=None, at=FEB_1)
    answers = set()
    for typed in (digits, "1" * 20, "halo", "", "1234 5678", "１" * 300, "<script>", "\x00"):
        visitor = Browser(Client(enforce_csrf_checks=True))
        page = enter(visitor, typed)
        assert page.status_code == 422
        answers.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", visitor.text))

    assert len(answers) == 1
    assert "Nomor ini belum cocok" in answers.pop()


def test_a_visit_that_is_open_while_its_report_is_erased_ends(office, browser):
    receipt_of(browser)
    browser.follow(browser.post("/i/selesai"))
    assert browser.get("/p/pesan").status_code == 200
    with working(role=Role.MIGRATE):
        vault.shred(dossier_ids=[Report.objects.get().dossier_id], by=None, at=FEB_1)

    assert browser.get("/p/pesan")["Location"] == "/p/"
    assert browser.client.post("/p/pesan", {"message": "Masih di sana?"}).status_code == 422
    assert not Message.objects.exists()


def test_malformed_unknown_and_erased_cost_the_same_queries(office, browser, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    digits = receipt_of(browser)
    with working(role=Role.MIGRATE):
        vault.shred(dossier_ids=[Report.objects.get().dossier_id], by=None, at=FEB_1)
    counts = set()
    for typed in (digits, "1" * 20, "halo"):
        visitor = Browser(Client(enforce_csrf_checks=True))
        visitor.get("/p/")
        with CaptureQueriesContext(connection) as queries:
            visitor.post("/p/", {"receipt": typed})
        counts.add(tuple(re.sub(r"'[^']*'|\"[^\"]*\"", "?", one["sql"])[:60] for one in queries))

    assert len(counts) == 1


def test_every_wrong_number_runs_one_derivation(office, monkeypatch, browser):
    seen = []
    real = receipts.hashing.run_intake
    monkeypatch.setattr(receipts.hashing, "run_intake", lambda work: (seen.append(1), real(work))[1])
    for typed in ("1" * 20, "halo"):
        seen.clear()
        enter(browser, typed)
        assert len(seen) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Diterima"),
        ({"opened_at": FEB_1}, "Dibaca petugas"),
        ({"state": State.TRIAGED, "case_type": "woman", "authority": "city", "triaged_at": FEB_1}, "Sedang ditangani"),
        ({"state": State.REFUSED, "refusal_reason": "spam", "refused_at": FEB_1}, "tidak dapat kami tangani"),
    ],
)
def test_the_safe_status_follows_the_desk(office, browser, changes, words):
    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    user = office.users[office.officer.principal_id]
    if "triaged_at" in changes:
        changes = {**changes, "triaged_by": user}
    if "refused_at" in changes:
        changes = {**changes, "refused_by": user}
    Report.objects.update(**changes)
    browser.get("/p/pesan")

    done = re.findall(r'<li class="(?:done|now)".*?<b>(.*?)</b>', browser.text)
    assert any(words in one for one in done)


def test_a_message_after_the_end_puts_the_report_back_into_the_queue(office, browser):
    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    Report.objects.update(
        state=State.REFUSED,
        refusal_reason="spam",
        refused_at=FEB_1,
        refused_by=office.users[office.officer.principal_id],
        needs_desk=False,
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    browser.follow(browser.post("/p/pesan", {"message": "Masih ada lagi"}))
    report = Report.objects.get()

    assert report.needs_desk
    assert report.limit_key == "report.medium"
    assert report.due_at == report.last_reporter_message_at + timedelta(hours=6)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs")
        assert len(cursor.fetchall()) == 1


def test_the_receipt_is_shown_until_she_has_noted_it(office, browser):
    digits = receipt_of(browser)
    browser.get("/i/selesai")
    assert browser.digits == digits
    browser.follow(browser.post("/i/selesai"))

    assert browser.get("/i/selesai")["Location"] == "/p/pesan"


def test_a_message_id_that_is_odd_is_replaced(office, browser):
    browser.follow(browser.report())
    browser.follow(browser.post("/i/selesai"))
    for odd in ("", "x", str(uuid4()) + "0"):
        browser.get("/p/pesan")
        browser.follow(browser.post("/p/pesan", {"message": "Halo", "id": odd}))

    assert Message.objects.count() == 3


@pytest.mark.parametrize(("now", "key"), [("yes", "report.high"), ("no", "report.medium")])
def test_who_was_in_danger_and_writes_after_the_end_is_answered_at_once(office, browser, now, key):
    browser.follow(browser.report(now=now))
    browser.follow(browser.post("/i/selesai"))
    officer = office.users[office.officer.principal_id]
    Report.objects.update(
        needs_desk=False, state=State.REFUSED, refusal_reason="spam", refused_at=FEB_1, refused_by=officer
    )
    browser.get("/p/pesan")
    browser.post("/p/pesan", {"message": "Dipukul lagi, tolong cepat"})

    report = Report.objects.get()
    assert report.needs_desk
    assert report.limit_key == key
    assert (report.due_at == report.last_reporter_message_at) == (now == "yes")

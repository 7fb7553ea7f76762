"""Taking a report in: durable before the receipt, once for each form, and only for a desk she does not avoid."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client

from ruangaman.audit.models import AuditEvent
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import NotFound
from ruangaman.intake.models import Attachment, IdempotencyKey, Report
from ruangaman.vault import services as vault
from ruangaman.vault.types import Purpose
from tests.factories.intake import Browser, picture
from tests.factories.vault import FEB_1, working


def test_a_report_is_stored_and_its_receipt_shown(office, browser):
    response = browser.report(now="yes", dangers=["weapon"], who="self")
    page = browser.follow(response)

    assert page.status_code == 200
    assert len(browser.digits) == 20
    report = Report.objects.get()
    assert report.desk == office.desk
    assert report.danger == RiskLevel.EKSTREM
    assert report.due_at == report.received_at


def test_what_she_wrote_opens_for_the_desk_and_for_nobody_else(office, browser):
    browser.report("Dia mengunci pintu.", contact="phone", contact_value="0812 3456 7890", kinds=["FISIK", "PSIKIS"])
    report = Report.objects.get()

    with working(office.officer):
        refs = [report.answers_ref, report.contact_ref]
        found = vault.reveal_many(refs=refs, purpose=Purpose.TRIAGE, by=office.officer, at=FEB_1)
    assert found[report.answers_ref]["what"] == "Dia mengunci pintu."
    assert found[report.answers_ref]["kinds"] == ["FISIK", "PSIKIS"]
    assert found[report.contact_ref]["value"] == "0812 3456 7890"
    with working(office.other_officer), pytest.raises(NotFound):
        vault.reveal(ref=report.answers_ref, purpose=Purpose.TRIAGE, by=office.other_officer, at=FEB_1)


def test_files_come_out_as_they_went_in(office, browser):
    browser.report(files=[picture("a.png", 700_000), picture("b.png", 10)])
    report = Report.objects.get()
    first, second = Attachment.objects.filter(report=report).order_by("position")

    with working(office.officer):
        facts, pieces = vault.open_file(key_ref=first.key_ref, purpose=Purpose.DOWNLOAD, by=office.officer, at=FEB_1)
        data = b"".join(pieces)
    assert facts.name == "a.png"
    assert data == picture("a.png", 700_000).read()
    assert second.position == 1


def test_the_desk_is_called_by_a_job_that_says_nothing(office, browser):
    browser.report("Rahasia sekali")
    report = Report.objects.get()

    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, queue_name, args FROM procrastinate_jobs")
        [(task, queue, args)] = cursor.fetchall()
    args = json.loads(args) if isinstance(args, str) else args
    assert (task, queue) == ("ruangaman.notifications.jobs.alarm_desk", "alarm")
    assert args == {"report_id": str(report.id), "desk_id": str(office.desk.id)}


def test_the_same_form_again_shows_the_same_receipt(office, browser):
    browser.get("/i/")
    fields = browser.hidden("/i/")
    before = browser.client.cookies["s"].value
    browser.follow(browser.post("/i/", {"what": "Sekali"}))
    first = browser.digits
    browser.client.cookies["s"] = before
    browser.follow(browser._seen(browser.client.post("/i/", {**fields, "what": "Sekali"})))

    assert browser.digits == first
    assert Report.objects.count() == 1


def test_the_same_form_from_another_browser_shows_no_receipt(office, browser):
    browser.get("/i/")
    fields = browser.hidden("/i/")
    browser.post("/i/", {"what": "Sekali"})
    thief = Browser(Client(enforce_csrf_checks=True))
    thief.get("/i/")
    own = thief.hidden("/i/")
    page = thief._seen(thief.client.post("/i/", {**own, "key": fields["key"], "what": "Sekali"}))

    assert page.status_code == 200
    assert "Ceritamu sudah kami terima" in thief.text
    assert 'id="receipt"' not in thief.text
    assert Report.objects.count() == 1


def test_after_a_day_nobody_sees_the_receipt_again(office, browser):
    browser.get("/i/")
    fields = browser.hidden("/i/")
    before = browser.client.cookies["s"].value
    browser.post("/i/", {"what": "Sekali"})
    key = IdempotencyKey.objects.get()
    IdempotencyKey.objects.update(accepted_at=key.accepted_at - timedelta(hours=24, seconds=1))
    browser.client.cookies["s"] = before
    browser._seen(browser.client.post("/i/", {**fields, "what": "Sekali"}))

    assert "Ceritamu sudah kami terima" in browser.text
    assert Report.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "A" * 64, "é", "A" * 5000])
def test_a_key_that_is_not_ours_is_replaced(office, browser, key):
    browser.follow(browser.report(key=key))

    assert len(browser.digits) == 20


def test_who_avoids_the_first_desk_reaches_the_second(office, browser):
    browser.report(avoid=["uptd-ppa"])

    assert Report.objects.get().desk == office.other_desk


def test_avoiding_an_agency_avoids_its_units(office, browser):
    browser.report(avoid=["dp3akb", "polisi"])
    report = Report.objects.get()

    assert report.desk == office.other_desk
    with working(office.officer), pytest.raises(NotFound):
        vault.reveal(ref=report.answers_ref, purpose=Purpose.TRIAGE, by=office.officer, at=FEB_1)


def test_nobody_left_is_said_with_numbers_and_nothing_is_stored(office, browser):
    page = browser.report("Semua kenal dia", avoid=["uptd-ppa", "dinsos"])

    assert page.status_code == 422
    assert "Semua kenal dia" in browser.text
    assert browser.text.index('href="tel:112"') < browser.text.index('<form method="post" action="/i/')
    assert not Report.objects.exists()


def test_a_refused_cookie_gets_the_receipt_in_the_answer(office, shy):
    page = shy.report()

    assert page.status_code == 200
    assert len(shy.digits) == 20
    assert shy.post("/i/selesai").status_code == 200
    assert "Percakapanmu" in shy.text


def test_a_double_tap_without_cookies_shows_the_receipt_again(office, shy):
    shy.get("/i/")
    fields = shy.hidden("/i/")
    shy.post("/i/", {"what": "Dua kali"})
    first = shy.digits
    shy._seen(shy.client.post("/i/", {**fields, "what": "Dua kali"}))

    assert shy.digits == first
    assert Report.objects.count() == 1


def test_it_is_recorded_without_a_word_of_hers(office, browser):
    browser.report("Kanari tujuh", contact_name="Melati")
    event = AuditEvent.objects.get(type="intake.accepted")

    assert event.actor == "public"
    assert event.subject == Report.objects.get().code
    assert not AuditEvent.objects.filter(detail__icontains="Kanari").exists()


@pytest.mark.committed
def test_of_doubles_at_the_same_moment_one_is_stored_and_all_get_its_receipt(real_office):
    browser = Browser(Client(enforce_csrf_checks=True))
    browser.get("/i/")
    fields, cookie = browser.hidden("/i/"), browser.client.cookies["s"].value
    seen: list[str] = []

    def send() -> None:
        other = Browser(Client(enforce_csrf_checks=True))
        other.client.cookies["s"] = cookie
        other.follow(other._seen(other.client.post("/i/", {**fields, "what": "Bersamaan"})))
        seen.append(other.digits)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6
    assert len(set(seen)) == 1
    assert Report.objects.count() == 1

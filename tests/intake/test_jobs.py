"""Keys of forms are forgotten after a day, with the worker's own rights; a form sent after that is no second report."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from ruangaman.audit.types import Role
from ruangaman.intake import jobs
from ruangaman.intake.models import IdempotencyKey, Report
from tests.factories.vault import working


def age_all_keys(hours: int) -> None:
    for key in IdempotencyKey.objects.all():
        IdempotencyKey.objects.filter(pk=key.pk).update(accepted_at=key.accepted_at - timedelta(hours=hours))


def test_keys_of_forms_are_forgotten_after_a_day(office, browser):
    browser.report("Yang lama")
    age_all_keys(25)
    browser.report("Yang baru")

    assert jobs.forget_keys.func(timestamp=0) == 1

    assert IdempotencyKey.objects.count() == 1
    assert jobs.forget_keys.func(timestamp=0) == 0


def test_a_form_sent_again_after_its_key_was_forgotten_is_no_second_report(office, browser):
    browser.get("/i/")
    fields = browser.hidden("/i/")
    before = browser.client.cookies["s"].value
    browser.post("/i/", {"what": "Sekali"})
    age_all_keys(25)
    assert jobs.forget_keys.func(timestamp=0) == 1
    browser.client.cookies["s"] = before
    page = browser._seen(browser.client.post("/i/", {**fields, "what": "Sekali"}))

    assert page.status_code == 200
    assert "Ceritamu sudah kami terima" in browser.text
    assert 'id="receipt"' not in browser.text
    assert Report.objects.count() == 1
    assert not IdempotencyKey.objects.exists()


def test_the_worker_cannot_forget_what_may_still_be_sent_again(office, browser):
    browser.report()
    with working(role=Role.WORKER), connection.cursor() as cursor:
        cursor.execute("DELETE FROM intake_idempotencykey")
        assert cursor.rowcount == 0
    assert IdempotencyKey.objects.count() == 1

"""Who may touch reports, asked of the database itself."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from ruangaman.audit.types import Role
from ruangaman.intake.models import Attachment, IdempotencyKey, Message, Report
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from tests.factories.intake import Browser
from tests.factories.vault import working


def refused(sql: str) -> None:
    """Say that the present role may not run this."""
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def count(table: str) -> int:
    """Count what the present role sees."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a constant of the test
        return int(cursor.fetchone()[0])


@pytest.fixture
def two_threads(office, browser):
    """Two reports with a message each; returns the receipts' digits."""
    found = []
    for what in ("Satu", "Dua"):
        browser.client.cookies.clear()
        browser.follow(browser.report(what))
        found.append(browser.digits)
        browser.follow(browser.post("/i/selesai"))
        browser.follow(browser.post("/p/pesan", {"message": what}))
    return found


def test_the_street_sees_and_adds_nothing_by_itself(office, two_threads):
    with working(role=Role.PUBLIC):
        for table in ("intake_report", "intake_idempotencykey"):
            refused(f"SELECT * FROM {table}")  # noqa: S608 - a constant of the test
        for table in ("intake_report", "intake_message", "intake_attachment", "intake_idempotencykey"):
            refused(f"DELETE FROM {table}")  # noqa: S608
            refused(f"INSERT INTO {table} DEFAULT VALUES")
        refused("UPDATE intake_report SET state = 'refused'")
        refused("SELECT intake_alarm(gen_random_uuid(), gen_random_uuid())")
        refused("SELECT intake_desks()")
        assert count("intake_message") == 0
        assert count("intake_own()") == 0


def test_a_receipt_sees_its_own_thread_only(office, two_threads):
    actor = None
    with working(role=Role.PUBLIC):
        actor = vault.receipt_actor(receipts.receipt_from_digits(two_threads[0]))
    with working(actor, role=Role.PUBLIC):
        assert count("intake_message") == 1
        assert count("intake_own()") == 1
    other = Report.objects.exclude(dossier_id=actor.dossier_id).get()
    with working(actor, role=Role.PUBLIC), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_safe_status(%s)", [other.id])
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT intake_write(%s, gen_random_uuid(), gen_random_uuid(), '[]', now(), now(), 'report.low')",
            [other.id],
        )
        assert cursor.fetchone() == (False,)


def test_files_of_the_report_itself_are_not_the_receipts(office, browser):
    from tests.factories.intake import picture

    browser.follow(browser.report(files=[picture()]))
    with working(role=Role.PUBLIC):
        actor = vault.receipt_actor(receipts.receipt_from_digits(browser.digits))
    with working(actor, role=Role.PUBLIC):
        assert count("intake_attachment") == 0


def test_a_desk_sees_its_reports_and_no_other(office, browser):
    browser.report()
    browser.report(avoid=["uptd-ppa"])

    with working(office.officer):
        assert [report.desk_id for report in Report.objects.all()] == [office.desk.id]
    with working(office.other_officer):
        assert [report.desk_id for report in Report.objects.all()] == [office.other_desk.id]
    with working(office.town.first):
        assert not Report.objects.exists()


def test_nobody_looking_sees_nothing(office, two_threads):
    with working():
        assert not Report.objects.exists()
        assert not Message.objects.exists()
        assert not Attachment.objects.exists()
        refused("SELECT * FROM intake_idempotencykey")


def test_a_person_with_a_grant_sees_the_report(office, two_threads):
    from ruangaman.vault.types import Compartment, GrantSpec
    from tests.factories.vault import FEB_1

    helper = office.town.person()
    report = Report.objects.first()
    with working(office.officer):
        spec = GrantSpec(helper.principal_id, frozenset({Compartment.THREAD}), "handover")
        vault.share(dossier_id=report.dossier_id, to=[spec], by=office.officer, at=FEB_1)
    with working(helper):
        assert list(Report.objects.all()) == [report]
        assert Message.objects.count() == 1


def test_the_worker_sees_that_and_how_urgent_and_no_more(office, two_threads):
    with working(role=Role.WORKER):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, code, desk_id, danger, received_at FROM intake_report")
            assert len(cursor.fetchall()) == 2
        refused("SELECT answers_ref FROM intake_report")
        refused("SELECT * FROM intake_message")
        refused("SELECT * FROM intake_idempotencykey")


def test_only_hashes_of_key_and_cookie_are_kept(office, browser: Browser):
    browser.get("/i/")
    key, cookie = browser.hidden("/i/")["key"], browser.client.cookies["s"].value
    browser.post("/i/", {"what": "x"})
    row = IdempotencyKey.objects.get()

    assert bytes(row.key_hmac) == receipts.key_hmac(key)
    assert bytes(row.cookie_hmac) == receipts.cookie_hmac(cookie)

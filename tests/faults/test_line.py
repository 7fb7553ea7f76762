"""Faults F8 to F10: the line to the database is refused, dropped, silent, slow, cut after COMMIT, or full."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.faults.conftest import STORY, WebHouse, count_reports, send

pytestmark = pytest.mark.committed
NOT_YET = "Belum terkirim, tetapi tidak hilang."


def test_refused_or_dropped_it_gives_back_what_was_typed_and_takes_it_once(web_house: WebHouse):
    visitor = web_house.visitor()
    page = visitor.get("/i/")
    cookies = dict(visitor.cookies)

    web_house.line.refuse()
    refused = send(visitor, page, cookies)
    web_house.line.open()
    web_house.line.drop()
    shown = send(visitor, page, cookies)
    again = send(visitor, page, cookies)

    assert refused.status == 503
    assert NOT_YET in refused.text
    assert STORY in refused.text
    assert shown.receipt is not None
    assert again.receipt == shown.receipt
    assert count_reports() == 1


def test_cut_after_commit_was_sent_the_same_form_finds_the_stored_report(web_house: WebHouse):
    visitor = web_house.visitor()
    page = visitor.get("/i/")
    cookies = dict(visitor.cookies)

    web_house.line.cut_after = b"COMMIT"
    unsure = send(visitor, page, cookies)
    stored = count_reports()
    shown = send(visitor, page, cookies)

    assert web_house.line.cuts == 1
    assert unsure.status == 503
    assert NOT_YET in unsure.text
    assert stored == 1
    assert shown.receipt is not None
    assert count_reports() == 1


def test_a_line_that_falls_silent_stops_nobody_for_long(web_house: WebHouse):
    visitor = web_house.visitor()
    page = visitor.get("/i/")
    cookies = dict(visitor.cookies)
    web_house.line.drop()

    web_house.line.silent = True
    begun = time.monotonic()
    waited = send(visitor, page, cookies)
    alive = visitor.get("/livez").status
    seconds = time.monotonic() - begun
    web_house.line.silent = False
    shown = send(visitor, page, cookies)

    assert waited.status == 503
    assert alive == 200
    assert seconds < 8
    assert shown.receipt is not None
    assert count_reports() == 1


@pytest.mark.slow
def test_a_slow_database_sheds_what_it_cannot_take_and_does_not_pile_up(web_house: WebHouse):
    web_house.line.delay = 0.3

    def one(_: int) -> str:
        visitor = web_house.visitor()
        page = visitor.get("/i/")
        answer = send(visitor, page, dict(visitor.cookies)) if page.status == 200 else page
        return "receipt" if answer.receipt else str(answer.status)

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(one, range(16)))
    web_house.line.delay = 0.0
    begun = time.monotonic()
    after = one(0)

    assert set(told) <= {"receipt", "503"}
    assert told.count("receipt") + 1 == count_reports()
    assert "receipt" in told
    assert after == "receipt"
    assert time.monotonic() - begun < 3


def test_with_two_connections_left_the_public_form_still_takes_reports(web_house: WebHouse):
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 2')
        cursor.execute("SET ROLE ra_migrate")
    web_house.line.drop()

    def one(_: int) -> bool:
        visitor = web_house.visitor(patience=25)
        page = visitor.get("/i/")
        shown = send(visitor, page, dict(visitor.cookies))
        return shown.receipt is not None

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(one, range(8)))

    assert all(told)
    assert count_reports() == 8

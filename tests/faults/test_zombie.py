"""Fault F19: a web server is stopped in the middle of a report and goes on later: what it still writes is refused."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from ruangaman.ops import roles
from ruangaman.ops.bench.house import workers
from tests.faults.conftest import WebHouse, count_reports, send

pytestmark = pytest.mark.committed


def test_it_holds_nobody_up_for_longer_than_its_patience_and_nothing_is_stored_twice(web_house: WebHouse):
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"ALTER ROLE ra_login_web IN DATABASE \"{name}\" SET idle_in_transaction_session_timeout = '1s'")
        cursor.execute("SET ROLE ra_migrate")
    web_house.line.drop()
    visitor = web_house.visitor(patience=20)
    page = visitor.get("/i/")
    cookies = dict(visitor.cookies)
    (worker,) = workers(web_house.process.pid)[-1:]

    web_house.line.hold_after = b"intake_accept"
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, visitor, page, cookies)
        assert web_house.line.held.wait(10)
        os.kill(worker, signal.SIGSTOP)
        web_house.line.let_go()
        time.sleep(2.5)
        stored_meanwhile = count_reports()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state LIKE 'idle in%%'", [name]
            )
            held = cursor.fetchone()[0]
        os.kill(worker, signal.SIGCONT)
        shown = sending.result(40)

    assert stored_meanwhile == 0
    assert held == 0
    assert shown.receipt is not None
    assert count_reports() == 1


def test_the_patience_of_the_web_login_is_set(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
            " WHERE r.rolname = 'ra_login_web' AND s.setdatabase = 0"
        )
        found = {row[0] for row in cursor.fetchall()}

    assert found >= {f"{name}={value}" for name, value in roles.PATIENCE.items()}

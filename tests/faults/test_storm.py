"""Fault F18: fifty people sign in at once; memory stays bounded and the public form works on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ruangaman.ops.bench.house import pss_mib, workers
from tests.faults.conftest import WebHouse, send

pytestmark = pytest.mark.committed
MOST_MIB = 350


@pytest.mark.slow
def test_fifty_sign_ins_at_once_leave_memory_bounded_and_the_form_working(web_house: WebHouse):
    asked = [(visitor, visitor.get("/masuk/")) for visitor in (web_house.visitor() for _ in range(50))]
    reporter = web_house.visitor()
    form = reporter.get("/i/")

    with ThreadPoolExecutor(50) as pool:
        tries = [
            pool.submit(visitor.submit, page, {"username": f"orang{number}", "password": "bukan-ini-sandinya"})
            for number, (visitor, page) in enumerate(asked)
        ]
        begun = time.monotonic()
        shown = send(reporter, form, dict(reporter.cookies))
        seconds = time.monotonic() - begun
        told = {each.result().status for each in tries}

    assert shown.receipt is not None
    assert seconds < 10
    assert told <= {422, 429}
    assert 429 in told, "the queue of hashes has no end"
    assert max(pss_mib(pid) for pid in workers(web_house.process.pid)) < MOST_MIB

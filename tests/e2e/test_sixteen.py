"""Sixteen people reporting at once; the same while parts of the house are killed. See also `./ruang soak kills`."""

from __future__ import annotations

import pytest

from ruangaman.ops.running import RunningDemo
from ruangaman.ops.soak.flood import flood
from ruangaman.ops.soak.kills import run_kills

pytestmark = pytest.mark.slow


def test_five_hundred_reports_from_sixteen_people_all_get_a_receipt_that_opens_the_thread(house: RunningDemo) -> None:
    result = flood(house.url, reports=500, threads=16)

    assert result.missing() == []


def test_kills_of_web_database_and_worker_lose_nothing_and_double_nothing(house: RunningDemo) -> None:
    outcome = run_kills(house, reports=80, kills=3)

    assert outcome.faults() == []
    assert outcome.killed == ("web", "database", "worker")
    assert outcome.flood.retries > 0

"""The lists that people work with read no large table whole: a small city of twenty thousand cases shows it."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from ruangaman.ops import seed
from ruangaman.ops.bench import looking, looks, mass, plans, queue
from ruangaman.ops.bench.frame import Result
from ruangaman.ops.bench.looking import WAYS, Measured
from ruangaman.ops.bench.looks import Look
from ruangaman.ops.demo import DemoError
from ruangaman.ops.postgres import conninfo
from tests.support import stage

ROWS = 20_000


def quiet(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@pytest.mark.committed
def test_no_list_page_or_search_reads_a_large_table_whole():
    seed.fill_demo(progress=quiet, cases=2)
    cast = looks.gather()
    connection.close()
    database = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(conninfo(stage.socket(), database), autocommit=True) as owner:
        mass.load(owner, mass.Size(ROWS), quiet)
        counts = dict(owner.execute("SELECT closed_at IS NULL, count(*) FROM cases_case GROUP BY 1").fetchall())
    found = {look.name: Measured() for look in looks.list_looks(cast, looks.now())}
    for look in looks.list_looks(cast, looks.now()):
        looking.inspect(look, found[look.name], rows=ROWS)

    assert counts[True] >= ROWS // 20
    assert found["cases, companion"].rows > 20
    assert found["search by NIK, manager"].statements > 0
    assert {name: each.faults for name, each in found.items() if each.faults} == {}
    blind = Look("all", cast.people["head"], read_everything)
    looking.inspect(blind, whole := Measured(), rows=ROWS)
    assert [fault.splitlines()[0] for fault in whole.faults] == [
        "ran over all of cases_case", "reads all of cases_case:",
    ]  # fmt: skip


def read_everything() -> None:
    """Ask what no index answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case WHERE authority = 'national'")
        cursor.fetchall()


def test_a_plan_is_searched_to_its_leaves_and_shown_as_lines():
    scan = {"Node Type": "Seq Scan", "Relation Name": "cases_case", "Plan Rows": 1, "Total Cost": 9.0, "Filter": "x"}
    small = {**scan, "Relation Name": "accounts_unit"}
    plan = {"Node Type": "Limit", "Plan Rows": 1, "Total Cost": 9.0, "Plans": [small, {**scan, "Plans": [scan]}]}

    assert plans.whole_reads(plan) == ["cases_case", "cases_case"]
    assert plans.whole_reads(small) == []
    assert plans.shown(plan).splitlines()[3:5] == ["  Seq Scan cases_case  rows=1 cost=9", "      x"]


def measured(page: float, off: float, sql: float, faults: list[str]) -> dict[str, object]:
    times = dict(zip(WAYS, ([page], [off], [sql], [sql]), strict=True))
    return {"times": times, "waited": [page], "statements": 1, "rows": 1, "faults": faults}


@pytest.mark.parametrize(
    ("large", "kept"),
    [
        (measured(12, 9, 9, []), [True, True, True]),
        (measured(12, 9, 9, ["reads all of cases_case"]), [False, True, True]),
        (measured(24, 9, 9, []), [True, False, True]),
        (measured(40, 30, 30, []), [True, True, False]),
    ],
    ids=["all kept", "a whole table", "dear security", "growth"],
)
def test_each_limit_of_a_look_is_judged(large, kept, capsys):
    result = Result("queue")
    queue._judge(result, "cases, head", {10_000: measured(10, 8, 8, []), 10_000_000: large})

    assert [check.ok for check in result.checks] == kept


def test_what_somebody_with_many_grants_sees_grows_from_where_there_are_as_many_cases():
    result = Result("queue")
    sizes = {10_000: measured(1, 1, 1, []), 1_000_000: measured(40, 40, 40, []), 10_000_000: measured(50, 50, 50, [])}
    queue._judge(result, "cases, manager", sizes)
    queue._judge(result, "cases, head", sizes)

    assert [check.ok for check in result.checks] == [True, True, True, True, True, False]


def test_too_small_a_disk_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(DemoError, match="name a folder on a larger disk with --data, or fewer cases with --rows"):
        queue._require_room(tmp_path, [10**12])
    queue._require_room(tmp_path, [1000])


@pytest.mark.parametrize("text", ["", "ten", "10", "1000,x"])
def test_sizes_that_are_none_are_refused(text):
    with pytest.raises(queue.argparse.ArgumentTypeError):
        queue._sizes(text)
    assert queue._sizes("20000,1000") == [1000, 20000]

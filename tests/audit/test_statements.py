"""Statements that are planned once: their parameters are the server's, and they are counted like all others."""

from __future__ import annotations

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from ruangaman.audit.services import Planned, run_prepared
from ruangaman.clocks.models import ClockKind
from tests.factories.cases import FEB_1

pytestmark = pytest.mark.django_db


def test_the_first_row_comes_back():
    assert run_prepared("SELECT %s::bytea, %s::text", [b"\x00'", "a'b"]) == (b"\x00'", "a'b")


def test_a_statement_without_rows_gives_nothing():
    assert run_prepared("SET LOCAL ROLE ra_public", []) is None
    assert run_prepared("SELECT 1 WHERE %s::boolean", [False]) is None


def test_errors_are_django_s_own():
    with pytest.raises(DataError):
        run_prepared("SELECT 1 / %s::integer", [0])


def test_the_same_text_is_planned_once():
    for number in range(3):
        run_prepared("SELECT %s::integer + 40002", [number])

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%+ 40002'")
        assert cursor.fetchone() == (1,)


def test_it_is_counted():
    with CaptureQueriesContext(connection) as seen:
        run_prepared("SELECT %s::integer", [1])

    assert [each["sql"] for each in seen.captured_queries] == ["SELECT %s::integer"]


def of_kinds(*, keys, at):
    return ClockKind.objects.filter(key__in=keys, valid_from__lte=at).order_by("key").values("key", "chain")


def test_a_planned_query_answers_like_django_s_own_whatever_it_is_asked():
    planned = Planned(of_kinds)

    for keys in (["task", "case.step"], ["case.plan", "task"], ["case.step"], ["task", "case.plan", "case.step"]):
        assert planned.rows(keys=keys, at=FEB_1) == list(of_kinds(keys=keys, at=FEB_1))
    assert planned.rows(keys=["task"], at=FEB_1.replace(year=2000)) == []
    assert planned.first(keys=["none"], at=FEB_1) is None
    with pytest.raises(ValueError, match="asks for something"):
        planned.rows(keys=[], at=FEB_1)


def test_a_planned_query_is_compiled_once_for_about_as_many_values_and_is_one_statement():
    made = []

    def build(**values):
        made.append(values)
        return of_kinds(**values)

    planned = Planned(build)
    with CaptureQueriesContext(connection) as seen:
        for keys in (["task"], ["case.step"], ["task", "case.step", "case.plan"], ["task"] * 4):
            planned.rows(keys=keys, at=FEB_1)

    assert [len(one["keys"]) for one in made] == [1, 4]
    assert len(seen) == 4
    assert not any("case.step" in one["sql"] for one in seen)

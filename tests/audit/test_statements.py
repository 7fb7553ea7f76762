"""Statements that are planned once: their parameters are the server's, and they are counted like all others."""

from __future__ import annotations

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from ruangaman.audit.services import run_prepared

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

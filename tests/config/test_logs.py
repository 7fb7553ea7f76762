"""Logs name what failed and where, never the values."""

from __future__ import annotations

import logging

from ruangaman.config.logs import NoValues

STORY = "kata-kata yang tidak boleh keluar"


def fail() -> None:
    raise ValueError(STORY)


def test_the_text_of_an_exception_never_reaches_the_log():
    try:
        fail()
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("ruangaman.web", logging.ERROR, __file__, 1, "failed %s", (STORY,), info)

    assert NoValues().filter(record) is True

    line = logging.Formatter("%(message)s").format(record)
    assert STORY not in line
    assert "ValueError" in line
    assert "test_logs.py" in line


def test_a_line_without_an_exception_stays_as_it_is():
    record = logging.LogRecord("ruangaman.web", logging.INFO, __file__, 1, "%s pages", (3,), None)

    NoValues().filter(record)

    assert record.getMessage() == "3 pages"

"""Days, hours and moments are read as people type them, and no browser's language decides how an hour looks."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override

from ruangaman.core import clock
from ruangaman.core.regions import zone
from ruangaman.ui.days import DayField, HourField, MomentField, read_hour

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=zone())


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


class Form(forms.Form):
    on = DayField(required=False, back=0)
    born = DayField(required=False)
    hour = HourField(required=False)
    due = MomentField(required=False)


def form_of(text):
    return Form(QueryDict(text))


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("14.30", time(14, 30)), ("14:30", time(14, 30)), ("1430", time(14, 30)), ("8", time(8)), ("08,05", time(8, 5)),
     (" 0.00 ", time(0)), ("23:59:00", time(23, 59)), ("24.00", None), ("8.7", None), ("2 PM", None), ("", None)],
)  # fmt: skip
def test_an_hour_is_read_in_24_hours_with_a_dot_or_a_colon(typed, hour):
    assert read_hour(typed) == hour


def test_an_hour_that_is_none_is_told_and_stays_as_it_was_typed():
    form = form_of("hour=2+PM")
    assert "21.30" in form.errors["hour"][0]
    assert 'value="2 PM"' in str(form["hour"])
    assert form_of("hour=").is_valid()


@pytest.mark.parametrize("sent", ["due=2026-11-25&due=14.30", "due=2026-11-25T14:30", "due=2026-11-25+14.30"])
def test_a_moment_is_a_day_and_an_hour_under_one_name(sent):
    form = form_of(sent)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["due"] == datetime(2026, 11, 25, 14, 30, tzinfo=zone())
    assert re.findall(r'value="([^"]*)"', str(form["due"])) == ["2026-11-25", "14.30"]


@pytest.mark.parametrize(
    "sent",
    ["due=2026-11-25&due=", "due=&due=14.30", "due=besok", "due=2026-02-30&due=10.00", "due=2026-11-25&due=25.00",
     "due=9999-12-31&due=10.00", "due=0001-01-01T00:00"],
)  # fmt: skip
def test_a_moment_that_cannot_be_is_refused(sent):
    form = form_of(sent)
    assert list(form.errors) == ["due"]
    assert form_of("due=&due=").is_valid(), "nothing was typed"


def test_what_stands_there_is_drawn_on_the_office_s_clock_whatever_the_language():
    for language, hour in (("id", "08.05"), ("en", "08:05")):
        with override(language):
            shown = str(Form(initial={"due": datetime(2026, 1, 2, 8, 5, tzinfo=zone()), "hour": time(8, 5)})["due"])
            assert re.findall(r'value="([^"]*)"', shown) == ["2026-01-02", hour]
            assert 'type="time"' not in shown
            assert "datetime-local" not in shown
    kept = str(Form(initial={"due": ["2026-01-02", "8.05"]})["due"])
    assert re.findall(r'value="([^"]*)"', kept) == ["2026-01-02", "08.05"], "what was kept unsent comes back"


@pytest.mark.parametrize("day", ["0001-01-01", "0202-11-24", "1906-01-01", "2037-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_refused(day):
    assert "periksa tahunnya" in form_of(f"born={day}").errors["born"][0]


def test_where_the_past_is_over_it_is_refused_and_ten_years_ahead_are_not():
    assert "sudah lewat" in form_of("on=2026-11-23").errors["on"][0]
    for day in (NOON.date(), NOON.date() + timedelta(days=3660)):
        assert form_of(f"on={day.isoformat()}").is_valid(), day
    assert not form_of(f"on={(NOON.date() + timedelta(days=3661)).isoformat()}").is_valid()
    assert clock.why_far(date(2026, 11, 25), NOON, ahead=0).startswith("Hari itu belum datang")


def test_no_page_lets_the_browser_draw_an_hour():
    """A control of the browser shows AM and PM where the browser was installed so."""
    from pathlib import Path

    import ruangaman

    found = [
        path.name
        for path in Path(ruangaman.__file__).parent.rglob("*")
        if path.suffix in {".py", ".html"}
        and re.search(r"""["'](time|datetime-local)["']""", path.read_text())
        and re.search(r"""type["']?\s*[:=]\s*["'](time|datetime-local)""", path.read_text())
    ]
    assert found == []

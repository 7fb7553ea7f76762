"""When the office works: holidays and hours, which limits in working time are counted by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.clocks import selectors, services
from ruangaman.clocks.forms import HolidayForm, HoursForm
from ruangaman.clocks.models import Holiday
from ruangaman.clocks.views.rules import RULES, administrator, posted
from ruangaman.core import clock
from ruangaman.core.clock import YEARS
from ruangaman.core.errors import Conflict, DomainError
from ruangaman.core.types import StaffRequest

OFFICE = f"{RULES}libur/"
BACK = 3
"""Years before this one that are offered though nothing is written down in them; earlier ones step by step."""
SAID = {
    "libur": gettext_lazy("Hari libur sudah dicatat. Batas yang sedang berjalan tidak berubah."),
    "lewat": gettext_lazy("Sudah dicatat di antara hari yang sudah lewat. Batas yang sedang berjalan tidak berubah."),
    "tutup": gettext_lazy("Sudah dicatat. Pada hari itu kantor memang tidak buka, jadi hitungannya sama."),
    "hapus": gettext_lazy("Hari itu sekarang hari kerja biasa."),
    "hapus-tutup": gettext_lazy("Sudah dihapus. Kantor tetap tutup: hari itu tidak termasuk jam kerja."),
    "jam": gettext_lazy("Jam kerja sudah dicatat. Batas yang sedang berjalan tidak berubah."),
}


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: StaffRequest) -> HttpResponse:
    """The days of a year, the week, and a form for one more day. Another name for a day is asked about first."""
    form, before = HolidayForm(posted(request)), None
    if form.is_valid():
        facts, day = form.cleaned_data, form.cleaned_data["on"]
        before = selectors.get_holiday(on=day)
        try:
            services.set_holiday(**facts, instead_of=request.POST.get("ganti", ""), by=request.user, at=clock.now())
        except Conflict as error:
            form.add_error("on", str(error))
        else:
            said = "tutup" if _is_shut(day) else "lewat" if day < clock.day_of(clock.now()) else "libur"
            return HttpResponseRedirect(f"{OFFICE}?tahun={day.year}&sudah={said}")
    return _page(request, form, HoursForm(hours=dict(selectors.get_office().hours)), before)


@administrator
@require_POST
def remove(request: StaffRequest) -> HttpResponse:
    """Make a day an ordinary one, once it was asked whether that is meant. A day that is none changes nothing."""
    try:
        found = selectors.get_holiday(on=date.fromisoformat(request.POST.get("on", "")))
    except ValueError:
        found = None
    if found is None or found.on.year < clock.day_of(clock.now()).year:  # a year that is over is only read
        return HttpResponseRedirect(OFFICE)
    if "ya" not in request.POST:
        context = {"day": found, "is_shut": _is_shut(found.on), "is_past": found.on < clock.day_of(clock.now())}
        return render(request, "clocks/remove.html", context)
    services.remove_holiday(on=found.on, by=request.user, at=clock.now())
    return HttpResponseRedirect(f"{OFFICE}?sudah={'hapus-tutup' if _is_shut(found.on) else 'hapus'}")


@administrator
@require_POST
def hours(request: StaffRequest) -> HttpResponse:
    """Write down when the office works."""
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            services.set_hours(hours=form.hours, by=request.user, at=clock.now())
            return HttpResponseRedirect(f"{OFFICE}?sudah=jam")
        except DomainError as error:
            form.add_error(None, str(error))
    return _page(request, HolidayForm(), form)


def _page(request: StaffRequest, form: HolidayForm, week: HoursForm, before: Holiday | None = None) -> HttpResponse:
    today = clock.day_of(clock.now())
    years = selectors.count_holidays()
    year = _year(request, years, today)
    days = selectors.list_holidays(year=year)
    context = {
        "year": year,
        "years": [(one, years.get(one, 0)) for one in sorted({*years, *_offered(today), year})],
        "earlier": year - 1 if year > today.year - YEARS else None,
        "is_over": year < today.year,
        "days": [one for one in days if one.on >= today or year < today.year],
        "past": [one for one in reversed(days) if one.on < today and year == today.year],
        "before": before if form.errors else None,
        "form": form,
        "week": week,
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "clocks/office.html", context, status=422 if form.errors or week.errors else 200)


def _year(request: StaffRequest, years: Mapping[int, int], today: date) -> int:
    """Return the year that the address asks for, if it is near enough or something is written down in it."""
    asked = request.GET.get("tahun", "")
    year = int(asked) if asked.isdecimal() and len(asked) == len("2026") else today.year
    return year if year in years or today.year - YEARS <= year <= today.year else today.year


def _offered(today: date) -> range:
    return range(today.year - BACK, today.year + 1)


def _is_shut(day: date) -> bool:
    """Whether the office does not work on this weekday anyway."""
    return day.weekday() not in selectors.get_office().hours

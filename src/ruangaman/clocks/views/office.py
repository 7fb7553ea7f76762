"""When the office works: holidays and hours, which limits in working time are counted by."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.clocks import selectors, services
from ruangaman.clocks.forms import HolidayForm, HoursForm
from ruangaman.clocks.views.rules import RULES, administrator, posted
from ruangaman.core import clock
from ruangaman.core.errors import DomainError
from ruangaman.core.regions import zone
from ruangaman.core.types import StaffRequest

OFFICE = f"{RULES}libur/"
SAID = {
    "libur": gettext_lazy("Hari libur sudah dicatat. Batas yang sedang berjalan tidak berubah."),
    "hapus": gettext_lazy("Hari itu sekarang hari kerja biasa."),
    "jam": gettext_lazy("Jam kerja sudah dicatat. Batas yang sedang berjalan tidak berubah."),
}


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: StaffRequest) -> HttpResponse:
    """The days to come, the week, and a form for one more day."""
    form = HolidayForm(posted(request))
    if form.is_valid():
        services.set_holiday(**form.cleaned_data, by=request.user, at=clock.now())
        return HttpResponseRedirect(f"{OFFICE}?sudah=libur")
    return _page(request, form, HoursForm(hours=dict(selectors.get_office().hours)))


@administrator
@require_POST
def remove(request: StaffRequest) -> HttpResponse:
    """Make a day an ordinary one. A day that is none changes nothing."""
    try:
        day = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        return HttpResponseRedirect(OFFICE)
    services.remove_holiday(on=day, by=request.user, at=clock.now())
    return HttpResponseRedirect(f"{OFFICE}?sudah=hapus")


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


def _page(request: StaffRequest, form: HolidayForm, week: HoursForm) -> HttpResponse:
    today = clock.now().astimezone(zone()).date()
    context = {
        "days": selectors.list_holidays(since=today),
        "form": form,
        "week": week,
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "clocks/office.html", context, status=422 if form.errors or week.errors else 200)

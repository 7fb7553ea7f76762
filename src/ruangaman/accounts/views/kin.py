"""What somebody declares about themselves: relatives, and places that they are too near to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts.forms import PlaceForm, RelativeForm
from ruangaman.accounts.services import kin as services
from ruangaman.core import clock
from ruangaman.core.access import prepared, signed_in
from ruangaman.core.errors import NotFound
from ruangaman.core.types import StaffRequest

KIN_URL = "/pengaturan/kerabat/"


def stretch_numbers(request: Any) -> None:
    """Stretch the numbers before the page takes a connection."""
    form = RelativeForm(request.POST)
    if request.method == "POST" and not request.cookie_is_new and form.is_valid():
        known = form.cleaned_data
        request.prepared = services.prepare_relative(
            cookie=request.cookie, nik=known["nik"], phone=known["phone"], at=clock.now()
        )


@signed_in(prepare=stretch_numbers)
@require_http_methods(["GET", "HEAD", "POST"])
def kin(request: StaffRequest) -> HttpResponse:
    """Whom and what somebody declared, and the forms that add to it."""
    form = RelativeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        probes = prepared(request)
        if probes is None:
            form.add_error(None, _("Belum tersimpan: sedang ramai. Coba lagi sebentar lagi."))
        else:
            known = form.cleaned_data
            services.declare_relative(
                name=known["name"],
                relation=known["relation"],
                probes=probes,
                by=request.user,
                at=clock.now(),
                relative_id=known["row_id"],
            )
            return HttpResponseRedirect(KIN_URL)
    return _page(request, form)


@signed_in()
@require_POST
def withdraw(request: StaffRequest, relative_id: UUID) -> HttpResponse:
    """Take a relative back."""
    try:
        services.withdraw_relative(relative_id=relative_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return HttpResponseRedirect(KIN_URL)


@signed_in()
@require_POST
def add_place(request: StaffRequest) -> HttpResponse:
    """Declare a place."""
    form = PlaceForm(request.POST, places=_places(request))
    if not form.is_valid():
        return _page(request, RelativeForm(), form)
    services.avoid_place(code=form.cleaned_data["place"], by=request.user, at=clock.now())
    return HttpResponseRedirect(KIN_URL)


@signed_in()
@require_POST
def end_place(request: StaffRequest, code: str) -> HttpResponse:
    """Take a place back."""
    services.end_place(code=code, by=request.user, at=clock.now())
    return HttpResponseRedirect(KIN_URL)


def _places(request: StaffRequest) -> list[tuple[str, str]]:
    """Return the places that one may be too near to: all but the own unit and agency."""
    own = {request.user.unit.code, request.user.unit.agency.code}
    return sorted(
        ((code, name) for code, name in services.place_names().items() if code not in own), key=lambda one: one[1]
    )


def _page(request: StaffRequest, form: RelativeForm, place_form: PlaceForm | None = None) -> HttpResponse:
    rows = services.list_relatives(by=request.user)
    named = services.open_names(rows=rows, by=request.user, at=clock.now())
    names = services.place_names()
    places = place_form or PlaceForm(places=_places(request))
    context = {
        "form": form,
        "place_form": places,
        "relatives": [(row, named.get(row.pk)) for row in rows],
        "places": [(row, names.get(row.code, row.code)) for row in services.list_places(by=request.user)],
    }
    status = 422 if (form.is_bound and form.errors) or places.errors else 200
    return render(request, "accounts/kin.html", context, status=status)

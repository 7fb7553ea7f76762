"""The palette: a page with a search field and links, and the list that Ctrl+K shows over any other page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from ruangaman.core import clock
from ruangaman.core.access import signed_in
from ruangaman.core.types import StaffRequest
from ruangaman.web import selectors, services
from ruangaman.web.registry import sections_of

LONGEST = 60


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def palette(request: StaffRequest) -> HttpResponse:
    """What one may do here and now. What is searched for comes in the body: it may be a name."""
    typed = request.POST.get("cari", "")[:LONGEST].strip()
    here, at = selectors.parse_here(request.POST.get("di", request.GET.get("di", ""))), clock.now()
    groups = selectors.list_groups(viewer=request.user, here=here, typed=typed, at=at)
    for code in () if groups else selectors.codes_in(typed):
        services.note_knock(address="palet/", given={"code": code}, by=request.user, at=at)
    template = "web/_palette_options.html" if _is_part(request) else "web/palette.html"
    return render(request, template, {"groups": groups, "typed": typed, "palette_here": here.path})


@signed_in()
@require_safe
def shortcuts(request: StaffRequest) -> HttpResponse:
    """Every key that does something, and how to turn them off."""
    template = "web/_shortcuts.html" if _is_part(request) else "web/shortcuts.html"
    goes = [one for one in sections_of(request.user) if one.go]
    return render(request, template, {"goes": goes, "is_on": request.user.single_keys})


def _is_part(request: StaffRequest) -> bool:
    return request.headers.get("HX-Request") == "true"

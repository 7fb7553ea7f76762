"""The search: one number in, those whom the searcher may know of out. Never in an address, never kept by a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts.services import finding as accounts
from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases import services as case_services
from ruangaman.core import clock
from ruangaman.core.access import prepared, requires
from ruangaman.core.types import StaffRequest
from ruangaman.web.forms import NumberForm
from ruangaman.web.services import finding
from ruangaman.web.services.finding import Hit, Prepared

SEARCH_URL = "/cari/"


def stretch_number(request: Any) -> None:
    """Stretch the number before the page takes a connection."""
    form = NumberForm(request.POST)
    if request.method == "POST" and not request.cookie_is_new and form.is_valid():
        request.prepared = finding.prepare_search(
            cookie=request.cookie, number=form.cleaned_data["nomor"], at=clock.now()
        )


def stretch_waiting(request: Any) -> None:
    """Open and stretch what waits to come into the index, and the number that was looked for, before the page takes a
    connection.
    """
    if request.method == "POST" and not request.cookie_is_new:
        request.prepared = finding.prepare_catching_up(cookie=request.cookie, at=clock.now())
        form, waiting = NumberForm(request.POST), request.prepared
        if waiting is not None and not waiting.fault and form.is_valid():
            asked = finding.prepare_search(cookie=request.cookie, number=form.cleaned_data["nomor"], at=clock.now())
            request.prepared = replace(asked, people=waiting.people) if asked is not None else waiting


@requires(Permission.PEOPLE_FIND, prepare=stretch_number)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """The field, what it can find and what not; below it what was found."""
    found: Prepared | None = prepared(request)
    if request.method != "POST" or request.body_fault is not None or found is None:  # type: ignore[attr-defined]
        form = NumberForm(request.POST if request.method == "POST" else None)
        return _page(request, form)
    form = NumberForm(request.POST)
    form.is_valid()
    if found.fault:
        form.add_error(None, found.fault)
        return _page(request, form)
    return _page(request, form, finding.search(probes=found.probes, by=request.user, at=clock.now()))


@requires(Permission.PEOPLE_FIND, prepare=stretch_waiting)
@require_POST
def catch_up(request: StaffRequest) -> HttpResponse:
    """Let people in one's own cases be found who could not be yet; then look again for what was looked for."""
    found: Prepared | None = prepared(request)
    if found is not None and (found.people or not found.fault):
        case_services.index_waiting(found=found.people, by=request.user, at=clock.now())
    if found is None or not (found.probes or found.fault):
        return HttpResponseRedirect(SEARCH_URL)
    form = NumberForm(request.POST)
    form.is_valid()
    if found.fault:
        form.add_error(None, found.fault)
        return _page(request, form)
    return _page(request, form, finding.search(probes=found.probes, by=request.user, at=clock.now()))


def _page(request: StaffRequest, form: NumberForm, hits: list[Hit] | None = None) -> HttpResponse:
    context = {
        "form": form,
        "hits": hits,
        "number": form.cleaned_data["nomor"] if hits is not None else "",
        "has_key": accounts.ready_to_find(by=request.user, at=clock.now()),
        "waiting": cases.list_unindexed(viewer=request.user).count(),
        "is_manager": request.user.has(Permission.CASE_LIST),
    }
    return render(request, "web/find.html", context, status=422 if form.errors else 200)

"""Filters with a name: the list, keeping one, changing it, throwing it away."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.core import clock
from ruangaman.core.access import signed_in
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest
from ruangaman.web import selectors
from ruangaman.web.forms import SavedForm
from ruangaman.web.services import saved
from ruangaman.web.services.filter_words import words_of
from ruangaman.web.types import Filters

LIST_URL = "/kerja/saringan/"


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StaffRequest) -> HttpResponse:
    """One's own filters and those of the unit; with a filter in the address, the form that keeps it."""
    asked = Filters.read(request.GET.dict())
    form = SavedForm(request.POST if request.method == "POST" else None, initial={"saringan": asked.query})
    if form.is_valid():
        try:
            row = saved.save_filter(
                name=form.cleaned_data["nama"],
                filters=form.filters,
                shared=form.cleaned_data["bersama"],
                by=request.user,
                at=clock.now(),
                saved_id=form.saved_id,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(f"/kerja/?{row.query}")
    chosen = Filters.of(form["saringan"].value() or "")
    lines = [(one, words_of(one.row.filters)) for one in selectors.list_saved(viewer=request.user, at=clock.now())]
    context = {"form": form, "lines": lines, "chosen": words_of(chosen) if chosen.query else ""}
    return render(request, "web/saved.html", context, status=422 if form.errors else 200)


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, saved_id: UUID) -> HttpResponse:
    """Another name; shared or not. What it narrows to stays: another address is another filter."""
    row = selectors.get_saved(saved_id=saved_id, viewer=request.user)
    first = {"nama": row.name, "bersama": row.unit_id is not None}
    form = SavedForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        name, shared = form.cleaned_data["nama"], form.cleaned_data["bersama"]
        try:
            saved.change_filter(saved_id=row.pk, name=name, shared=shared, by=request.user, at=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(LIST_URL)
    context = {"form": form, "row": row, "words": words_of(row.filters)}
    return render(request, "web/saved_change.html", context, status=422 if form.errors else 200)


@signed_in()
@require_POST
def delete(request: StaffRequest, saved_id: UUID) -> HttpResponse:
    """Throw it away."""
    try:
        saved.delete_filter(saved_id=saved_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return HttpResponseRedirect(LIST_URL)

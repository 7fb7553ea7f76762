"""Adding to a case: people, notes, services."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import NoteForm, PersonForm, ServiceForm
from ruangaman.cases.views.answers import case_url, data_of, go, is_done, is_sent, kept, show
from ruangaman.codelists.selectors import book
from ruangaman.core import clock
from ruangaman.core.access import prepared, requires, resumed
from ruangaman.core.types import StaffRequest
from ruangaman.vault.types import Compartment

form_page = require_http_methods(["GET", "POST"])


def stretch_numbers(request: Any, **_address: Any) -> None:
    """Stretch the numbers in the form before the page takes a connection, for whoever holds the key of the index."""
    if request.method == "POST" and not request.cookie_is_new:
        request.prepared = services.stretch_numbers(
            cookie=request.cookie,
            nik=request.POST.get("nik", ""),
            phone=request.POST.get("contact_value", ""),
            at=clock.now(),
        )


@requires(Permission.CASE_WRITE, prepare=stretch_numbers, keeps=kept(_("Orang baru")))
@form_page
def add_person(request: StaffRequest, code: str) -> HttpResponse:
    """Somebody new in the case."""
    case = selectors.get_granted(code=code, viewer=request.user)
    held = selectors.list_held(case=case, viewer=request.user)
    today = timezone.localdate(clock.now())
    has_contact, places = Compartment.CONTACT in held, selectors.list_places()
    form = PersonForm(
        data_of(request),
        book=book(),
        today=today,
        has_contact=has_contact,
        places=places,
        initial=resumed(request),
    )
    if is_sent(request, form) and is_done(
        form,
        lambda: services.add_person(
            code=code, person=form.to_person(), by=request.user, at=clock.now(), probes=prepared(request)
        ),
    ):
        return go(request, case_url(case, anchor="identity", said="orang"))
    return show(request, "cases/person.html", case, form)


@requires(Permission.CASE_WRITE, keeps=kept(_("Catatan")))
@form_page
def add_note(request: StaffRequest, code: str) -> HttpResponse:
    """A note in one of the drawers that the person holds."""
    case = selectors.get_granted(code=code, viewer=request.user)
    offered = selectors.list_note_drawers(case=case, viewer=request.user)
    asked, corrects = request.GET.get("di", ""), request.GET.get("membetulkan", "")
    initial = asked if asked in dict(offered) or len(offered) != 1 else offered[0][0]
    form = NoteForm(
        data_of(request), compartments=offered, initial=resumed(request, {"compartment": initial, "corrects": corrects})
    )
    if is_sent(request, form):
        known = form.cleaned_data
        drawer = Compartment(int(known["compartment"]))
        if is_done(
            form,
            lambda: services.add_note(
                code=code,
                compartment=drawer,
                text=known["text"],
                by=request.user,
                at=clock.now(),
                note_id=known["row_id"],
                corrects=known["corrects"],
            ),
        ):
            return go(request, case_url(case, anchor=drawer.name.lower(), said="catatan"))
    return show(request, "cases/note.html", case, form)


@requires(Permission.CASE_WRITE, keeps=kept(_("Layanan")))
@form_page
def add_service(request: StaffRequest, code: str) -> HttpResponse:
    """A service that was given."""
    case, today = selectors.get_granted(code=code, viewer=request.user), timezone.localdate(clock.now())
    units = {str(unit.pk): unit for unit in selectors.list_providers()}
    providers = [(key, unit.name) for key, unit in units.items()]
    initial = resumed(request, {"on": today, "provider": str(case.unit_id)})
    form = ServiceForm(data_of(request), book=book(), providers=providers, today=today, initial=initial)
    if is_sent(request, form):
        known = form.cleaned_data
        if is_done(
            form,
            lambda: services.add_service(
                code=code,
                type=known["type"],
                on=known["on"],
                hours=known["hours"],
                provider_unit=units[known["provider"]],
                result=known["result"],
                by=request.user,
                at=clock.now(),
                service_id=known["row_id"],
            ),
        ):
            return go(request, case_url(case, anchor="riwayat", said="layanan"))
    return show(request, "cases/service.html", case, form)

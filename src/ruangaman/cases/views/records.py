"""Adding to a case: people, incidents, notes, services."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import IncidentForm, NoteForm, PersonForm, ServiceForm
from ruangaman.cases.types import note_content
from ruangaman.cases.views.answers import case_url, data_of, go, is_done, is_sent, kept, show
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.codelists import Place, ServiceType
from ruangaman.core.types import StaffRequest
from ruangaman.vault.types import Compartment

form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CASE_WRITE, keeps=kept(_("Orang baru")))
@form_page
def add_person(request: StaffRequest, code: str) -> HttpResponse:
    """Somebody new in the case."""
    case = selectors.get_granted(code=code, viewer=request.user)
    held = selectors.list_held(case=case, viewer=request.user)
    form = PersonForm(data_of(request), has_contact=Compartment.CONTACT in held, initial=resumed(request))
    if is_sent(request, form) and is_done(
        form,
        lambda: services.add_person(code=code, person=form.to_person(), by=request.user, at=clock.now()),
    ):
        return go(request, case_url(case, anchor="identity"))
    return show(request, "cases/person.html", case, form)


@requires(Permission.CASE_WRITE, keeps=kept(_("Kejadian baru")))
@form_page
def add_incident(request: StaffRequest, code: str) -> HttpResponse:
    """Something that happened."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    people = selectors.list_persons(case=case, viewer=request.user, at=at)
    form = IncidentForm(data_of(request), people=people, today=timezone.localdate(at), initial=resumed(request))
    if is_sent(request, form) and is_done(form, lambda: _add_incident(request, code, form)):
        return go(request, case_url(case, anchor="narrative"))
    return show(request, "cases/incident.html", case, form)


def _add_incident(request: StaffRequest, code: str, form: IncidentForm) -> None:
    known = form.cleaned_data
    services.add_incident(
        code=code,
        forms=known["forms_of_violence"],
        place=Place(known["place"]),
        kecamatan=form.kecamatan,
        from_on=known["from_on"],
        to_on=known["to_on"],
        narrative=note_content(known["story"], form.facts()),
        links=form.links(),
        by=request.user,
        at=clock.now(),
        incident_id=known["row_id"],
    )


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
            return go(request, case_url(case, anchor=drawer.name.lower()))
    return show(request, "cases/note.html", case, form)


@requires(Permission.CASE_WRITE, keeps=kept(_("Layanan")))
@form_page
def add_service(request: StaffRequest, code: str) -> HttpResponse:
    """A service that was given."""
    case, today = selectors.get_granted(code=code, viewer=request.user), timezone.localdate(clock.now())
    units = {str(unit.pk): unit for unit in selectors.list_providers()}
    providers = [(key, unit.name) for key, unit in units.items()]
    initial = resumed(request, {"on": today, "provider": str(case.unit_id)})
    form = ServiceForm(data_of(request), providers=providers, today=today, initial=initial)
    if is_sent(request, form):
        known = form.cleaned_data
        if is_done(
            form,
            lambda: services.add_service(
                code=code,
                type=ServiceType(known["type"]),
                on=known["on"],
                hours=known["hours"],
                provider_unit=units[known["provider"]],
                result=known["result"],
                by=request.user,
                at=clock.now(),
                service_id=known["row_id"],
            ),
        ):
            return go(request, case_url(case, anchor="riwayat"))
    return show(request, "cases/service.html", case, form)

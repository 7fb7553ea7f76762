"""What happened: an incident, and what is answered about each victim in it, perhaps on another day."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import AnswersForm, IncidentForm
from ruangaman.cases.forms.answers import PairFields
from ruangaman.cases.selectors import AnswersPage
from ruangaman.cases.types import note_content
from ruangaman.cases.views.answers import case_url, data_of, go, is_done, is_sent, kept, show
from ruangaman.codelists.selectors import book
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CASE_WRITE, keeps=kept(_("Kejadian baru")))
@form_page
def add_incident(request: StaffRequest, code: str) -> HttpResponse:
    """Something that happened."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    people = selectors.list_persons(case=case, viewer=request.user, at=at)
    today = timezone.localdate(at)
    form = IncidentForm(data_of(request), book=book(), people=people, today=today, initial=resumed(request))
    if is_sent(request, form) and is_done(form, lambda: _add_incident(request, code, form)):
        return go(request, case_url(case, anchor="narrative", said="kejadian"))
    return show(request, "cases/incident.html", case, form)


def _add_incident(request: StaffRequest, code: str, form: IncidentForm) -> None:
    known = form.cleaned_data
    services.add_incident(
        code=code,
        forms=known["forms_of_violence"],
        place=known["place"],
        kecamatan=form.kecamatan,
        from_on=known["from_on"],
        to_on=known["to_on"],
        narrative=note_content(known["story"], form.facts()),
        about=form.about(),
        links=form.links(),
        by=request.user,
        at=clock.now(),
        incident_id=known["row_id"],
    )


@requires(Permission.CASE_WRITE, keeps=kept(_("Jawaban tentang korban")))
@form_page
def answer_about(request: StaffRequest, code: str, incident_id: UUID, victim_id: UUID) -> HttpResponse:
    """What is asked about one victim in one incident; what was answered before is opened and recorded."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    page = selectors.open_answers(case=case, incident_id=incident_id, victim_id=victim_id, viewer=request.user, at=at)
    form = _answers_form(request, page)
    if is_sent(request, form) and is_done(
        form,
        lambda: services.answer_about_victim(
            code=code,
            incident_id=incident_id,
            victim_id=victim_id,
            victim=form.victim(),
            pairs=form.changes(),
            by=request.user,
            at=clock.now(),
        ),
    ):
        return go(request, case_url(case, anchor="narrative", said="jawaban"))
    return show(request, "cases/answers.html", case, form, page=page)


def _answers_form(request: StaffRequest, page: AnswersPage) -> AnswersForm:
    pairs = [
        PairFields(link.pk, name, link.perpetrator_id is not None, link.relation, tuple(link.forms), about)
        for link, name, about in page.pairs
    ]
    return AnswersForm(
        data_of(request), initial=resumed(request), book=book(), on=page.on, known=page.about, pairs=pairs
    )

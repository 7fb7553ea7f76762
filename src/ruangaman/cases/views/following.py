"""While the work goes on: reviews, conferences, sessions, tries to reach her, mediation, the police."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.cases import policies, selectors, services
from ruangaman.cases.forms import ConferenceForm, MediationForm, PoliceForm, ReviewForm, SessionForm, TryForm
from ruangaman.cases.forms.planning import people_of
from ruangaman.cases.models import Case, Conference, MediationRequest, PoliceDecision, Review, Session
from ruangaman.cases.selectors import functions, steps, trying
from ruangaman.cases.selectors.facts import known_of
from ruangaman.cases.selectors.people import open_safe_contact
from ruangaman.cases.selectors.reviewing import latest_review
from ruangaman.cases.types import AskedBy, PoliceChoice, Reached, Way, permitted_way
from ruangaman.cases.views.answers import answer, data_of, kept
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])


def _for_sessions(*, code: str, viewer: User) -> Case:
    """Return a case for who holds sessions. Raises Http404."""
    case = selectors.get_granted(code=code, viewer=viewer)
    if not policies.can_hold_session(viewer):
        raise Http404
    return case


def _for_police(*, code: str, viewer: User) -> Case:
    """Return a case for who decides what the police is told. Raises Http404."""
    case = selectors.get_granted(code=code, viewer=viewer)
    if not policies.can_decide_police(viewer):
        raise Http404
    return case


@requires(Permission.CASE_WRITE, keeps=kept(_("Tinjauan")))
@form_page
def review(request: StaffRequest, code: str) -> HttpResponse:
    """The danger weighed again."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    latest = {risk.value: latest_review(risk=risk, at=at) for risk in RiskLevel}
    initial = {"risk": case.risk, "next_on": latest[case.risk]}
    seen = steps.seen_of(case)
    form = ReviewForm(data_of(request), at=at, latest=latest, seen=seen, initial=resumed(request, initial))

    def act() -> None:
        known = form.cleaned_data
        try:
            services.review(
                code=code, risk=RiskLevel(int(known["risk"])), reason=known["reason"], next_on=known["next_on"],
                seen=known["seen"], by=request.user, at=at, review_id=known["row_id"],
            )  # fmt: skip
        except Conflict:
            form.look_again()
            raise

    past = steps.open_steps(model=Review, case=case, viewer=request.user, at=at)
    return answer(request, "cases/review.html", case, form, act, said="tinjauan", past=past, ends=True)


@requires(Permission.CASE_ASSIGN, keeps=kept(_("Konferensi kasus"), find=selectors.get_managed))
@form_page
def conference(request: StaffRequest, code: str) -> HttpResponse:
    """Who met about the case, and what they decided."""
    case, at = selectors.get_managed(code=code, viewer=request.user), clock.now()
    team = people_of(selectors.list_parts(case=case, viewer=request.user))
    now = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    form = ConferenceForm(data_of(request), at=at, team=team, initial=resumed(request, {"held_at": now}))

    def act() -> None:
        known = form.cleaned_data
        services.hold_conference(
            code=code, held_at=known["held_at"], participants=[team[one] for one in known["participants"]],
            guests=form.guest_names(), minutes=known["minutes"], decisions=form.decisions(), by=request.user, at=at,
            conference_id=known["row_id"],
        )  # fmt: skip

    past = steps.open_steps(model=Conference, case=case, viewer=request.user, at=at)
    return answer(request, "cases/conference.html", case, form, act, said="konferensi", past=past)


@requires(Permission.CASE_WRITE, keeps=kept(_("Sesi psikolog"), find=_for_sessions))
@form_page
def session(request: StaffRequest, code: str) -> HttpResponse:
    """A psychologist's session. For the others of the team this page is not there."""
    case, at = _for_sessions(code=code, viewer=request.user), clock.now()
    initial = resumed(request, {"on": timezone.localdate(at), "risk": case.risk})
    form = SessionForm(data_of(request), at=at, initial=initial)

    def act() -> None:
        known = form.cleaned_data
        services.hold_session(
            code=code, on=known["on"], attended=known["attended"] == "yes", next_on=known["next_on"],
            risk=RiskLevel(int(known["risk"])), words=known["words"], by=request.user, at=at,
            session_id=known["row_id"],
        )  # fmt: skip

    past = steps.open_steps(model=Session, case=case, viewer=request.user, at=at)
    return answer(request, "cases/session.html", case, form, act, to="sesi/", said="sesi", past=past)


@requires(Permission.CASE_WRITE, keeps=kept(_("Upaya menghubungi")))
@form_page
def try_contact(request: StaffRequest, code: str) -> HttpResponse:
    """Somebody tried to reach her."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    reach = open_safe_contact(case=case, viewer=request.user, at=at)
    hours = reach.contact.hours if reach.contact else ""
    permitted = permitted_way(reach.contact)
    form = TryForm(data_of(request), permitted=permitted, hours=hours, initial=resumed(request))

    def act() -> None:
        known = form.cleaned_data
        services.try_contact(
            code=code, way=Way(known["way"]), result=Reached(known["result"]), words=known["words"],
            why=known.get("why", ""), knows_danger=known.get("knows", False), is_in_hours=form.is_in_hours(),
            tried_at=known["tried_at"], by=request.user, at=at, try_id=known["row_id"],
        )  # fmt: skip

    known = known_of(case, at)
    past = trying.open_tries(case=case, known=known, viewer=request.user, at=at)
    dangers = trying.open_dangers(case=case, viewer=request.user, at=at)
    shown = {"past": past, "tries": known.tries(at), "reach": reach, "dangers": dangers, "permitted": permitted}
    return answer(request, "cases/try.html", case, form, act, to="upaya/", said="upaya", **shown)


@requires(Permission.CASE_WRITE, keeps=kept(_("Mediasi")))
@form_page
def mediation(request: StaffRequest, code: str) -> HttpResponse:
    """May there be a mediation? Whatever stands against it is said before anybody is asked."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    form = MediationForm(data_of(request), initial=resumed(request))

    def act() -> None:
        known = form.cleaned_data
        services.ask_mediation(
            code=code, asked_by=AskedBy(known["asked_by"]), words=known["words"], by=request.user, at=at,
            request_id=known["row_id"],
        )  # fmt: skip

    against = functions.against_mediation(case=case, viewer=request.user, at=at)
    past = steps.open_steps(model=MediationRequest, case=case, viewer=request.user, at=at)
    return answer(
        request, "cases/mediation.html", case, form, act, to="mediasi/", said="mediasi", past=past, against=against
    )


@requires(Permission.CASE_WRITE, keeps=kept(_("Laporan ke polisi"), find=_for_police))
@form_page
def police(request: StaffRequest, code: str) -> HttpResponse:
    """What is told to the police. Decided by the legal staff; for the others this page is not there."""
    case, at = _for_police(code=code, viewer=request.user), clock.now()
    form = PoliceForm(data_of(request), at=at, initial=resumed(request))

    def act() -> None:
        known = form.cleaned_data
        services.decide_police(
            code=code, choice=PoliceChoice(known["decided"]), informed_at=known["informed_at"],
            sent_on=known["sent_on"], wish=known["wish"], letter=known["letter"], receipt=known["receipt"],
            why=known["why"], by=request.user, at=at, decision_id=known["row_id"],
        )  # fmt: skip

    past = steps.open_steps(model=PoliceDecision, case=case, viewer=request.user, at=at)
    return answer(request, "cases/police.html", case, form, act, to="polisi/", said="polisi", past=past)

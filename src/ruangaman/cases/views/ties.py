"""What somebody in a case is to others, who may be the same person, and what was met elsewhere."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import TieForm
from ruangaman.cases.selectors.comparing import get_person_page
from ruangaman.cases.types.ties import TieKind
from ruangaman.cases.views.answers import case_url, data_of, go, is_done, is_sent, show
from ruangaman.cases.views.said import having
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import NotFound
from ruangaman.core.types import StaffRequest


@requires(Permission.CASE_WRITE)
@require_http_methods(["GET", "POST"])
def ties(request: StaffRequest, code: str, person_id: UUID) -> HttpResponse:
    """Who may be the same, what they are to others, and the form that says it."""
    case = selectors.get_granted(code=code, viewer=request.user)
    person = selectors.get_person(case=case, person_id=person_id)
    page = get_person_page(case=case, person=person, viewer=request.user, at=clock.now())
    form = TieForm(data_of(request), others=_offered(request, page), across="across" in request.POST)
    if is_sent(request, form) and is_done(
        form,
        lambda: services.tie_people(
            code=code,
            person_id=person.pk,
            other_id=UUID(form.cleaned_data["other"]),
            kind=TieKind(form.cleaned_data["kind"]),
            by=request.user,
            at=clock.now(),
            tie_id=form.cleaned_data["row_id"],
        ),
    ):
        return go(request, having(f"/kasus/{code}/orang/{person.pk}/hubungan/", "hubungan"))
    return show(request, "cases/ties.html", case, form, page=page)


@requires(Permission.CASE_WRITE)
@require_POST
def untie(request: StaffRequest, code: str, person_id: UUID, tie_id: UUID) -> HttpResponse:
    """It is not so after all."""
    try:
        services.untie_people(code=code, tie_id=tie_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return HttpResponseRedirect(having(f"/kasus/{code}/orang/{person_id}/hubungan/", "hubungan-lepas"))


@requires(Permission.CASE_ASSIGN)
@require_POST
def ask_about(request: StaffRequest, code: str, meeting_id: UUID) -> HttpResponse:
    """Ask for what was met elsewhere to be shared."""
    return _meeting(request, code, meeting_id, is_over=False)


@requires(Permission.CASE_ASSIGN)
@require_POST
def settle(request: StaffRequest, code: str, meeting_id: UUID) -> HttpResponse:
    """The manager has looked."""
    return _meeting(request, code, meeting_id, is_over=True)


def _meeting(request: StaffRequest, code: str, meeting_id: UUID, *, is_over: bool) -> HttpResponse:
    case = selectors.get_managed(code=code, viewer=request.user)
    act = services.settle_meeting if is_over else services.ask_about_meeting
    try:
        act(code=code, meeting_id=meeting_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    if is_over:  # with the last of them the part that it stood in is gone, too
        return HttpResponseRedirect(case_url(case, said="temuan"))
    return HttpResponseRedirect(case_url(case, anchor="hubungan", said="temuan-minta"))


def _offered(request: StaffRequest, page: object) -> list[tuple[str, str]]:
    """Return whom a form may name: for one number in two cases who has it, else the others in the case."""
    if "across" in request.POST:
        return [(str(pair.other.pk), pair.name) for pair in page.pairs]  # type: ignore[attr-defined]
    return page.others  # type: ignore[attr-defined,no-any-return]

"""Who can open a case: the page that says so, access for a while, sharing what is older, holding it from erasure."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import AccessForm, EndForm, HoldForm, UntilForm
from ruangaman.cases.selectors.access import parts_of
from ruangaman.cases.types import AccessReason
from ruangaman.cases.views.answers import data_of, go, is_done, is_sent, kept, refused, show
from ruangaman.cases.views.said import having, said_of
from ruangaman.cases.views.team import named
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault.selectors import get_hold
from ruangaman.vault.types import HoldReason

form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CASE_READ)
@require_safe
def holders(request: StaffRequest, code: str) -> HttpResponse:
    """Everybody who can open the case, and who could until lately; nothing of it is opened here."""
    case = selectors.get_case(code=code, viewer=request.user)
    page = selectors.get_access_page(case=case, viewer=request.user, at=clock.now())
    may_break = page.is_closed_to_all and selectors.holds_key_of(unit_id=case.unit_id, viewer=request.user)
    context = {"case": case, "page": page, "may_break": may_break, "at": clock.now(), "said": said_of(request)}
    return render(request, "cases/access.html", context)


@requires(Permission.ACCESS_GOVERN)
@form_page
def give(request: StaffRequest, code: str) -> HttpResponse:
    """Let somebody read some of the case for a while."""
    case = selectors.get_governed(code=code, viewer=request.user)
    users = {str(one.pk): one for one in selectors.list_readers(case=case, viewer=request.user, at=clock.now())}
    form = AccessForm(data_of(request), users=[(key, named(one)) for key, one in users.items()])
    if is_sent(request, form) and is_done(
        form,
        lambda: services.give_access(
            code=code,
            user=users[form.cleaned_data["user"]],
            compartments=form.parts,
            reason=AccessReason(form.cleaned_data["reason"]),
            not_after=form.not_after,
            by=request.user,
            at=clock.now(),
            access_id=form.cleaned_data["row_id"],
        ),
    ):
        return go(request, having(access_url(code), "akses"))
    return show(request, "cases/access_give.html", case, form, nobody=not users)


@requires(Permission.CASE_ASSIGN)
@form_page
def change(request: StaffRequest, code: str, access_id: UUID) -> HttpResponse:
    """Let an access end on another day."""
    case = selectors.get_managed(code=code, viewer=request.user)
    access = selectors.get_access(case=case, access_id=access_id, viewer=request.user, at=clock.now())
    form = UntilForm(data_of(request))
    if is_sent(request, form) and is_done(
        form,
        lambda: services.change_access(
            code=code, access_id=access_id, not_after=form.not_after, by=request.user, at=clock.now()
        ),
    ):
        return go(request, having(access_url(code), "akses-waktu"))
    return show(request, "cases/access_until.html", case, form, access=access)


@requires(Permission.ACCESS_GOVERN)
@form_page
def end(request: StaffRequest, code: str, access_id: UUID) -> HttpResponse:
    """Take an access away; what it changes and what it cannot change is said first."""
    case = selectors.get_governed(code=code, viewer=request.user)
    access = selectors.get_access(case=case, access_id=access_id, viewer=request.user, at=clock.now())
    form = EndForm(data_of(request))
    if is_sent(request, form) and is_done(
        form, lambda: services.end_access(code=code, access_id=access_id, by=request.user, at=clock.now())
    ):
        return go(request, having(access_url(code), "akses-cabut"))
    parts = selectors.join_names(str(one.label) for one in sorted(parts_of(access)))
    return show(request, "cases/access_end.html", case, form, access=access, parts=parts)


@requires(Permission.CASE_WRITE)
@require_POST
def share(request: StaffRequest, code: str, user_id: UUID) -> HttpResponse:
    """Share what was written before somebody came, of what the viewer holds."""
    case = selectors.get_granted(code=code, viewer=request.user)
    user = get_object_or_404(User, pk=user_id)
    try:
        services.share_older(code=code, user=user, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, case, error)
    return go(request, having(access_url(code), "dibagikan"))


@requires(Permission.ACCESS_GOVERN)
@require_POST
def ask(request: StaffRequest, code: str, user_id: UUID) -> HttpResponse:
    """Ask whoever holds it to share it."""
    case = selectors.get_governed(code=code, viewer=request.user)
    user = get_object_or_404(User, pk=user_id)
    try:
        services.ask_for_older(code=code, user=user, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, case, error)
    return go(request, having(access_url(code), "dimintakan"))


@requires(Permission.CASE_ASSIGN, keeps=kept(_("Tahan dari penghapusan"), find=selectors.get_managed))
@form_page
def hold(request: StaffRequest, code: str) -> HttpResponse:
    """Forbid that the case is erased, and say why."""
    case = selectors.get_managed(code=code, viewer=request.user)
    form = HoldForm(data_of(request), initial=resumed(request))
    if is_sent(request, form):
        known = form.cleaned_data
        if is_done(
            form,
            lambda: services.hold_case(
                code=code, reason=HoldReason(known["reason"]), words=known["words"], by=request.user, at=clock.now()
            ),
        ):
            return go(request, having(access_url(code), "ditahan"))
    words = selectors.open_hold(case=case, viewer=request.user, at=clock.now())
    return show(request, "cases/hold.html", case, form, held=get_hold(case.dossier_id), words=words)


@requires(Permission.CASE_ASSIGN)
@require_POST
def unhold(request: StaffRequest, code: str) -> HttpResponse:
    """Let the case be erased when its time comes."""
    case = selectors.get_managed(code=code, viewer=request.user)
    try:
        services.release_case(code=code, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, case, error)
    return go(request, having(access_url(code), "dilepaskan"))


def access_url(code: str) -> str:
    """Return the address of the page that says who can open a case."""
    return f"/kasus/{code}/akses/"

"""Who works on a case: assign, take off, hand over."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission, Role
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import AssignForm, HandOverForm, LiftForm, ReleaseForm
from ruangaman.cases.types import LiftReason
from ruangaman.cases.views.answers import data_of, go, is_done, is_sent, show
from ruangaman.cases.views.said import having
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CASE_ASSIGN)
@form_page
def team(request: StaffRequest, code: str) -> HttpResponse:
    """Who has a part in the case, and the form that adds somebody."""
    case = selectors.get_managed(code=code, viewer=request.user)
    users = {str(user.pk): user for user in selectors.list_assignable(case=case, viewer=request.user)}
    offered = [(key, named(user)) for key, user in users.items() if user.role != Role.MANAJER]
    form = AssignForm(data_of(request), users=offered)
    if is_sent(request, form):
        user = users[form.cleaned_data["user"]]
        if is_done(
            form,
            lambda: services.assign(
                code=code,
                user=user,
                role=Role(user.role),
                by=request.user,
                at=clock.now(),
                assignment_id=form.cleaned_data["row_id"],
            ),
        ):
            return go(request, having(f"/kasus/{code}/tim/", "tim"))
    parts = selectors.list_parts(case=case, viewer=request.user)
    released = users.get(request.GET.get("dilepas", ""))
    keyless = selectors.list_keyless(case=case, viewer=request.user)
    rows = [(part, part.user_id in keyless) for part in parts]
    return show(request, "cases/team.html", case, form, rows=rows, nobody=not offered, released=released)


@requires(Permission.CASE_ASSIGN)
@form_page
def release(request: StaffRequest, code: str, part_id: UUID) -> HttpResponse:
    """Take somebody off the case; what would close for everybody is said first."""
    case = selectors.get_managed(code=code, viewer=request.user)
    part = selectors.get_part(case=case, part_id=part_id)
    form = ReleaseForm(data_of(request))
    if is_sent(request, form) and is_done(
        form,
        lambda: services.unassign(
            code=code,
            assignment_id=part.pk,
            by=request.user,
            at=clock.now(),
            is_confirmed=form.cleaned_data["is_confirmed"],
        ),
    ):
        return go(request, f"/kasus/{code}/tim/?dilepas={part.user_id}")
    lost = sorted(str(one.label) for one in selectors.held_alone(case, part))
    return show(request, "cases/release.html", case, form, part_of=part, lost=selectors.join_names(lost))


@requires(Permission.CASE_WRITE)
@form_page
def hand_over(request: StaffRequest, code: str) -> HttpResponse:
    """Give the case to another manager; from then on it is theirs alone. Has its manager left: by the team."""
    case = selectors.get_to_hand_over(code=code, viewer=request.user)
    managers = {str(user.pk): user for user in selectors.list_managers(case=case, viewer=request.user)}
    form = HandOverForm(data_of(request), users=[(key, user.display_name) for key, user in managers.items()])
    if is_sent(request, form) and is_done(
        form,
        lambda: services.change_manager(
            code=code,
            to=managers[form.cleaned_data["user"]],
            by=request.user,
            at=clock.now(),
            assignment_id=form.cleaned_data["row_id"],
        ),
    ):
        return go(request, having("/kasus/", "serah"))
    is_left = not case.manager.is_active
    return show(request, "cases/hand_over.html", case, form, nobody=not managers, is_left=is_left)


@requires(Permission.CASE_OVERSEE)
@form_page
def lift(request: StaffRequest, code: str) -> HttpResponse:
    """Let somebody work on a case of the unit whatever speaks against it. Whether something does is not said."""
    case = selectors.get_overseen(code=code, viewer=request.user)
    users = {str(user.pk): user for user in selectors.list_colleagues(case=case, viewer=request.user)}
    form = LiftForm(data_of(request), users=[(key, named(user)) for key, user in users.items()])
    if is_sent(request, form) and is_done(
        form,
        lambda: services.lift_conflict(
            code=code,
            user=users[form.cleaned_data["user"]],
            reason=LiftReason(form.cleaned_data["reason"]),
            by=request.user,
            at=clock.now(),
        ),
    ):
        return go(request, having(f"/kasus/{code}/", "izinkan"))
    return show(request, "cases/lift.html", case, form)


def named(user: object) -> str:
    """Return somebody as forms offer them: name and role."""
    return _("%(name)s, %(role)s") % {
        "name": user.display_name,  # type: ignore[attr-defined]
        "role": user.get_role_display().lower(),  # type: ignore[attr-defined]
    }

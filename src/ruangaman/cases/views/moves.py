"""Moving a case on, closing it, opening it again."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import CloseForm, MoveForm, ReopenForm
from ruangaman.cases.selectors import weighing
from ruangaman.cases.services.moves import OWN_WAYS
from ruangaman.cases.types import CaseState, MoveKind, moves_from
from ruangaman.cases.views.answers import answer, case_url, data_of, go, is_done, is_sent, kept, show
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])
KINDS = [kind for kind in MoveKind if kind not in OWN_WAYS]


@requires(Permission.CASE_ASSIGN, keeps=kept(_("Pindah tahap"), find=selectors.get_managed, is_once=True))
@form_page
def move(request: StaffRequest, code: str) -> HttpResponse:
    """Where the case goes next, and why."""
    case = selectors.get_managed(code=code, viewer=request.user)
    targets = [one.target for one in moves_from(CaseState(case.state), kinds=KINDS)]
    form = MoveForm(
        data_of(request), targets=targets, initial=resumed(request, {"target": targets[0].value if targets else ""})
    )
    if is_sent(request, form):
        known = form.cleaned_data
        if is_done(
            form,
            lambda: services.move_state(
                code=code,
                target=CaseState(known["target"]),
                reason=known["reason"],
                by=request.user,
                at=clock.now(),
                transition_id=known["row_id"],
            ),
        ):
            return go(request, case_url(case, said="tahap"))
    return show(request, "cases/move.html", case, form)


@requires(Permission.CASE_CLOSE, keeps=kept(_("Penutupan kasus"), find=selectors.get_managed, is_once=True))
@form_page
def close(request: StaffRequest, code: str) -> HttpResponse:
    """The closing form, with what is missing yet. The reason is that of the closing assessment."""
    case, at = selectors.get_managed(code=code, viewer=request.user), clock.now()
    form = CloseForm(data_of(request), initial=resumed(request))
    found = selectors.read_closing(case=case, viewer=request.user, at=at)

    def act() -> None:
        known = form.cleaned_data
        services.close_case(
            code=code, reason=found.reason, explanation=known["explanation"], by=request.user, at=at,
            transition_id=known["row_id"],
        )  # fmt: skip

    context: dict[str, Any] = {
        "ends": True,
        "reason": found.reason,
        "missing": found.missing,
        "running": weighing.list_running(case=case, at=at, covers=found.row.covers if found.row else ()),
        "standing": weighing.stand_of(found.row, case=case, at=at) if found.row else None,
    }
    return answer(request, "cases/close.html", case, form, act, said="ditutup", **context)


@requires(Permission.CASE_WRITE, keeps=kept(_("Pembukaan lagi kasus"), find=selectors.get_reopenable, is_once=True))
@form_page
def reopen(request: StaffRequest, code: str) -> HttpResponse:
    """Why a closed case is opened again."""
    case = selectors.get_reopenable(code=code, viewer=request.user)
    form = ReopenForm(data_of(request), initial=resumed(request))
    if is_sent(request, form):
        known = form.cleaned_data
        if is_done(
            form,
            lambda: services.reopen_case(
                code=code,
                reason=known["reason"],
                risk=RiskLevel(int(known["risk"])),
                is_safe=known["is_safe"] == "yes",
                words=known["words"],
                by=request.user,
                at=clock.now(),
                transition_id=known["row_id"],
            ),
        ):
            return go(request, case_url(case, said="dibuka"))
    return show(request, "cases/reopen.html", case, form)

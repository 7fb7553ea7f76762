"""Marking a report as a double, in two steps: the other report is looked at first, then it is said and done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import Kept, requires, resumed
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.intake.forms.desk import DoubleForm, DuplicateForm
from ruangaman.intake.selectors import desk as selectors
from ruangaman.intake.services import doubles
from ruangaman.intake.services.decisions import suggest
from ruangaman.intake.services.doubles import Pair
from ruangaman.intake.types import WORKED_ON, Step, steps_from
from ruangaman.intake.views.desk import beside, show
from ruangaman.intake.views.report_page import Forms
from ruangaman.ui.types import Words

WHO: dict[str, Words] = {
    "self": gettext_lazy("dirinya sendiri"),
    "child": gettext_lazy("seorang anak"),
    "other": gettext_lazy("orang lain"),
    "": gettext_lazy("tidak disebut"),
}
KEPT = Kept(
    gettext_lazy("Kata-kata untuk pelapor laporan ganda"),
    lambda request, code: selectors.get_report(code=code, viewer=request.user),
    is_once=True,
    is_there=lambda request, code: (
        Step.MARK_DUPLICATE in steps_from(selectors.get_report(code=code, viewer=request.user).state)
    ),
)


@beside
@require_POST
def duplicate(request: StaffRequest, code: str) -> HttpResponse:
    """Look the other report up: both stand side by side, and nothing is marked yet. Nothing sealed is opened."""
    return _page(request, code, request.POST, is_sent=False)


@requires(Permission.REPORT_DESK, keeps=KEPT)
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: StaffRequest, code: str) -> HttpResponse:
    """Mark it, with what the reporter reads. Opened by itself: what somebody began to write there."""
    if request.method == "POST":
        return _page(request, code, request.POST, is_sent=True)
    selectors.get_report(code=code, viewer=request.user)
    typed = resumed(request)
    return _page(request, code, typed, is_sent=False) if typed else show(request, code, Forms())


def _page(request: StaffRequest, code: str, asked: Any, *, is_sent: bool) -> HttpResponse:
    selectors.get_report(code=code, viewer=request.user)
    which = DuplicateForm(asked, auto_id="ganda_%s")
    if not which.is_valid():
        return show(request, code, Forms(duplicate=which), status=422)
    original = which.cleaned_data["original"]
    try:
        pair = doubles.look_up(code=code, original=original, viewer=request.user)
    except DomainError as error:
        which.add_error("original", str(error))
        return show(request, code, Forms(duplicate=which), status=409)
    typed = {**resumed(request), "original": original}
    form = DoubleForm(request.POST if is_sent else None, is_graver=pair.is_graver, initial=typed, auto_id="ganda_%s")
    refusal = ""
    if form.is_valid():
        try:
            _mark(request, code, form)
        except DomainError as error:
            refusal = str(error)
        else:
            return HttpResponseRedirect(f"/laporan/{code}/#triase")
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "intake/double.html", {**_context(pair), "form": form, "refusal": refusal}, status=status)


def _mark(request: StaffRequest, code: str, form: DoubleForm) -> None:
    doubles.mark_duplicate(
        code=code,
        original=form.cleaned_data["original"],
        words=form.cleaned_data["words"],
        message_id=form.made_id(),
        has_looked=form.cleaned_data.get("look", False),
        by=request.user,
        at=clock.now(),
    )


def _context(pair: Pair) -> dict[str, object]:
    sides = [(one, WHO.get(one.who, one.who), suggest(one).against) for one in (pair.report, pair.other)]
    return {
        "report": pair.report,
        "pair": pair,
        "sides": sides,
        "is_late": pair.report.is_late(clock.now()),
        "case_code": selectors.case_code_of(pair.other),
        "takes_over": pair.other.state in WORKED_ON,
    }

"""The desk's pages for one report: the report itself, and one address for each thing that can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts.types import Permission
from ruangaman.cases.selectors import list_holders
from ruangaman.core import clock
from ruangaman.core.access import Kept, prepared, requires
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest
from ruangaman.intake.errors import AlreadyOpened
from ruangaman.intake.forms.desk import OpenCaseForm, RefuseForm, ReplyForm, TakeForm, TriageForm
from ruangaman.intake.selectors import desk as selectors
from ruangaman.intake.services import decisions, desk, doubles, handover
from ruangaman.intake.types import Step, steps_from
from ruangaman.intake.views.report_page import Forms, report_context, resumed_forms
from ruangaman.intake.views.same import stretch_number
from ruangaman.intake.views.sending import send_file
from ruangaman.ui.types import Words

at_desk = requires(Permission.REPORT_DESK)
FOUND_THERE = Kept("", lambda request, code: selectors.get_report(code=code, viewer=request.user), page="..")
"""A form that holds no words of its own: when it is refused, those that were typed into the others come back."""
beside = requires(Permission.REPORT_DESK, keeps=FOUND_THERE)


def kept(label: Words, step: Step | None = None) -> Kept:
    """Mark a form on the page of a report whose words are not lost.

    Args:
        step: what it does; where a report stands from which that is not possible, it cannot be sent any more.
    """

    def is_there(request: HttpRequest, code: str) -> bool:
        found = selectors.get_report(code=code, viewer=request.user)  # type: ignore[arg-type]  # a signed-in person
        return step is None or step in steps_from(found.state)

    return Kept(
        label,
        lambda request, code: selectors.get_report(code=code, viewer=request.user),
        page="..",
        is_there=is_there if step is not None else None,
    )


@requires(Permission.REPORT_DESK, keeps=Kept("", lambda request, code: None))
@require_safe
def report(request: StaffRequest, code: str) -> HttpResponse:
    """The report with everything in it; opening it is recorded."""
    return show(request, code, Forms())


@at_desk
@require_safe
def holders(request: StaffRequest, code: str) -> HttpResponse:
    """Everybody who can open the report; nothing of it is opened here."""
    found = selectors.get_report(code=code, viewer=request.user)
    shown = list_holders(dossier_id=found.dossier_id, viewer=request.user, at=clock.now())
    if not shown:
        raise Http404
    return render(request, "intake/holders.html", {"report": found, "holders": shown, "at": clock.now()})


@beside
@require_POST
def take(request: StaffRequest, code: str) -> HttpResponse:
    """Take the report, or take it over from the colleague who was seen holding it."""
    form = TakeForm(request.POST)
    return _do(
        request,
        code,
        lambda: desk.take(code=code, by=request.user, at=clock.now(), instead_of=form.cleaned_data["instead_of"]),
        form=form,
    )


@beside
@require_POST
def release(request: StaffRequest, code: str) -> HttpResponse:
    """Put the report back for the others."""
    return _do(request, code, lambda: desk.release(code=code, by=request.user, at=clock.now()))


@requires(Permission.REPORT_DESK, keeps=kept(gettext_lazy("Balasan untuk pelapor")))
@require_POST
def reply(request: StaffRequest, code: str) -> HttpResponse:
    """Answer the reporter."""
    form = ReplyForm(request.POST, auto_id="balas_%s")
    return _do(
        request,
        code,
        lambda: desk.reply(
            code=code,
            text=form.cleaned_data["message"],
            message_id=form.made_id(),
            by=request.user,
            at=clock.now(),
        ),
        Forms(reply=form),
        form,
        "percakapan",
    )


@beside
@require_POST
def settle(request: StaffRequest, code: str) -> HttpResponse:
    """A message after the end needs no answer."""
    return _do(request, code, lambda: desk.settle(code=code, by=request.user, at=clock.now()))


@requires(Permission.REPORT_DESK, keeps=kept(gettext_lazy("Triase"), Step.TRIAGE))
@require_POST
def triage(request: StaffRequest, code: str) -> HttpResponse:
    """Answer the three questions."""
    form = TriageForm(request.POST, suggestion=_answers(request, code), auto_id="triase_%s")
    return _do(
        request,
        code,
        lambda: decisions.triage(
            code=code,
            case_type=CaseType(form.cleaned_data["case_type"]),
            risk=RiskLevel(form.cleaned_data["risk"]),
            authority=Authority(form.cleaned_data["authority"]),
            why=form.cleaned_data["why"],
            by=request.user,
            at=clock.now(),
        ),
        Forms(triage=form),
        form,
        "triase",
    )


@beside
@require_POST
def undo_duplicate(request: StaffRequest, code: str) -> HttpResponse:
    """It is no double after all."""
    return _do(request, code, lambda: doubles.undo_duplicate(code=code, by=request.user, at=clock.now()))


@requires(Permission.REPORT_DESK, keeps=kept(gettext_lazy("Kata-kata untuk pelapor"), Step.REFUSE))
@require_POST
def refuse(request: StaffRequest, code: str) -> HttpResponse:
    """Say that it is not for us, in words for the reporter."""
    form = RefuseForm(request.POST, suggestion=_answers(request, code), auto_id="tolak_%s")
    return _do(
        request,
        code,
        lambda: decisions.refuse(
            code=code,
            reason=RefusalReason(form.cleaned_data["reason"]),
            words=form.cleaned_data["words"],
            note=form.cleaned_data["note"],
            message_id=form.made_id(),
            by=request.user,
            at=clock.now(),
        ),
        Forms(refuse=form),
        form,
        "triase",
    )


@beside
@require_POST
def undo_refusal(request: StaffRequest, code: str) -> HttpResponse:
    """Take a refusal back."""
    return _do(request, code, lambda: decisions.undo_refusal(code=code, by=request.user, at=clock.now()))


@requires(Permission.CASE_OPEN, prepare=stretch_number, keeps=FOUND_THERE)
@require_POST
def open_case(request: StaffRequest, code: str) -> HttpResponse:
    """Open a case and name its manager."""
    found = selectors.get_report(code=code, viewer=request.user)
    managers = selectors.list_managers(unit_id=found.desk.unit_id)
    form = OpenCaseForm(request.POST, managers=managers, auto_id="kasus_%s")
    return _do(
        request,
        code,
        lambda: handover.open_case(
            code=code,
            manager=form.cleaned_data["manager"],
            case_id=form.made_id(),
            by=request.user,
            at=clock.now(),
            probes=prepared(request),
        ),
        Forms(open_case=form),
        form,
        "triase",
    )


@at_desk
@require_POST
def download(request: StaffRequest, code: str, file_id: UUID) -> StreamingHttpResponse:
    """A file, sent only after the trail of its opening is committed."""
    try:
        facts, pieces = desk.open_attachment(code=code, attachment_id=file_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return send_file(facts, pieces)


def _answers(request: StaffRequest, code: str) -> decisions.Suggestion:
    """Return what the answers of a report point to. Raises Http404."""
    return decisions.suggest(selectors.get_report(code=code, viewer=request.user))


def _do(
    request: StaffRequest,
    code: str,
    act: Callable[[], object],
    forms: Forms | None = None,
    form: Form | None = None,
    anchor: str = "",
) -> HttpResponse:
    """Do one thing and go back to the report; what was refused or is missing is said there, with what was typed."""
    if request.body_fault is not None:  # type: ignore[attr-defined]  # set by the door
        return show(
            request, code, forms or Forms(), _("Kiriman ini terputus. Tidak ada yang tersimpan; kirim lagi."), 400
        )
    if form is not None and not form.is_valid():
        return show(request, code, forms or Forms(), status=422)
    try:
        act()
    except NotFound as error:
        if form is None:
            raise Http404 from error
        return show(request, code, forms or Forms(), str(error), 409)
    except AlreadyOpened:
        return HttpResponseRedirect(f"/laporan/{code}/")
    except DomainError as error:
        return show(request, code, forms or Forms(), str(error), 409)
    return HttpResponseRedirect(f"/laporan/{code}/" + (f"#{anchor}" if anchor else ""))


def show(request: HttpRequest, code: str, forms: Forms, refusal: str = "", status: int = 200) -> HttpResponse:
    """Show the report with what was typed, and with what was refused or is missing."""
    at = clock.now()
    try:
        opened = desk.open_report(code=code, by=request.user, at=at)  # type: ignore[arg-type]  # a signed-in person
    except NotFound as error:
        raise Http404 from error
    forms = forms.beside(resumed_forms(request))
    context = report_context(opened, viewer=request.user, at=at, forms=forms)  # type: ignore[arg-type]
    return render(request, "intake/report.html", {**context, "refusal": refusal}, status=status)

"""The conversation with a reporter, for the people of the case that the report became."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import Kept, requires, resumed
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest
from ruangaman.intake.forms.desk import ReplyForm
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import desk as selectors
from ruangaman.intake.services import desk
from ruangaman.intake.services.casework import anchor_of
from ruangaman.intake.views.sending import send_file


def _case_report(request: StaffRequest, code: str) -> Report:
    return selectors.get_case_report(code=code, viewer=request.user)


@requires(Permission.CASE_WRITE, keeps=Kept(_("Balasan untuk pelapor"), _case_report))
@require_http_methods(["GET", "POST"])
def answer(request: StaffRequest, code: str) -> HttpResponse:
    """Answer the reporter from the case; refused or not sent, what was typed is given back."""
    _case_report(request, code)
    is_sent = request.method == "POST"
    form = ReplyForm(request.POST if is_sent else None, initial=resumed(request), auto_id="balas_%s")
    refusal, status = "", 422 if is_sent else 200
    if is_sent and form.is_valid():
        try:
            message = desk.reply(
                code=code,
                text=form.cleaned_data["message"],
                message_id=form.made_id(),
                by=request.user,
                at=clock.now(),
            )
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            refusal, status = str(error), 409
        else:
            return _back(message.report, "balasan")
    return render(request, "intake/answer.html", {"form": form, "code": code, "refusal": refusal}, status=status)


@requires(Permission.CASE_WRITE)
@require_POST
def acknowledge(request: StaffRequest, code: str) -> HttpResponse:
    """What the reporter wrote was read and needs no answer."""
    try:
        report = desk.acknowledge(code=code, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return _back(report, "terbaca")


@requires(Permission.CASE_READ)
@require_POST
def download(request: StaffRequest, code: str, file_id: UUID) -> StreamingHttpResponse:
    """A file of the conversation, sent only after the trail of its opening is committed."""
    try:
        facts, pieces = desk.open_attachment(code=code, attachment_id=file_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return send_file(facts, pieces)


def _back(report: Report, said: str) -> HttpResponse:
    case = report.case
    if case is None:
        return HttpResponseRedirect(f"/laporan/{report.code}/")
    anchor = anchor_of(report)
    return HttpResponseRedirect(f"/kasus/{case.code}/?sudah={said}&di={anchor}#{anchor}")

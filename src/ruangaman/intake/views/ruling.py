"""Why the desk decided against what the answers say: read by the head, who sees nothing else of the report."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import Kept, requires, resumed
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.intake.forms.desk import RulingForm
from ruangaman.intake.models import Ruling
from ruangaman.intake.selectors import desk as selectors
from ruangaman.intake.services import rulings
from ruangaman.intake.types import Verdict

KEPT = Kept(
    gettext_lazy("Kata untuk meja"),
    lambda request, ruling_id: selectors.get_ruling(ruling_id=ruling_id, viewer=request.user),
)


@requires(Permission.CASE_APPROVE, keeps=KEPT)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: StaffRequest, ruling_id: UUID) -> HttpResponse:
    """The reason, and what the head makes of it; opening it is recorded."""
    row, at = selectors.get_ruling(ruling_id=ruling_id, viewer=request.user), clock.now()
    form = RulingForm(request.POST if request.method == "POST" else None, initial=resumed(request))
    if form.is_valid():
        facts = {"ruling_id": row.pk, "by": request.user, "at": at}
        try:
            if form.cleaned_data["verdict"] == Verdict.RETURNED:
                rulings.send_back(word=form.cleaned_data["word"], **facts)
            else:
                rulings.read_ruling(**facts)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(f"/keputusan/laporan/{row.pk}/?sudah=putusan")
    why = rulings.open_why(ruling=row, by=request.user, at=at)
    context = {"ruling": row, "why": why, "form": form, "at": at, "said": _said(request, row)}
    return render(request, "intake/ruling.html", context, status=422 if form.errors else 200)


def _said(request: StaffRequest, row: Ruling) -> str:
    """Say what was decided a moment ago, and about which report; "": nothing was."""
    if "sudah" not in request.GET or not row.verdict:
        return ""
    words = {"code": row.code, "verdict": row.get_verdict_display().lower()}
    return _("Tercatat untuk laporan %(code)s: %(verdict)s.") % words

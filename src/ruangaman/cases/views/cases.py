"""The list of cases, and one case."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors
from ruangaman.cases.forms import FilterForm
from ruangaman.cases.forms.filters import CLOSED
from ruangaman.cases.selectors import steps
from ruangaman.cases.selectors.listing import parse_cursor
from ruangaman.cases.selectors.page import Asked
from ruangaman.cases.selectors.timeline import STREAMS
from ruangaman.cases.types import CLOSED_STATES, CaseFilters
from ruangaman.cases.views.answers import refused
from ruangaman.cases.views.said import said_of
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault
from ruangaman.vault.types import Purpose


@requires(Permission.CASE_LIST)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """The cases of whoever looks, or of the unit that they oversee, as sentences."""
    viewer, at = request.user, clock.now()
    form = FilterForm(request.GET)
    oversees = viewer.has(Permission.CASE_OVERSEE)
    read = selectors.list_overseen if oversees else selectors.list_assigned
    page = read(viewer=viewer, filters=form.to_filters(), after=parse_cursor(request.GET.get("setelah", "")), at=at)
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    context = {
        "page": page,
        "form": form,
        "at": at,
        "oversees": oversees,
        "is_narrowed": bool(chosen) or "setelah" in request.GET,
        "narrowed": len(chosen),
        "load": selectors.list_load(viewer=viewer) if oversees else [],
        "may_write": viewer.has(Permission.CASE_WRITE),
        "filters": urlencode(chosen),
        "to_decide": len(steps.list_approvals(viewer=viewer)) if viewer.has(Permission.CASE_APPROVE) else 0,
        "closed_too": _closed_too(chosen, form.to_filters()),
        "next": urlencode({**chosen, "setelah": str(page.after)}) if page.after else "",
        "said": said_of(request),
    }
    return render(request, "cases/index.html", context)


def _closed_too(chosen: Mapping[str, str], filters: CaseFilters) -> str:
    """Return the address of the closed cases, where a stage of those is asked for among the open ones; else ""."""
    if filters.closed is not None or filters.state not in CLOSED_STATES:
        return ""
    return urlencode({**chosen, "perlu": CLOSED})


@requires(Permission.CASE_READ)
@require_safe
def detail(request: StaffRequest, code: str) -> HttpResponse:
    """Everything about one case that the viewer may see; opening it is recorded."""
    case = selectors.get_case(code=code, viewer=request.user)
    stream = request.GET.get("r", "")
    asked = Asked(stream if stream in STREAMS else "", whole="semua" in request.GET)
    try:
        page = selectors.get_case_page(case=case, viewer=request.user, at=clock.now(), asked=asked)
    except DomainError as error:
        return refused(request, case, error)
    request.counts_later = True
    undo = _just_done(request, page)
    viewer = request.user
    context = {
        "may_end_opening": case.manager_id == viewer.pk or case.unit_id in viewer.oversight_units,
        "may_break": not page.has_keys and selectors.holds_key_of(unit_id=case.unit_id, viewer=viewer),
        "page": page,
        "case": case,
        "stream": asked.stream,
        "streams": STREAMS.items(),
        "said": said_of(request),
        "undo": undo,
        "undo_url": f"/kasus/{code}/tugas/{undo.row.pk}/kembalikan" if undo else "",
    }
    return render(request, "cases/detail.html", context)


@requires(Permission.CASE_READ)
@require_safe
def download(request: StaffRequest, code: str, file_id: UUID) -> HttpResponse:
    """A file of the case: recorded first, then sent."""
    case = selectors.get_granted(code=code, viewer=request.user)
    row = selectors.get_file(case=case, file_id=file_id, viewer=request.user)
    try:
        facts, pieces = vault.open_file(
            key_ref=row.key_ref,
            dossier_id=case.dossier_id,
            purpose=Purpose.DOWNLOAD,
            by=request.user,
            at=clock.now(),
        )
    except DomainError as error:
        return refused(request, case, error)
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, facts.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]  # core.access speaks of HttpResponse, the door takes both


def _just_done(request: StaffRequest, page: selectors.CasePage) -> selectors.TaskView | None:
    """Return the task that was ticked off a moment ago and can be taken back, from the address that it led to."""
    asked = request.GET.get("selesai", "")
    found = [view for view in page.done if str(view.row.pk) == asked and view.may_finish]
    return found[0] if found and (page.at - (found[0].row.done_at or page.at)).total_seconds() < 60 else None

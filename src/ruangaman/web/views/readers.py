"""Who opened a file: for the manager of the case, whoever oversees its unit, and those who check."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ruangaman.accounts.types import Permission
from ruangaman.cases import policies
from ruangaman.cases import selectors as cases
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.types import StaffRequest
from ruangaman.web import services
from ruangaman.web.forms import CodeForm


@requires(Permission.CASE_READ)
@require_safe
def of_case(request: StaffRequest, code: str) -> HttpResponse:
    """Everybody who opened a case, and the reports that became it."""
    case = cases.get_case(code=code, viewer=request.user)
    if not policies.can_see_readers(request.user, case):
        raise Http404
    at = clock.now()
    found = services.read_readers(code=code, by=request.user, at=at, as_auditor=False)
    return render(request, "web/readers.html", {"found": found, "code": code, "at": at, "back": f"/kasus/{code}/"})


@requires(Permission.AUDIT_READ)
@require_safe
def of_code(request: StaffRequest) -> HttpResponse:
    """The same for those who check, who know a code and see nothing else of it."""
    form = CodeForm(request.GET if "kode" in request.GET else None)
    at, code, found = clock.now(), "", None
    if form.is_valid():
        code = form.cleaned_data["kode"]
        found = services.read_readers(code=code, by=request.user, at=at, as_auditor=True)
    context = {"found": found, "code": code, "at": at, "form": form, "back": "/pengaturan/jejak/"}
    return render(request, "web/readers.html", context, status=422 if form.errors else 200)

"""One thing that waits for somebody's keys: what it is, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts.selectors import people_of
from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault
from ruangaman.vault.models import Waiting, WaitingKind
from ruangaman.vault.selectors import compartments_of, list_waiting
from ruangaman.web.sources.keys import codes_of, sentence


@requires(Permission.KEYS_SERVE)
@require_safe
def waiting(request: StaffRequest, waiting_id: UUID) -> HttpResponse:
    """What waits, for whom, since when, and what the button does."""
    return _page(request, _get(request, waiting_id))


@requires(Permission.KEYS_SERVE)
@require_POST
def do(request: StaffRequest, waiting_id: UUID) -> HttpResponse:
    """Do it."""
    line = _get(request, waiting_id)
    return _act(request, line, lambda: vault.do_waiting(waiting_id=line.pk, by=request.user, at=clock.now()))


@requires(Permission.KEYS_SERVE)
@require_POST
def decline(request: StaffRequest, waiting_id: UUID) -> HttpResponse:
    """Say no to sharing."""
    line = _get(request, waiting_id)
    return _act(request, line, lambda: vault.decline_waiting(waiting_id=line.pk, by=request.user, at=clock.now()))


def _get(request: StaffRequest, waiting_id: UUID) -> Waiting:
    """Return a line that the viewer can do. Raises Http404: done, absent, or for others."""
    units = request.user.oversight_units
    for line in list_waiting(viewer=request.user, units=units, at=clock.now(), only=waiting_id):
        return line
    raise Http404


def _act(request: StaffRequest, line: Waiting, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return _page(request, line, str(error), 409)
    return HttpResponseRedirect("/kerja/")


def _page(request: StaffRequest, line: Waiting, refusal: str = "", status: int = 200) -> HttpResponse:
    people = people_of([line.principal_id, line.asked_by_id])
    context = {
        "line": line,
        "is_share": line.kind == WaitingKind.SHARE,
        "sentence": sentence(line),
        "code": codes_of({line.dossier_id}).get(line.dossier_id, ""),
        "who": people.get(line.principal_id) if line.principal_id else None,
        "asker": people.get(line.asked_by_id) if line.asked_by_id else None,
        "parts": [part.label for part in sorted(compartments_of(line.compartments) or ())] if line.compartments else [],
        "refusal": refusal,
    }
    return render(request, "web/waiting_keys.html", context, status=status)

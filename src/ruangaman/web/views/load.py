"""The head's page: who carries how much, what is about to be late, who cannot work."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ruangaman.accounts.types import Permission
from ruangaman.cases.selectors.load import get_unit_load
from ruangaman.cases.types.load import LOAD_WEIGHTS, block_of
from ruangaman.clocks import selectors as clocks
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.types import StaffRequest
from ruangaman.web.services.paused import list_lines
from ruangaman.web.services.rows import rows_of

MOST_SOON = 5
ALL_SOON = 200
"""So many are shown to who asks for all of them."""
MOST_PAUSED = 5


@requires(Permission.CASE_OVERSEE)
@require_safe
def load(request: StaffRequest) -> HttpResponse:
    """The load of the viewer's units: codes and counts, no content."""
    at = clock.now()
    limit = ALL_SOON if "semua" in request.GET else MOST_SOON
    soon = clocks.list_soon(viewer=request.user, at=at, limit=limit)
    context = {
        "load": get_unit_load(viewer=request.user, at=at),
        "soon": [work.row for work in rows_of(soon, viewer=request.user, at=at)],
        "paused": list_lines(viewer=request.user, at=at, limit=MOST_PAUSED),
        "at": at,
        "weights": [(block_of(risk), RiskLevel(risk).label, weight) for risk, weight in LOAD_WEIGHTS.items()],
    }
    return render(request, "web/load.html", context)

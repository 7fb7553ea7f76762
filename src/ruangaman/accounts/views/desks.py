"""The desks that somebody sits at: who else does, and the colleague who begins today."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts import selectors, services
from ruangaman.accounts.forms import PickForm
from ruangaman.accounts.models import Desk
from ruangaman.accounts.types import Permission
from ruangaman.accounts.views.people import refused
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault

DESKS_URL = "/pengaturan/meja/"
SAID = {"duduk": gettext_lazy("Rekan ini sekarang membuka laporan di meja ini, juga yang lama.")}


@requires(Permission.REPORT_DESK)
@require_safe
def desks(request: StaffRequest) -> HttpResponse:
    """The viewer's desks: who sits there, the number of the desk's key, and who could join."""
    found = selectors.list_seats(viewer=request.user)
    keys = {one.principal_id: one for one in vault.list_keys([desk.principal_id for desk in found])}
    rows = [(desk, keys.get(desk.principal_id), form_of(desk)) for desk in found]
    return render(request, "accounts/desks.html", {"rows": rows, "said": SAID.get(request.GET.get("sudah", ""))})


def form_of(desk: Desk, data: Any = None) -> PickForm:
    """Return the form that seats a colleague at a desk."""
    users = [(str(user.pk), user.display_name) for user in selectors.list_seatable(desk=desk)]
    return PickForm(data, users=users)


@requires(Permission.REPORT_DESK)
@require_POST
def seat(request: StaffRequest, code: str) -> HttpResponse:
    """Hand the desk's keys to a colleague."""
    desk = next((one for one in selectors.list_seats(viewer=request.user) if one.code == code), None)
    if desk is None:
        raise Http404
    form = form_of(desk, request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(DESKS_URL)
    user = next(one for one in selectors.list_seatable(desk=desk) if str(one.pk) == form.cleaned_data["user"])
    try:
        services.seat_at_desk(desk=desk, user=user, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), DESKS_URL)
    return HttpResponseRedirect(f"{DESKS_URL}?sudah=duduk")

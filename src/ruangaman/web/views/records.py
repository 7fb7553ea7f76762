"""The register of ended dossiers: until when each is kept, what holds it, who ordered it to be erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts.selectors import people_of
from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest
from ruangaman.vault.selectors import KeptView
from ruangaman.vault.types import ErasureReason, HoldReason
from ruangaman.web.services import records

REGISTER = "/pengaturan/simpanan/"
keeper = requires(Permission.RECORDS_KEEP)


@keeper
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """Every ended dossier by its code: due first, erased last."""
    at = clock.now()
    rows = [(one, state_of(one, at)) for one in records.list_register(by=request.user)]
    return render(request, "web/records.html", {"rows": rows, "at": at})


@keeper
@require_safe
def detail(request: StaffRequest, code: str) -> HttpResponse:
    """One of them, with what can be done about it and what that would do."""
    return _page(request, code)


@keeper
@require_POST
def hold(request: StaffRequest, code: str) -> HttpResponse:
    """Forbid to erase it."""
    reason = request.POST.get("reason", "")
    if reason not in HoldReason.values:
        return _page(request, code, _("Pilih alasannya."), 422)
    at = clock.now()
    return _do(request, code, lambda: records.hold(code=code, reason=HoldReason(reason), by=request.user, at=at))


@keeper
@require_POST
def release(request: StaffRequest, code: str) -> HttpResponse:
    """Let it be erased."""
    return _do(request, code, lambda: records.release(code=code, by=request.user, at=clock.now()))


@keeper
@require_POST
def propose(request: StaffRequest, code: str) -> HttpResponse:
    """Propose to erase it."""
    reason = request.POST.get("reason", "")
    if reason not in ErasureReason.values:
        return _page(request, code, _("Pilih alasannya."), 422)
    at = clock.now()
    return _do(request, code, lambda: records.propose(code=code, reason=ErasureReason(reason), by=request.user, at=at))


@keeper
@require_POST
def withdraw(request: StaffRequest, code: str) -> HttpResponse:
    """Take the proposal back."""
    return _do(request, code, lambda: records.withdraw(code=code, by=request.user, at=clock.now()))


@keeper
@require_POST
def approve(request: StaffRequest, code: str) -> HttpResponse:
    """Erase it for ever, as the second person; the code has to be typed, for it cannot be taken back."""
    if request.POST.get("code", "").strip().upper() != code:
        return _page(request, code, _("Ketik kodenya persis seperti di atas. Ini tidak dapat dibatalkan."), 422)
    return _do(request, code, lambda: records.approve(code=code, by=request.user, at=clock.now()))


def state_of(kept: KeptView, at: datetime) -> str:
    """Say how it stands with an ended dossier."""
    if kept.keeping.dossier.shredded_at is not None:
        return _("dihapus")
    if kept.hold is not None:
        return _("ditahan")
    if kept.order is not None:
        return _("diusulkan")
    return _("masa simpan habis") if kept.is_due(at) else _("disimpan")


def _do(request: StaffRequest, code: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return _page(request, code, str(error), 409)
    return HttpResponseRedirect(f"{REGISTER}{code}/")


def _page(request: StaffRequest, code: str, refusal: str = "", status: int = 200) -> HttpResponse:
    at = clock.now()
    try:
        kept = records.get_kept(code=code, by=request.user)
    except NotFound as error:
        raise Http404 from error
    order, hold = kept.order, kept.hold
    wanted = {
        "placer": hold.placed_by_id if hold else None,
        "proposer": order.proposed_by_id if order else None,
        "approver": order.approved_by_id if order else None,
    }
    context = {
        "kept": kept,
        "state": state_of(kept, at),
        "refusal": refusal,
        **_names(wanted),
        "is_mine": kept.order is not None and kept.order.proposed_by_id == request.user.principal_id,
        "is_due": kept.is_due(at),
        "holds": HoldReason.choices,
        "reasons": [one for one in ErasureReason.choices if kept.is_due(at) or one[0] != ErasureReason.DUE],
    }
    return render(request, "web/record.html", context, status=status)


def _names(wanted: dict[str, UUID | None]) -> dict[str, str]:
    """Return the names of people by what they did."""
    people = people_of(wanted.values())
    return {what: people[who].display_name if who in people else "" for what, who in wanted.items() if who is not None}

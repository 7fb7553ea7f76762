"""Looking at something later: until when and why, what is put off, and bringing it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import User
from ruangaman.clocks import policies, services
from ruangaman.clocks import selectors as clocks
from ruangaman.clocks.models import Clock
from ruangaman.core import clock as watch
from ruangaman.core.access import signed_in
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.regions import zone
from ruangaman.core.types import StaffRequest
from ruangaman.ui import moments
from ruangaman.ui.types import QueueRow
from ruangaman.web.forms import LaterForm
from ruangaman.web.services.paused import why_not
from ruangaman.web.services.rows import rows_of
from ruangaman.web.types import Later

ASLEEP = "/kerja/ditunda/"
EVENING, MORNING = 17, 8
UNDO = timedelta(seconds=60)


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def put_off(request: StaffRequest, clock_id: UUID) -> HttpResponse:
    """The form; sent, what was put off is gone from the queue until then, and can be taken back for a minute."""
    at = watch.now()
    clock, row = get_turn(request.user, clock_id)
    if clock.paused_at is not None or not policies.is_whose_turn(request.user, clock, accounts.desks_of(request.user)):
        raise Http404
    is_over = not policies.can_put_off(clock, at)
    form = LaterForm(request.POST if request.method == "POST" else None, offered=offered(clock, at))
    if form.is_valid():
        try:
            services.snooze_clock(clock_id=clock.pk, until=form.until, reason=form.reason, by=request.user, at=at)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(f"/kerja/?{urlencode({'ditunda': clock.pk, 'pada': int(at.timestamp())})}")
    context = {
        "row": row,
        "form": form,
        "at": at,
        "clock": clock,
        "is_over": is_over,
        "is_bound_by_limit": policies.is_bound_by_limit(clock),
        "is_dangerous": clock.danger >= RiskLevel.TINGGI,
        "why_not": why_not(clock, at),
    }
    return render(request, "web/later.html", context, status=422 if form.errors else 200)


@signed_in()
@require_safe
def asleep(request: StaffRequest) -> HttpResponse:
    """What is put off: one's own, and for who oversees a unit everybody's."""
    at = watch.now()
    found = clocks.list_asleep(viewer=request.user, at=at)
    lines = list(zip(found, rows_of(found, viewer=request.user, at=at), strict=True))
    return render(request, "web/asleep.html", {"lines": lines, "at": at, "is_full": len(found) == clocks.PAGE})


@signed_in()
@require_POST
def wake(request: StaffRequest, clock_id: UUID) -> HttpResponse:
    """Bring it back now."""
    clock, _row = get_turn(request.user, clock_id)
    try:
        services.wake_clock(clock_id=clock.pk, by=request.user, at=watch.now())
    except DomainError:  # it is done meanwhile: the list says so
        return HttpResponseRedirect(ASLEEP)
    return HttpResponseRedirect("/kerja/" if request.POST.get("ke") != "daftar" else ASLEEP)


def offered(clock: Clock, at: datetime) -> list[Later]:
    """Return the moments that one may choose: none that is past, none beyond the limit of what is dangerous."""
    local = at.astimezone(zone())
    evening = local.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0) + timedelta(days=1)
    every = (
        Later("jam", _("satu jam lagi, %(time)s") % {"time": moments.clock_time(at + timedelta(hours=1))},
              at + timedelta(hours=1)),
        Later("sore", _("nanti sore, %(time)s") % {"time": moments.clock_time(evening)}, evening),
        Later("pagi", _("besok pagi, %(time)s") % {"time": moments.clock_time(morning)}, morning),
    )  # fmt: skip
    return [one for one in every if one.until > at and policies.can_put_off(clock, one.until)]


def undo_of(request: StaffRequest, at: datetime) -> dict[str, Any] | None:
    """Return what can be taken back, for a minute after something was put off."""
    clock = just_done(request, "ditunda", at)
    if clock is None or clock.snoozed_until is None or clock.snoozed_until <= at:
        return None
    return {
        "text": _("Ditunda sampai %(when)s.") % {"when": moments.when(clock.snoozed_until)},
        "url": f"{ASLEEP}{clock.pk}/kembalikan",
    }


def just_done(request: StaffRequest, name: str, at: datetime) -> Clock | None:
    """Return the clock that the address says something was done to less than a minute ago."""
    sent, text = request.GET.get("pada", ""), request.GET.get(name, "")
    if not sent.isdecimal() or len(sent) > len(str(10**10)) or not 0 <= at.timestamp() - int(sent) <= UNDO.seconds:
        return None
    try:
        return clocks.get_clock(clock_id=UUID(text), viewer=request.user)
    except (ValueError, NotFound):
        return None


def get_turn(viewer: User, clock_id: UUID) -> tuple[Clock, QueueRow]:
    """Return an open clock that the viewer may change, paused or not, and its row. Raises Http404."""
    try:
        clock = clocks.get_clock(clock_id=clock_id, viewer=viewer)
    except NotFound as error:
        raise Http404 from error
    if clock.stopped_at is not None or not policies.can_change(viewer, clock, accounts.desks_of(viewer)):
        raise Http404
    row = rows_of([clock], viewer=viewer, at=watch.now())[0].row
    if row.url == "/kerja/":  # a turn that was left on what is not theirs to see any more
        raise Http404
    return clock, row

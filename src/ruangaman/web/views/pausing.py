"""Letting the time of something stand still and go on: why, what that means beside putting off, and what is paused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.clocks import selectors as clocks
from ruangaman.clocks import services
from ruangaman.clocks.models import Clock
from ruangaman.clocks.policies import longest_pause
from ruangaman.clocks.types import span
from ruangaman.core import clock as watch
from ruangaman.core.access import signed_in
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.core.regions import zone
from ruangaman.core.types import StaffRequest
from ruangaman.ui import moments
from ruangaman.ui.types import QueueRow
from ruangaman.web.forms import PauseForm
from ruangaman.web.services.paused import list_lines, list_pausable, why_not
from ruangaman.web.types import Later
from ruangaman.web.views.later import MORNING, get_turn, just_done

PAUSED = "/kerja/dijeda/"
DAY = timedelta(days=1)
PAUSES = (1, 3, 7, 14, 28)
"""Days after which something may go on by itself."""


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: StaffRequest, clock_id: UUID) -> HttpResponse:
    """What a pause is, and the form; sent, the queue says so, and it stands below it until somebody lets it go on."""
    at = watch.now()
    clock, row = get_turn(request.user, clock_id)
    if clock.paused_at is not None:
        return HttpResponseRedirect(f"{PAUSED}?{urlencode({'sudah': clock.pk})}")
    form = PauseForm(request.POST if request.method == "POST" else None, offered=offered(clock, at))
    if form.is_valid():
        try:
            services.pause_clock(clock_id=clock.pk, reason=form.reason, until=form.until, by=request.user, at=at)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(f"/kerja/?{urlencode({'dijeda': clock.pk, 'pada': int(at.timestamp())})}")
    return render(request, "web/pause.html", _page(clock, row, form, at), status=422 if form.errors else 200)


def offered(clock: Clock, at: datetime) -> list[Later]:
    """Return when it may go on by itself: in the morning of some day within a month, in high danger within a week."""
    morning = at.astimezone(zone()).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return [
        Later(f"{days}", _("%(day)s, %(n)d hari lagi") % {"day": moments.when(until), "n": days}
              if days > 1 else moments.when(until), until)
        for days in PAUSES
        if (until := morning + DAY * days) - at <= longest_pause(clock)
    ]  # fmt: skip


def _page(clock: Clock, row: QueueRow, form: PauseForm, at: datetime) -> dict[str, Any]:
    return {
        "row": row,
        "form": form,
        "clock": clock,
        "is_turn": bool(row.later_url),
        "why_not": why_not(clock, at),
        "left": span(clock.face.left(at)),
        "is_working": clock.limit is not None and clock.limit.length.is_working,
        "is_dangerous": clock.danger >= RiskLevel.TINGGI,
        "kinds": list_pausable(about=clock.about, at=at),
    }


@signed_in()
@require_safe
def paused(request: StaffRequest) -> HttpResponse:
    """What is paused: one's own, one's desks', and for who oversees a unit everybody's."""
    lines = list_lines(viewer=request.user, at=watch.now(), limit=clocks.PAGE)
    already = next((one for one in lines if str(one.clock.pk) == request.GET.get("sudah")), None)
    context = {"lines": lines, "already": already, "is_full": len(lines) == clocks.PAGE}
    return render(request, "web/paused.html", context)


@signed_in()
@require_POST
def resume(request: StaffRequest, clock_id: UUID) -> HttpResponse:
    """Let it go on, with as much time as it had left."""
    at = watch.now()
    clock, row = get_turn(request.user, clock_id)
    try:
        services.resume_clock(clock_id=clock.pk, by=request.user, at=at)
    except DomainError:  # it is done meanwhile: the list says so
        return HttpResponseRedirect(PAUSED)
    if request.POST.get("ke") == "kasus":
        return HttpResponseRedirect(row.url)
    return HttpResponseRedirect(f"/kerja/?{urlencode({'jalan': clock.pk, 'pada': int(at.timestamp())})}")


def undo_of_pause(request: StaffRequest, at: datetime) -> dict[str, Any] | None:
    """Return what can be taken back, for a minute after something was paused."""
    clock = just_done(request, "dijeda", at)
    if clock is None or clock.paused_at is None or clock.stopped_at is not None:
        return None
    return {"text": _("Waktunya dijeda. Barisnya ada di bawah antrean."), "url": f"{PAUSED}{clock.pk}/jalankan"}


def resumed_words(request: StaffRequest, at: datetime) -> str:
    """Say until when it is due now, for a minute after something went on; "": nothing did."""
    clock = just_done(request, "jalan", at)
    if clock is None or clock.paused_at is not None or clock.stopped_at is not None:
        return ""
    said = {
        "what": clock.kind.name,
        "code": clock.subject,
        "due": moments.when(clock.due_at),
        "left": span(clock.face.left(at)),
    }
    return _("Jalan lagi: %(what)s, %(code)s. Batasnya sekarang %(due)s, masih ada %(left)s.") % said

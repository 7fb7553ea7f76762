"""The first page after signing in, and the part of it that keeps asking whether something came."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.selectors import locked_since
from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import signed_in
from ruangaman.core.regions import KECAMATAN
from ruangaman.core.types import StaffRequest
from ruangaman.intake.selectors.desk import count_new
from ruangaman.vault import services as vault
from ruangaman.web import selectors
from ruangaman.web.selectors import EVERYBODY, HIGH, Filters
from ruangaman.web.types import Owner
from ruangaman.web.views.wording import OWNERS, headline, rest_of_day, waiting_room


@signed_in()
@require_safe
def work(request: StaffRequest) -> HttpResponse:
    """Everything that waits for you; for roles whose part is not built yet what it will show."""
    key, unsent = accounts.waiting_key(user=request.user), vault.count_drafts(by=request.user)
    if not selectors.has_work(request.user):
        return render(request, "web/waiting.html", {"room": waiting_room(request.user), "key": key, "unsent": unsent})
    at = clock.now()
    filters = Filters(
        owner=request.GET.get("pemilik", ""),
        danger=request.GET.get("bahaya", ""),
        kecamatan=request.GET.get("wilayah", ""),
    )
    day = selectors.get_day(viewer=request.user, filters=filters, at=at)
    context = {
        "day": day,
        "key": key,
        "unsent": unsent,
        "at": at,
        "filters": filters,
        "headline": headline(day, filters),
        "rest": rest_of_day(day),
        "owners": OWNERS,
        "everybody": EVERYBODY,
        "high": HIGH,
        "nobody": Owner.NOBODY,
        "districts": sorted(KECAMATAN.items(), key=lambda pair: pair[1]),
    }
    return render(request, "web/queue.html", context)


@signed_in(locked=True, activity=False)
@require_safe
def alarm(request: StaffRequest) -> HttpResponse:
    """How much came in since the page was drawn, or since the screen was locked: a number, nothing else."""
    if not request.user.has_second_factor:
        raise Http404  # a locked screen may ask, one that is only half signed in may not
    since, known = _since(request), _number(request, "sudah")
    at_desk = request.user.has(Permission.REPORT_DESK)
    count = count_new(viewer=request.user, since=since, known=known or 0) if since and at_desk else 0
    return render(request, "web/_alarm.html", {"alarm_count": count})


def _since(request: HttpRequest) -> datetime | None:
    """Return the moment in the address, else when the screen was locked, else nothing."""
    moment = _number(request, "sejak")
    return locked_since(request.session) if moment is None else datetime.fromtimestamp(moment, UTC)


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number in the address; None: there is none, or it is odd."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 11 else None

"""The first page after signing in, and the part of it that keeps asking whether something came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import locked_since
from ruangaman.accounts.selectors.seats import is_unseated
from ruangaman.accounts.types import Permission
from ruangaman.clocks import selectors as clocks
from ruangaman.clocks.types import Cursor
from ruangaman.core import clock
from ruangaman.core.access import signed_in
from ruangaman.core.regions import kecamatan_by_name
from ruangaman.core.types import StaffRequest
from ruangaman.intake.selectors import shifts
from ruangaman.intake.selectors.desk import count_new
from ruangaman.vault import services as vault
from ruangaman.web import selectors
from ruangaman.web.context import nav_items
from ruangaman.web.services.filter_words import DANGERS, OWNERS
from ruangaman.web.services.paused import list_lines
from ruangaman.web.types import EVERYBODY, Filters, Owner
from ruangaman.web.views.later import undo_of
from ruangaman.web.views.pausing import resumed_words, undo_of_pause
from ruangaman.web.views.wording import decision_words, headline, others_words, rest_of_day, seatless_room, waiting_room

CHOICES = {
    "owners": OWNERS,
    "everybody": EVERYBODY,
    "dangers": DANGERS,
    "nobody": Owner.NOBODY,
    "districts": kecamatan_by_name,
}
"""What the filters offer."""
MOST_PAUSED = 20


@signed_in()
@require_safe
def work(request: StaffRequest) -> HttpResponse:
    """Everything that waits for you; for roles whose part is not built yet what it will show."""
    mine = {"key": accounts.waiting_key(user=request.user), "unsent": vault.count_drafts(by=request.user)}
    if not selectors.has_work(request.user):
        return render(request, "web/waiting.html", {"room": waiting_room(request.user), **mine})
    at, filters = clock.now(), Filters.read(request.GET.dict())
    after = Cursor.parse(request.GET.get("dari", ""))
    day = selectors.get_day(viewer=request.user, filters=filters, at=at, after=after)
    seatless = seatless_room(request.user) if is_unseated(request.user) else None
    if seatless and not day.total and not filters.query:
        return render(request, "web/waiting.html", {"room": seatless, **mine})
    context = {
        **_head(request.user, at),
        **_counted(request, day, filters),
        **_page(request, day, filters, at),
        "seatless": seatless,
        **mine,
        **CHOICES,
    }
    return render(request, "web/queue.html", context)


def _page(request: StaffRequest, day: selectors.Day, filters: Filters, at: datetime) -> dict[str, Any]:
    """Return the queue itself, and what one can do with it."""
    return {
        "day": day,
        "at": at,
        "filters": filters,
        "headline": headline(day, filters),
        "rest": rest_of_day(day),
        "others": others_words(day, at),
        "kinds": clocks.list_kinds(),
        "next_url": _next(filters, day),
        "saved": selectors.list_saved(viewer=request.user, at=at),
        "decisions": decision_words(day, at),
        **_paused(request, at, is_shown=day.is_first and not filters.narrows),
        "asleep": selectors.count_words(clocks.count_asleep(viewer=request.user, at=at, most=selectors.MOST)),
    }


def _paused(request: StaffRequest, at: datetime, *, is_shown: bool) -> dict[str, Any]:
    """Return what does not press because its time does not count, and what was just done about that.

    The fold is open when something has stood still for long, and when what was just paused is in it.
    """
    lines = list_lines(viewer=request.user, at=at, limit=MOST_PAUSED + 1) if is_shown else []
    undo = undo_of_pause(request, at)
    return {
        "paused": lines[:MOST_PAUSED],
        "has_more_paused": len(lines) > MOST_PAUSED,
        "longest": lines[0] if lines and lines[0].is_long else None,
        "just_paused": undo is not None,
        "resumed": resumed_words(request, at),
        "undo": undo or undo_of(request, at),
    }


def _counted(request: StaffRequest, day: selectors.Day, filters: Filters) -> dict[str, Any]:
    """Return the navigation with the number that this page counts anyway, and the number itself for its words."""
    if filters.query or not day.is_first:
        return {}
    is_whole = day.after is None
    found = min(day.total + day.more, selectors.MOST) if is_whole else selectors.count_work(request.user)
    nav = nav_items(request.path_info, request.user, known={"queue": found})
    return {"nav": nav, "in_queue": selectors.count_words(found)}


def _next(filters: Filters, day: selectors.Day) -> str:
    """Return the address of the next page; empty: there is none."""
    if day.after is None:
        return ""
    return "?" + "&".join(part for part in (filters.query, urlencode({"dari": str(day.after)})) if part)


def _head(viewer: User, at: datetime) -> dict[str, Any]:
    """Return what stands under the title: whether the desk waits to be taken or given, and the way to the load."""
    duties = shifts.list_duties(viewer=viewer, at=at) if viewer.has(Permission.REPORT_DESK) else []
    return {
        "notices": [words for one in duties if (words := one.notice(viewer.pk, at))],
        "has_desk": bool(duties),
        "oversees": viewer.has(Permission.CASE_OVERSEE),
        "decides": viewer.has(Permission.CASE_APPROVE),
    }


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

"""Handing the desk over and taking it: one page for both, with what is open and what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import Kept, requires, resumed
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest
from ruangaman.intake import services
from ruangaman.intake.forms.shifts import DeskForm, GiveForm
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import shifts as selectors
from ruangaman.intake.selectors.shifts import Duty
from ruangaman.intake.services.shifts import Note
from ruangaman.intake.views import wording

PAGE = "/serah-terima/"
CODE = re.compile(r"tentang_(L-[0-9A-HJKMNP-TV-Z]{8})")
at_desk = requires(Permission.REPORT_DESK)


@dataclass(frozen=True)
class Room:
    """One desk on the page."""

    duty: Duty
    headline: str
    waiting: list[Note]
    last: Note | None
    open: list[tuple[Report, BoundField]]
    form: GiveForm
    may_take: bool
    is_urged: bool
    """Whether to take it is what the page asks for; otherwise to hand it over."""


@requires(Permission.REPORT_DESK, keeps=Kept("", lambda request: None))
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """Whose turn it is, what was written, what is open. Reading the words is recorded."""
    return _page(request)


@requires(Permission.REPORT_DESK, keeps=Kept(gettext_lazy("Serah terima jaga"), lambda request: None, page=".."))
@require_POST
def give(request: StaffRequest) -> HttpResponse:
    """Hand the desk over."""
    chosen = DeskForm(request.POST)
    if not chosen.is_valid():
        return _page(request, status=422)
    desk = _own(request, chosen.cleaned_data["meja"]).desk
    form = GiveForm(request.POST, codes=_codes(request), auto_id=f"{desk.code}_%s")
    if not form.is_valid():
        return _page(request, form=form, status=422)
    facts = {"handover_id": form.made_id(), "text": form.cleaned_data["text"], "about": form.about()}
    try:
        services.give(desk_code=desk.code, by=request.user, at=clock.now(), **facts)
    except DomainError as error:
        return _page(request, form=form, refusal=str(error), status=409)
    return HttpResponseRedirect(f"{PAGE}?sudah=beri")


@at_desk
@require_POST
def take(request: StaffRequest) -> HttpResponse:
    """Say that one has read it and stands guard."""
    chosen = DeskForm(request.POST)
    if not chosen.is_valid():
        return _page(request, status=422)
    try:
        services.take_over(desk_code=chosen.cleaned_data["meja"], by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return _page(request, refusal=str(error), status=409)
    return HttpResponseRedirect(f"{PAGE}?sudah=terima")


def _codes(request: StaffRequest) -> list[str]:
    """Return the reports that were written about: also one that somebody else has finished meanwhile."""
    return [found[1] for name in request.POST if (found := CODE.fullmatch(name))]


def _own(request: StaffRequest, code: str) -> Duty:
    """Return the duty at one of the viewer's desks. Raises Http404."""
    found = [one for one in selectors.list_duties(viewer=request.user, at=clock.now()) if one.desk.code == code]
    if not found:
        raise Http404
    return found[0]


def _page(request: StaffRequest, *, form: GiveForm | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    at = clock.now()
    duties, typed = selectors.list_duties(viewer=request.user, at=at), resumed(request, step="beri")
    context = {
        "rooms": [_room(one, request.user, at, form, typed) for one in duties],
        "at": at,
        "refusal": refusal,
        "said": wording.HANDED.get(request.GET.get("sudah", "")),
    }
    return render(request, "intake/shifts.html", context, status=status)


def _room(duty: Duty, viewer: User, at: datetime, sent: GiveForm | None, typed: Mapping[str, Any]) -> Room:
    waiting, last = selectors.list_waiting(desk=duty.desk), selectors.get_last(desk=duty.desk, at=at)
    notes = services.read_notes(handovers=[*waiting, *([last] if last else [])], by=viewer, at=at)
    reports = selectors.list_open(desk=duty.desk)
    is_sent = sent is not None and sent.data.get("meja") == duty.desk.code
    form = sent if sent is not None and is_sent else _fresh(duty, typed)
    for report in reports:
        form.ask_about(report.code)
    from_others = any(row.given_by_id != viewer.pk for row in waiting)
    may_take = from_others or (not waiting and duty.turn.taken_by != viewer.pk)
    return Room(
        duty=duty,
        headline=duty.headline(viewer.pk),
        waiting=notes[: len(waiting)],
        last=notes[-1] if last else None,
        open=[(report, form.field_of(report.code)) for report in reports],
        form=form,
        may_take=may_take,
        is_urged=from_others or (duty.turn.is_untaken and viewer.pk in duty.turn.on_duty and may_take),
    )


def _fresh(duty: Duty, typed: Mapping[str, Any]) -> GiveForm:
    """Return the form of a desk: empty, or with what somebody wrote for this desk and goes on with."""
    mine = typed if typed.get("meja") == duty.desk.code else {}
    return GiveForm(codes=[], initial={**mine, "meja": duty.desk.code}, auto_id=f"{duty.desk.code}_%s")

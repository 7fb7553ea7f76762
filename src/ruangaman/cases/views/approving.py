"""Asking the head of the unit, and the head's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.cases import registry, selectors, services
from ruangaman.cases.forms import DecideForm
from ruangaman.cases.models import Approval, ClosingAssessment
from ruangaman.cases.selectors import deciding, steps, weighing
from ruangaman.cases.types import ApprovalKind, Outcome, Point
from ruangaman.cases.views.answers import data_of, go, is_done, is_sent, refused, show
from ruangaman.cases.views.said import having, said_of
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest

PAGES = {ApprovalKind.PLAN: "rencana/", ApprovalKind.CLOSING: "penutupan/"}


@requires(Permission.CASE_ASSIGN)
@require_POST
def ask_plan(request: StaffRequest, code: str) -> HttpResponse:
    """Hand the plan to the head."""
    return _ask(request, code, ApprovalKind.PLAN)


@requires(Permission.CASE_ASSIGN)
@require_POST
def ask_closing(request: StaffRequest, code: str) -> HttpResponse:
    """Hand the closing to the head."""
    return _ask(request, code, ApprovalKind.CLOSING)


def _ask(request: StaffRequest, code: str, kind: ApprovalKind) -> HttpResponse:
    case = selectors.get_managed(code=code, viewer=request.user)
    try:
        services.ask_approval(code=code, kind=kind, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, case, error)
    return go(request, having(f"/kasus/{code}/{PAGES[kind]}", "diajukan"))


@requires(Permission.CASE_APPROVE)
@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    """What waits for the head's decision."""
    viewer, at = request.user, clock.now()
    rows = steps.list_waiting(viewer=viewer, at=at)
    others = [row for one in registry.decisions for row in one.rows(viewer, at)]
    said = _decided(request) or said_of(request)
    return render(request, "cases/approvals.html", {"rows": [*rows, *others], "said": said})


def _decided(request: StaffRequest) -> str:
    """Say which case was decided about a moment ago, how, and what follows; "": none, or none of theirs."""
    try:
        approval = steps.get_approval(approval_id=UUID(request.GET.get("tentang", "")), viewer=request.user)
    except (Http404, ValueError):
        return ""
    return deciding.told_words(approval)


@requires(Permission.CASE_APPROVE)
@require_http_methods(["GET", "POST"])
def decide(request: StaffRequest, approval_id: UUID) -> HttpResponse:
    """One request, with the facts that it is decided on."""
    approval, at = steps.get_approval(approval_id=approval_id, viewer=request.user), clock.now()
    if request.method == "POST" and approval.decided_at is not None:
        return _too_late(request, approval_id)
    subject, goals = steps.read_subject(approval)
    closing = subject if isinstance(subject, ClosingAssessment) else None
    weighed = weighing.weigh(approval=approval, at=at, closing=closing)
    form = DecideForm(data_of(request), kind=ApprovalKind(approval.kind), standing=weighed.standing)

    def act() -> None:
        known = form.cleaned_data
        services.decide_approval(
            approval_id=approval.pk, outcome=Outcome(known["outcome"]),
            points=[Point(one) for one in known["points"]], despite=form.signed(), by=request.user, at=at,
        )  # fmt: skip

    if is_sent(request, form):
        if is_done(form, act):
            return go(request, having("/kasus/keputusan/", "putusan") + f"&tentang={approval.pk}")
        if steps.get_approval(approval_id=approval_id, viewer=request.user).decided_at is not None:
            return _too_late(request, approval_id)
    known = {"approval": approval, "subject": subject, "goals": goals, "weighed": weighed, "at": at}
    opened = _opened(request.user, approval, closing, at)
    follows = deciding.follows_words(approval)
    return show(request, "cases/approval.html", approval.case, form, follows=follows, **known, **opened)


def _opened(viewer: User, approval: Approval, closing: ClosingAssessment | None, at: datetime) -> dict[str, Any]:
    """Return what is read of a request as far as it was written for who decides, and what does not agree."""
    asked, before = deciding.read_request(approval=approval, viewer=viewer, at=at)
    return {
        "asked": asked,
        "before": before,
        "sent": steps.list_transfers_weighed(approval=approval, viewer=viewer, at=at),
        "why": weighing.open_despite(closing=closing, viewer=viewer, at=at) if closing is not None else None,
        "against": deciding.contradictions_of(closing, approval.case) if closing is not None else [],
    }


def _too_late(request: StaffRequest, approval_id: UUID) -> HttpResponse:
    """Lead whoever comes after the decision to what was decided; nothing of what they sent counts."""
    return go(request, having(f"/kasus/keputusan/{approval_id}/", "sudah-diputuskan"))

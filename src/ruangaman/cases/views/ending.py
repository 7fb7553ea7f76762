"""The end of a case: closing assessment, handing over, contacts afterwards."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import policies, selectors, services
from ruangaman.cases.forms import (
    AftercareForm,
    ClosingForm,
    ContactAfterForm,
    ReceivedForm,
    TakeBackForm,
    TransferForm,
)
from ruangaman.cases.forms.ending import MONTHS
from ruangaman.cases.models import Approval, Case
from ruangaman.cases.selectors import deciding, steps, weighing
from ruangaman.cases.selectors.aftercare import get_aftercare, months_left, open_aftercare
from ruangaman.cases.selectors.people import open_safe_contact
from ruangaman.cases.types import WRITABLE_STATES, ApprovalKind, CaseState, Doing, Standing, may_end_unsafe
from ruangaman.cases.views.answers import answer, data_of, kept
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@requires(Permission.CASE_CLOSE, keeps=kept(_("Penutupan"), find=selectors.get_managed))
@form_page
def closing(request: StaffRequest, code: str) -> HttpResponse:
    """What was reached, before the case is closed."""
    case, at = selectors.get_managed(code=code, viewer=request.user), clock.now()
    last, approval = steps.open_closing(case=case, viewer=request.user, at=at)
    known_goals = selectors.closing_initial(case=case, viewer=request.user)
    running = weighing.list_running(case=case, at=at, covers=last.row.covers if last else ())
    has_binding = any(one.is_binding for one in running)
    stand = partial(weighing.stand, case=case, at=at)
    now = weighing.stand_of(last.row, case=case, at=at) if last else stand(risk=RiskLevel(case.risk), goals=None)
    form = ClosingForm(
        data_of(request), has_binding=has_binding, has_doubts=bool(now.doubts), initial=resumed(request, known_goals),
        stand=stand, barred=_barred(case, now),
    )  # fmt: skip

    def act() -> None:
        known = form.cleaned_data
        services.assess_closing(
            code=code, reason=ClosingReason(known["reason"]), risk=RiskLevel(int(known["risk"])),
            goals=(known["goals_met"], known["goals_total"]), was_asked=known["was_asked"] == "yes",
            words=known["words"], her_words=known["her_words"], why_clocks=known.get("why_clocks", ""),
            why_despite=known["why_despite"], by=request.user, at=at, closing_id=known["row_id"],
        )  # fmt: skip

    shown = {"last": last, "approval": approval, "running": running, "standing": now}
    context = {**shown, **_how_it_stands(request, case, approval, last)}
    context["ends"] = last is None  # what was written stays readable after the end
    return answer(request, "cases/closing.html", case, form, act, to="penutupan/", said="penutupan", **context)


def _barred(case: Case, standing: Standing) -> list[ClosingReason]:
    """Return the reasons for which the case does not end as it stands."""
    kind = CaseType(case.case_type)
    return [one for one in ClosingReason if standing.is_unsafe and not may_end_unsafe(one, kind)]


def _how_it_stands(request: StaffRequest, case: Case, approval: Approval | None, last: object) -> dict[str, Any]:
    """Return what the head said of the closing, and what is missing before it is asked about."""
    may_ask = last is not None and selectors.may_ask(case=case, viewer=request.user, approval=approval)
    return {
        "head_said": steps.outcome_words(approval) if last else "",
        "may_ask": may_ask,
        "returns": deciding.list_unmended(case=case, kind=ApprovalKind.CLOSING, approval=approval),
        "can_write": CaseState(case.state) in WRITABLE_STATES,
        "missing": selectors.missing_to_ask(case=case, kind=ApprovalKind.CLOSING, viewer=request.user, at=clock.now())
        if may_ask
        else [],
    }


@requires(Permission.CASE_ASSIGN, keeps=kept(_("Pelimpahan"), find=selectors.get_managed))
@form_page
def transfer(request: StaffRequest, code: str) -> HttpResponse:
    """Hand the case to another office by letter."""
    case, at = selectors.get_managed(code=code, viewer=request.user), clock.now()
    agencies = {str(one.pk): one for one in steps.list_recipients(viewer=request.user)}
    names = [(key, one.name) for key, one in agencies.items()]
    form = TransferForm(data_of(request), agencies=names, initial=resumed(request))

    def act() -> None:
        known = form.cleaned_data
        services.send_transfer(
            code=code, to=agencies.get(known["to"]), name=known["name"], letter=known["letter"], words=known["words"],
            basis=form.to_basis(), why=known["why"], by=request.user, at=at, transfer_id=known["row_id"],
        )  # fmt: skip

    sent = steps.open_transfers(case=case, viewer=request.user, at=at)
    return answer(request, "cases/transfer.html", case, form, act, to="pelimpahan/", said="pelimpahan", sent=sent)


@requires(Permission.CASE_ASSIGN)
@form_page
def received(request: StaffRequest, code: str, transfer_id: UUID) -> HttpResponse:
    """The other office took it on: who signed, and when."""
    case, at = selectors.get_managed(code=code, viewer=request.user), clock.now()
    row = steps.get_transfer(case=case, transfer_id=transfer_id)
    form = ReceivedForm(data_of(request), initial={"on": timezone.localdate(at)})

    def act() -> None:
        known = form.cleaned_data
        services.acknowledge_transfer(
            code=code, transfer_id=row.pk, who=known["signer"], on=known["on"], by=request.user, at=at
        )

    return answer(request, "cases/transfer_received.html", case, form, act, to="pelimpahan/", said="diterima", row=row)


@requires(Permission.CASE_ASSIGN, keeps=kept(_("Penarikan pelimpahan"), find=selectors.get_managed))
@form_page
def withdraw(request: StaffRequest, code: str, transfer_id: UUID) -> HttpResponse:
    """A transfer that should not have been: taken back with a reason."""
    case = selectors.get_managed(code=code, viewer=request.user)
    row = steps.get_sent(case=case, transfer_id=transfer_id)
    act = partial(services.withdraw_transfer, transfer_id=row.pk)
    return _take_back(request, case, row, act, "cases/transfer_withdrawn.html", to="pelimpahan/", said="ditarik")


@requires(Permission.CASE_WRITE)
@form_page
def aftercare(request: StaffRequest, code: str) -> HttpResponse:
    """When somebody asks how it goes after the closing: whoever works on the case sees it, its manager plans."""
    case, at = selectors.get_worked_on(code=code, viewer=request.user), clock.now()
    may_plan = policies.can_close(request.user, case)
    if request.method == "POST" and not may_plan:
        raise Http404
    rows = open_aftercare(case=case, viewer=request.user, at=at)
    months = months_left(case, [one.row for one in rows])
    initial = _first_days(timezone.localdate(case.closed_at or at), months, at)
    is_unsafe = case.unsafe_at is not None
    if is_unsafe:
        initial["first"] = _first_week(case, at)
    form = AftercareForm(data_of(request), at=at, months=months, is_unsafe=is_unsafe, initial=initial)

    def act() -> None:
        services.plan_aftercare(code=code, days=form.days(), by=request.user, at=at)

    reach = open_safe_contact(case=case, viewer=request.user, at=at)
    shown = {"rows": rows, "may_plan": may_plan, "reach": reach}
    return answer(request, "cases/aftercare.html", case, form, act, to="pasca/", said="jadwal", **shown)


@requires(Permission.CASE_CLOSE, keeps=kept(_("Pembatalan kontak"), find=selectors.get_managed))
@form_page
def cancel_after(request: StaffRequest, code: str, contact_id: UUID) -> HttpResponse:
    """A planned contact that nobody makes: taken away with a reason."""
    case = selectors.get_managed(code=code, viewer=request.user)
    row = get_aftercare(case=case, contact_id=contact_id)
    act = partial(services.cancel_aftercare, contact_id=row.pk)
    return _take_back(request, case, row, act, "cases/aftercare_cancelled.html", to="pasca/", said="kontak-batal")


def _take_back(
    request: StaffRequest, case: Case, row: Any, act: Callable[..., object], template: str, *, to: str, said: str
) -> HttpResponse:
    """Ask why, and take one thing back that was planned or sent; the row stays."""
    form = TakeBackForm(data_of(request), initial=resumed(request))

    def take() -> None:
        act(code=case.code, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())

    return answer(request, template, case, form, take, to=to, said=said, row=row)


@requires(Permission.CASE_WRITE, keeps=kept(_("Sesudah ditutup"), find=selectors.get_worked_on))
@form_page
def contact_after(request: StaffRequest, code: str, contact_id: UUID) -> HttpResponse:
    """How it goes after the closing."""
    case, at = selectors.get_worked_on(code=code, viewer=request.user), clock.now()
    row = get_aftercare(case=case, contact_id=contact_id)
    reach = open_safe_contact(case=case, viewer=request.user, at=at)
    tomorrow = {"again_on": timezone.localdate(at) + DAY}
    form = ContactAfterForm(data_of(request), at=at, initial=resumed(request, tomorrow))

    def act() -> None:
        known = form.cleaned_data
        if form.is_missed:
            services.try_after(
                code=code, contact_id=row.pk, again_on=known["again_on"], words=known["words"], by=request.user, at=at,
            )  # fmt: skip
            return
        services.contact_after(
            code=code, contact_id=row.pk, doing=Doing(known["doing"]), words=known["words"], by=request.user, at=at,
        )  # fmt: skip

    return answer(request, "cases/aftercare_contact.html", case, form, act, said="kontak", row=row, reach=reach)


def _first_week(case: Case, at: datetime) -> date:
    """Offer a week after the closing for whoever was not safe then; once that is past, tomorrow."""
    tomorrow = timezone.localdate(at) + DAY
    return max(timezone.localdate(case.closed_at or at) + WEEK, tomorrow)


def _first_days(closed_on: date, months: Collection[int], at: datetime) -> dict[str, date]:
    """Offer the office's months after the closing; of a case that was closed long ago, after today.

    For one that is planned anew and whose month is past: in a week.
    """
    today = timezone.localdate(at)
    is_late = len(months) == len(MONTHS) and _months_after(closed_on, min(months)) <= today
    days = {name: _months_after(today if is_late else closed_on, month) for name, month in MONTHS.items()}
    return {name: day if day > today else today + WEEK for name, day in days.items()}


def _months_after(start: date, months: int) -> date:
    """Return the same day some months later, or the last one of that month."""
    year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))

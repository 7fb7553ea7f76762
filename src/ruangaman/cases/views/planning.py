"""Safe first, the assessment, the rights, the plan."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import AssessmentForm, PlanForm, RightsForm, SafetyForm, WindowForm
from ruangaman.cases.forms.planning import GOALS, people_of
from ruangaman.cases.models import SafetyCheck
from ruangaman.cases.selectors import deciding, facts, functions, steps, windows
from ruangaman.cases.selectors.reviewing import latest_review
from ruangaman.cases.types import Agreed, ApprovalKind, Escort, Right, WindowOutcome
from ruangaman.cases.views.answers import answer, data_of, kept
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CASE_WRITE, keeps=kept(_("Aman dulu")))
@form_page
def safety(request: StaffRequest, code: str) -> HttpResponse:
    """Whether she is safe now, before anything else is asked."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    form = SafetyForm(data_of(request), initial=resumed(request))

    def act() -> None:
        known = form.cleaned_data
        services.check_safety(
            code=code, is_safe=known["is_safe"] == "yes", escort=Escort(known["escort"]), words=known["words"],
            by=request.user, at=at, check_id=known["row_id"],
        )  # fmt: skip

    past = steps.open_steps(model=SafetyCheck, case=case, viewer=request.user, at=at)
    told_at = facts.reported_again_at(case)
    return answer(request, "cases/safety.html", case, form, act, said="aman", past=past, ends=True, told_at=told_at)


@requires(Permission.CASE_WRITE, keeps=kept(_("Jendela kesehatan dan bukti")))
@form_page
def window(request: StaffRequest, code: str) -> HttpResponse:
    """What came of the windows of health and evidence; each ends only with its own answer."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    open_ones = windows.list_windows(case=case, at=at)
    offered = [(str(one.row.pk), one.words) for one in open_ones]
    named = request.GET.get("jam", "") if len(offered) > 1 else "".join(key for key, _words in offered)
    initial = {"window": named if named in dict(offered) else ""}
    form = WindowForm(data_of(request), windows=offered, initial=resumed(request, initial))

    def act() -> None:
        known = form.cleaned_data
        services.answer_window(
            code=code, clock_id=UUID(known["window"]), outcome=WindowOutcome(known["outcome"]), words=known["words"],
            by=request.user, at=at, note_id=known["row_id"],
        )  # fmt: skip

    return answer(request, "cases/window.html", case, form, act, said="jendela", windows=open_ones)


@requires(Permission.CASE_WRITE, keeps=kept(_("Asesmen")))
@form_page
def assessment(request: StaffRequest, code: str) -> HttpResponse:
    """The seven domains; what was found last time stands there to be gone on with."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    row, domains, summary = steps.open_assessment(case=case, viewer=request.user, at=at)
    initial: dict[str, Any] = {"summary": summary}
    for one in domains:
        initial |= {f"seen_{one.domain}": one.is_seen, f"words_{one.domain}": one.words}
        initial[f"needs_{one.domain}"] = [need.value for need in one.needs]
    form = AssessmentForm(data_of(request), initial=resumed(request, initial))

    def act() -> None:
        known = form.cleaned_data
        services.assess(
            code=code, notes=form.notes(), summary=known["summary"], by=request.user, at=at,
            assessment_id=known["row_id"],
        )  # fmt: skip

    return answer(request, "cases/assessment.html", case, form, act, said="asesmen", last=row)


@requires(Permission.CASE_WRITE)
@form_page
def rights(request: StaffRequest, code: str) -> HttpResponse:
    """Which rights she was told of, and what the office gave so far."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    told = functions.list_rights_told(case=case, viewer=request.user)
    form = RightsForm(data_of(request), initial={"rights": sorted({one for row in told for one in row.rights})})

    def act() -> None:
        known = form.cleaned_data
        services.tell_rights(
            code=code, rights=[Right(one) for one in known["rights"]], by=request.user, at=at, told_id=known["row_id"]
        )

    given = functions.list_functions(case=case, viewer=request.user)
    return answer(request, "cases/rights.html", case, form, act, to="hak/", said="hak", told=told, given=given)


@requires(Permission.CASE_WRITE, keeps=kept(_("Rencana")))
@form_page
def plan(request: StaffRequest, code: str) -> HttpResponse:
    """The plan as it stands, and the form of its next version."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    owners = people_of(selectors.list_parts(case=case, viewer=request.user))
    offered = book().choices(ListKey.SERVICE_TYPE, day_of(at))
    last = steps.open_plan(case=case, viewer=request.user, at=at)
    latest = latest_review(risk=RiskLevel(case.risk), at=at)
    initial = resumed(request, _plan_initial(last, latest, at))
    form = PlanForm(data_of(request), owners=owners, services=offered, latest=latest, at=at, initial=initial)

    def act() -> None:
        known = form.cleaned_data
        services.make_plan(
            code=code, goals=form.goals(), why_not=form.why_not(), agreed=Agreed(known["agreed"]),
            safety=known["safety"], review_on=known["review_on"], by=request.user, at=at, plan_id=known["row_id"],
        )  # fmt: skip

    head_said = steps.outcome_words(last.approval) if last else ""
    may_ask = selectors.may_ask(case=case, viewer=request.user, approval=last.approval if last else None)
    may_ask = last is not None and may_ask
    shown: dict[str, Any] = {"last": last, "head_said": head_said, "may_ask": may_ask, "missing": []}
    asked = last.approval if last else None
    shown["returns"] = deciding.list_unmended(case=case, kind=ApprovalKind.PLAN, approval=asked) if last else []
    if may_ask:
        shown["missing"] = selectors.missing_to_ask(case=case, kind=ApprovalKind.PLAN, viewer=request.user, at=at)
    return answer(request, "cases/plan.html", case, form, act, to="rencana/", said="rencana", **shown)


def _plan_initial(last: steps.PlanView | None, latest: date, at: Any) -> dict[str, Any]:
    """Begin with what was planned last, so that nothing is typed twice; that she made and agreed to it is said anew."""
    initial: dict[str, Any] = {"review_on": latest}
    if last is None:
        return initial
    initial["safety"] = last.safety
    for place, goal in enumerate(last.goals[:GOALS]):
        initial |= {
            f"goal_{place}": goal.text,
            f"service_{place}": goal.row.service,
            f"owner_{place}": str(goal.row.owner_id),
            f"due_{place}": max(timezone.localdate(goal.row.due_at), timezone.localdate(at)),
            f"before_{place}": goal.row.pk,
        }
    return initial

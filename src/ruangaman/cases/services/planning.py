"""Before anything is done for somebody: safe first, assessed, told of her rights, a plan made with her."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Assessment, Case, Goal, Plan, RightsTold, SafetyCheck, Task
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.reviewing import check_review, see_safe, see_unsafe
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import Agreed, Domain, Escort, Finding, NeedCode, Right, WhyNot, note_content
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.vault.types import Compartment, Content


@dataclass(frozen=True)
class DomainNote:
    """What was found in one domain and what is needed; all of it is sealed."""

    words: str = ""
    needs: tuple[NeedCode, ...] = ()


@dataclass(frozen=True)
class NewGoal:
    """A goal to be planned.

    Args:
        before: the goal of the version before that this one goes on with; its task goes on as well.
    """

    words: str
    service: str
    owner: User
    due_at: datetime
    before: UUID | None = None


@transaction.atomic
def check_safety(
    *,
    code: str,
    is_safe: bool,
    escort: Escort,
    words: str,
    is_reopening: bool = False,
    by: User,
    at: datetime,
    check_id: UUID | None = None,
) -> SafetyCheck:
    """Record whether she is safe now. Nothing else is asked before.

    Args:
        escort: who was there when she was fetched.
        words: where she is and who is with her; sealed in the narrative compartment. Asked for where she was not safe
            at the look before and is now.
        is_reopening: it is what somebody says who opens the case again. That she is not safe is then nothing new: what
            already asks for it keeps its limit.

    Raises:
        NotFound: no such case for `by`.
        DomainError: safe now and not before, without a word.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed words, the row, the case, one `cases.safety_checked` event; where she is not safe and the danger
        was less than high, that too.
    Source: domain.md 2.3, state 3a.
    """
    case = lock_writable(code, by)
    found = find_first(SafetyCheck, check_id, case)
    if found is not None:
        return found
    before = None
    if is_safe:
        see_safe(case, words)
    else:
        before = see_unsafe(case, by=by, at=at)
    ref = seal(case, Compartment.NARRATIVE, note_content(words), by=by, at=at)
    row = SafetyCheck(
        id=check_id or uuid4(), case=case, at=at, by=by, is_safe=is_safe, escort=escort, before=before, ref=ref
    )
    row.save(force_insert=True)
    detail: Detail = {"check": str(row.pk), "is_safe": is_safe, "escort": str(escort)}
    unsafe = Finding.SEEN if by.pk == case.manager_id else Finding.UNSEEN
    detail["finding"] = str(Finding.SAFE if is_safe else unsafe)
    if is_reopening and not is_safe:
        detail["reopening"] = True
    tell(events.SAFETY_CHECKED, case, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def assess(
    *,
    code: str,
    notes: Mapping[Domain, DomainNote],
    summary: str,
    by: User,
    at: datetime,
    assessment_id: UUID | None = None,
) -> Assessment:
    """Record an assessment of the seven domains. It is complete when all of them were considered.

    Args:
        notes: the domains that were considered; nothing found is an answer as well.
        summary: sealed with them in the narrative compartment.

    Raises:
        NotFound: no such case for `by`.
        DomainError: no domain, or a need of another domain.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed answers, the row, one `cases.assessed` event.
    Source: domain.md 2.3, state 4.
    """
    case = lock_writable(code, by)
    found = find_first(Assessment, assessment_id, case)
    if found is not None:
        return found
    if not notes or any(need.domain is not domain for domain, note in notes.items() for need in note.needs):
        raise DomainError(_("Tandai paling sedikit satu bidang yang sudah dilihat."))
    considered = [domain.value for domain in Domain if domain in notes]
    ref = seal(case, Compartment.NARRATIVE, _answers(notes, summary), by=by, at=at)
    row = Assessment(id=assessment_id or uuid4(), case=case, at=at, by=by, considered=considered, ref=ref)
    row.save(force_insert=True)
    detail: Detail = {"assessment": str(row.pk), "considered": len(considered)}
    tell(events.ASSESSED, case, by=by, at=at, detail=detail)
    return row


def _answers(notes: Mapping[Domain, DomainNote], summary: str) -> Content:
    return {
        "text": summary,
        "domains": {
            domain.value: {"words": note.words, "needs": [need.value for need in note.needs]}
            for domain, note in notes.items()
        },
    }


@transaction.atomic
def tell_rights(
    *, code: str, rights: Sequence[Right], by: User, at: datetime, told_id: UUID | None = None
) -> RightsTold:
    """Record which rights she was told of.

    Raises:
        NotFound: no such case for `by`.
        DomainError: none named.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the row, one `cases.rights_told` event.
    Source: Perpres 55/2024 art. 5 b; UU 12/2022 ch. V.
    """
    case = lock_writable(code, by)
    found = find_first(RightsTold, told_id, case)
    if found is not None:
        return found
    if not rights:
        raise DomainError(_("Tandai hak yang sudah dijelaskan."))
    named = [right.value for right in Right if right in rights]
    row = RightsTold(id=told_id or uuid4(), case=case, at=at, by=by, rights=named)
    row.save(force_insert=True)
    tell(events.RIGHTS_TOLD, case, by=by, at=at, detail={"told": str(row.pk), "rights": len(named)})
    return row


@transaction.atomic
def make_plan(
    *,
    code: str,
    goals: Sequence[NewGoal],
    why_not: WhyNot | None,
    agreed: Agreed,
    safety: str,
    review_on: date,
    by: User,
    at: datetime,
    plan_id: UUID | None = None,
) -> Plan:
    """Write a plan, or its next version. The tasks come of it once it is approved and begun.

    Args:
        why_not: why it was not made with her; None: it was.
        safety: the safety plan, sealed in the narrative compartment; "" for none.
        review_on: the day in the city's calendar on which it is looked at again.

    Raises:
        NotFound: no such case for `by`.
        NotAssignable: an owner has no part in the case.
        DomainError: no goal, a goal in the past, or a review that is not to come or later than the danger allows.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed words, the plan, its goals, one `cases.plan_made` event; `cases.plan_agreed` when it was.
    Source: domain.md 2.3, state 5.
    """
    case = lock_writable(code, by)
    found = find_first(Plan, plan_id, case)
    if found is not None:
        return found
    _check_plan(case, goals, review_on, at)
    plan = Plan(
        id=plan_id or uuid4(),
        case=case,
        at=at,
        by=by,
        version=(Plan.objects.filter(case=case).aggregate(last=Max("version"))["last"] or 0) + 1,
        with_her=why_not is None,
        why_not=why_not or "",
        agreed=agreed,
        review_on=review_on,
        safety_ref=seal(case, Compartment.NARRATIVE, note_content(safety), by=by, at=at) if safety else None,
    )
    plan.save(force_insert=True)
    _write_goals(plan, goals, by=by, at=at)
    detail: Detail = {"plan": str(plan.pk), "version": plan.version, "goals": len(goals), "with_her": plan.with_her}
    tell(events.PLAN_MADE, case, by=by, at=at, detail=detail)
    if agreed is not Agreed.NOT_YET:
        detail = {"plan": str(plan.pk), "version": plan.version, "how": str(agreed)}
        tell(events.PLAN_AGREED, case, by=by, at=at, detail=detail)
    return plan


def _check_plan(case: Case, goals: Sequence[NewGoal], review_on: date, at: datetime) -> None:
    if not goals:
        raise DomainError(_("Tulis paling sedikit satu tujuan."))
    team = set(case.assignments.filter(until=None).values_list("user_id", flat=True))
    if any(goal.owner.pk not in team for goal in goals):
        raise NotAssignable(_("Tujuan hanya dapat dipegang orang yang ditugaskan pada kasus ini."))
    if any(goal.due_at < at for goal in goals):
        raise DomainError(_("Batas waktu tujuan harus masih akan datang."))
    check_review(review_on, risk=RiskLevel(case.risk), at=at)


def _write_goals(plan: Plan, goals: Sequence[NewGoal], *, by: User, at: datetime) -> None:
    case = plan.case
    before = dict(Goal.objects.filter(case=case, task__isnull=False).values_list("pk", "task_id"))
    Goal.objects.bulk_create(
        Goal(
            case=case,
            plan=plan,
            position=position,
            service=goal.service,
            owner=goal.owner,
            due_at=goal.due_at,
            ref=seal(case, Compartment.WORK, note_content(goal.words), by=by, at=at),
            task_id=before.get(goal.before) if goal.before else None,
        )
        for position, goal in enumerate(goals)
    )


def start_plan(case: Case, *, by: User, at: datetime) -> int:
    """Turn the goals of the newest plan into tasks, each once. Nothing is typed again: the sealed words are the same.

    Writes: a task for each goal without one, `cases.task_added` for each, one `cases.plan_started` event.
    """
    plan = Plan.objects.filter(case=case).order_by("-version").first()
    goals = list(Goal.objects.filter(plan=plan, task=None).select_related("owner").order_by("position")) if plan else []
    for goal in goals:
        owner = goal.owner if case.assignments.filter(user=goal.owner, until=None).exists() else case.manager
        task = Task(case=case, ref=goal.ref, owner=owner, made_at=at, made_by=by, due_at=goal.due_at)
        task.save(force_insert=True)
        goal.task = task
        goal.save(update_fields=["task"])
        detail: Detail = {"task": str(task.pk), "owner": str(owner.pk)}
        tell(events.TASK_ADDED, case, by=by, at=at, detail=detail, promised_at=task.due_at)
    if plan is not None and goals:
        tell(events.PLAN_STARTED, case, by=by, at=at, detail={"plan": str(plan.pk), "tasks": len(goals)})
    return len(goals)

"""What a case has, as far as the gates ask: one query, whatever there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from ruangaman.audit.services import Planned
from ruangaman.cases import events
from ruangaman.cases.models import (
    Aftercare,
    Approval,
    Assessment,
    Case,
    ClosingAssessment,
    ContactTry,
    Episode,
    Goal,
    Plan,
    SafetyCheck,
    ServiceRecord,
    Task,
    Transfer,
)
from ruangaman.cases.selectors.rows import Given
from ruangaman.cases.types import TRIES_BEFORE_UNREACHABLE, Agreed, Domain, Fact, Reached
from ruangaman.clocks.models import Clock, ClockQuerySet
from ruangaman.consents.models import Consent
from ruangaman.consents.types import Basis, ConsentPurpose
from ruangaman.core.codelists import ClosingReason, RiskLevel

OF_CASE = {"case": OuterRef("pk")}
SINCE = {"case": OuterRef("pk"), "at__gte": OuterRef("began")}
"""Of the present episode: what was done before the case was opened again counts no more."""


def facts_of(case: Case, at: datetime, *, closing: ClosingReason | None = None) -> frozenset[str]:
    """Return the facts of one case at a moment: codes of `types.Fact`. Empty: it is not visible to who asks.

    Args:
        closing: why it is to be closed: an assessment for another reason does not count. None: any does.
    """
    row = FACTS.first(case_id=case.pk, at=at)
    return facts_from_json(row["row"] if row else None, closing=closing)


def facts_as_json(given: Given) -> QuerySet[Case, Any]:
    """Return what `facts_of` reads, with an annotation `row`, for one larger statement."""
    return _facts_at(case_id=given.case_id, at=given.at)


def _facts_at(*, case_id: UUID, at: datetime) -> QuerySet[Case, Any]:
    by_law = _consents(at).exclude(basis=Basis.CONSENT)
    rows = _facts().annotate(consent=Exists(_consents(at)), by_law=Exists(by_law)).filter(pk=case_id)
    names = ("risk", *ANNOTATED, *(fact.value for fact in PRESENT))
    return rows.annotate(row=JSONObject(**{name: F(name) for name in names}))


def facts_from_json(row: Mapping[str, Any] | None, *, closing: ClosingReason | None = None) -> frozenset[str]:
    """Return what `facts_of` says of what `facts_as_json` read; empty: nothing."""
    if row is None:
        return frozenset()
    reason = row["reason"]
    found = {
        **{fact: row[fact.value] for fact in PRESENT},
        Fact.SAFETY_PLAN: row["safety"] is not None,
        Fact.CLOSING_ASSESSED: row["closing"] is not None and closing in (None, reason),
        Fact.CLOCKS_ANSWERED: set(row["binding"] or ()) <= set(row["covers"] or ()),
        Fact.PLAN_AGREED: row["agreed"] not in (None, Agreed.NOT_YET) or row["by_law"],
        Fact.TRIED: (row["tries"] or 0) >= TRIES_BEFORE_UNREACHABLE,
        Fact.NOTHING_OPEN: not row["open"],
        Fact.HIGH_RISK: row["risk"] >= RiskLevel.TINGGI,
        Fact.UNREACHABLE: reason == ClosingReason.UNREACHABLE,
        Fact.MOVED: reason == ClosingReason.MOVED,
    }
    return frozenset(fact.value for fact, holds in found.items() if holds)


PRESENT = (
    Fact.SAFE, Fact.CONSENT, Fact.ASSESSED, Fact.PLANNED, Fact.PLAN_APPROVED, Fact.SERVED, Fact.CLOSING_APPROVED,
    Fact.TRANSFERRED, Fact.AFTERCARE_PLANNED,
)  # fmt: skip
"""Facts that a column of the query says as they are."""
ANNOTATED = ("reason", "safety", "agreed", "by_law", "closing", "covers", "binding", "tries", "open")


def since_episode() -> dict[str, Any]:
    """Return the annotation that says when the present episode of a case began."""
    last = Episode.objects.filter(case=OuterRef("pk")).order_by("-number").values("at")[:1]
    return {"began": Coalesce(Subquery(last), F("opened_at"))}


def began_at(case: Case) -> datetime:
    """Return when the present episode of a case began."""
    return _began(case) or case.opened_at


def _began(case: Case) -> datetime | None:
    cases: Any = Case.objects.annotate(**since_episode()).filter(pk=case.pk)
    began: datetime | None = cases.values_list("began", flat=True).first()
    return began


def newest(model: Any, case: Case) -> Any:
    """Return the newest row of the present episode of a model of `models.planning` or `models.following`, or None."""
    began = _began(case)
    if began is None:
        return None
    return model.objects.filter(case=case, at__gte=began).select_related("by").order_by("-at", "-id").first()


def _facts_rows(*, case_id: UUID, at: datetime) -> QuerySet[Any, Any]:
    rows: Any = _facts_at(case_id=case_id, at=at)
    found: QuerySet[Any, Any] = rows.values("row")
    return found


FACTS = Planned(_facts_rows)


def _facts() -> QuerySet[Case, Any]:
    plans = Plan.objects.filter(**SINCE).order_by("-version")
    closings = ClosingAssessment.objects.filter(**SINCE).order_by("-at", "-id")
    return (
        Case.objects.annotate(**since_episode())
        .annotate(
            plan=Subquery(plans.values("id")[:1]),
            safety=Subquery(plans.values("safety_ref")[:1]),
            agreed=Subquery(plans.values("agreed")[:1]),
            closing=Subquery(closings.values("id")[:1]),
            reason=Subquery(closings.values("reason")[:1]),
            covers=Subquery(closings.values("covers")[:1]),
            binding=ArraySubquery(binding_clocks(OuterRef("dossier_id")).values("pk")),
        )
        .annotate(
            safe=Exists(_latest_check_is_safe()),
            assessed=Exists(Assessment.objects.filter(**SINCE, considered__contains=Domain.values)),
            planned=Exists(Goal.objects.filter(plan=OuterRef("plan"))),
            plan_approved=Exists(Approval.objects.filter(subject=OuterRef("plan"), outcome="approved")),
            served=Exists(ServiceRecord.objects.filter(case=OuterRef("pk"), recorded_at__gte=OuterRef("began"))),
            closing_approved=Exists(Approval.objects.filter(subject=OuterRef("closing"), outcome="approved")),
            transferred=Exists(Transfer.objects.filter(**SINCE, acknowledged_at__isnull=False, withdrawn_at=None)),
            aftercare_planned=Exists(Aftercare.objects.filter(**OF_CASE, held_at=None, cancelled_at=None)),
            open=Exists(Task.objects.filter(**OF_CASE, done_at=None)),
            tries=_count_tries(),
        )
    )


def unsafe_check(case: Case) -> SafetyCheck | None:
    """Return the last safety check of the present episode if it said that she was not safe."""
    check: SafetyCheck | None = newest(SafetyCheck, case)
    return check if check is not None and not check.is_safe else None


def binding_clocks(dossier: UUID | OuterRef) -> ClockQuerySet:
    """Return what law or medicine asks for, still runs, and closing the case of a dossier would end undone."""
    return Clock.objects.filter(dossier_id=dossier).open().binding(event=events.CASE_CLOSED.key)


def _latest_check_is_safe() -> QuerySet[SafetyCheck]:
    """The last check since the case came to where it stands, when it said safe."""
    since = SafetyCheck.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("state_since"))
    later = SafetyCheck.objects.filter(case=OuterRef("case"), at__gt=OuterRef("at"))
    return since.filter(~Exists(later), is_safe=True)


def _count_tries() -> Subquery:
    """Tries of the present episode that reached nobody, after the last one that did."""
    reached = ContactTry.objects.filter(case=OuterRef("case"), result=Reached.REACHED, at__gte=OuterRef("at"))
    missed = ContactTry.objects.filter(~Exists(reached), **SINCE).exclude(result=Reached.REACHED)
    return Subquery(missed.order_by().values("case").annotate(n=Count("pk")).values("n")[:1])


def _consents(at: datetime) -> QuerySet[Consent]:
    live = Consent.objects.live(at)
    return live.filter(purpose=ConsentPurpose.SERVICES, dossier_id=OuterRef("dossier_id"), recipient=None)

"""What a case has, as far as the gates ask: one query, whatever there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Func, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from ruangaman.audit.services import Planned
from ruangaman.cases import events, registry
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
from ruangaman.cases.types import (
    Agreed,
    ApprovalKind,
    CaseState,
    Domain,
    Evidence,
    Fact,
    Heard,
    Outcome,
    Reached,
    Tries,
    answered_of,
    is_overtaken,
    may_end_unsafe,
    standing_of,
)
from ruangaman.clocks.models import Clock, ClockQuerySet
from ruangaman.consents.models import Consent
from ruangaman.consents.types import Basis, ConsentPurpose
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel

OF_CASE = {"case": OuterRef("pk")}
SINCE = {"case": OuterRef("pk"), "at__gte": OuterRef("began")}
"""Of the present episode: what was done before the case was opened again counts no more."""


FIRST_ANSWER = "case.first_answer"
"""The kind of clock that asks for the first answer to whoever reported (`intake.services.handover`)."""


@dataclass(frozen=True)
class Known:
    """What is known of one case before it moves or ends.

    Args:
        facts: codes of `types.Fact`.
        tried: when somebody tried to reach her in vain, since she was reached last or wrote.
        wrote_at: when a message made earlier tries count no more; None: none did.
        unread: when whoever reported wrote last of what nobody has read yet.
        stopped: when a try was stopped because it was not safe, and nobody has looked since.
        looked: when somebody looked last whether she is safe, and whether she was; None: nobody did.
    """

    facts: frozenset[str] = frozenset()
    danger: RiskLevel = RiskLevel.RENDAH
    tried: tuple[datetime, ...] = ()
    wrote_at: datetime | None = None
    unread: datetime | None = None
    stopped: datetime | None = None
    looked: tuple[datetime, bool] | None = None

    def as_evidence(self, at: datetime, *, by: UUID | None, has_reason: bool = True) -> Evidence:
        """Return it as the gates ask for it."""
        return Evidence(by, has_reason, self.facts, self.danger, self.tries(at))

    def tries(self, at: datetime) -> Tries:
        """Return what the tries come to."""
        return Tries.of(self.tried, at, wrote_at=self.wrote_at, unread=self.unread)


def known_of(case: Case, at: datetime, *, closing: ClosingReason | None = None) -> Known:
    """Return what is known of one case at a moment. Nothing: it is not visible to who asks.

    Args:
        closing: why it is to be closed: an assessment for another reason does not count. None: any does.
    """
    row = FACTS.first(case_id=case.pk, at=at)
    return _read(row["row"], closing) if row else Known()


def facts_of(case: Case, at: datetime, *, closing: ClosingReason | None = None) -> frozenset[str]:
    """Return the facts of one case as `known_of`: codes of `types.Fact`."""
    return known_of(case, at, closing=closing).facts


def facts_as_json(given: Given) -> QuerySet[Case, Any]:
    """Return what `facts_of` reads, with an annotation `row`, for one larger statement."""
    return _facts_at(case_id=given.case_id, at=given.at)


def _facts_at(*, case_id: UUID, at: datetime) -> QuerySet[Case, Any]:
    by_law = _consents(at).exclude(basis=Basis.CONSENT)
    rows = _facts().annotate(consent=Exists(_consents(at)), by_law=Exists(by_law)).filter(pk=case_id)
    names = ("risk", "state", "case_type", "unsafe_at", *ANNOTATED, *(fact.value for fact in PRESENT))
    return rows.annotate(row=JSONObject(**{name: F(name) for name in names}))


def facts_from_json(row: Mapping[str, Any] | None) -> frozenset[str]:
    """Return what `facts_of` says of what `facts_as_json` read; empty: nothing."""
    return frozenset() if row is None else _read(row, None).facts


def _read(row: Mapping[str, Any], closing: ClosingReason | None) -> Known:
    reason, danger = row["reason"], RiskLevel(row["risk"])
    ending = closing or (ClosingReason(reason) if reason else None)
    is_unsafe = row["unsafe_at"] is not None
    heard = Heard.of(row["heard"])
    missed = [datetime.fromisoformat(one) for one in row["tries"] or ()]
    tried = heard.after(missed)
    stopped = datetime.fromisoformat(row["stopped"]) if row["stopped"] else None
    looked = (datetime.fromisoformat(row["look"]["at"]), row["look"]["is_safe"]) if row["look"] else None
    found = {
        **{fact: row[fact.value] for fact in PRESENT},
        Fact.SAFETY_PLAN: row["safety"] is not None,
        Fact.CLOSING_ASSESSED: row["closing"] is not None and closing in (None, reason) and not _is_overtaken(row),
        Fact.CLOCKS_ANSWERED: set(row["binding"] or ()) <= set(row["covers"] or ()),
        Fact.PLAN_AGREED: row["agreed"] not in (None, Agreed.NOT_YET) or row["by_law"],
        Fact.TRIED: bool(tried) and Tries.of(tried, max(tried), unread=heard.unread).are_enough,
        Fact.TRY_UNSAFE: stopped is not None,
        Fact.NOTHING_OPEN: not row["open"],
        Fact.HIGH_RISK: danger >= RiskLevel.TINGGI,
        Fact.UNREACHABLE: reason == ClosingReason.UNREACHABLE,
        Fact.MOVED: reason == ClosingReason.MOVED,
        Fact.UNSAFE: is_unsafe,
        Fact.UNREAD: heard.unread is not None,
        Fact.MAY_END: not is_unsafe or may_end_unsafe(ending, CaseType(row["case_type"])),
    }
    facts = {fact.value for fact, holds in found.items() if holds}
    if _is_answered(row, facts, danger, heard, stopped, looked):
        facts.add(Fact.DOUBTS_ANSWERED.value)
    wrote_at = heard.last if len(tried) < len(missed) else None
    return Known(frozenset(facts), danger, tried, wrote_at, heard.unread, stopped, looked)


def _is_overtaken(row: Mapping[str, Any]) -> bool:
    """Whether she was found unsafe after a closing assessment that says nothing of it."""
    return is_overtaken(row["doubts"], made_at=_moment(row["closing_at"]), unsafe_at=_moment(row["last_unsafe"]))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_answered(
    row: Mapping[str, Any],
    facts: set[str],
    danger: RiskLevel,
    heard: Heard,
    stopped: datetime | None,
    looked: tuple[datetime, bool] | None,
) -> bool:
    """Whether the closing assessment answers all that speaks against an end; without one only nothing is answered."""
    standing = standing_of(
        facts,
        danger=max(danger, RiskLevel(row["closing_risk"] or danger)),
        goals=None if row["closing"] is None else (row["met"], row["total"]),
        is_emergency=row["state"] == CaseState.EMERGENCY,
        reason=ClosingReason(row["reason"]) if row["reason"] else None,
        unread=heard.unread,
    )
    if row["closing"] is None:
        return not standing.doubts
    made_at = datetime.fromisoformat(row["closing_at"])
    answered = answered_of(row["doubts"], at=made_at, unread=heard.unread, stopped=stopped, looked=looked)
    return standing.doubts <= answered


PRESENT = (
    Fact.SAFE, Fact.CONSENT, Fact.ASSESSED, Fact.PLANNED, Fact.PLAN_APPROVED, Fact.SERVED, Fact.CLOSING_APPROVED,
    Fact.TRANSFERRED, Fact.AFTERCARE_PLANNED, Fact.UNANSWERED, Fact.LOOKED,
)  # fmt: skip
"""Facts that a column of the query says as they are."""
ANNOTATED = (
    "reason", "safety", "agreed", "by_law", "closing", "closing_at", "closing_risk", "met", "total", "covers", "doubts",
    "binding", "tries", "heard", "open", "last_unsafe", "stopped", "look",
)  # fmt: skip


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
            doubts=Subquery(closings.values("doubts")[:1]),
            closing_at=Subquery(closings.values("at")[:1]),
            closing_risk=Subquery(closings.values("risk")[:1]),
            met=Subquery(closings.values("goals_met")[:1]),
            total=Subquery(closings.values("goals_total")[:1]),
            binding=ArraySubquery(binding_clocks(OuterRef("dossier_id")).values("pk")),
        )
        .annotate(
            safe=Exists(_latest_check_is_safe()),
            looked=Exists(SafetyCheck.objects.filter(**SINCE)),
            look=Subquery(_looks()[:1]),
            last_unsafe=Subquery(_unsafe_checks().filter(**SINCE).order_by("-at").values("at")[:1]),
            unanswered=Exists(unanswered_clocks(OuterRef("dossier_id"))),
            assessed=Exists(Assessment.objects.filter(**SINCE, considered__contains=Domain.values)),
            planned=Exists(Goal.objects.filter(plan=OuterRef("plan"))),
            plan_approved=Exists(Approval.objects.filter(subject=OuterRef("plan"), outcome="approved")),
            served=Exists(ServiceRecord.objects.filter(case=OuterRef("pk"), recorded_at__gte=OuterRef("began"))),
            closing_approved=Exists(standing_approvals().filter(subject=OuterRef("closing"))),
            transferred=Exists(Transfer.objects.filter(**SINCE, acknowledged_at__isnull=False, withdrawn_at=None)),
            aftercare_planned=Exists(Aftercare.objects.filter(**OF_CASE, held_at=None, cancelled_at=None)),
            open=Exists(Task.objects.filter(**OF_CASE, done_at=None)),
            tries=ArraySubquery(missed_tries().values("at")),
            stopped=Subquery(_stopped_tries().values("at")[:1]),
            heard=_heard(),
        )
    )


def _looks() -> QuerySet[SafetyCheck, Any]:
    """The checks of the present episode, the last first, each with what it found."""
    looks: Any = SafetyCheck.objects.filter(**SINCE).order_by("-at", "-id")
    found: QuerySet[SafetyCheck, Any] = looks.values(look=JSONObject(at="at", is_safe="is_safe"))
    return found


def _unsafe_checks() -> QuerySet[SafetyCheck]:
    return SafetyCheck.objects.filter(is_safe=False)


def standing_approvals() -> QuerySet[Approval]:
    """Return what was approved and still is: the yes to a closing is void once she is found unsafe after it."""
    later = _unsafe_checks().filter(case=OuterRef("case"), at__gt=OuterRef("decided_at"))
    void = Q(kind=ApprovalKind.CLOSING) & Exists(later)
    return Approval.objects.filter(~void, outcome=Outcome.APPROVED)


def is_void(approval: Approval) -> bool:
    """Whether the head said yes to a closing, and she was found unsafe since."""
    is_approved = approval.outcome == Outcome.APPROVED
    return is_approved and not standing_approvals().filter(pk=approval.pk).exists()


def is_closing_overtaken(closing: ClosingAssessment) -> bool:
    """Whether she was found unsafe after a closing assessment that says nothing of it."""
    rows = _unsafe_checks().filter(case_id=closing.case_id).order_by("-at")
    return is_overtaken(closing.doubts, made_at=closing.at, unsafe_at=rows.values_list("at", flat=True).first())


def binding_clocks(dossier: UUID | OuterRef) -> ClockQuerySet:
    """Return what law or medicine asks for, still runs, and closing the case of a dossier would end undone."""
    return Clock.objects.filter(dossier_id=dossier).open().binding(event=events.CASE_CLOSED.key)


def unanswered_clocks(dossier: UUID | OuterRef) -> ClockQuerySet:
    """Return the waits for a first answer to who reported what became the case of a dossier."""
    return Clock.objects.filter(dossier_id=dossier, kind__key=FIRST_ANSWER).open()


def reported_again_at(case: Case) -> datetime | None:
    """Return since when its people are asked what a further report says; None: they are not."""
    found = Clock.objects.filter(dossier_id=case.dossier_id, kind__starts_on__contains=[events.REPORTED_AGAIN.key])
    return found.open().order_by("started_at").values_list("started_at", flat=True).first()


def _latest_check_is_safe() -> QuerySet[SafetyCheck]:
    """The last check since the case came to where it stands, when it said safe."""
    since = SafetyCheck.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("state_since"))
    later = SafetyCheck.objects.filter(case=OuterRef("case"), at__gt=OuterRef("at"))
    return since.filter(~Exists(later), is_safe=True)


def missed_tries() -> QuerySet[ContactTry]:
    """Tries of the present episode of an outer case that nobody answered, after the last one that reached her.

    One that was stopped because it was not safe is none: who stands beside her does not put her out of reach. Nor is
    one by a way that she did not permit, or at another hour.
    """
    reached = ContactTry.objects.filter(case=OuterRef("case"), result=Reached.REACHED, at__gte=OuterRef("at"))
    return ContactTry.objects.filter(~Exists(reached), **SINCE, result=Reached.NO_ANSWER, faults=[])


def _stopped_tries() -> QuerySet[ContactTry]:
    """Tries that were stopped because they were not safe, after which nobody looked whether she is; the last first."""
    looked = SafetyCheck.objects.filter(case=OuterRef("case"), at__gt=OuterRef("at"))
    return ContactTry.objects.filter(~Exists(looked), **SINCE, result=Reached.UNSAFE).order_by("-at", "-id")


def _heard() -> Func:
    """What the apps above know of who wrote: the moments of each, as `Heard.of` takes them."""
    each = [one.heard() for one in registry.hearings]
    return Func(*each, function="jsonb_build_array", output_field=JSONField())


def _consents(at: datetime) -> QuerySet[Consent]:
    live = Consent.objects.live(at)
    return live.filter(purpose=ConsentPurpose.SERVICES, dossier_id=OuterRef("dossier_id"), recipient=None)

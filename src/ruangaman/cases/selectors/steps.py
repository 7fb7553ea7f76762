"""The steps of a case, each with its words opened for whoever holds the drawer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Agency, User
from ruangaman.accounts.types import Permission
from ruangaman.cases import policies, registry
from ruangaman.cases.models import (
    Approval,
    Assessment,
    Case,
    ClosingAssessment,
    Goal,
    IncidentLink,
    Plan,
    Review,
    Transfer,
)
from ruangaman.cases.selectors.facts import began_at, is_void, known_of, newest
from ruangaman.cases.selectors.sentences import sentence_of
from ruangaman.cases.selectors.shelf import Facts, facts_of, text_of
from ruangaman.cases.types import (
    OPEN_STATES,
    ApprovalKind,
    CaseState,
    Domain,
    Missing,
    NeedCode,
    Outcome,
    Seen,
    find_move,
    missing_for,
    missing_for_asking,
)
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import span
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.consents.models import Consent
from ruangaman.consents.selectors import list_consents
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.core.regions import KECAMATAN, zone
from ruangaman.core.types import Json
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of
from ruangaman.vault.types import Closed, Compartment, Content, Purpose

Opened = dict[UUID, Content | Closed]


@dataclass(frozen=True)
class StepView:
    """One step with its opened words; `is_closed`: the viewer does not hold its drawer."""

    row: Any
    text: str
    facts: Facts
    is_closed: bool

    @property
    def sentence(self) -> str:
        """What was done, from what is in the clear."""
        return sentence_of(self.row)


@dataclass(frozen=True)
class DomainView:
    """What an assessment says of one domain."""

    domain: Domain
    is_seen: bool
    words: str
    needs: tuple[NeedCode, ...]


@dataclass(frozen=True)
class GoalView:
    """A goal with its opened words."""

    row: Goal
    service: str
    text: str


@dataclass(frozen=True)
class PlanView:
    """The newest plan: goals, safety plan, what the head said."""

    row: Plan
    goals: list[GoalView]
    safety: str
    approval: Approval | None


@dataclass(frozen=True)
class ConsentView:
    """An entry of the ledger; `is_live`: it allows something now."""

    row: Consent
    withhold: str
    is_live: bool


def open_steps(*, model: Any, case: Case, viewer: User, at: datetime) -> list[StepView]:
    """Return the steps of one kind, the newest first. What is opened leaves one event.

    Args:
        model: a model of `models.planning` or `models.following` with a sealed `ref`.
    """
    rows = list(model.objects.filter(case=case).select_related("by").order_by("-at", "-id"))
    opened = _open([row.ref for row in rows if row.ref], case, viewer, at)
    return [_view(row, opened.get(row.ref)) for row in rows]


def open_transfers(*, case: Case, viewer: User, at: datetime) -> list[tuple[StepView, StepView | None]]:
    """Return where the case was handed to, each with what the other office signed."""
    rows = list(
        Transfer.objects.filter(case=case)
        .select_related("by", "to", "acknowledged_by", "withdrawn_by")
        .order_by("-at", "-id")
    )
    refs = [ref for row in rows for ref in (row.ref, row.acknowledged_ref) if ref]
    opened = _open(refs, case, viewer, at)
    return [
        (
            _view(row, opened.get(row.ref)),
            _view(row, opened.get(row.acknowledged_ref)) if row.acknowledged_ref else None,
        )
        for row in rows
    ]


def list_transfers_weighed(*, approval: Approval, viewer: User, at: datetime) -> list[StepView]:
    """Return where a case that is to be closed was handed to, for who decides about that.

    Their words are sealed: opened for a viewer who holds a key of them, for others it is said that there are some.
    """
    case = approval.case
    if approval.kind != ApprovalKind.CLOSING:
        return []
    rows = Transfer.objects.filter(case=case, withdrawn_at=None, at__gte=began_at(case)).select_related("by", "to")
    sent = list(rows.order_by("-at", "-id"))
    is_held = Compartment.WORK in held_of(dossier_id=case.dossier_id, viewer=viewer, at=at)
    opened = _open([row.ref for row in sent], case, viewer, at) if is_held else {}
    return [_view(row, opened[row.ref]) if is_held else StepView(row, "", [], is_closed=True) for row in sent]


def open_assessment(*, case: Case, viewer: User, at: datetime) -> tuple[Assessment | None, list[DomainView], str]:
    """Return the newest assessment of the present episode with its domains and its summary."""
    row = newest(Assessment, case)
    content = _open([row.ref], case, viewer, at).get(row.ref) if row else None
    domains = content.get("domains") if content is not None and not isinstance(content, Closed) else None
    found = domains if isinstance(domains, dict) else {}
    return row, [_domain(domain, found.get(domain.value)) for domain in Domain], text_of(content)


def open_plan(*, case: Case, viewer: User, at: datetime) -> PlanView | None:
    """Return the newest plan of the present episode."""
    row = newest(Plan, case)
    if row is None:
        return None
    goals = list(Goal.objects.filter(plan=row).select_related("owner").order_by("position"))
    refs = [goal.ref for goal in goals] + ([row.safety_ref] if row.safety_ref else [])
    opened = _open(refs, case, viewer, at)
    safety = text_of(opened.get(row.safety_ref)) if row.safety_ref else ""
    views = [GoalView(goal, _service(goal), text_of(opened.get(goal.ref))) for goal in goals]
    return PlanView(row, views, safety, approval_of(row.pk))


def open_closing(*, case: Case, viewer: User, at: datetime) -> tuple[StepView | None, Approval | None]:
    """Return the newest closing assessment of the present episode, and what the head said of it."""
    row = newest(ClosingAssessment, case)
    if row is None:
        return None, None
    return _view(row, _open([row.ref], case, viewer, at).get(row.ref)), approval_of(row.pk)


def seen_of(case: Case) -> Seen:
    """Return how a case stands for who reviews it: its danger, and its last review."""
    last = Review.objects.filter(case=case).order_by("-at", "-id").values_list("pk", flat=True).first()
    return Seen(RiskLevel(case.risk), last)


def get_transfer(*, case: Case, transfer_id: UUID) -> Transfer:
    """Return one transfer that nobody has signed for. Raises Http404."""
    row = Transfer.objects.filter(case=case, pk=transfer_id, acknowledged_at=None, withdrawn_at=None).first()
    if row is None:
        raise Http404
    return row


def get_sent(*, case: Case, transfer_id: UUID) -> Transfer:
    """Return one transfer that counts, signed for or not. Raises Http404."""
    row = Transfer.objects.filter(case=case, pk=transfer_id, withdrawn_at=None).select_related("to").first()
    if row is None:
        raise Http404
    return row


def open_consents(*, case: Case, viewer: User, at: datetime) -> list[ConsentView]:
    """Return the ledger of a case, what counts first."""
    rows = list_consents(dossier_id=case.dossier_id, viewer=viewer)
    opened = _open([row.withhold_ref for row in rows if row.withhold_ref], case, viewer, at)
    live = set(Consent.objects.live(at).filter(dossier_id=case.dossier_id).values_list("pk", flat=True))
    return [ConsentView(row, text_of(opened.get(row.withhold_ref)), row.pk in live) for row in rows]  # type: ignore[arg-type]  # None finds nothing


def get_consent(*, case: Case, consent_id: UUID) -> Consent:
    """Return an entry that counts. Raises Http404."""
    row = Consent.objects.filter(dossier_id=case.dossier_id, pk=consent_id, ended_at=None).first()
    if row is None:
        raise Http404
    return row


def is_child(case: Case) -> bool:
    """Whether the case is that of a child."""
    return case.case_type == CaseType.CHILD


def is_parent_accused(case: Case) -> bool:
    """Whether a parent of the victim is among those accused: then no guardian is asked and no consent is the gate."""
    relations = IncidentLink.objects.filter(incident__case=case).values_list("relation", flat=True).distinct()
    return "parent" in book().counts_as(ListKey.RELATION, relations)


def list_recipients(*, viewer: User) -> list[Agency]:
    """Return the offices that something can be shared with or handed to: all but the own."""
    return list(Agency.objects.exclude(pk=viewer.unit.agency_id).order_by("name"))


def list_approvals(*, viewer: User) -> list[Approval]:
    """Return what waits for the decision of `viewer`: the most dangerous first, then the longest waiting.

    What can no longer be decided is not among it: the case has ended, or there is a newer plan or closing.
    """
    rows = Approval.objects.filter(case__unit_id__in=viewer.oversight_units, decided_at=None, case__closed_at=None)
    newest_of = {
        kind: Subquery(model.objects.filter(case=OuterRef("case")).order_by("-at", "-id").values("pk")[:1])
        for kind, model in ((ApprovalKind.PLAN, Plan), (ApprovalKind.CLOSING, ClosingAssessment))
    }
    current = Q()
    for kind, subject in newest_of.items():
        current |= Q(kind=kind, subject=subject)
    return list(rows.filter(current).select_related("case", "asked_by").order_by("-case__risk", "asked_at", "id"))


def list_waiting(*, viewer: User, at: datetime) -> list[QueueRow]:
    """Return the same as rows: how long each waits, until when it was promised, who asked."""
    rows = list_approvals(viewer=viewer)
    clocks = Clock.objects.open().filter(anchor__in=[row.pk for row in rows])
    due = dict(clocks.values_list("anchor", "due_at")) if rows else {}
    return [_waiting(row, due.get(row.pk, row.asked_at), at) for row in rows]


def _waiting(row: Approval, due_at: datetime, at: datetime) -> QueueRow:
    case, url = row.case, f"/kasus/keputusan/{row.pk}/"
    said = {"what": row.get_kind_display(), "span": span(at - row.asked_at)}
    return QueueRow(
        url=url,
        sentence=_("%(what)s menunggu %(span)s") % said,
        code=case.code,
        promised=Promised(row.asked_at, due_at),
        danger=case.risk,
        facts=[case.get_case_type_display(), case.get_state_display()],
        place=KECAMATAN.get(case.kecamatan, ""),
        owner=_("dari %(name)s") % {"name": row.asked_by.display_name},
        action=_("Lihat dan putuskan"),
    )


def get_approval(*, approval_id: UUID, viewer: User) -> Approval:
    """Return one request in a unit that `viewer` oversees. Raises Http404."""
    people = ("case__manager", "asked_by", "decided_by")
    rows = Approval.objects.filter(case__unit_id__in=viewer.oversight_units).select_related(*people)
    row = rows.filter(pk=approval_id).first()
    if row is None or not viewer.has(Permission.CASE_APPROVE):
        raise Http404
    return row


def read_subject(approval: Approval) -> tuple[Plan | ClosingAssessment | None, list[GoalView]]:
    """Return what is asked about, in the clear: the plan with its goals without their words, or the closing."""
    if approval.kind == ApprovalKind.PLAN:
        plan = Plan.objects.filter(pk=approval.subject).select_related("by").first()
        goals = Goal.objects.filter(plan=plan).select_related("owner").order_by("position")
        return plan, [GoalView(goal, _service(goal), "") for goal in goals]
    return ClosingAssessment.objects.filter(pk=approval.subject).select_related("by").first(), []


def _service(goal: Goal) -> str:
    return book().label(ListKey.SERVICE_TYPE, goal.service, goal.due_at.astimezone(zone()).date())


def approval_of(subject: UUID) -> Approval | None:
    """Return what was asked last about a plan or a closing."""
    rows = Approval.objects.filter(subject=subject).select_related("asked_by", "decided_by")
    return rows.order_by("-asked_at", "-id").first()


def outcome_words(approval: Approval | None) -> str:
    """Say how it stands with an approval."""
    if approval is None:
        return _("Belum diajukan kepada kepala.")
    if approval.decided_at is None:
        return _("Menunggu keputusan kepala.")
    if is_void(approval):
        return _("Persetujuan kepala gugur: sesudahnya tercatat belum aman. Ajukan lagi.")
    return _("Disetujui kepala.") if approval.outcome == Outcome.APPROVED else _("Dikembalikan kepala.")


def _open(refs: Sequence[UUID], case: Case, viewer: User, at: datetime) -> Opened:
    homes = dict.fromkeys(refs, case.dossier_id)
    return vault.reveal_many(refs=homes, purpose=Purpose.HANDLING, by=viewer, at=at) if homes else {}


def _view(row: Any, content: Content | Closed | None) -> StepView:
    return StepView(row, text_of(content), facts_of(content), isinstance(content, Closed))


def _domain(domain: Domain, found: Json) -> DomainView:
    if not isinstance(found, dict):
        return DomainView(domain, False, "", ())
    needs = found.get("needs")
    known = [NeedCode(one) for one in needs if one in NeedCode.values] if isinstance(needs, list) else []
    return DomainView(domain, True, str(found.get("words") or ""), tuple(known))


def may_ask(*, case: Case, viewer: User, approval: Approval | None) -> bool:
    """Whether `viewer` can hand the newest version to the head: its manager; it never was there, or the yes is void."""
    is_open = approval is None or is_void(approval)
    return is_open and policies.can_assign(viewer, case) and CaseState(case.state) in OPEN_STATES


def missing_to_ask(*, case: Case, kind: ApprovalKind, viewer: User, at: datetime) -> list[Missing]:
    """Return what has to be there before the head is asked."""
    return missing_for_asking(kind, known_of(case, at).as_evidence(at, by=viewer.pk))


def closing_initial(*, case: Case, viewer: User) -> dict[str, Any]:
    """Return what a closing assessment begins with: how many goals there are.

    How dangerous it is now and how many goals were reached is for whoever assesses to say: what was weighed before is
    no look at today, and a task that was ticked off is no goal that was met.
    """
    plan = newest(Plan, case)
    return {"goals_total": Goal.objects.filter(plan=plan).count() if plan else 0}


@dataclass(frozen=True)
class ClosingView:
    """How it stands with closing a case.

    Args:
        row: its newest closing assessment; None: there is none.
        reason: why it is to be closed, as that says.
        missing: what is missing before it can be.
    """

    row: ClosingAssessment | None
    reason: ClosingReason
    missing: list[Missing]


def read_closing(*, case: Case, viewer: User, at: datetime) -> ClosingView:
    """Return how it stands with closing a case."""
    row: ClosingAssessment | None = newest(ClosingAssessment, case)
    said = row.reason if row else case.closing_reason
    reason = ClosingReason(said) if said else ClosingReason.GOALS_MET
    move = find_move(CaseState(case.state), CaseState.CLOSED)
    if move is None:
        return ClosingView(row, reason, [])
    known = known_of(case, at, closing=reason)
    return ClosingView(row, reason, missing_for(move, known.as_evidence(at, by=viewer.pk), registry.gates))

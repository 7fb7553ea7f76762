"""What stands beside a request to the head: what was sent back before, what its words say, whether it changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases.models import Approval, Case, ClosingAssessment, Goal, Plan
from ruangaman.cases.selectors.facts import began_at
from ruangaman.cases.selectors.sentences import decided_words, point_words
from ruangaman.cases.selectors.shelf import Facts, facts_of, text_of
from ruangaman.cases.types import ApprovalKind, Outcome, contradictions
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of
from ruangaman.vault.types import Closed, Content, Purpose


@dataclass(frozen=True)
class Asked:
    """A request, what the head wants looked at again, and the words that were written for the heads.

    Args:
        is_closed: there are such words, and the viewer holds no key for them; or nobody wrote them.
    """

    row: Approval
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    is_closed: bool = True

    @property
    def points(self) -> list[str]:
        """What has to be looked at again, in words."""
        return point_words(self.row)

    @property
    def decided(self) -> str:
        """What was decided, in words; "": it waits."""
        return decided_words(self.row)


def follows_words(approval: Approval) -> dict[str, str]:
    """Say what follows a yes and a return: who is told, and who goes on."""
    said = {"name": approval.case.manager.display_name}
    if approval.kind == ApprovalKind.PLAN:
        yes = _("Bila disetujui: %(name)s diberi tahu, dan rencana ini dijalankan timnya.") % said
    else:
        yes = _("Bila disetujui: %(name)s diberi tahu, lalu menutup kasusnya. Bukan Anda yang menutup.") % said
    no = _("Bila dikembalikan: %(name)s diberi tahu apa yang perlu dilihat lagi, lalu mengajukannya lagi.") % said
    return {"approved": yes, "returned": no}


def told_words(approval: Approval) -> str:
    """Say about which case was decided, how, and what follows; "": it waits."""
    if approval.decided_at is None:
        return ""
    decided = f"{approval.get_kind_display()} {approval.get_outcome_display()}".lower()
    said = {"code": approval.case.code, "decided": decided, "name": approval.case.manager.display_name}
    if approval.outcome == Outcome.RETURNED:
        return _("Kasus %(code)s: %(decided)s. %(name)s melihatnya lagi.") % said
    if approval.kind == ApprovalKind.PLAN:
        return _("Kasus %(code)s: %(decided)s. %(name)s dan timnya menjalankannya.") % said
    return _("Kasus %(code)s: %(decided)s. %(name)s yang menutup kasusnya.") % said


def list_returns(*, case: Case, kind: ApprovalKind) -> list[Approval]:
    """Return what the head sent back of a kind in the present episode, the last first."""
    rows = Approval.objects.filter(case=case, kind=kind, outcome=Outcome.RETURNED, asked_at__gte=began_at(case))
    return list(rows.select_related("asked_by", "decided_by").order_by("-decided_at", "-id"))


def list_unmended(*, case: Case, kind: ApprovalKind, approval: Approval | None) -> list[Asked]:
    """Return what was sent back and has not been answered by a new request, the last first.

    Args:
        approval: what was asked last about the newest version; None: nothing yet.
    """
    is_waiting = approval is not None and approval.outcome != Outcome.RETURNED
    return [] if is_waiting else [Asked(row) for row in list_returns(case=case, kind=kind)]


def read_request(*, approval: Approval, viewer: User, at: datetime) -> tuple[Asked, list[Asked]]:
    """Return a request and what was sent back before it, each with its words for whoever holds their key.

    Writes: one `vault.revealed` event where something is opened.
    """
    case = approval.case
    before = [row for row in list_returns(case=case, kind=ApprovalKind(approval.kind)) if row.pk != approval.pk]
    rows = [approval, *(row for row in before if row.asked_at <= approval.asked_at)]
    opened = _open(rows, viewer, at)
    asked = [_asked(row, opened.get(row.words_ref) if row.words_ref else None) for row in rows]
    return asked[0], asked[1:]


def _open(rows: Collection[Approval], viewer: User, at: datetime) -> Mapping[UUID, Content | Closed]:
    refs = {
        row.words_ref: row.words_home_id
        for row in rows
        if row.words_ref is not None
        and row.words_home_id is not None
        and held_of(dossier_id=row.words_home_id, viewer=viewer, at=at)
    }
    return vault.reveal_many(refs=refs, purpose=Purpose.REVIEW, by=viewer, at=at) if refs else {}


def _asked(row: Approval, content: Content | Closed | None) -> Asked:
    if content is None or isinstance(content, Closed):
        return Asked(row)
    return Asked(row, text_of(content), tuple(facts_of(content)), is_closed=False)


def contradictions_of(closing: ClosingAssessment, case: Case) -> list[str]:
    """Return where a closing assessment does not agree with itself or with the case."""
    return contradictions(
        reason=ClosingReason(closing.reason),
        risk=RiskLevel(closing.risk),
        now=RiskLevel(case.risk),
        goals=(closing.goals_met, closing.goals_total),
        was_asked=closing.was_asked,
    )


def find_same(*, case: Case, kind: ApprovalKind, subject: UUID, viewer: User, at: datetime) -> Approval | None:
    """Return a request that was sent back about the very same thing: nothing of it was changed since. None: it was.

    What `viewer` cannot open cannot be compared, and counts as changed.

    Writes: one `vault.revealed` event where words are compared.
    """
    for row in list_returns(case=case, kind=kind):
        if row.subject == subject or _are_same(case, kind, subject, row.subject, viewer, at):
            return row
    return None


def _are_same(case: Case, kind: ApprovalKind, one: UUID, other: UUID, viewer: User, at: datetime) -> bool:
    read = _plan_parts if kind is ApprovalKind.PLAN else _closing_parts
    (facts, refs), (others, other_refs) = read(one), read(other)
    if facts != others or len(refs) != len(other_refs):
        return False
    homes = dict.fromkeys([*refs, *other_refs], case.dossier_id)
    opened = vault.reveal_many(refs=homes, purpose=Purpose.HANDLING, by=viewer, at=at) if homes else {}
    pairs = zip(map(opened.get, refs), map(opened.get, other_refs), strict=True)
    return all(_say_the_same(mine, theirs) for mine, theirs in pairs)


def _say_the_same(one: Content | Closed | None, other: Content | Closed | None) -> bool:
    if one is None or other is None or isinstance(one, Closed) or isinstance(other, Closed):
        return False
    return _words(one) == _words(other)


def _words(content: Content) -> tuple[str, Facts]:
    return text_of(content).strip(), facts_of(content)


def _closing_parts(subject: UUID) -> tuple[Any, list[UUID]]:
    row = ClosingAssessment.objects.get(pk=subject)
    clocks, doubts = sorted(map(str, row.covers)), sorted(row.doubts)
    return (row.reason, row.risk, row.goals_met, row.goals_total, row.was_asked, clocks, doubts), [row.ref]


def _plan_parts(subject: UUID) -> tuple[Any, list[UUID]]:
    """Of a plan; the day on which it is looked at again moves with every saving and says nothing by itself."""
    row = Plan.objects.get(pk=subject)
    goals = list(Goal.objects.filter(plan=row).order_by("position"))
    facts = (row.with_her, row.why_not, row.agreed, row.safety_ref is None)
    said = [(goal.service, goal.owner_id, goal.due_at) for goal in goals]
    return (facts, said), [goal.ref for goal in goals] + ([row.safety_ref] if row.safety_ref else [])

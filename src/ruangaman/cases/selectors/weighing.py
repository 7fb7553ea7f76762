"""What stands in the clear and has to be weighed before a case ends or its plan begins: clocks that run, dangers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission
from ruangaman.cases import events
from ruangaman.cases.models import Approval, Case, ClosingAssessment, ContactTry, Incident, SafetyCheck
from ruangaman.cases.selectors.facts import Known, began_at, known_of, unsafe_check
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.selectors.windows import counted_from
from ruangaman.cases.types import CaseState, Standing, answered_of, standing_of
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import WITH, open_of_dossier
from ruangaman.clocks.types import ClockState, span
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.regions import zone
from ruangaman.ui.types import Promised
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of
from ruangaman.vault.types import Purpose

DECIDERS = tuple(role.value for role, verbs in ROLE_PERMISSIONS.items() if Permission.CASE_APPROVE in verbs)
TASK = "task"
DECISION = "decision.closing"


@dataclass(frozen=True)
class Running:
    """One clock of a case that runs, or all of its tasks together: their clocks have one name.

    Args:
        row: of several the one that presses first.
        is_binding: law or medicine asks for it.
        is_answered: a closing says why it is needed no more.
        is_ended: closing the case ends it.
    """

    row: Clock
    name: str
    law: str
    promised: Promised
    is_late: bool
    is_binding: bool
    is_answered: bool
    is_ended: bool
    count: int = 1

    @property
    def is_task(self) -> bool:
        """Whether it is ticked off, and holds the closing until it is."""
        return self.row.kind.key == TASK


@dataclass(frozen=True)
class Tried:
    """One try to reach her: when, how, what came of it; `counts`: it is the first of a day that is counted."""

    row: ContactTry
    counts: bool


@dataclass(frozen=True)
class Weighed:
    """What who decides without a key has to know beside what is asked.

    Args:
        forms: of violence, in words.
        unsafe: the last safety check of this episode, where it said not safe.
        waits: how long it has waited, in words.
        standing: of a closing what speaks against it, now or when it was asked.
        tries: of a closing because nobody could reach her: every try of the episode, each with whether it counts.
        wrote_at: when a message made some of those count no more.
    """

    forms: list[str]
    unsafe: SafetyCheck | None
    running: list[Running]
    waits: str
    standing: Standing | None = None
    tries: Sequence[Tried] = ()
    wrote_at: datetime | None = None

    @property
    def binding(self) -> list[Running]:
        """Those of law and medicine."""
        return [one for one in self.running if one.is_binding]

    @property
    def others(self) -> list[Running]:
        """The rest."""
        return [one for one in self.running if not one.is_binding]


def list_running(*, case: Case, at: datetime, covers: Collection[UUID] = ()) -> list[Running]:
    """Return every clock of a case that runs, those of law and medicine first, then what presses first.

    But for the decision about the closing itself: whoever reads this is about to ask for it, or to make it.

    Args:
        covers: of which a closing says why they are needed no more.
    """
    rows = list(open_of_dossier(case.dossier_id).filter(about="case").pressing(at).select_related(*WITH))
    tasks = [row for row in rows if row.kind.key == TASK]
    found = [_running(row, at, covers) for row in rows if row.kind.key not in {TASK, DECISION}]
    if tasks:
        found.append(replace(_running(tasks[0], at, covers), count=len(tasks)))
    return sorted(found, key=lambda one: not one.is_binding)


def _running(row: Clock, at: datetime, covers: Collection[UUID]) -> Running:
    return Running(
        row=row,
        name=row.kind.name,
        law=row.limit.legal_basis if row.limit else "",
        promised=Promised(counted_from(row), row.due_at, "pause" if row.paused_at else ""),
        is_late=row.face.state(at) is ClockState.OVER,
        is_binding=row.is_binding,
        is_answered=row.pk in covers,
        is_ended=events.CASE_CLOSED.key in row.kind.stops_on,
    )


def stand(*, case: Case, at: datetime, risk: RiskLevel, goals: tuple[int, int] | None) -> Standing:
    """Return what speaks against ending a case now.

    Args:
        risk: the danger that a closing assessment finds; what counts is the higher of it and the case's.
        goals: how many it finds met, of how many; None: nobody has counted yet.
    """
    return _stand(known_of(case, at), case=case, risk=risk, goals=goals)


def _stand(known: Known, *, case: Case, risk: RiskLevel, goals: tuple[int, int] | None) -> Standing:
    return standing_of(
        known.facts,
        danger=RiskLevel(max(risk, case.risk)),
        goals=goals,
        is_emergency=case.state == CaseState.EMERGENCY,
        unread=known.unread,
    )


def stand_of(closing: ClosingAssessment, *, case: Case, at: datetime) -> Standing:
    """Return what speaks against a closing: what did when it was written down, and what does now."""
    return _stand_of(closing, known_of(case, at), case=case)


def _stand_of(closing: ClosingAssessment, known: Known, *, case: Case) -> Standing:
    goals = (closing.goals_met, closing.goals_total)
    now = _stand(known, case=case, risk=RiskLevel(closing.risk), goals=goals)
    answered = answered_of(closing.doubts, at=closing.at, unread=known.unread)
    return replace(now, doubts=now.doubts | answered, answered=answered)


def list_deciders(case: Case) -> list[User]:
    """Return who can decide what is asked about a case: the heads of its unit. Everybody here may know who they are."""
    return list(User.objects.filter(unit_id=case.unit_id, role__in=DECIDERS, is_active=True).order_by("pk"))


def open_despite(*, closing: ClosingAssessment, viewer: User, at: datetime) -> str | None:
    """Return why it is to be closed all the same; None: there is no such word, or `viewer` holds no key for it.

    Writes: one `vault.revealed` event where something is opened.
    """
    ref, home = closing.despite_ref, closing.despite_home_id
    if ref is None or home is None or not held_of(dossier_id=home, viewer=viewer, at=at):
        return None
    return text_of(vault.reveal_many(refs={ref: home}, purpose=Purpose.REVIEW, by=viewer, at=at).get(ref))


def list_tries(case: Case, known: Known) -> list[Tried]:
    """Return every try of the present episode to reach her, the oldest first."""
    rows = ContactTry.objects.filter(case=case, at__gte=began_at(case)).select_related("by").order_by("at", "id")
    first: dict[date, datetime] = {}
    for moment in sorted(known.tried):
        first.setdefault(moment.astimezone(zone()).date(), moment)
    counted = set(first.values())
    return [Tried(row, row.at in counted) for row in rows]


def weigh(*, approval: Approval, at: datetime, closing: ClosingAssessment | None = None) -> Weighed:
    """Return what speaks for care, for who decides about an approval: facts in the clear only.

    Args:
        closing: what is asked about, if it is a closing.
    """
    case = approval.case
    forms = {form for forms in Incident.objects.filter(case=case).values_list("forms", flat=True) for form in forms}
    known = known_of(case, at) if closing is not None else Known()
    is_unreachable = closing is not None and closing.reason == ClosingReason.UNREACHABLE
    return Weighed(
        forms=book().labels(ListKey.VIOLENCE_FORM, sorted(forms)),
        unsafe=unsafe_check(case),
        running=list_running(case=case, at=at, covers=closing.covers if closing is not None else ()),
        waits=span(max(at - approval.asked_at, at - at)),
        standing=_stand_of(closing, known, case=case) if closing is not None else None,
        tries=list_tries(case, known) if is_unreachable else (),
        wrote_at=known.wrote_at if is_unreachable else None,
    )

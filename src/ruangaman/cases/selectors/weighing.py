"""What stands in the clear and has to be weighed before a case ends or its plan begins: clocks that run, dangers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission
from ruangaman.cases import events
from ruangaman.cases.models import Approval, Case, ClosingAssessment, ContactTry, Incident
from ruangaman.cases.selectors.facts import Known, began_at, is_closing_overtaken, known_of
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.selectors.windows import counted_from
from ruangaman.cases.types import CaseState, Reached, Standing, TryFault, answered_of, standing_of
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
    def is_paused(self) -> bool:
        """Whether it stands still: until when it runs is known once it goes on."""
        return self.row.paused_at is not None

    @property
    def is_task(self) -> bool:
        """Whether it is ticked off, and holds the closing until it is."""
        return self.row.kind.key == TASK


@dataclass(frozen=True)
class Tried:
    """One try to reach her: when, how, what came of it; `counts`: it is the first of a day that is counted.

    Args:
        why_not: why it does not count, as it stands in a sentence.
    """

    row: ContactTry
    counts: bool
    why_not: str = ""


@dataclass(frozen=True)
class Weighed:
    """What who decides without a key has to know beside what is asked.

    Args:
        forms: of violence, in words.
        unsafe_at: when she was looked at last, where she was not safe.
        waits: how long it has waited, in words.
        standing: of a closing what speaks against it, now or when it was asked.
        tries: of a closing: every try of the episode to reach her, each with whether it counts.
        wrote_at: when a message made some of those count no more.
        is_overtaken: of a closing: she was found unsafe since, and it says nothing of it.
    """

    forms: list[str]
    unsafe_at: datetime | None
    running: list[Running]
    waits: str
    standing: Standing | None = None
    tries: Sequence[Tried] = ()
    wrote_at: datetime | None = None
    is_overtaken: bool = False


def list_running(*, case: Case, at: datetime, covers: Collection[UUID] = (), but: str = DECISION) -> list[Running]:
    """Return every clock of a case that runs, those of law and medicine first, then what presses first.

    But for the decision about it itself: whoever reads this is about to ask for it, or to make it.

    Args:
        covers: of which a closing says why they are needed no more.
        but: the key of the clock of that decision.
    """
    rows = list(open_of_dossier(case.dossier_id).filter(about="case").pressing(at).select_related(*WITH))
    tasks = [row for row in rows if row.kind.key == TASK]
    found = [_running(row, at, covers) for row in rows if row.kind.key not in {TASK, but}]
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


def stand(
    *,
    case: Case,
    at: datetime,
    risk: RiskLevel,
    goals: tuple[int, int] | None,
    reason: ClosingReason | None = None,
) -> Standing:
    """Return what speaks against ending a case now.

    Args:
        risk: the danger that a closing assessment finds; what counts is the higher of it and the case's.
        goals: how many it finds met, of how many; None: nobody has counted yet.
        reason: why it ends; None: nobody said yet.
    """
    return _stand(known_of(case, at), case=case, risk=risk, goals=goals, reason=reason)


def _stand(
    known: Known, *, case: Case, risk: RiskLevel, goals: tuple[int, int] | None, reason: ClosingReason | None
) -> Standing:
    return standing_of(
        known.facts,
        danger=RiskLevel(max(risk, case.risk)),
        goals=goals,
        is_emergency=case.state == CaseState.EMERGENCY,
        reason=reason,
        unread=known.unread,
        stopped=known.stopped,
        looked=known.looked,
    )


def stand_of(closing: ClosingAssessment, *, case: Case, at: datetime) -> Standing:
    """Return what speaks against a closing: what did when it was written down, and what does now."""
    return _stand_of(closing, known_of(case, at), case=case)


def _stand_of(closing: ClosingAssessment, known: Known, *, case: Case) -> Standing:
    goals = (closing.goals_met, closing.goals_total)
    now = _stand(known, case=case, risk=RiskLevel(closing.risk), goals=goals, reason=ClosingReason(closing.reason))
    answered = answered_of(
        closing.doubts, at=closing.at, unread=known.unread, stopped=known.stopped, looked=known.looked
    )
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
    rows = list(ContactTry.objects.filter(case=case, at__gte=began_at(case)).select_related("by").order_by("at", "id"))
    first: dict[date, datetime] = {}
    for moment in sorted(known.tried):
        first.setdefault(moment.astimezone(zone()).date(), moment)
    reached = max((row.at for row in rows if row.result == Reached.REACHED), default=None)
    found = []
    for row in rows:
        why = _why_not(row, known, reached)
        is_first = first.get(row.at.astimezone(zone()).date()) == row.at
        found.append(Tried(row, not why and is_first, why or ("" if is_first else _("upaya lain pada hari yang sama"))))
    return found


def _why_not(row: ContactTry, known: Known, reached: datetime | None) -> str:
    """Say why a try is none of those in vain; "": it is one of them."""
    if row.result != Reached.NO_ANSWER:
        return str(row.get_result_display()).lower()
    if row.faults:
        return ", ".join(str(TryFault(one).label) for one in row.faults)
    if reached is not None and row.at <= reached:
        return _("sesudahnya ia terhubung")
    if row.at not in known.tried:
        return _("sesudahnya pelapor menulis")
    return _("pesan pelapor belum dibaca") if known.unread is not None else ""


def weigh(*, approval: Approval, at: datetime, closing: ClosingAssessment | None = None) -> Weighed:
    """Return what speaks for care, for who decides about an approval: facts in the clear only.

    Args:
        closing: what is asked about, if it is a closing.
    """
    case = approval.case
    forms = {form for forms in Incident.objects.filter(case=case).values_list("forms", flat=True) for form in forms}
    known = known_of(case, at) if closing is not None else Known()
    is_unreachable = closing is not None and closing.reason == ClosingReason.UNREACHABLE
    tries = list_tries(case, known) if closing is not None else ()
    return Weighed(
        forms=book().labels(ListKey.VIOLENCE_FORM, sorted(forms)),
        unsafe_at=case.unsafe_at,
        running=list_running(
            case=case, at=at, covers=closing.covers if closing is not None else (), but=f"decision.{approval.kind}"
        ),
        waits=span(max(at - approval.asked_at, at - at)),
        standing=_stand_of(closing, known, case=case) if closing is not None else None,
        tries=tries,
        wrote_at=known.wrote_at if is_unreachable else None,
        is_overtaken=closing is not None and is_closing_overtaken(closing),
    )

"""The steps of an invented case through its gates, each by who would do it: nothing is passed over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Aftercare, Case, Goal, Task
from ruangaman.cases.selectors import weighing
from ruangaman.cases.selectors.facts import known_of
from ruangaman.cases.selectors.people import open_safe_contact
from ruangaman.cases.selectors.reviewing import latest_review
from ruangaman.cases.selectors.steps import is_parent_accused
from ruangaman.cases.services import Decision, DomainNote, NewGoal
from ruangaman.cases.types import (
    TRY_DAYS,
    Agreed,
    ApprovalKind,
    CaseState,
    Doing,
    Domain,
    Doubt,
    Escort,
    NeedCode,
    Outcome,
    Point,
    PoliceChoice,
    Reached,
    Right,
    Way,
    permitted_way,
)
from ruangaman.consents.types import Answer, Basis, ConsentPurpose, Giver, How
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.ops import story
from ruangaman.ops.city import acting

if TYPE_CHECKING:
    from ruangaman.ops.casework import Work


def check_safety(work: Work, at: datetime) -> None:
    """Let the companion see that she is safe before anything is asked."""
    with acting(work.companion):
        cases.check_safety(
            code=work.code,
            is_safe=True,
            escort=work.city.rng.choice(list(Escort)),
            words=work.city.rng.choice(story.SAFE_PLACES),
            by=work.companion,
            at=at,
        )


def consent_and_assess(work: Work) -> None:
    """Let her agree, be told of her rights, and be assessed."""
    rng, by, at = work.city.rng, work.companion, work.step()
    with acting(by):
        cases.give_consent(
            code=work.code, purpose=ConsentPurpose.SERVICES, recipient=None, answer=_answer(work), by=by, at=at
        )
        cases.tell_rights(code=work.code, rights=rng.sample(list(Right), rng.randint(5, 12)), by=by, at=at)
        if rng.random() < 0.7:
            cases.give_consent(
                code=work.code, purpose=ConsentPurpose.STATISTICS, recipient=None, answer=_answer(work), by=by, at=at
            )
        cases.assess(code=work.code, notes=_notes(rng), summary=rng.choice(story.SUMMARIES), by=by, at=work.step())


def _answer(work: Work) -> Answer:
    case = Case.objects.get(code=work.code)
    parent = is_parent_accused(case)
    if case.case_type != CaseType.CHILD:
        return Answer(Basis.CONSENT, Giver.SELF, work.city.rng.choice((How.PAPER, How.PAPER, How.SPOKEN)))
    if parent:
        return Answer(Basis.VITAL, Giver.NOBODY, How.RECORD)
    return Answer(Basis.CONSENT, Giver.BOTH, How.PAPER)


def _notes(rng: Random) -> dict[Domain, DomainNote]:
    notes = {}
    for domain in Domain:
        needs = [one for one in NeedCode if one.domain is domain]
        found = rng.random() < 0.55
        chosen = tuple(rng.sample(needs, 1)) if found and needs else ()
        notes[domain] = DomainNote(rng.choice(story.FINDINGS[domain.value]) if found else "", chosen)
    return notes


def plan_and_approve(work: Work) -> None:
    """Let a plan be made with her and approved; now and then it comes back once."""
    at = work.step()
    if work.city.rng.random() < 0.15:
        _make_plan(work, at)
        _decide(work, ApprovalKind.PLAN, work.step(least=2, most=20), is_approved=False)
    _make_plan(work, work.step(least=1, most=10))
    _decide(work, ApprovalKind.PLAN, work.step(least=2, most=20), is_approved=True)


def _make_plan(work: Work, at: datetime) -> None:
    rng, by = work.city.rng, work.companion
    titles = rng.sample(story.GOALS, rng.choice((2, 2, 3)))
    goals = [
        NewGoal(words, service, by, at + timedelta(days=rng.choice((3, 5, 7, 14, 21)))) for words, service in titles
    ]
    with acting(by):
        cases.make_plan(
            code=work.code,
            goals=goals,
            why_not=None,
            agreed=rng.choice((Agreed.SIGNED, Agreed.SPOKEN)),
            safety=rng.choice(story.SAFETY_PLANS),
            review_on=min(
                timezone.localdate(at) + timedelta(days=rng.choice((7, 14, 30))),
                latest_review(risk=RiskLevel(Case.objects.get(code=work.code).risk), at=at),
            ),
            by=by,
            at=at,
        )


def _decide(work: Work, kind: ApprovalKind, at: datetime, *, is_approved: bool) -> None:
    manager, head = work.city.person("manajer"), work.city.person("kepala")
    with acting(manager):
        asked = cases.ask_approval(code=work.code, kind=kind, by=manager, at=at)
    points = [] if is_approved else [work.city.rng.choice((Point.DATES, Point.SERVICES, Point.SAFETY))]
    outcome = Outcome.APPROVED if is_approved else Outcome.RETURNED
    with acting(head):
        cases.decide_approval(approval_id=asked.pk, outcome=outcome, points=points, despite=list(Doubt), by=head, at=at)


def leave_waiting(work: Work) -> None:
    """Let a plan wait for the head, for cases that stand there now."""
    manager, at = work.city.person("manajer"), work.step(least=1, most=10)
    _make_plan(work, at)
    with acting(manager):
        cases.ask_approval(code=work.code, kind=ApprovalKind.PLAN, by=manager, at=at)


def follow(work: Work) -> None:
    """Let the case be reviewed, met about, and followed by who has a part in it."""
    _police(work)
    _session(work)
    if work.city.rng.random() < 0.35 and not work.over:
        _confer(work, work.step())
    if not work.over:
        _review(work, work.step(least=24, most=200))


def keep_reviewing(work: Work) -> None:
    """Let a case that goes on be looked at again in time, up to the present; now and then the last time was missed."""
    rng = work.city.rng
    while True:
        with acting(work.city.person("manajer")):
            risk = Case.objects.values_list("risk", flat=True).get(code=work.code)
        days = rng.randint(5, 6) if risk >= RiskLevel.TINGGI else rng.randint(24, 27)
        if work.at + timedelta(days=days + 2) > work.city.now or rng.random() < 0.04:
            return
        _review(work, work.step(least=24 * days, most=24 * days + 8))


def _review(work: Work, at: datetime) -> None:
    rng, manager = work.city.rng, work.city.person("manajer")
    with acting(manager):
        risk = RiskLevel(Case.objects.values_list("risk", flat=True).get(code=work.code))
        calmer = RiskLevel(max(1, risk - rng.choice((0, 1, 1))))
        cases.review(
            code=work.code,
            risk=calmer,
            reason=rng.choice(story.REVIEWS),
            next_on=timezone.localdate(at) + timedelta(days=7 if calmer >= RiskLevel.TINGGI else 28),
            by=manager,
            at=at,
        )


def _confer(work: Work, at: datetime) -> None:
    rng, manager = work.city.rng, work.city.person("manajer")
    present: list[User] = [manager, work.companion]
    guests = rng.sample(story.GUESTS, rng.choice((0, 1, 2)))
    decided = [Decision(rng.choice(story.TASKS), work.companion, at + timedelta(days=rng.choice((2, 4, 7))))]
    with acting(manager):
        cases.hold_conference(
            code=work.code,
            held_at=at,
            participants=present,
            guests=guests,
            minutes=rng.choice(story.MINUTES),
            decisions=decided,
            by=manager,
            at=at,
        )


def _session(work: Work) -> None:
    psychologist = work.team.get(Role.PSIKOLOG)
    if psychologist is None or work.over:
        return
    rng, at = work.city.rng, work.step(least=12, most=90)
    on = timezone.localdate(at)
    with acting(psychologist):
        cases.hold_session(
            code=work.code,
            on=on,
            attended=rng.random() < 0.85,
            next_on=on + timedelta(days=7),
            risk=rng.choice((RiskLevel.RENDAH, RiskLevel.SEDANG, RiskLevel.SEDANG)),
            words=rng.choice(story.CLINICAL_NOTES),
            by=psychologist,
            at=at,
        )


def _police(work: Work) -> None:
    lawyer = work.team.get(Role.HUKUM)
    if lawyer is None or work.over or "SEKSUAL" not in work.plot.forms:
        return
    at = work.step(least=2, most=40)
    with acting(lawyer):
        cases.decide_police(
            code=work.code,
            choice=PoliceChoice.REPORT,
            informed_at=at - timedelta(hours=1),
            sent_on=timezone.localdate(at),
            wish=work.city.rng.choice(story.WISHES),
            letter=f"{work.city.rng.randint(100, 999)}/UPTD-PPA/CONTOH",
            receipt="",
            why="Kewajiban melapor dijelaskan, dan ia setuju ditemani.",
            by=lawyer,
            at=at,
        )


def keep_promises(work: Work) -> None:
    """Let most of what was promised be done in time, so that what is late stands out."""
    rng, now = work.city.rng, work.city.now - timedelta(minutes=1)
    with acting(work.companion):
        rows = Task.objects.filter(case__code=work.code, done_at=None, owner=work.companion, due_at__lt=now)
        for pk, made_at, due_at in list(rows.values_list("pk", "made_at", "due_at")):
            if rng.random() < 0.88:
                at = max(made_at, due_at - timedelta(hours=rng.randint(1, 30)))
                cases.complete_task(code=work.code, task_id=pk, by=work.companion, at=at)


def end(work: Work, reason: ClosingReason) -> None:
    """Let everything be there that a closing needs, and close it. To be out of reach takes longer than was left."""
    manager = work.city.person("manajer")
    if reason is ClosingReason.UNREACHABLE and (work.city.now - work.at < timedelta(days=20) or _is_unread(work)):
        reason = ClosingReason.CLIENT_ENDS
    at = work.step(least=1, most=20)
    for task in list(_open_tasks(work)):
        with acting(work.companion):
            cases.complete_task(code=work.code, task_id=task, by=work.companion, at=at)
    if reason is ClosingReason.UNREACHABLE:
        for _ in range(TRY_DAYS):
            _try(work, work.step(least=96, most=110))
    if reason is ClosingReason.MOVED:
        _transfer(work, work.step())
    at = work.step(least=1, most=20)
    _assess_closing(work, reason, at)
    _decide(work, ApprovalKind.CLOSING, at, is_approved=True)
    with acting(manager):
        cases.close_case(
            code=work.code,
            reason=reason,
            explanation="Keadaan stabil, rencana keselamatan dipegang sendiri. Boleh kembali kapan saja.",
            by=manager,
            at=at,
        )
    if reason is ClosingReason.GOALS_MET and work.city.rng.random() < 0.6:
        _follow_up(work, at)


def _is_unread(work: Work) -> bool:
    """Whether a message waits: until it is read nobody is out of reach."""
    with acting(work.city.person("manajer")):
        return known_of(Case.objects.get(code=work.code), work.city.now).unread is not None


def _assess_closing(work: Work, reason: ClosingReason, at: datetime) -> None:
    """Write down what was reached, and why it ends although something speaks against it."""
    manager = work.city.person("manajer")
    with acting(manager):
        goals = list(Goal.objects.filter(case__code=work.code, task__isnull=False).values_list("pk", flat=True))
        risk, met = work.city.rng.choice((RiskLevel.RENDAH, RiskLevel.RENDAH, RiskLevel.SEDANG)), len(goals)
        case = Case.objects.get(code=work.code)
        standing = weighing.stand(case=case, at=at, risk=risk, goals=(met, met), reason=reason)
        cases.assess_closing(
            code=work.code,
            reason=reason,
            risk=risk,
            goals=(met, met),
            was_asked=reason is ClosingReason.GOALS_MET,
            words=work.city.rng.choice(story.ENDINGS),
            her_words=work.city.rng.choice(story.HER_WORDS) if reason is ClosingReason.GOALS_MET else "",
            why_clocks="Sudah dijawab bersamanya saat layanan diberikan; tidak ada yang menunggu lagi.",
            why_despite=story.DESPITE if standing.doubts else "",
            by=manager,
            at=at,
        )


def _open_tasks(work: Work) -> list[UUID]:
    with acting(work.companion):
        return list(Task.objects.filter(case__code=work.code, done_at=None).values_list("pk", flat=True))


def _try(work: Work, at: datetime) -> None:
    by = work.companion
    with acting(by):
        reach = open_safe_contact(case=Case.objects.get(code=work.code), viewer=by, at=at)
        way = permitted_way(reach.contact) or work.city.rng.choice(list(Way))
        cases.try_contact(code=work.code, way=way, result=Reached.NO_ANSWER, words="", is_in_hours=True, by=by, at=at)


def _transfer(work: Work, at: datetime) -> None:
    manager = work.city.person("manajer")
    with acting(manager):
        sent = cases.send_transfer(
            code=work.code,
            to=None,
            name="UPTD PPA kota lain (contoh)",
            letter=f"{work.city.rng.randint(100, 999)}/UPTD-PPA/CONTOH",
            words="Ia pindah ke tempat keluarganya.",
            basis=Basis.CONSENT,
            why="Ia menandatangani persetujuan untuk kantor itu di kertas.",
            by=manager,
            at=at,
        )
        cases.acknowledge_transfer(
            code=work.code,
            transfer_id=sent.pk,
            who="Manajer kasus di sana, tanda tangan di kertas.",
            on=timezone.localdate(at),
            by=manager,
            at=at,
        )


def _follow_up(work: Work, closed_at: datetime) -> None:
    """Plan the contacts after the closing, and hold those whose day has come."""
    manager = work.city.person("manajer")
    days: dict[int, date] = {n: timezone.localdate(closed_at) + timedelta(days=30 * n) for n in (1, 3, 6)}
    with acting(manager):
        cases.plan_aftercare(code=work.code, days=days, by=manager, at=closed_at)
        cases.move_state(
            code=work.code,
            target=CaseState.AFTERCARE,
            reason="Kontak sesudah penutupan sudah dijadwalkan.",
            by=manager,
            at=closed_at,
        )
        due = Aftercare.objects.filter(case__code=work.code, due_on__lt=timezone.localdate(work.city.now))
        for row in list(due.order_by("due_on")):
            cases.contact_after(
                code=work.code,
                contact_id=row.pk,
                doing=work.city.rng.choice((Doing.WELL, Doing.WELL, Doing.UNSURE)),
                words=work.city.rng.choice(story.HER_WORDS),
                by=manager,
                at=min(closed_at + (row.due_on - timezone.localdate(closed_at)), work.city.now),
            )

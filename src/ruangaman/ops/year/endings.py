"""The later half of a case: services, reviews, the closing with all that it asks for, and the months after."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from ruangaman.cases import services as cases
from ruangaman.cases.models import Aftercare, Transfer
from ruangaman.cases.selectors.people import open_safe_contact
from ruangaman.cases.types import ApprovalKind, CaseState, Doing, Reached, Way, permitted_way
from ruangaman.consents.types import Basis
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.ops import story
from ruangaman.ops.city import acting
from ruangaman.ops.year.lives import DAY, HOUR, CaseLife
from ruangaman.ops.year.world import Life

AFTER_DAYS = ((27, 84, 170), (40, 110, 205))
"""Days after the closing on which she is contacted: each in time, each too late."""


def serve(life: CaseLife) -> Life:
    """Let her be served; without a service nothing is followed up."""
    world, manager, code = life.world, life.manager, life.code
    if world.move(manager, code, CaseState.MONITORING):
        return
    yield life.wait(4, 24 * 9)
    for kind in ("KESEHATAN", "REHABILITASI_SOSIAL"):
        world.do(
            manager, cases.add_service, code=code, type=kind, on=timezone.localdate(world.now), hours=None,
            provider_unit=world.office.units["ppt-rsud"], result=story.RESULTS[kind][0],
        )  # fmt: skip
    yield HOUR
    life.finish()
    yield life.wait(1, 30)
    world.move(manager, code, CaseState.MONITORING)


def review(life: CaseLife, *, times: int = 2) -> Life:
    """Look at it again, every week or month, or later than that; the danger goes down a little."""
    world = life.world
    for number in range(times):
        risk = RiskLevel(life.row.risk)
        prompt, slow = (5, 9) if risk >= RiskLevel.TINGGI else (25, 40)
        yield DAY * (prompt if life.spec.is_prompt else slow)
        calmer = RiskLevel(max(1, risk - 1)) if number else risk
        world.do(
            life.manager, cases.review, code=life.code, risk=calmer, reason=story.REVIEWS[number % 3],
            next_on=timezone.localdate(world.now) + timedelta(days=7),
        )  # fmt: skip


def close(life: CaseLife) -> Life:
    """Close it: refused for each thing that is missing, until nothing is."""
    world, code, why = life.world, life.code, life.spec.reason
    life.promise(hours=30)
    world.close(life.manager, code, why, words="")
    yield HOUR
    assess_closing(life)
    world.do(
        life.manager, cases.review, code=code, risk=RiskLevel(max(RiskLevel.TINGGI, life.row.risk)),
        reason=story.REVIEWS[0], next_on=timezone.localdate(world.now) + timedelta(days=7),
    )  # fmt: skip
    world.close(life.manager, code, why)  # of the danger it says nothing
    # After it was assessed: nobody has said yet why it ends all the same.
    life.check_safety(is_safe=False, by=life.companion)
    world.close(life.manager, code, why)
    yield HOUR / 2 if life.spec.is_prompt else 3 * HOUR
    life.check_safety(is_safe=True)
    world.refuse(life.manager, cases.ask_approval, code=code, kind=ApprovalKind.CLOSING)
    assess_closing(life)  # the one before says nothing of it
    if why is ClosingReason.UNREACHABLE:
        world.close(life.manager, code, why)
        world.refuse(life.manager, cases.ask_approval, code=code, kind=ApprovalKind.CLOSING)
        yield from try_contact(life)
    yield from life.decide(ApprovalKind.CLOSING, is_approved=False)
    yield life.wait(3, 24 * 9)
    if why is ClosingReason.MOVED:
        yield from transfer(life)
    life.finish()
    if why is not ClosingReason.MOVED:
        assess_closing(life)
        world.refuse(life.manager, cases.ask_approval, code=code, kind=ApprovalKind.CLOSING)  # the very same
        yield HOUR / 4
    assess_closing(life, ending=1)
    yield from life.decide(ApprovalKind.CLOSING, is_approved=True)
    yield life.wait(1, 24 * 7)
    if "SEKSUAL" in life.spec.forms and life.spec.number % 2:
        life.add_incident(life.spec.forms)  # she tells of more: what law and medicine ask for is not answered yet
        world.close(life.manager, code, why)
        assess_closing(life, ending=1)
        yield from life.decide(ApprovalKind.CLOSING, is_approved=True)
        yield HOUR
    world.close(life.manager, code, why)


def assess_closing(life: CaseLife, *, ending: int = 0) -> None:
    """Write down what was reached; sent back, in other words."""
    facts = {"risk": RiskLevel.RENDAH, "goals": (1, 1), "was_asked": True}
    words = {"words": story.ENDINGS[ending], "her_words": story.HER_WORDS[0], "why_clocks": "Sudah dijawab bersamanya."}
    words["why_despite"] = "Rencana keselamatan dipegang sendiri, keluarga menemani."
    life.world.do(life.manager, cases.assess_closing, code=life.code, reason=life.spec.reason, **facts, **words)


def try_contact(life: CaseLife) -> Life:
    """Try to reach her as she permits on three days of a week and a day, twice on the first."""
    for wait in (2 * HOUR, 4 * DAY, 4 * DAY, HOUR):
        tried = {"way": permitted_of(life), "result": Reached.NO_ANSWER, "words": "", "is_in_hours": True}
        life.world.do(life.manager, cases.try_contact, code=life.code, **tried)
        yield wait


def permitted_of(life: CaseLife) -> Way:
    """Return by which way she may be reached."""
    manager = life.world.person(life.manager)
    with acting(manager):
        reach = open_safe_contact(case=life.row, viewer=manager, at=life.world.now)
    return permitted_way(reach.contact) or Way.PHONE


def transfer(life: CaseLife) -> Life:
    """Hand it to another city, which signs for it."""
    world = life.world
    letter = {"to": None, "name": "UPTD PPA kota lain (contoh)", "letter": "1/UPTD-PPA/CONTOH", "words": ""}
    letter |= {"basis": Basis.CONSENT, "why": "Ia menandatangani di kertas."}
    wrong: Transfer = world.do(life.manager, cases.send_transfer, code=life.code, **letter)
    yield HOUR
    world.do(life.manager, cases.withdraw_transfer, code=life.code, transfer_id=wrong.pk, reason="Salah kota (contoh).")
    sent: Transfer = world.do(life.manager, cases.send_transfer, code=life.code, **letter)
    yield 2 * DAY
    world.close(life.manager, life.code, life.spec.reason)
    signed = {"who": "Manajer kasus di sana.", "on": timezone.localdate(world.now)}
    world.do(life.manager, cases.acknowledge_transfer, code=life.code, transfer_id=sent.pk, **signed)


def follow_up(life: CaseLife) -> Life:
    """Ask how it goes after one, three and six months."""
    world, manager, code = life.world, life.manager, life.code
    world.move(manager, code, CaseState.AFTERCARE)
    planned = AFTER_DAYS[0 if life.spec.is_prompt else 1]
    today = timezone.localdate(world.now)
    (wrong,) = world.do(manager, cases.plan_aftercare, code=code, days={1: today + timedelta(days=8)})
    world.refuse(manager, cases.plan_aftercare, code=code, days={1: today + timedelta(days=30)})
    world.do(manager, cases.cancel_aftercare, code=code, contact_id=wrong.pk, reason="Terlalu cepat (contoh).")
    yield HOUR
    world.do(manager, cases.plan_aftercare, code=code, days={n: today + timedelta(days=30 * n) for n in (1, 3, 6)})
    world.move(manager, code, CaseState.AFTERCARE)
    before = 0
    is_found = bool(life.spec.number % 2)
    for day in planned[: 2 if is_found else 3]:
        yield DAY * (day - before)
        before = day
        if life.spec.is_prompt and not life.spec.number % 3 and day == planned[0]:
            missed(life)
            yield DAY
            before += 1
        if is_found and day == planned[0]:  # found unsafe, and well an hour later: at once, or by the next contact
            ask(life, Doing.DANGER)
            yield HOUR if life.spec.is_prompt else 5 * HOUR
        ask(life, Doing.WELL)


def missed(life: CaseLife) -> None:
    """Try to ask how it goes, and reach nobody: it is tried again tomorrow."""
    tomorrow = timezone.localdate(life.world.now) + timedelta(days=1)
    facts = {"contact_id": first_waiting(life).pk, "again_on": tomorrow, "words": ""}
    life.world.do(life.manager, cases.try_after, code=life.code, **facts)


def ask(life: CaseLife, doing: Doing) -> None:
    """Ask how it goes, at the contact that is planned first of those that wait."""
    facts = {"contact_id": first_waiting(life).pk, "doing": doing, "words": story.HER_WORDS[1]}
    life.world.do(life.manager, cases.contact_after, code=life.code, **facts)


def first_waiting(life: CaseLife) -> Aftercare:
    """Return the contact that is planned first of those that wait."""
    with acting(life.world.person(life.manager)):
        waiting = Aftercare.objects.filter(case__code=life.code, held_at=None, cancelled_at=None)
        row = waiting.order_by("due_on").first()
    if row is None:
        raise RuntimeError(f"{life.code} has no contact left to be held.")
    return row

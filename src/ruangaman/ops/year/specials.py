"""What happens to some cases beside the usual, while their services go on; each by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Assignment, Glass, Person
from ruangaman.cases.services import Decision
from ruangaman.cases.types import (
    AboutVictim,
    AccessReason,
    AskedBy,
    BulkKind,
    CaseState,
    GlassEnding,
    GlassReason,
    GlassVerdict,
    Identity,
    NewPerson,
    PersonKind,
    PoliceChoice,
)
from ruangaman.cases.types.ties import TieKind
from ruangaman.consents.models import Consent
from ruangaman.consents.types import ConsentPurpose
from ruangaman.core.codelists import Now, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.ops import story
from ruangaman.ops.city import acting
from ruangaman.ops.year import reports
from ruangaman.ops.year.lives import DAY, HOUR, YES, CaseLife
from ruangaman.ops.year.world import Life
from ruangaman.vault.types import Compartment

Special = Callable[[CaseLife], Life]


def police(life: CaseLife) -> Life:
    """Let the legal staff decide about telling the police."""
    life.assign("hukum", Role.HUKUM)
    yield life.wait(12, 80)
    world = life.world
    words = {"wish": story.WISHES[0], "letter": "1/CONTOH", "receipt": "", "why": "Kewajibannya dijelaskan."}
    world.do(
        "hukum", cases.decide_police, code=life.code, choice=PoliceChoice.REPORT, informed_at=world.now - HOUR,
        sent_on=timezone.localdate(world.now), **words,
    )  # fmt: skip


def session(life: CaseLife) -> Life:
    """Let a psychologist see her, first alone, then together with another one who reads what was written before."""
    life.assign("psikolog", Role.PSIKOLOG)
    yield DAY
    day = timezone.localdate(life.world.now)
    held = {"attended": True, "next_on": day + timedelta(days=7), "risk": RiskLevel.SEDANG}
    life.world.do("psikolog", cases.hold_session, code=life.code, on=day, words=story.CLINICAL_NOTES[0], **held)
    life.world.do(
        "psikolog", cases.add_note, code=life.code, compartment=Compartment.CLINICAL, text=story.CLINICAL_NOTES[1]
    )


def conference(life: CaseLife) -> Life:
    """Let the team meet; what was decided becomes tasks."""
    world, manager = life.world, life.world.person(life.manager)
    yield DAY
    decided = [Decision(story.TASKS[1], manager, world.in_hours(3 * 24))]
    world.do(
        life.manager, cases.hold_conference, code=life.code, held_at=world.now - HOUR, participants=[manager],
        guests=[story.GUESTS[0]], minutes=story.MINUTES[0], decisions=decided,
    )  # fmt: skip


def mediation(life: CaseLife) -> Life:
    """Ask for a mediation: by the accused, then by her without a signature, then with one."""
    world, code, manager = life.world, life.code, life.manager
    for asker, signs in ((AskedBy.ACCUSED, False), (AskedBy.VICTIM, False), (AskedBy.VICTIM, True)):
        yield DAY
        if signs:
            signed = {"purpose": ConsentPurpose.MEDIATION, "recipient": None, "answer": YES}
            world.do(manager, cases.give_consent, code=code, **signed)
        row = world.do(manager, cases.ask_mediation, code=code, asked_by=asker, words="Ingin bicara baik-baik.")
        world.seen.mediations.update(row.against or ["allowed"])
        if not row.against and "SEKSUAL" in life.spec.forms:
            raise AssertionError(f"{code}: a mediation on sexual violence.")


def written(life: CaseLife) -> Life:
    """Let the reporter write into the open case: answered once, and once only read."""
    if life.sent is None:
        return
    for answer in (True, False):
        reports.write_back(life.world, life.sent)
        yield life.wait(2, 20)
        if answer:
            reports.reply(life.world, life.sent.code, life.manager)
        else:
            life.world.do(life.manager, intake.acknowledge, code=life.sent.code)
        yield HOUR


def reported(life: CaseLife) -> Life:
    """Let two others report the same while the case runs: each time its manager asks the desk and sees her."""
    world = life.world
    if life.sent is None:
        return
    for now in (Now.NO, Now.YES):
        double = reports.send(world, now=now.value)
        yield HOUR / 2
        reports.take(world, double.code)
        facts = {"original": life.sent.code, "has_looked": True}
        world.do(reports.holder(world, double.code), intake.mark_duplicate, code=double.code, **facts)
        reports.reply(world, double.code)
        yield life.wait(0.5, 30)
        life.check_safety(is_safe=True)


def handed(life: CaseLife) -> Life:
    """Hand the case to the other manager, with a task that is open; take a companion off and give it another."""
    world = life.world
    life.promise(hours=100)
    yield HOUR
    after = "manajer2" if life.manager == "manajer" else "manajer"
    world.do(life.manager, cases.change_manager, code=life.code, to=world.person(after))
    life.manager = after
    yield DAY
    with acting(world.person(life.manager)):
        parts = Assignment.objects.filter(case__code=life.code, until=None, role=Role.PENDAMPING)
        part = parts.values_list("pk", flat=True).first()
    if part is not None:
        world.do(life.manager, cases.unassign, code=life.code, assignment_id=part, is_confirmed=True)
    yield life.wait(3, 40)
    life.companion = "pendamping3"
    life.assign(life.companion, Role.PENDAMPING)


def corrected(life: CaseLife) -> Life:
    """Correct a person, an incident and a task, and answer more about what happened."""
    world, manager, code = life.world, life.manager, life.code
    victim, incident = life.victim(), life.incidents()[0]
    yield HOUR
    known = {"kind": PersonKind.VICTIM, "sex": "P", "age_group": "25-44", "contact": None}
    identity = Identity(full_name=story.WOMEN[1], education="SLTA")
    world.do(manager, cases.edit_person, code=code, person_id=victim, identity=identity, **known)
    place = {"place": "RUMAH", "kelurahan": "", "from_on": incident.from_on, "to_on": None}
    told = {"forms": incident.forms, "story": "Kejadian contoh, dibetulkan."}
    world.do(manager, cases.edit_incident, code=code, incident_id=incident.pk, **told, **place)
    about = AboutVictim(penetration="no", contact="no", impact=("TRAUMA",))
    world.do(
        manager, cases.answer_about_victim, code=code, incident_id=incident.pk, victim_id=victim, victim=about, pairs=[]
    )
    world.do(manager, cases.add_note, code=code, compartment=Compartment.NARRATIVE, text=story.NOTES[0])
    yield from tasks(life)


def tasks(life: CaseLife) -> Life:
    """Change a task, tick it off and take that back; then several at once, and that back too."""
    world, manager, code = life.world, life.manager, life.code
    life.promise(hours=70)
    task = life.tasks[-1]
    later = {"title": story.TASKS[2], "owner": world.person(manager), "due_at": world.in_hours(90)}
    yield HOUR
    world.do(manager, cases.edit_task, code=code, task_id=task, **later)
    yield HOUR
    world.do(manager, cases.complete_task, code=code, task_id=task)
    yield HOUR / 60
    world.do(manager, cases.undo_task, code=code, task_id=task)
    yield HOUR
    act = world.do(manager, cases.do_bulk, task_ids=[task], kind=BulkKind.DONE)
    world.do(manager, cases.undo_bulk, act_id=act.pk)
    yield HOUR
    due_at = world.in_hours(60)
    world.do(manager, cases.do_bulk, task_ids=[task], kind=BulkKind.DUE, due_at=due_at)


def tied(life: CaseLife) -> Life:
    """Say who is whose mother, and take it back."""
    world, manager, code = life.world, life.manager, life.code
    mother = NewPerson(kind=PersonKind.WITNESS, sex="P", age_group="45-59", identity=Identity(full_name=story.WOMEN[2]))
    other = world.do(manager, cases.add_person, code=code, person=mother).pk
    facts = {"person_id": other, "other_id": life.victim(), "kind": TieKind.PARENT}
    tie = world.do(manager, cases.tie_people, code=code, **facts)
    yield 3 * DAY
    world.do(manager, cases.untie_people, code=code, tie_id=tie.pk)
    with acting(world.person(manager)):
        if not Person.objects.filter(pk=other).exists():
            raise AssertionError("Who was untied is still there.")


def read_by_another(life: CaseLife) -> Life:
    """Let somebody beside the team read a part for a while, longer, and no more."""
    world, manager, code = life.world, life.manager, life.code
    until = world.now + timedelta(days=20)
    given = {"compartments": {Compartment.NARRATIVE}, "reason": AccessReason.COURT, "not_after": until}
    with acting(world.person(manager)):
        team = set(Assignment.objects.filter(case__code=code, until=None).values_list("user_id", flat=True))
    reader = next((one for one in map(world.person, ("psikolog", "hukum")) if one.pk not in team), None)
    if reader is None:  # both work on it
        return
    access = world.do(manager, cases.give_access, code=code, user=reader, **given)
    yield HOUR
    world.do(manager, cases.change_access, code=code, access_id=access.pk, not_after=until + DAY)
    yield DAY
    world.do(manager, cases.end_access, code=code, access_id=access.pk)


def glass(life: CaseLife) -> Life:
    """Let the head ask for the unit's emergency key and leave it; ask again and read.

    It ends by itself and is reviewed in time, or too late, which freezes her right until then.
    """
    world = life.world
    dropped = _ask_glass(life)
    yield HOUR / 4
    world.do("kepala", cases.end_glass, glass=_fresh(life, dropped), how=GlassEnding.WITHDRAWN)
    yield HOUR
    broken: Glass = world.do("kepala", cases.break_glass, glass=_fresh(life, _ask_glass(life)))
    yield life.wait(20, 24 * 8)
    world.do("dpo", cases.review_glass, glass=_fresh(life, broken, "dpo"), verdict=GlassVerdict.RIGHT, words="Perlu.")


def _ask_glass(life: CaseLife) -> Glass:
    why = {"reason": GlassReason.MISSING, "words": "Ia tidak terhubung.", "at_once": True}
    return life.world.do("kepala", cases.ask_glass, code=life.code, glass_id=uuid4(), **why)


def _fresh(life: CaseLife, one: Glass, who: str = "kepala") -> Glass:
    with acting(life.world.person(who)):
        return Glass.objects.select_related("unit", "opener", "agreed_by").get(pk=one.pk)


def in_danger_again(life: CaseLife) -> Life:
    """Bring it back to the beginning in danger: safety, then the plan anew."""
    world, manager, code = life.world, life.manager, life.code
    world.move(manager, code, CaseState.EMERGENCY)
    yield life.wait(1, 5)
    life.check_safety(is_safe=True)
    world.move(manager, code, CaseState.ASSESSMENT)
    yield from life.assess()
    yield from life.plan()
    yield from _serve_again(life)


def _serve_again(life: CaseLife) -> Life:
    yield HOUR
    life.finish()
    life.world.move(life.manager, life.code, CaseState.MONITORING)


def lent(life: CaseLife) -> Life:
    """Hand it to another office for a while, and take it back."""
    world, manager, code = life.world, life.manager, life.code
    world.move(manager, code, CaseState.REFERRED_OUT)
    yield 6 * DAY
    world.move(manager, code, CaseState.ASSESSMENT)
    yield from life.assess()
    yield from life.plan()
    yield from _serve_again(life)


def unwilling(life: CaseLife) -> Life:
    """Let her take her consent back, and give it again."""
    world, manager, code = life.world, life.manager, life.code
    with acting(world.person(manager)):
        rows = Consent.objects.filter(dossier_id=life.row.dossier_id, purpose=ConsentPurpose.SERVICES, is_given=True)
        given = rows.order_by("-recorded_at").values_list("pk", flat=True)[0]
    world.do(manager, cases.revoke_consent, code=code, consent_id=given)
    yield DAY
    world.do(manager, cases.give_consent, code=code, purpose=ConsentPurpose.SERVICES, recipient=None, answer=YES)


SPECIALS: dict[str, Special] = {
    "police": police,
    "session": session,
    "conference": conference,
    "mediation": mediation,
    "written": written,
    "handed": handed,
    "corrected": corrected,
    "tied": tied,
    "read": read_by_another,
    "glass": glass,
    "danger": in_danger_again,
    "lent": lent,
    "unwilling": unwilling,
    "reported": reported,
}

"""What the people of an invented case do: add, promise, serve, move, close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Access, Case, Incident, Person, ServiceRecord
from ruangaman.cases.types import (
    AboutEvent,
    AboutPair,
    AboutVictim,
    AccessReason,
    CaseState,
    Identity,
    NewPerson,
    PairChange,
    PersonKind,
    VictimLink,
    age_in_group,
    birth_text,
)
from ruangaman.core.codelists import ClosingReason
from ruangaman.core.regions import kecamatan_of, zone
from ruangaman.intake import services as intake
from ruangaman.intake.services import PreparedReport
from ruangaman.ops import caseflow, plots, story
from ruangaman.ops.city import City, acting
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment

LATELY = timedelta(days=9)
"""A plan that waits for the head has not waited longer than this."""
READERS = (Role.HUKUM, Role.PSIKOLOG)
"""Who may be asked to read the story of a case for a hearing, the likeliest first."""


SCHOOLS = {"0-5": "PAUD", "6-12": "SD", "13-17": "SLTP"}
"""Age group → where such a child learns; older ones in the city have left school."""


@dataclass
class Work:
    """One case on its way through the office."""

    city: City
    plot: plots.Plot
    code: str
    at: datetime
    ends_at: datetime
    companion: User
    team: dict[Role, User] = field(default_factory=dict)

    def step(self, *, least: float = 4, most: float = 60) -> datetime:
        """Go on in time."""
        moment = story.office_hour(self.city.rng, self.city.later(self.at, least=least, most=most))
        self.at = min(moment, self.city.now - timedelta(seconds=30))
        return self.at

    @property
    def over(self) -> bool:
        """Whether the present has been reached: what comes later has not happened yet."""
        return self.at >= self.city.now - timedelta(hours=1)

    def is_open(self) -> bool:
        """Whether the case goes on."""
        with acting(self.city.person("manajer")):
            return Case.objects.filter(code=self.code, closed_at=None).exists()


def open_case(city: City, prepared: PreparedReport, plot: plots.Plot, officer: User, at: datetime) -> Work:
    """Let the desk open a case without typing anything again, and the manager name a companion."""
    manager = city.person("manajer")
    with acting(officer):
        case = intake.open_case(code=prepared.code, manager=manager, case_id=uuid4(), by=officer, at=at)
    days = min(city.rng.lognormvariate(3.8, 0.6), 200)
    companion = city.person(city.rng.choice(("pendamping", "pendamping", "pendamping2")))
    work = Work(city, plot, case.code, at, at + timedelta(days=days), companion)
    _assign(work, Role.PENDAMPING, companion, work.step(least=0.3, most=6))
    return work


def _assign(work: Work, role: Role, user: User, at: datetime) -> None:
    manager = work.city.person("manajer")
    with acting(manager):
        cases.assign(code=work.code, user=user, role=role, by=manager, at=at)
    work.team[role] = user


def work_on(work: Work) -> None:
    """Let the people of a case do what such a case needs, up to the present moment."""
    rng = work.city.rng
    _add_facts(work)
    _move(work, CaseState.PLAN, "Asesmen awal selesai, kebutuhan utama sudah jelas.", caseflow.consent_and_assess)
    if rng.random() < 0.55 and not work.over:
        _assign(work, Role.PSIKOLOG, work.city.person("psikolog"), work.step())
    if rng.random() < 0.4 and not work.over:
        _assign(work, Role.HUKUM, work.city.person("hukum"), work.step())
    if rng.random() < 0.12 and not work.over:
        _assign(work, Role.RUMAHAMAN, work.city.person("rumahaman"), work.step())
    if not work.over and work.city.now - work.at < LATELY and rng.random() < 0.5:
        caseflow.leave_waiting(work)
        return
    _move(work, CaseState.SERVICES, "Rencana disusun bersama, layanan pertama dimulai.", caseflow.plan_and_approve)
    for _ in range(rng.choices([1, 2, 3, 4, 5], weights=[14, 26, 30, 20, 10])[0]):
        if work.over:
            break
        _serve(work)
    _promise(work, done=rng.random() < 0.6 and not work.over)
    if not work.over and rng.random() < 0.6:
        _promise(work, done=True)
    _move(work, CaseState.MONITORING, "Layanan utama selesai, keadaan dipantau.", _serve_once)
    caseflow.follow(work)
    if work.ends_at > work.city.now:
        caseflow.keep_reviewing(work)
    caseflow.keep_promises(work)
    if work.over or work.ends_at > work.city.now:
        _let_read(work)
        return
    work.at = max(work.at, work.ends_at)
    reason = rng.choices(list(ClosingReason), weights=[70, 12, 8, 8, 1, 1])[0]
    caseflow.end(work, reason)


def wait_for_the_head(work: Work) -> None:
    """Let a case come as far as a plan that the head is asked about; somebody beside the team may read it."""
    _add_facts(work)
    _move(work, CaseState.PLAN, "Asesmen awal selesai, kebutuhan utama sudah jelas.", caseflow.consent_and_assess)
    caseflow.leave_waiting(work)
    _let_read(work)


def _let_read(work: Work) -> None:
    """Give somebody beside the team something to read for a while, once in the city, and ask for a new key."""
    manager, at = work.city.person("manajer"), work.city.now
    beside = [role for role in READERS if role not in work.team]
    with acting(manager):
        if not beside or Access.objects.exists():
            return
        cases.give_access(
            code=work.code,
            user=work.city.person(beside[0].value),
            compartments={Compartment.NARRATIVE},
            reason=AccessReason.COURT,
            not_after=at + timedelta(days=30),
            by=manager,
            at=at,
        )
        dossier = Case.objects.values_list("dossier_id", flat=True).get(code=work.code)
        vault.ask_for_new_epoch(dossier_ids=[dossier], reason="left", by=manager, at=at)


def _add_facts(work: Work) -> None:
    city, rng, plot, by = work.city, work.city.rng, work.plot, work.companion
    at, kelurahan = work.step(), city.kelurahan()
    victim = _victim(work, kelurahan)
    with acting(by):
        victim_id = _keep_victim(work, victim, at)
        perpetrator = cases.add_person(
            code=work.code,
            person=NewPerson(kind=PersonKind.PERPETRATOR, sex="L", identity=Identity(full_name=rng.choice(story.MEN))),
            by=by,
            at=at,
        )
        incident = cases.add_incident(
            code=work.code,
            forms=plot.forms,
            place=plot.place,
            kecamatan=kecamatan_of(kelurahan),
            from_on=(at - timedelta(days=rng.randint(1, 20))).date(),
            to_on=None,
            narrative={"text": plot.incident, "kelurahan": kelurahan},
            about=AboutEvent(wish=plot.told.wish, repeated="yes"),
            links=[VictimLink(victim_id, perpetrator.pk, plot.relation, plot.forms)],
            by=by,
            at=at,
        )
        _answer(work, incident, at)
        cases.add_note(code=work.code, compartment=Compartment.NARRATIVE, text=rng.choice(story.NOTES), by=by, at=at)


def _answer(work: Work, incident: Incident, at: datetime) -> None:
    """Let the companion write down what the victim has told so far."""
    told, link = work.plot.told, incident.links.get()
    if told.victim == AboutVictim():
        return
    about = AboutPair(lives_together=told.lives_together, legal_status="BEBAS")
    cases.answer_about_victim(
        code=work.code,
        incident_id=incident.pk,
        victim_id=link.victim_id,
        victim=told.victim,
        pairs=[PairChange(link.pk, link.relation, tuple(link.forms), about)],
        by=work.companion,
        at=at,
    )


def _victim(work: Work, kelurahan: str) -> NewPerson:
    rng, plot = work.city.rng, work.plot
    name = story.victim_name(rng, plot)
    sex, group = rng.choice(plot.sexes), rng.choice(plot.ages)
    least = age_in_group(group).least or 0
    return NewPerson(
        kind=PersonKind.VICTIM,
        sex=sex,
        age_group=group,
        identity=Identity(
            chosen_name=name.split()[0],
            full_name=name,
            nik=story.fake_nik(rng, sex),
            birth=birth_text(work.at.year - least - 2),
            education=SCHOOLS.get(group, "SLTA"),
            occupation="PELAJAR" if group in SCHOOLS else "IRT",
            citizenship="WNI",
            kelurahan=kelurahan,
            address=f"Gang {rng.choice(('Melati', 'Kenanga', 'Flamboyan'))} {rng.randint(1, 40)}",
        ),
    )


def _keep_victim(work: Work, victim: NewPerson, at: datetime) -> UUID:
    """Add the victim, or say more about the one that came with the report."""
    known = Person.objects.filter(case__code=work.code, kind=PersonKind.VICTIM).first()
    if known is None:
        return cases.add_person(code=work.code, person=victim, by=work.companion, at=at).pk
    cases.edit_person(
        code=work.code,
        person_id=known.pk,
        kind=victim.kind,
        sex=victim.sex,
        age_group=victim.age_group,
        identity=victim.identity,
        contact=None,
        by=work.companion,
        at=at,
    )
    return known.pk


def _serve(work: Work) -> None:
    rng, plot = work.city.rng, work.plot
    at = work.step(least=20, most=140)
    provider = rng.choice([unit for unit in work.city.office.units.values() if unit.code in PROVIDERS])
    with acting(work.companion):
        kind = rng.choice(plot.services)
        cases.add_service(
            code=work.code,
            type=kind,
            on=at.astimezone(zone()).date(),
            hours=Decimal(rng.choice(("0.5", "1.0", "1.5", "2.0"))),
            provider_unit=provider,
            result=rng.choice(story.RESULTS[kind]),
            by=work.companion,
            at=at,
        )
        if rng.random() < 0.5:
            cases.add_note(
                code=work.code,
                compartment=Compartment.NARRATIVE,
                text=rng.choice(story.NOTES),
                by=work.companion,
                at=at,
            )
    psychologist = work.team.get(Role.PSIKOLOG)
    if psychologist is not None and rng.random() < 0.6:
        with acting(psychologist):
            cases.add_note(
                code=work.code,
                compartment=Compartment.CLINICAL,
                text=rng.choice(story.CLINICAL_NOTES),
                by=psychologist,
                at=work.step(least=2, most=30),
            )


def _promise(work: Work, *, done: bool) -> None:
    rng, by = work.city.rng, work.companion
    at = work.step(least=1, most=20)
    due_at = at + timedelta(hours=rng.choice((20, 30, 48, 72, 120, 168)))
    with acting(by):
        task = cases.add_task(code=work.code, title=rng.choice(story.TASKS), owner=by, due_at=due_at, by=by, at=at)
        if done:
            cases.complete_task(code=work.code, task_id=task.pk, by=by, at=work.step(least=1, most=30))


def _move(work: Work, target: CaseState, reason: str, prepare: Callable[[Work], None]) -> None:
    """Do what the gate before a state asks for, and go on."""
    if work.over:
        return
    manager = work.city.person("manajer")
    with acting(manager):
        state = CaseState(Case.objects.values_list("state", flat=True).get(code=work.code))
    if state is CaseState.EMERGENCY:
        at = work.step()
        caseflow.check_safety(work, at)
        with acting(manager):
            cases.move_state(
                code=work.code, target=CaseState.ASSESSMENT, reason="Sudah di tempat aman.", by=manager, at=at
            )
    prepare(work)
    with acting(manager):
        cases.move_state(code=work.code, target=target, reason=reason, by=manager, at=work.step())


def _serve_once(work: Work) -> None:
    with acting(work.companion):
        is_served = ServiceRecord.objects.filter(case__code=work.code).exists()
    if not is_served:
        _serve(work)


PROVIDERS = frozenset({"uptd", "ppt-rsud", "unit-ppa", "dinsos-rehsos"})

"""The invented city's story: reports come in, are read, answered, become cases, are worked on and end.

Everything goes through the product's own services, as the people who would do it, at the moments when they would have
done it: nothing here is written past the vault or the audit trail.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.services import UnitOfWork, unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case, Person
from ruangaman.cases.types import CaseState, Identity, NewPerson, PersonKind, VictimLink
from ruangaman.core.codelists import Authority, ClosingReason, ContactWay, RefusalReason, RiskLevel
from ruangaman.core.regions import KELURAHAN, kecamatan_of
from ruangaman.intake import services as intake
from ruangaman.intake.selectors import reception, thread
from ruangaman.intake.services import PreparedReport
from ruangaman.intake.types import ReportDraft
from ruangaman.ops import story
from ruangaman.ops.office import Office
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from ruangaman.vault.files import FrameSealer, SealedUpload
from ruangaman.vault.types import Compartment

DISTRICT_WEIGHTS = {"64.71.03": 31, "64.71.05": 23, "64.71.04": 21, "64.71.01": 13, "64.71.02": 12, "64.71.06": 11}
"""Victims by district, Balikpapan January to July 2025 (domain.md 8.3)."""


@contextmanager
def acting(user: User) -> Iterator[UnitOfWork]:
    """One unit of work of a signed-in person."""
    with unit_of_work(DatabaseRole.WEB) as unit:
        unit.set_viewer(user.pk, user.principals, user.oversight_units)
        yield unit


@dataclass
class City:
    """The dice, the office and the present moment."""

    rng: Random
    office: Office
    now: datetime
    receipts: list[str] = field(default_factory=list)

    def person(self, username: str) -> User:
        """Return somebody of the office."""
        return self.office.people[username]

    def officer(self) -> User:
        """Return one of those who sit at the desk."""
        return self.person(self.rng.choice(("petugas", "petugas", "petugas2")))

    def kelurahan(self) -> str:
        """Return a kelurahan, by the shares of the districts."""
        district = self.rng.choices(list(DISTRICT_WEIGHTS), weights=list(DISTRICT_WEIGHTS.values()))[0]
        return self.rng.choice([code for code in KELURAHAN if kecamatan_of(code) == district])

    def later(self, moment: datetime, *, least: float, most: float) -> datetime:
        """Return a moment so many hours later, never after the present one."""
        return min(moment + timedelta(hours=self.rng.uniform(least, most)), self.now - timedelta(seconds=30))


def send_report(city: City, plot: story.Plot, at: datetime, *, now: str | None = None) -> PreparedReport:
    """Let somebody report, through the same acceptance as the web form."""
    rng = city.rng
    who, text = rng.choice(plot.tellings)
    way = rng.choices(
        [ContactWay.RECEIPT, ContactWay.WHATSAPP, ContactWay.PHONE, ContactWay.NONE], weights=[62, 20, 10, 8]
    )[0]
    reachable = way in {ContactWay.WHATSAPP, ContactWay.PHONE}
    draft = ReportDraft(
        what=text,
        channel="web",
        now=story.pick_now(rng) if now is None else now,
        who=who,
        kinds=tuple(form.value for form in plot.forms),
        dangers=tuple(story.pick_dangers(rng, plot)),
        when=rng.choice(story.WHEN),
        where=city.kelurahan() if rng.random() < 0.8 else "",
        relation=plot.relation,
        age_group=rng.choice(plot.ages),
        contact=way,
        contact_value=story.fake_phone(rng) if reachable else "",
        contact_hours=rng.choice(story.HOURS) if reachable else "",
        contact_name=rng.choice(story.ALIASES),
    )
    return _accept(city, draft, at, uploads=[photo(rng)] if rng.random() < 0.12 else [])


def send_other(city: City, at: datetime) -> PreparedReport:
    """Let somebody write what is not for this office."""
    text = city.rng.choice(story.NOT_VIOLENCE)
    return _accept(city, ReportDraft(what=text, channel="web", contact=ContactWay.RECEIPT), at, uploads=[])


def _accept(city: City, draft: ReportDraft, at: datetime, *, uploads: list[SealedUpload]) -> PreparedReport:
    prepared = intake.prepare_report(
        draft=draft,
        uploads=uploads,
        key=receipts.mint_key(None),
        cookie=None,
        reception=reception.cached_reception(),
        at=at,
    )
    with unit_of_work(DatabaseRole.PUBLIC):
        intake.accept_report(prepared=prepared)
    for upload in uploads:
        upload.discard()
    return prepared


def answer(city: City, prepared: PreparedReport, at: datetime, *, written_back: bool) -> tuple[User, datetime]:
    """Let the desk open, take and answer a report, and perhaps the reporter write back."""
    officer = city.officer()
    at = city.later(at, least=0.05, most=3.5)
    with acting(officer):
        intake.open_report(code=prepared.code, by=officer, at=at)
        intake.take(code=prepared.code, by=officer, at=at)
        intake.reply(code=prepared.code, text=city.rng.choice(story.REPLIES), message_id=uuid4(), by=officer, at=at)
    if written_back:
        at = city.later(at, least=0.3, most=9)
        _write_back(city, prepared, at)
    return officer, at


def _write_back(city: City, prepared: PreparedReport, at: datetime) -> None:
    hours = reception.cached_reception().hours["report.medium"]
    with unit_of_work(DatabaseRole.PUBLIC) as unit:
        actor = vault.receipt_actor(prepared.receipt)
        if actor is None:
            raise RuntimeError("The receipt of a report that was just accepted is unknown.")
        unit.set_viewer(None, actor.principals)
        report = thread.find_own_report()
        if report is None:
            raise RuntimeError("A receipt that was just given out opens no report.")
        intake.write_message(
            report=report,
            message_id=uuid4(),
            text=city.rng.choice(story.ANSWERS),
            uploads=[],
            slot=None,
            hours=hours,
            by=actor,
            at=at,
        )


def turn_away(city: City, prepared: PreparedReport, at: datetime) -> None:
    """Let the desk say that it is not for this office."""
    officer = city.officer()
    at = city.later(at, least=0.2, most=5)
    with acting(officer):
        intake.open_report(code=prepared.code, by=officer, at=at)
        intake.take(code=prepared.code, by=officer, at=at)
        intake.refuse(
            code=prepared.code,
            reason=city.rng.choice([RefusalReason.NOT_VIOLENCE, RefusalReason.OTHER_OFFICE]),
            words=city.rng.choice(story.REFUSALS),
            note="",
            message_id=uuid4(),
            by=officer,
            at=at,
        )


def mark_double(city: City, prepared: PreparedReport, original: str, at: datetime) -> None:
    """Let the desk see that somebody else has reported the same."""
    officer = city.person("petugas")
    at = city.later(at, least=0.2, most=4)
    with acting(officer):
        intake.open_report(code=prepared.code, by=officer, at=at)
        intake.take(code=prepared.code, by=officer, at=at)
        intake.mark_duplicate(code=prepared.code, original=original, by=officer, at=at)


def triage(city: City, prepared: PreparedReport, plot: story.Plot, officer: User, at: datetime) -> RiskLevel:
    """Let the desk answer the three questions."""
    levels = [RiskLevel.RENDAH, RiskLevel.SEDANG, RiskLevel.TINGGI, RiskLevel.EKSTREM]
    risk = city.rng.choices(levels, weights=[22, 46, 24, 8])[0]
    with acting(officer):
        intake.triage(
            code=prepared.code, case_type=plot.case_type, risk=risk, authority=Authority.CITY, by=officer, at=at
        )
    return risk


@dataclass
class Work:
    """One case on its way through the office."""

    city: City
    plot: story.Plot
    code: str
    at: datetime
    ends_at: datetime
    companion: User
    team: dict[Role, User] = field(default_factory=dict)

    def step(self, *, least: float = 4, most: float = 60) -> datetime:
        """Go on in time."""
        self.at = self.city.later(self.at, least=least, most=most)
        return self.at

    @property
    def over(self) -> bool:
        """Whether the present has been reached: what comes later has not happened yet."""
        return self.at >= self.city.now - timedelta(hours=1)


def open_case(city: City, prepared: PreparedReport, plot: story.Plot, officer: User, at: datetime) -> Work:
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
    manager = work.city.person("manajer")
    _move(work, CaseState.PLAN, "Asesmen awal selesai, kebutuhan utama sudah jelas.")
    if rng.random() < 0.55 and not work.over:
        _assign(work, Role.PSIKOLOG, work.city.person("psikolog"), work.step())
    if rng.random() < 0.4 and not work.over:
        _assign(work, Role.HUKUM, work.city.person("hukum"), work.step())
    if rng.random() < 0.12 and not work.over:
        _assign(work, Role.RUMAHAMAN, work.city.person("rumahaman"), work.step())
    _move(work, CaseState.SERVICES, "Rencana disusun bersama, layanan pertama dimulai.")
    for _ in range(rng.choices([1, 2, 3, 4, 5], weights=[14, 26, 30, 20, 10])[0]):
        if work.over:
            break
        _serve(work)
    _promise(work, done=rng.random() < 0.6 and not work.over)
    if not work.over and rng.random() < 0.6:
        _promise(work, done=True)
    _move(work, CaseState.MONITORING, "Layanan utama selesai, keadaan dipantau.")
    if work.over or work.ends_at > work.city.now:
        return
    work.at = max(work.at, work.ends_at)
    reason = rng.choices(list(ClosingReason), weights=[70, 12, 8, 8, 1, 1])[0]
    with acting(manager):
        cases.close_case(
            code=work.code,
            reason=reason,
            explanation="Keadaan stabil, rencana keselamatan dipegang sendiri. Boleh kembali kapan saja.",
            by=manager,
            at=min(work.at, work.city.now),
        )


def _add_facts(work: Work) -> None:
    city, rng, plot, by = work.city, work.city.rng, work.plot, work.companion
    at = work.step()
    kelurahan = city.kelurahan()
    victim = NewPerson(
        kind=PersonKind.VICTIM,
        sex=rng.choice(plot.sexes),
        age_group=rng.choice(plot.ages),
        identity=Identity(
            chosen_name=story.victim_name(rng, plot).split()[0],
            full_name=story.victim_name(rng, plot),
            nik=story.fake_nik(rng),
            kelurahan=kelurahan,
            address=f"Gang {rng.choice(('Melati', 'Kenanga', 'Flamboyan'))} {rng.randint(1, 40)}",
        ),
    )
    with acting(by):
        known = Person.objects.filter(case__code=work.code, kind=PersonKind.VICTIM).first()
        victim_row = known or cases.add_person(code=work.code, person=victim, by=by, at=at)
        if known is not None:
            cases.edit_person(
                code=work.code,
                person_id=known.pk,
                kind=victim.kind,
                sex=victim.sex,
                age_group=victim.age_group,
                identity=victim.identity,
                contact=None,
                by=by,
                at=at,
            )
        perpetrator = cases.add_person(
            code=work.code,
            person=NewPerson(kind=PersonKind.PERPETRATOR, sex="L", identity=Identity(full_name=rng.choice(story.MEN))),
            by=by,
            at=at,
        )
        cases.add_incident(
            code=work.code,
            forms=[form.value for form in plot.forms],
            place=plot.place,
            kecamatan=kecamatan_of(kelurahan),
            from_on=(at - timedelta(days=rng.randint(1, 20))).date(),
            to_on=None,
            narrative={"text": plot.incident, "kelurahan": kelurahan},
            links=[VictimLink(victim_row.pk, perpetrator.pk, plot.relation, tuple(form.value for form in plot.forms))],
            by=by,
            at=at,
        )
        cases.add_note(code=work.code, compartment=Compartment.NARRATIVE, text=rng.choice(story.NOTES), by=by, at=at)


def _serve(work: Work) -> None:
    rng, plot = work.city.rng, work.plot
    at = work.step(least=20, most=140)
    provider = rng.choice([unit for unit in work.city.office.units.values() if unit.code in PROVIDERS])
    with acting(work.companion):
        cases.add_service(
            code=work.code,
            type=rng.choice(plot.services),
            on=at.date(),
            hours=Decimal(rng.choice(("0.5", "1.0", "1.5", "2.0"))),
            provider_unit=provider,
            result=rng.choice(story.RESULTS),
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


def _move(work: Work, target: CaseState, reason: str) -> None:
    if work.over:
        return
    manager, at = work.city.person("manajer"), work.step()
    with acting(manager):
        state = CaseState(Case.objects.values_list("state", flat=True).get(code=work.code))
        if state is CaseState.EMERGENCY:
            cases.move_state(
                code=work.code, target=CaseState.ASSESSMENT, reason="Sudah di tempat aman.", by=manager, at=at
            )
        cases.move_state(code=work.code, target=target, reason=reason, by=manager, at=at)


PROVIDERS = frozenset({"uptd", "ppt-rsud", "unit-ppa", "dinsos-rehsos"})


def photo(rng: Random) -> SealedUpload:
    """Return a small picture, sealed as it would arrive: a plain gradient, nobody on it."""
    width = height = 48
    shade = rng.randint(40, 160)
    rows = b"".join(
        b"\0" + bytes(value for x in range(width) for value in ((shade + 2 * x) % 256, (shade + 2 * y) % 256, 150))
        for y in range(height)
    )
    png = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ):
        png += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    sealer = FrameSealer(name="foto.png")
    sealer.feed(png)
    return sealer.finish()

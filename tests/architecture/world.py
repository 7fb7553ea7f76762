"""Two offices with everybody in them, and for each relation a report and a case that stand in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import Desk, User
from ruangaman.accounts.services import kin
from ruangaman.accounts.types import AgencyKind, RequestKind, Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services as cases
from ruangaman.cases.models import Aftercare, Assignment, Case, IncidentLink, Person, Task, Tie, Transfer
from ruangaman.cases.types import AccessReason, ApprovalKind, GlassEnding, NewPerson, PersonKind
from ruangaman.cases.types.ties import TieKind
from ruangaman.clocks.models import Clock
from ruangaman.clocks.policies import can_drop
from ruangaman.consents.models import Consent
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import reception
from ruangaman.vault import directory
from ruangaman.vault import services as vault
from ruangaman.vault.models import Grant, Meeting, Waiting
from ruangaman.vault.services import FormWords
from ruangaman.vault.types import Compartment, IdentifierKind
from ruangaman.web.services import saved
from ruangaman.web.types import Filters
from tests.factories import flow
from tests.factories.accounts import JAN_5, Office, working
from tests.factories.cases import add_incident
from tests.factories.desk import KINDS, Counter, make_counter
from tests.factories.glass import broken

CASE_ROLES = (Role.PENDAMPING, Role.PSIKOLOG, Role.HUKUM, Role.RUMAHAMAN)
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
LAST = 30_000
"""A desk's place behind every other: places of desks are counted through the whole run."""
ENOUGH = "Sudah dipastikan lewat telepon"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
NONE = {
    "report": "L-00000000", "case": "K-00000000", "case_report": "L-00000001", "report_file": UNKNOWN_ID,
    "case_file": UNKNOWN_ID, "thread_file": UNKNOWN_ID, "person": UNKNOWN_ID, "task": UNKNOWN_ID, "part": UNKNOWN_ID,
    "access": UNKNOWN_ID, "reader": UNKNOWN_ID, "waiting": UNKNOWN_ID, "ended": "L-00000000",
    "colleague": UNKNOWN_ID, "request": UNKNOWN_ID, "desk": "meja-tidak-ada", "key": UNKNOWN_ID,
    "draft": UNKNOWN_ID, "act": UNKNOWN_ID,
    "invitation": UNKNOWN_ID, "unit": "unit-tidak-ada", "handover": UNKNOWN_ID, "incident": UNKNOWN_ID,
    "victim": UNKNOWN_ID, "list": "daftar-tidak-ada", "list_code": "TIDAK_ADA",
    "rule": "tidak.ada", "clock": UNKNOWN_ID, "saved": UNKNOWN_ID,
    "ruling": UNKNOWN_ID, "consent": UNKNOWN_ID, "approval": UNKNOWN_ID, "transfer": UNKNOWN_ID, "contact": UNKNOWN_ID,
    "glass": UNKNOWN_ID, "glass_case": "K-00000000",
    "tie": UNKNOWN_ID, "meeting": UNKNOWN_ID, "relative": UNKNOWN_ID,
}  # fmt: skip
"""Codes and ids of nothing."""


@dataclass
class World:
    """Everybody by role, and what each relation stands for: the code or id to put into an address."""

    counter: Counter
    people: dict[str, User]
    readers: dict[UUID, User] = field(default_factory=dict)
    """By unit: somebody who reads a part of every case."""
    things: dict[str, dict[str, str]] = field(default_factory=dict)


def make_world() -> World:
    """Make it. `uptd` is where everybody works but `dinsos`, who sits at the other office's desk."""
    counter = make_counter()
    own, other = counter.office, _other_office(counter)
    people = {role.value: own.user(role) for role in Role if role.value not in _seated(counter)}
    people |= _seated(counter) | {"dinsos": other.people["dinsos"]}
    readers = {
        office.unit.pk: office.user(Role.PENDAMPING, username=f"pembaca{n}") for n, office in enumerate((own, other))
    }
    world = World(counter, people, readers)
    ours, theirs, past = _report(counter), _report(counter, avoid=("uptd",)), _report(counter)
    world.things = {
        "own": _report_facts(ours) | _case_facts(world, _case(world)),
        "unassigned": _report_facts(theirs)
        | _case_facts(world, _case(world, manager=own.user(Role.MANAJER), team=False)),
        "other": _report_facts(theirs) | _case_facts(world, _case_elsewhere(world, other)),
        "expired": _report_facts(past) | _case_facts(world, _case(world)),
        "none": NONE,
    }
    ended = _refused(counter)
    relative = _declared(people["hukum"])
    for relation in world.things.keys() - {"none"}:
        world.things[relation] |= {"ended": ended.code, "relative": relative, "ruling": UNKNOWN_ID}
    world.things["own"]["ruling"] = str(ended.rulings.get().pk)
    near = _people_facts(people["pendamping"], people["admin"], people["dpo"], counter.desk)
    far = _people_facts(
        other.people["manajer-lain"], people["admin"], people["dpo"], counter.desk, instead_of=people["dinsos"]
    )
    near |= {"glass": _opening(people["kepala"], world.things["own"]["case"])}
    far |= {"glass": _opening(people["dinsos"], world.things["other"]["case"])}
    for relation, facts in (("own", near), ("unassigned", far), ("other", far), ("expired", far)):
        world.things[relation] |= facts
    world.things["own"]["saved"] = _saved(people["manajer"])
    _expire(past.dossier_id)
    expired = Case.objects.get(code=world.things["expired"]["case"])
    _expire(expired.dossier_id, *expired.reports.values_list("dossier_id", flat=True))
    return world


def _saved(manager: User) -> str:
    """A filter that somebody shares with their unit."""
    with working(manager):
        row = saved.save_filter(name="Telat", filters=Filters(late=True), shared=True, by=manager, at=timezone.now())
    return str(row.pk)


def things_for(world: World, who: str, relation: str) -> dict[str, str]:
    """What stands in this relation to somebody: for the other office's desk, the reports are the other way round."""
    found = dict(world.things[relation])
    if who == "dinsos" and relation != "none":
        swapped = world.things["own" if relation in {"other", "unassigned", "expired"} else "other"]
        found |= {key: swapped[key] for key in ("report", "report_file", "handover", "glass", "glass_case")}
        found |= {"desk": f"meja-{LAST}"}
    return found


def _people_facts(
    user: User, admin: User, second: User, desk: Desk, *, instead_of: User | None = None
) -> dict[str, str]:
    """Somebody to manage, and what the administrator asked for them; the second person agreed to the emergency key."""
    with working(admin):
        asked = accounts.ask(kind=RequestKind.SECOND_STEP, user=user, by=admin, at=timezone.now())
        agreed = accounts.name_emergency_holder(
            unit=user.unit, user=user, instead_of=instead_of, by=admin, at=timezone.now()
        )
    with working(second):
        accounts.decide(request=agreed, is_approved=True, by=second, at=timezone.now())
    with working(user):
        draft = vault.keep_draft(words=FormWords("/x/", "/x/", "", (("text", "x"),)), by=user, at=timezone.now())
    return {
        "draft": str(draft.id),
        "act": UNKNOWN_ID,
        "unit": user.unit.code,
        "handover": str(agreed.pk),
        "colleague": str(user.pk),
        "request": str(asked.pk),
        "desk": desk.code,
        "key": str(user.principal_id),
        "invitation": UNKNOWN_ID,
        "rule": "case.companion",
    }


def _opening(holder: User, code: str) -> str:
    """An opening by the emergency key, begun and ended; nobody has reviewed it."""
    found = Case.objects.get(code=code)
    glass = broken(found, holder)
    with working(holder):
        cases.end_glass(glass=glass, how=GlassEnding.CLOSED, by=holder, at=timezone.now())
    return str(glass.pk)


def _seated(counter: Counter) -> dict[str, User]:
    team = counter.team
    named = (team.desk, team.manager, team.companion, team.psychologist, team.lawyer, team.shelter, team.head)
    return {str(user.role): user for user in named} | {"dpo": counter.office.guard}


def _other_office(counter: Counter) -> Office:
    own = counter.office
    with unit_of_work(DatabaseRole.MIGRATE):
        agency = accounts.create_agency(code="dinas-sosial", name="Dinas Sosial", kind=AgencyKind.PARTNER, at=JAN_5)
        unit = accounts.create_unit(agency=agency, code="rehsos", name="Rehsos", by=None, at=JAN_5)
    office = Office(agency, unit, own.head, own.guard)
    officer = office.user(Role.DINSOS, username="dinsos")
    office.user(Role.MANAJER, username="manajer-lain")
    with unit_of_work(DatabaseRole.MIGRATE):
        accounts.appoint_emergency_officers(unit=unit, officers=[officer], by=None, at=JAN_5)
    unit.refresh_from_db()
    for signer in (own.head, own.guard):
        with working(signer):
            vault.sign_key(principal_id=unit.breakglass_id, by=signer, at=JAN_5)
    office.desk(officer, position=LAST)
    reception.forget()
    directory.forget()
    return office


def _report(counter: Counter, **answers: Any) -> Report:
    return counter.send(at=timezone.now(), files=(PHOTO,), **{**KINDS, **answers})


def _report_facts(report: Report) -> dict[str, str]:
    return {"report": report.code, "report_file": str(report.attachments.get().pk)}


def _refused(counter: Counter) -> Report:
    report = _report(counter)
    facts = {"reason": RefusalReason.SPAM, "words": "MAAF", "note": ENOUGH, "message_id": uuid4()}
    counter.do(intake.refuse, report, by=counter.first, at=timezone.now(), **facts)
    return report


def _case(world: World, *, manager: User | None = None, team: bool = True) -> Case:
    return _open(world, _report(world.counter), world.people["petugas"], manager or world.people["manajer"], team=team)


def _case_elsewhere(world: World, other: Office) -> Case:
    report = _report(world.counter, avoid=("uptd",))
    return _open(world, report, other.people["dinsos"], other.people["manajer-lain"], team=False)


def _open(world: World, report: Report, officer: User, manager: User, *, team: bool) -> Case:
    counter, at = world.counter, timezone.now()
    facts = {"case_type": CaseType.WOMAN, "risk": RiskLevel.SEDANG, "authority": Authority.CITY, "why": ENOUGH}
    counter.write_back(report, "PESAN-UJI", at=at, files=(PHOTO,))
    counter.do(intake.triage, report, by=officer, at=at, **facts)
    case: Case = counter.do(intake.open_case, report, by=officer, at=at, manager=manager, case_id=uuid4())
    with working(manager):
        person = NewPerson(kind=PersonKind.VICTIM, sex="P")
        cases.add_person(code=case.code, person=person, by=manager, at=at)
        add_incident(case, by=manager, at=at)
        sibling = cases.add_person(code=case.code, person=person, by=manager, at=at)
        known = case.people.exclude(pk=sibling.pk)[0]
        cases.tie_people(
            code=case.code, person_id=known.pk, other_id=sibling.pk, kind=TieKind.SIBLING, by=manager, at=at
        )
        cases.add_task(code=case.code, title="TUGAS", owner=manager, due_at=at + timedelta(days=1), by=manager, at=at)
        for role in CASE_ROLES if team else ():
            user = world.people[role.value]
            cases.assign(code=case.code, user=user, role=role, by=manager, at=at)
        cases.give_access(
            code=case.code,
            user=world.readers[manager.unit_id],
            compartments={Compartment.NARRATIVE},
            reason=AccessReason.SECOND_VIEW,
            not_after=at + timedelta(days=9),
            by=manager,
            at=at,
        )
        vault.ask_for_new_epoch(dossier_ids=[case.dossier_id], reason="left", by=manager, at=at)
    Meeting.objects.create(found_id=case.dossier_id, origin_id=report.dossier_id, origin_code=report.code, met_at=at)
    _begin_flow(case, manager, at)
    return case


def _begin_flow(case: Case, manager: User, at: datetime) -> None:
    """Something of each step that has an address of its own."""
    flow.consent(case, by=manager, at=at)
    flow.plan(case, by=manager, at=at)
    flow.ask(case, ApprovalKind.PLAN, by=manager, at=at)
    flow.transfer(case, by=manager, at=at, acknowledged=False)
    Aftercare(case=case, at=at, by=manager, due_on=(at + timedelta(days=30)).date()).save(force_insert=True)


def _declared(user: User) -> str:
    """A relative of somebody's, whom a colleague has not taken into the index yet."""
    probes = vault.stretch_all([(IdentifierKind.NIK, "6471035001900009")])
    with working(user):
        row = kin.declare_relative(name="KERABAT", relation="adik", probes=probes, by=user, at=timezone.now())
    return str(row.pk)


def _expire(*dossiers: Any) -> None:
    """Let every grant on these be past."""
    Grant.objects.filter(dossier_id__in=dossiers).update(not_after=timezone.now() - timedelta(minutes=1))


def _turn(case: Case) -> Clock:
    """A turn of the manager's that may also be dropped, if there is one: in high danger most may not."""
    turns = Clock.objects.running().filter(dossier_id=case.dossier_id, owner=case.manager).pressing(timezone.now())
    return next((one for one in turns if can_drop(case.manager, one, is_safe=False)), turns[0])


def _case_facts(world: World, case: Case) -> dict[str, str]:
    report = case.reports.get()
    link = IncidentLink.objects.filter(incident__case=case)[0]
    parts = Assignment.objects.filter(case=case, until=None).exclude(user_id=case.manager_id)
    part = parts.filter(role=Role.PENDAMPING).first() or Assignment.objects.filter(case=case).first()
    assert part is not None
    return {
        "case": case.code,
        "glass_case": case.code,
        "case_report": report.code,
        "case_file": str(case.files.order_by("pk")[0].pk),
        "thread_file": str(report.attachments.filter(message__isnull=False)[0].pk),
        "incident": str(link.incident_id),
        "victim": str(link.victim_id),
        "list": "service_type",
        "list_code": "KESEHATAN",
        "person": str(Person.objects.filter(case=case)[0].pk),
        "task": str(Task.objects.get(case=case).pk),
        "part": str(part.pk),
        "access": str(case.accesses.get().pk),
        "reader": str(case.accesses.get().user_id),
        "waiting": str(Waiting.objects.get(dossier_id=case.dossier_id).pk),
        "clock": str(_turn(case).pk),
        "saved": UNKNOWN_ID,
        "consent": str(Consent.objects.get(dossier_id=case.dossier_id).pk),
        "approval": str(case.approvals.get().pk),
        "transfer": str(Transfer.objects.get(case=case).pk),
        "contact": str(Aftercare.objects.get(case=case).pk),
        "tie": str(Tie.objects.get(first__case=case).pk),
        "meeting": str(Meeting.objects.get(found_id=case.dossier_id).pk),
    }

"""The world for raw SQL: a row in every table, and a name for everything that a row can be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import Desk, FormerKeys, Relative, Unit, User
from ruangaman.accounts.services import finding
from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services as cases
from ruangaman.cases.models import Approval, Case, ClosingAssessment
from ruangaman.cases.types import AskedBy, BulkKind, PoliceChoice, Right
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.intake.models import Report
from ruangaman.vault import services as vault
from ruangaman.vault.models import BlindIndex, Principal, ReceiptLocator
from ruangaman.vault.types import HoldReason, IdentifierKind, TagSubject
from tests.architecture import world as plain
from tests.architecture.world import World, make_world
from tests.factories import flow
from tests.factories.accounts import working

NOBODY = UUID(int=0)


@dataclass
class RawWorld:
    """Everybody by name, the receipts by report, and the name of every id."""

    people: dict[str, User]
    receipts: dict[str, UUID]
    names: dict[str, str]


def make_raw_world() -> RawWorld:
    """Make it: what `make_world` has, and a case that is closed, one that is erased, somebody who was taken off one."""
    world = make_world()
    people = dict(world.people) | {"petugas 2": world.counter.second}
    people["mantan"] = _taken_off(world)
    closed, erased = plain._case(world, team=False), plain._case(world, team=False)
    wiped = plain._refused(world.counter)
    _fill_case(world, Case.objects.get(code=world.things["own"]["case"]))
    at = timezone.now()
    flow.close(closed, by=world.people["manajer"], head=world.people["kepala"], at=at)
    receipts = _receipts()  # an erased report has none: it is known here by what it was
    gone = (erased.dossier_id, erased.reports.get().dossier_id, wiped.dossier_id)
    with unit_of_work(DatabaseRole.WORKER), connection.cursor() as cursor:
        for dossier in gone:
            cursor.execute("SELECT vault_shred(%s, %s)", [dossier, at])
    named_cases = {"closed": closed.code, "erased": erased.code} | {
        name: world.things[relation]["case"]
        for name, relation in (
            ("case", "own"),
            ("unassigned", "unassigned"),
            ("elsewhere", "other"),
            ("past", "expired"),
        )
    }
    named_reports = {"new": world.things["own"]["report"], "avoiding": world.things["other"]["report"]}
    named_reports |= {"late": world.things["expired"]["report"], "refused": world.things["own"]["ended"]}
    named_reports |= {"wiped": wiped.code}
    named_reports |= {
        f"before {name}": Case.objects.get(code=code).reports.get().code for name, code in named_cases.items()
    }
    found = User.objects.in_bulk(field_name="username")
    readers = world.readers[people["kepala"].unit_id], world.readers[people["dinsos"].unit_id]
    people |= {"manajer lain": found["manajer-lain"], "pembaca": readers[0], "pembaca lain": readers[1]}
    people |= dict(zip(("manajer lama", "manajer 2"), _handed_over(world), strict=True))
    index, kin = _index(people)
    names = _name(people, named_reports, named_cases) | {str(index): "uptd index", str(kin): "kin"}
    _fill_rest(people, {name: Report.objects.get(code=code) for name, code in named_reports.items()}, closed)
    names |= {str(one): "former keys" for one in FormerKeys.objects.values_list("pk", flat=True)}
    return RawWorld(people, {names[str(report)]: key for report, key in receipts.items()}, names)


def _receipts() -> dict[UUID, UUID]:
    """Report → the principal of its receipt."""
    of_dossier = dict(ReceiptLocator.objects.values_list("dossier_id", "principal_id"))
    return {pk: of_dossier[dossier] for pk, dossier in Report.objects.values_list("pk", "dossier_id")}


def _index(people: dict[str, User]) -> tuple[UUID, UUID]:
    """Let the office search: its index, a person in it, a relative that a colleague declared, a count of searches."""
    at, officer, manager = timezone.now(), people["petugas"], people["manajer"]
    with working(officer):
        finding.ready_to_find(by=officer, at=at)
        vault.count_lookup(by=officer, at=at)
    case = Case.objects.filter(manager=manager, closed_at=None).order_by("opened_at")[0]
    with working(manager):
        waiting = cases.read_waiting_numbers(by=manager, at=at)
        person = case.people.all()[0]
        probes = vault.stretch_all([(IdentifierKind.NIK, "6471035001900001")])
        assert person.pk in waiting
        vault.index_person(
            unit_id=case.unit_id,
            dossier_id=case.dossier_id,
            ref=person.pk,
            probes=probes,
            subject=TagSubject.PERSON,
            code=case.code,
            by=manager,
            at=at,
        )
    relative = Relative.objects.get()
    return BlindIndex.objects.get(unit_id=officer.unit_id).dossier_id, relative.dossier_id


def _taken_off(world: World) -> User:
    """Somebody who worked on the case and does not any more."""
    manager, at = world.people["manajer"], timezone.now()
    user = world.counter.office.user(Role.PENDAMPING, username="mantan")
    code = world.things["own"]["case"]
    with working(manager):
        part = cases.assign(code=code, user=user, role=Role.PENDAMPING, by=manager, at=at)
        cases.unassign(code=code, assignment_id=part.pk, by=manager, at=at)
    return user


def _handed_over(world: World) -> tuple[User, User]:
    """Who managed the other case of the office, and who does now."""
    case = Case.objects.get(code=world.things["unassigned"]["case"])
    former = world.counter.office.people[case.manager.username]
    user = world.counter.office.user(Role.MANAJER, username="manajer-baru")
    with working(former):
        cases.change_manager(code=case.code, to=user, by=former, at=timezone.now())
    return former, user


def _fill_case(world: World, case: Case) -> None:
    manager, at = world.people["manajer"], timezone.now()
    with working(manager):
        task = case.tasks.get()
        cases.edit_task(
            code=case.code, task_id=task.pk, title="LAIN", owner=manager, due_at=task.due_at, by=manager, at=at
        )
        cases.do_bulk(task_ids=[task.pk], kind=BulkKind.DUE, due_at=at, by=manager, at=at)
        vault.place_hold(dossier_id=case.dossier_id, reason=HoldReason.COURT, by=manager, at=at)
    _walk(case, manager, at)
    facts: dict[str, Any] = {"code": case.code, "at": at}
    with working(manager):
        cases.tell_rights(rights=[Right.LEGAL], by=manager, **facts)
        cases.review(
            risk=RiskLevel.SEDANG, reason="x", next_on=timezone.localdate(at) + timedelta(days=9), by=manager, **facts
        )
        cases.hold_conference(
            held_at=at, participants=[manager], guests=[], minutes="x", decisions=[], by=manager, **facts
        )
        cases.ask_mediation(asked_by=AskedBy.ACCUSED, words="x", by=manager, **facts)
    psychologist, lawyer = world.people["psikolog"], world.people["hukum"]
    with working(psychologist):
        cases.hold_session(
            on=timezone.localdate(at), attended=True, next_on=None, risk=RiskLevel.SEDANG, words="x", by=psychologist,
            **facts,
        )  # fmt: skip
    with working(lawyer):
        words = dict.fromkeys(("wish", "letter", "receipt", "why"), "x")
        cases.decide_police(choice=PoliceChoice.NO_DUTY, informed_at=at, sent_on=None, by=lawyer, **words, **facts)


def _walk(case: Case, manager: User, at: datetime) -> None:
    flow.check_safety(case, by=manager, at=at)
    flow.assess(case, by=manager, at=at)
    flow.try_contact(case, by=manager, at=at)
    put("cases_episode", id=uuid4(), case_id=case.pk, at=at.isoformat(), by_id=manager.pk, number=2)


def _name(people: dict[str, User], reports: dict[str, str], found_cases: dict[str, str]) -> dict[str, str]:
    """Return id → name. A principal is called after its owner, a dossier after what it holds."""
    names = {str(user.pk): name for name, user in people.items()}
    names |= {str(user.principal_id): name for name, user in people.items()}
    for unit in Unit.objects.all():
        names |= {
            str(unit.pk): unit.code,
            str(unit.agency_id): unit.code,
            str(unit.breakglass_id): f"{unit.code} glass",
        }
    for desk in Desk.objects.select_related("unit"):
        names |= {str(desk.pk): f"{desk.unit.code} desk", str(desk.principal_id): f"{desk.unit.code} desk"}
    for name, code in reports.items():
        report = Report.objects.get(code=code)
        names |= {str(report.pk): name, str(report.dossier_id): name}
        names |= {str(one): f"{name} receipt" for one in _principals_of(report)}
        names |= {str(one.why_home_id): f"ruling {name}" for one in report.rulings.all()}
    for name, code in found_cases.items():
        case = Case.objects.get(code=code)
        names |= {str(case.pk): name, str(case.dossier_id): name}
        names |= {str(glass.words_home_id): f"words {name}" for glass in case.openings.all()}
        closings = ClosingAssessment.objects.filter(case=case).exclude(despite_home=None)
        names |= {str(one.despite_home_id): f"despite {name}" for one in closings}
        asked = Approval.objects.filter(case=case).exclude(words_home=None)
        names |= {str(one.words_home_id): f"asked {name}" for one in asked}
    for user in User.objects.exclude(pk__in=[one.pk for one in people.values()]):
        names |= {str(user.pk): user.username, str(user.principal_id): user.username}
    return names | {str(one.pk): "recovery" for one in Principal.objects.filter(kind="recovery")}


def _principals_of(report: Report) -> list[UUID]:
    return list(ReceiptLocator.objects.filter(dossier_id=report.dossier_id).values_list("principal_id", flat=True))


def put(table: str, **values: Any) -> None:
    """Put a row in by hand, as the owner."""
    plainly = {key: str(value) if isinstance(value, UUID) else value for key, value in values.items()}
    statement = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_record(NULL::{0}, %s)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, values))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [Jsonb(plainly)])


def _fill_rest(people: dict[str, User], reports: dict[str, Report], closed: Case) -> None:
    """What no act above leaves behind: a row each, as those who own them would have them."""
    now = timezone.now()
    at, later, long_ago = (moment.isoformat() for moment in (now, now + timedelta(days=9), now - timedelta(days=90)))
    desk = reports["new"].desk_id
    case = Case.objects.get(code=reports["before case"].case.code)
    for person in ("petugas", "manajer"):
        user = people[person].pk
        put("mfa_authenticator", user_id=user, type="totp", data={"secret": "x"}, created_at=at)
        put("accounts_codemark", user_id=user, counter=1)
        put("accounts_dutyshift", id=uuid4(), user_id=user, desk_id=desk, starts_at=at, ends_at=later)
    for place in (desk, reports["avoiding"].desk_id):  # given by who sits at neither: whoever sits there may take it
        put("intake_handover", id=uuid4(), desk_id=place, given_by_id=people["hukum"].pk, given_at=at, open_reports=1)
    former = Principal.objects.create(id=uuid4(), kind="user", created_at=now).pk
    put("accounts_formerkeys", principal_id=former, user_id=people["hukum"].pk, until=at)
    put("accounts_formeraddress", id=uuid4(), user_id=people["hukum"].pk, email="dahulu@contoh.invalid", until=at)
    for by, unit in (("kepala", people["kepala"].unit), ("admin", people["dinsos"].unit)):
        facts = {"username": f"baru-{by}", "display_name": "Baru", "email": "", "role": Role.PENDAMPING}
        with working(people[by]):
            accounts.invite(**facts, unit=unit, by=people[by], at=now)  # type: ignore[arg-type]  # as a form has them
    put("accounts_signinattempt", key="\\x01", failures=1, last_at=at)
    put("accounts_signinattempt", key="\\x02", failures=1, last_at=long_ago)
    put("vault_staffsession", session_key="s", session_data="x", expire_date=later)
    put("vault_publicsession", session_key="p", session_data="x", expire_date=later)
    old = {"place": "x", "slot": "x", "envelope": "x", "mac": "x", "rescued": False, "generation": 1}
    put("vault_draft", id=uuid4(), principal_id=people["petugas"].principal_id, saved_at=long_ago, sent=False, **old)
    hours_ago, sent = (now - timedelta(hours=5)).isoformat(), {**old, "slot": "y", "sent": True}
    put("vault_draft", id=uuid4(), principal_id=people["petugas"].principal_id, saved_at=hours_ago, **sent)
    put("audit_auditcheckpoint", number=1, at=at, rows=1, root="\\x01", note="x")
    put("audit_auditalarm", day=at[:10], at=at, why="x")
    put("vault_lookup", principal_id=people["manajer"].principal_id, hour=long_ago, count=1)
    put(
        "vault_bar",
        id=uuid4(),
        dossier_id=closed.dossier_id,
        principal_id=people["psikolog"].principal_id,
        noted_at=at,
    )
    for person in ("petugas", "psikolog"):
        put("accounts_avoidedplace", id=uuid4(), user_id=people[person].pk, code="rehsos", since=at)
    clock = Clock.objects.filter(dossier_id=case.dossier_id).open()[0]
    put("clocks_pause", id=uuid4(), clock_id=clock.pk, dossier_id=case.dossier_id, reason="no_contact",
        by_id=case.manager_id, since=at, until=later)  # fmt: skip
    put("vault_installationcheck", id=1, value="\\x01")
    put(
        "notifications_alarmsent",
        id=uuid4(),
        report_id=reports["new"].pk,
        user_id=people["petugas"].pk,
        kind="new",
        sent_at=at,
    )
    put(
        "cases_servicerecord",
        id=uuid4(),
        case_id=case.pk,
        type="x",
        on=at[:10],
        hours=1,
        recorded_at=at,
        by_id=case.manager_id,
        provider_unit_id=case.unit_id,
    )
    for dossier in (closed.dossier_id, reports["refused"].dossier_id):
        put(
            "vault_erasureorder",
            id=uuid4(),
            dossier_id=dossier,
            reason="due",
            proposed_by_id=people["dpo"].principal_id,
            proposed_at=at,
        )
    put("procrastinate_workers", last_heartbeat=at)
    put("procrastinate_periodic_defers", task_name="x", defer_timestamp=1, periodic_id="x")

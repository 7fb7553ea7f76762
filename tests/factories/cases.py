"""A team and its cases: everybody with keys, every case really sealed. Nothing looks like a real name or number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services
from ruangaman.cases.models import Case
from ruangaman.cases.types import Identity, NewPerson, PersonKind, SafeContact, VictimLink, note_content
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment, Purpose
from tests.factories.accounts import JAN_5, Office, make_office, working

FEB_1 = datetime(2026, 2, 1, 2, tzinfo=UTC)
FEB_2 = datetime(2026, 2, 2, 2, tzinfo=UTC)
FEB_3 = datetime(2026, 2, 3, 2, tzinfo=UTC)
FEB_9 = datetime(2026, 2, 9, 2, tzinfo=UTC)
STORY = "CERITA-UJI ia dikurung dua malam"
VICTIM = NewPerson(
    kind=PersonKind.VICTIM,
    sex="P",
    age_group="25-44",
    identity=Identity(chosen_name="NAMA-UJI Melati", needs="petugas perempuan"),
    contact=SafeContact(way="whatsapp", value="KONTAK-UJI", hours="09.00", never="telepon rumah"),
)
ACCUSED = NewPerson(kind=PersonKind.PERPETRATOR, sex="L", identity=Identity(full_name="TERLAPOR-UJI"))


@dataclass
class Team:
    """An office with one person of each role that works on cases."""

    office: Office
    desk: User
    manager: User
    companion: User
    psychologist: User
    lawyer: User
    shelter: User
    shares: tuple[str, ...] = field(default=(), repr=False)
    """Of the recovery key, as five custodians would keep them."""
    cases: list[Case] = field(default_factory=list)

    @property
    def head(self) -> User:
        """Who oversees the unit and holds no keys of its cases."""
        return self.office.head

    def open(self, **facts: Any) -> Case:
        """Open a case as the desk does, in a request of its own."""
        wanted: dict[str, Any] = {
            "unit": self.office.unit,
            "case_type": CaseType.WOMAN,
            "risk": RiskLevel.SEDANG,
            "authority": Authority.CITY,
            "kecamatan": "64.71.03",
            "manager": self.manager,
            "contents": {Compartment.NARRATIVE: [note_content(STORY)]},
            "people": [VICTIM, ACCUSED],
            "by": self.desk,
            "at": FEB_1,
        }
        with working(self.desk):
            case = services.open_case(**{**wanted, **facts})
        self.cases.append(case)
        return case

    def assign(self, case: Case, *users: User, at: datetime = FEB_2) -> None:
        """Let the manager assign people in their own roles."""
        for user in users:
            with working(self.manager):
                services.assign(code=case.code, user=user, role=Role(user.role), by=self.manager, at=at)

    def fresh(self, case: Case) -> Case:
        """Return the row as it is now."""
        return Case.objects.get(pk=case.pk)


def make_team(office: Office | None = None) -> Team:
    """Make the team, in an office of its own or in one that is there, with recovery and break-glass keys that count."""
    office = office or make_office()
    with unit_of_work(DatabaseRole.MIGRATE):
        recovery, shares = vault.create_recovery(at=JAN_5)
        accounts.appoint_emergency_officers(unit=office.unit, officers=[office.head], by=None, at=JAN_5)
    office.unit.refresh_from_db()
    assert office.unit.breakglass_id is not None
    office.sign_keys(recovery, office.unit.breakglass_id)
    people = [
        office.user(role)
        for role in (Role.PETUGAS, Role.MANAJER, Role.PENDAMPING, Role.PSIKOLOG, Role.HUKUM, Role.RUMAHAMAN)
    ]
    return Team(office, *people, shares)


def add_incident(
    case: Case, *, by: User, at: datetime, relation: str = "NA", forms: Sequence[str] = ("FISIK",)
) -> None:
    """Add what happened to the case's first victim, inside the work of `by`."""
    victim = case.people.filter(kind=PersonKind.VICTIM)[0]
    services.add_incident(
        code=case.code,
        forms=forms,
        place="RUMAH",
        kecamatan="",
        from_on=None,
        to_on=None,
        narrative=note_content("x"),
        links=[VictimLink(victim.pk, None, relation)],
        by=by,
        at=at,
    )


def read(user: User, *refs: Any, at: datetime = FEB_9) -> Mapping[Any, Any]:
    """Open what is sealed, as `user` in a request of their own."""
    with working(user):
        return vault.reveal_many(refs=list(refs), purpose=Purpose.HANDLING, by=user, at=at)


def names(rows: Sequence[Any]) -> list[str]:
    """Return rows as texts, to be compared at a glance."""
    return [str(row) for row in rows]

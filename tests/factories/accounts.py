"""An office with people: agency, unit, two key officers, a desk. Made once a test, with the cheapest doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid4

from ruangaman.accounts import services
from ruangaman.accounts.models import Agency, Desk, Unit, User
from ruangaman.accounts.types import AgencyKind, Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.vault import directory, layout, pepper
from ruangaman.vault import services as vault
from ruangaman.vault.models import KeySignature, PrincipalKey

PASSWORD = "kuda batu payung sunyi"
PAPER = "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG"
JAN_5 = datetime(2026, 1, 5, 1, tzinfo=UTC)
_number = count(1)


@dataclass
class Office:
    """The unit, its two key officers, and everybody made so far. People come with their keys in hand."""

    agency: Agency
    unit: Unit
    head: User
    guard: User
    people: dict[str, User] = field(default_factory=dict)

    def user(self, role: Role = Role.PETUGAS, *, username: str = "", unit: Unit | None = None) -> User:
        """Make somebody whose keys both officers signed, keyring in hand."""
        name = username or f"{role.value}{next(_number)}"
        user = make_user(unit or self.unit, role, name)
        self.sign(user)
        self.people[name] = user
        return user

    def sign(self, *holders: User | Desk) -> None:
        """Let both officers vouch for the newest key of people and desks."""
        self.sign_keys(*(holder.principal_id for holder in holders))

    def sign_keys(self, *principals: UUID) -> None:
        """The same by principals. Rows alone: half of most tests' time would go into `vault.sign_key`, which has its
        own.
        """
        with unit_of_work(DatabaseRole.MIGRATE):
            keys = PrincipalKey.objects.filter(principal_id__in=principals, retired_at=None).select_related("principal")
            newest = {key.principal_id: key for key in keys.order_by("generation")}
            KeySignature.objects.bulk_create(
                _signature(key, officer) for key in newest.values() for officer in (self.head, self.guard)
            )
        directory.forget()

    def desk(self, *members: User, position: int | None = None, unit: Unit | None = None) -> Desk:
        """Make a desk with a signed key; its members get it into their hands."""
        place = position if position is not None else next(_number)
        with unit_of_work(DatabaseRole.MIGRATE):
            desk = services.create_desk(
                unit=unit or self.unit,
                code=f"meja-{place}",
                name=f"Meja {place}",
                position=place,
                members=members,
                by=None,
                at=JAN_5,
            )
        self.sign(desk)
        for member in members:
            member.desk_principals = (*member.desk_principals, desk.principal_id)
        return desk


def _signature(key: PrincipalKey, officer: User) -> KeySignature:
    assert officer.keyring is not None
    data = layout.directory_bytes(pepper.installation(), directory.entry_of(key))
    signature = officer.keyring.sign(data)
    return KeySignature(id=uuid4(), key=key, officer_id=officer.principal_id, signature=signature, signed_at=JAN_5)


class working:
    """Be in a request of somebody: role, row-level security, unit of work."""

    def __init__(self, user: User | None = None, role: DatabaseRole = DatabaseRole.WEB) -> None:
        self.user, self.entered = user, unit_of_work(role)

    def __enter__(self) -> None:
        unit = self.entered.__enter__()
        if self.user is not None:
            unit.set_viewer(self.user.pk, self.user.principals, self.user.oversight_units)

    def __exit__(self, *error: object) -> None:
        self.entered.__exit__(*error)  # type: ignore[arg-type]  # the same three


def make_user(unit: Unit, role: Role, username: str, *, password: str = PASSWORD) -> User:
    """Make somebody whose key nobody has signed yet."""
    with unit_of_work(DatabaseRole.MIGRATE):
        user = services.create_user(
            username=username,
            password=password,
            role=role,
            unit=unit,
            display_name=f"Contoh {role.label}",
            email=f"{username}@contoh.invalid",
            by=None,
            at=JAN_5,
        )
    user.keyring = vault.open_door(principal_id=user.principal_id, password=password)
    assert user.keyring is not None
    with unit_of_work(DatabaseRole.MIGRATE):  # a second door, as everybody has
        vault.prepare_printed(keyring=user.keyring, code=PAPER, at=JAN_5).row.save(force_insert=True)
    return user


def make_office(code: str = "uptd") -> Office:
    """Make an office: `kepala` and `dpo` are its key officers and have signed each other."""
    directory.forget()
    with unit_of_work(DatabaseRole.MIGRATE):
        agency = services.create_agency(code=f"dinas-{code}", name="Dinas contoh", kind=AgencyKind.OFFICE, at=JAN_5)
        unit = services.create_unit(agency=agency, code=code, name="Unit contoh", by=None, at=JAN_5)
    head, guard = make_user(unit, Role.KEPALA, "kepala"), make_user(unit, Role.DPO, "dpo")
    with unit_of_work(DatabaseRole.MIGRATE):
        vault.appoint_officers(principals=[head.principal_id, guard.principal_id], by=None, at=JAN_5)
    office = Office(agency, unit, head, guard, {"kepala": head, "dpo": guard})
    office.sign(head, guard)
    return office

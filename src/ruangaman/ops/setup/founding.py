"""The one transaction that makes the city: all of it, or nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from ruangaman.accounts import events
from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import Agency, Desk, Unit, User
from ruangaman.accounts.types import AgencyKind, Role
from ruangaman.audit import services as audit
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.setup.plan import Person, Plan
from ruangaman.ops.words import translate as _
from ruangaman.vault import doors
from ruangaman.vault import services as vault
from ruangaman.vault.recovery import Recovery

_LOCK = 0x7365747570


def require_nobody() -> None:
    """Refuse where a city is already. Raises Unfit: it says what is there."""
    with unit_of_work(DatabaseRole.MIGRATE):
        _require_nobody()


def found(plan: Plan, made: Recovery, *, at: datetime) -> None:
    """Write the city: people with their keys, signatures, recovery key, emergency key, desk.

    Raises:
        Unfit: somebody else made one meanwhile.

    Writes: everything, and one `accounts.office_founded` event beside those of the services.
    """
    with unit_of_work(DatabaseRole.MIGRATE):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _require_nobody()
        agency = accounts.create_agency(
            code=plan.place.agency[0], name=plan.place.agency[1], kind=AgencyKind.OFFICE, at=at
        )
        unit = accounts.create_unit(agency=agency, code=plan.place.unit[0], name=plan.place.unit[1], by=None, at=at)
        people = {person.username: _make_person(person, unit, at) for person in plan.people}
        officers = [people[person.username] for person in plan.officers]
        vault.appoint_officers(principals=[officer.principal_id for officer in officers], by=None, at=at)
        recovery_id = vault.save_recovery(public=made.public, at=at)
        _sign([recovery_id, *(user.principal_id for user in people.values())], officers, at)
        desk = _open_desk(plan, unit, people, at)
        _sign([desk.principal_id, *filter(None, [unit.breakglass_id])], officers, at)
        audit.record(events.OFFICE_FOUNDED, by=None, subject=unit.code, at=at, detail={"people": len(people)})


def _make_person(person: Person, unit: Unit, at: datetime) -> User:
    user = accounts.create_user(
        username=person.username,
        password=person.password,
        role=Role(person.role),
        unit=unit,
        display_name=person.name,
        email=person.email,
        by=None,
        at=at,
    )
    user.keyring = vault.open_door(principal_id=user.principal_id, password=person.password)
    code = doors.normalise_code(person.code)
    vault.add_printed_door(
        by=user, door=vault.close_door(user.keyring, code, at=at, kind=vault.DoorKind.PRINTED), at=at
    )
    return user


def _sign(principals: list[UUID], officers: list[User], at: datetime) -> None:
    for officer in officers:
        for principal_id in principals:
            vault.sign_key(principal_id=principal_id, by=officer, at=at)


def _open_desk(plan: Plan, unit: Unit, people: dict[str, User], at: datetime) -> Desk:
    emergency = [people[name] for name in plan.emergency]
    accounts.appoint_emergency_officers(unit=unit, officers=emergency, by=None, at=at)
    members = [people[person.username] for person in plan.desk]
    code, name = plan.place.desk
    return accounts.create_desk(unit=unit, code=code, name=name, position=1, members=members, by=None, at=at)


def _require_nobody() -> None:
    people, units = User.objects.count(), list(Unit.objects.values_list("name", flat=True))
    if people or units or Agency.objects.exists():
        raise Unfit(
            _("Kota ini sudah disiapkan: %(units)s, %(people)d akun. Tidak ada yang diubah.")
            % {"units": ", ".join(units) or "-", "people": people}
            + "\n"
            + _(
                "Orang lain ditambah dengan undangan, tidak di sini: masuk di layar, buka Orang, lalu Undang seseorang."
            )
        )

"""The invented office: agencies, units, people with their keys, desks, duty, key officers, recovery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import Desk, Unit, User
from ruangaman.accounts.types import DEMO_PASSWORD, AgencyKind, Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.ops.progress import Progress
from ruangaman.vault import services as vault

PASSWORD = DEMO_PASSWORD

AGENCIES: tuple[tuple[str, str, AgencyKind, tuple[tuple[str, str], ...]], ...] = (
    ("dp3akb", "DP3AKB Kota Balikpapan", AgencyKind.OFFICE, (
        ("uptd", "UPTD PPA Balikpapan"), ("bidang", "Sekretariat dan bidang DP3AKB"),
    )),
    ("dinsos", "Dinas Sosial", AgencyKind.PARTNER, (("dinsos-rehsos", "Rehabilitasi Sosial, Dinas Sosial"),)),
    ("polisi", "Polresta Balikpapan", AgencyKind.PARTNER, (("unit-ppa", "Unit PPA Polresta"),)),
    ("rsud", "RSUD Beriman", AgencyKind.PARTNER, (("ppt-rsud", "Pelayanan terpadu RSUD"),)),
    ("disdik", "Dinas Pendidikan", AgencyKind.PARTNER, (("disdik-sekolah", "Perlindungan anak di sekolah"),)),
    ("kelurahan", "Kader dan kelurahan", AgencyKind.PARTNER, (("kader-patbm", "Kader PATBM"),)),
    ("inspektorat", "Inspektorat Daerah", AgencyKind.PARTNER, (("audit", "Audit Inspektorat"),)),
)  # fmt: skip

PEOPLE: tuple[tuple[str, Role, str, str], ...] = (
    ("kepala", Role.KEPALA, "uptd", "Ratna Wijayakusuma"),
    ("dpo", Role.DPO, "bidang", "Hendra Pamungkas"),
    ("petugas", Role.PETUGAS, "uptd", "Maya Lestari"),
    ("petugas2", Role.PETUGAS, "uptd", "Yosef Rante"),
    ("manajer", Role.MANAJER, "uptd", "Dewi Anggraeni"),
    ("pendamping", Role.PENDAMPING, "uptd", "Wulan Sari"),
    ("pendamping2", Role.PENDAMPING, "uptd", "Siti Rahma"),
    ("psikolog", Role.PSIKOLOG, "uptd", "Intan Maharani"),
    ("hukum", Role.HUKUM, "uptd", "Bimo Santoso"),
    ("rumahaman", Role.RUMAHAMAN, "uptd", "Tuti Handayani"),
    ("dinas", Role.DINAS, "bidang", "Kepala Dinas"),
    ("pemberdayaan", Role.PEMBERDAYAAN, "bidang", "Lilis Suryani"),
    ("pelatih", Role.PELATIH, "bidang", "Agus Prabowo"),
    ("plkb", Role.PLKB, "bidang", "Nur Aini"),
    ("admin", Role.ADMIN, "bidang", "Administrator"),
    ("auditor", Role.AUDITOR, "audit", "Sri Mulyani Hadi"),
    ("polisi", Role.POLISI, "unit-ppa", "Unit PPA Polresta"),
    ("rsud", Role.RSUD, "ppt-rsud", "dr. Haris"),
    ("dinsos", Role.DINSOS, "dinsos-rehsos", "Ani Puspita"),
    ("manajer-dinsos", Role.MANAJER, "dinsos-rehsos", "Eko Nugroho"),
    ("disdik", Role.DISDIK, "disdik-sekolah", "Bu Endang"),
    ("kader", Role.KADER, "kader-patbm", "Kader Manggar"),
)
"""User name, role, unit, name on the screens. Of two with the same role the first is the demo account."""


@dataclass
class Office:
    """The people and places that the city's story happens to."""

    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)

    def person(self, username: str) -> User:
        """Return somebody with their keys in hand: signed in when they are first needed, for that takes a while."""
        user = self.people[username]
        return user if user.keyring is not None else sign_in(user)


def found_office(*, at: datetime, progress: Progress) -> tuple[Office, list[str]]:
    """Found it: keys first, then signatures, then desks and duty.

    Returns:
        The office, and the recovery shares (which a real city prints and forgets).
    """
    office = Office()
    with unit_of_work(DatabaseRole.MIGRATE):
        for code, name, kind, units in AGENCIES:
            agency = accounts.create_agency(code=code, name=name, kind=kind, at=at)
            for unit_code, unit_name in units:
                office.units[unit_code] = accounts.create_unit(
                    agency=agency, code=unit_code, name=unit_name, by=None, at=at
                )
    for number, (username, role, unit_code, name) in enumerate(PEOPLE):
        progress("People and their keys", number, len(PEOPLE))
        with unit_of_work(DatabaseRole.MIGRATE):
            office.people[username] = accounts.create_user(
                username=username,
                password=PASSWORD,
                role=role,
                unit=office.units[unit_code],
                display_name=name,
                email=f"{username}@contoh.invalid",
                by=None,
                at=at,
            )
    progress("People and their keys", len(PEOPLE), len(PEOPLE))
    shares = _sign_keys(office, at)
    _set_up_desks(office, at)
    return office, shares


def sign_in(user: User, password: str = PASSWORD) -> User:
    """Open a person's door and put the keys on the user object, as the door of the house does for one request."""
    with unit_of_work(DatabaseRole.MIGRATE):
        door = vault.door_params(user.principal_id)
    user.keyring = vault.try_door(door, password)
    if user.keyring is None:
        raise RuntimeError(f"The password of {user.username} opens no door.")
    return user


def _sign_keys(office: Office, at: datetime) -> list[str]:
    officers = [office.person("kepala"), office.person("dpo")]
    with unit_of_work(DatabaseRole.MIGRATE):
        vault.appoint_officers(principals=[officer.principal_id for officer in officers], by=None, at=at)
        recovery_id, shares = vault.create_recovery(at=at)
        signed = [recovery_id, *(user.principal_id for user in office.people.values())]
        for officer in officers:
            for principal_id in signed:
                vault.sign_key(principal_id=principal_id, by=officer, at=at)
    return list(shares)


def _set_up_desks(office: Office, at: datetime) -> None:
    people = office.people
    officers = (office.person("kepala"), office.person("dpo"))
    plans = (
        ("uptd", "Meja pengaduan UPTD PPA", 1, ("petugas", "petugas2"), ("kepala", "manajer")),
        ("dinsos-rehsos", "Meja Dinas Sosial", 2, ("dinsos",), ("dinsos",)),
    )
    with unit_of_work(DatabaseRole.MIGRATE):
        for unit_code, name, position, members, emergency in plans:
            unit = office.units[unit_code]
            accounts.appoint_emergency_officers(unit=unit, officers=[people[one] for one in emergency], by=None, at=at)
            desk = accounts.create_desk(
                unit=unit,
                code=unit_code,
                name=name,
                position=position,
                members=[people[one] for one in members],
                by=None,
                at=at,
            )
            office.desks[unit_code] = desk
            for officer in officers:
                for principal_id in filter(None, (desk.principal_id, unit.breakglass_id)):
                    vault.sign_key(principal_id=principal_id, by=officer, at=at)
            for member in members:
                people[member].desk_principals = (desk.principal_id,)
            for number, member in enumerate(members):
                _plan_duty(desk, people[member], number, len(members), at)


def _plan_duty(desk: Desk, user: User, number: int, several: int, at: datetime) -> None:
    """Turns of eight hours, in rotation, from the founding on for twenty months."""
    shift = timedelta(hours=8)
    begin = at.replace(minute=0, second=0, microsecond=0) + timedelta(days=535) + shift * number
    for turn in range(3 * 30 // several):
        starts_at = begin + shift * several * turn
        accounts.plan_shift(desk=desk, user=user, starts_at=starts_at, ends_at=starts_at + shift, by=None, at=at)


def load_office() -> Office:
    """Return the office of a database that has one: for `seed`, which makes more."""
    office = Office()
    with unit_of_work(DatabaseRole.MIGRATE):
        office.units = {unit.code: unit for unit in Unit.objects.select_related("agency")}
        office.desks = {desk.code: desk for desk in Desk.objects.select_related("unit")}
        office.people = {user.username: user for user in User.objects.select_related("unit__agency")}
        for desk in office.desks.values():
            for member in desk.members.filter(until=None).select_related("user"):
                office.people[member.user.username].desk_principals = (desk.principal_id,)
    return office

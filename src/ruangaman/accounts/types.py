"""Roles and permissions: one closed list. A role gives verbs, a grant gives objects; nothing else gives anything.

Source: domain.md 2.2 (roles of a UPTD PPA), vault.md rule 1 (compartments by role).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from ruangaman.vault.keyring import Keyring
from ruangaman.vault.types import Compartment

if TYPE_CHECKING:  # services may not be imported before the models are there
    from ruangaman.vault.services import NewDoor, PreparedPerson


class Role(models.TextChoices):
    """What somebody is in the system; the value is the user name of the demo account."""

    PETUGAS = "petugas", _("Petugas pengaduan")
    MANAJER = "manajer", _("Manajer kasus")
    PENDAMPING = "pendamping", _("Pendamping")
    PSIKOLOG = "psikolog", _("Psikolog")
    HUKUM = "hukum", _("Pendamping hukum")
    RUMAHAMAN = "rumahaman", _("Petugas rumah aman")
    KEPALA = "kepala", _("Kepala UPTD")
    DINAS = "dinas", _("Kepala Dinas")
    DPO = "dpo", _("Petugas pelindungan data")
    AUDITOR = "auditor", _("Auditor")
    POLISI = "polisi", _("Polresta Unit PPA")
    RSUD = "rsud", _("Rumah sakit")
    DINSOS = "dinsos", _("Dinas Sosial")
    DISDIK = "disdik", _("Dinas Pendidikan")
    KADER = "kader", _("Kader")
    PLKB = "plkb", _("Penyuluh KB")
    PEMBERDAYAAN = "pemberdayaan", _("Staf pemberdayaan")
    PELATIH = "pelatih", _("Pelatih")
    ADMIN = "admin", _("Administrator")


class Permission(StrEnum):
    """Every verb that is not open to everybody."""

    REPORT_DESK = "report.desk"
    """See the desk's queue, open, take, answer, triage, refuse reports of the own desk."""
    CASE_OPEN = "case.open"
    """Open a case from a report."""
    CASE_LIST = "case.list"
    """See the list of the cases one is assigned to."""
    CASE_READ = "case.read"
    """Open a case one holds a grant on."""
    CASE_WRITE = "case.write"
    """Add people, incidents, notes, services and tasks to such a case."""
    CASE_ASSIGN = "case.assign"
    """Assign and reassign people on such a case, move its state."""
    CASE_CLOSE = "case.close"
    """Close such a case and open it again."""
    PEOPLE_FIND = "people.find"
    """Find people by NIK or phone in what one can open; hold the key of the unit's index."""
    CASE_OVERSEE = "case.oversee"
    """See the caseload of the own unit: codes, states, clocks; no content."""
    CASE_APPROVE = "case.approve"
    """Decide what the managers of the own unit ask: plans and closings; by facts in the clear, no content."""
    ACCESS_GOVERN = "access.govern"
    """Give and take away reading a part of a case for a while: of a case one manages, or of one's unit."""
    KEYS_SERVE = "keys.serve"
    """Do what waits for one's keys: begin a new epoch, share what somebody asked for."""
    AUDIT_READ = "audit.read"
    """Read the audit trail: who did what, when; no content."""
    RECORDS_KEEP = "records.keep"
    """Keep the register of ended dossiers: hold, propose and approve erasing; by codes and dates, no content."""
    GLASS_REVIEW = "glass.review"
    """See every opening by an emergency key, of the own unit or of all, and review it; no content of the case."""
    PEOPLE_MANAGE = "people.manage"
    """Invite people to the own unit, let them leave, seat them at its desks, plan their shifts."""
    PEOPLE_ANYWHERE = "people.anywhere"
    """The same in every unit."""
    REQUEST_DECIDE = "request.decide"
    """Be the second person where one is not enough: a lost phone, fresh keys, a new key officer."""
    KEYS_VOUCH = "keys.vouch"
    """May be appointed key officer, and then sign public keys."""
    CODES_MANAGE = "codes.manage"
    """Write down the office's rules, which are data and not program: code lists, kinds of clock, limits, holidays."""


_CASEWORK = frozenset({Permission.CASE_LIST, Permission.CASE_READ, Permission.CASE_WRITE, Permission.KEYS_SERVE})
_DESK = frozenset({Permission.REPORT_DESK, Permission.CASE_OPEN, Permission.KEYS_SERVE, Permission.PEOPLE_FIND})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PETUGAS: _DESK,
    Role.MANAJER: _CASEWORK
    | {Permission.CASE_ASSIGN, Permission.CASE_CLOSE, Permission.ACCESS_GOVERN, Permission.PEOPLE_FIND},
    Role.PENDAMPING: _CASEWORK,
    Role.PSIKOLOG: _CASEWORK,
    Role.HUKUM: _CASEWORK,
    Role.RUMAHAMAN: _CASEWORK,
    Role.KEPALA: frozenset(
        {
            Permission.CASE_OVERSEE,
            Permission.CASE_APPROVE,
            Permission.CASE_LIST,
            Permission.CASE_READ,
            Permission.PEOPLE_MANAGE,
            Permission.ACCESS_GOVERN,
            Permission.KEYS_SERVE,
            Permission.GLASS_REVIEW,
            Permission.REQUEST_DECIDE,
            Permission.KEYS_VOUCH,
        }
    ),
    Role.DINSOS: _DESK,
    Role.DINAS: frozenset({Permission.KEYS_VOUCH}),
    Role.DPO: frozenset(
        {
            Permission.AUDIT_READ,
            Permission.RECORDS_KEEP,
            Permission.GLASS_REVIEW,
            Permission.REQUEST_DECIDE,
            Permission.KEYS_VOUCH,
        }
    ),
    Role.AUDITOR: frozenset({Permission.AUDIT_READ, Permission.KEYS_VOUCH}),
    Role.ADMIN: frozenset(
        {
            Permission.RECORDS_KEEP,
            Permission.PEOPLE_MANAGE,
            Permission.PEOPLE_ANYWHERE,
            Permission.REQUEST_DECIDE,
            Permission.CODES_MANAGE,
        }
    ),
}
"""Roles that are not here have no permission yet: their part of the house is not built."""

C = Compartment
ROLE_COMPARTMENTS: dict[Role, frozenset[Compartment]] = {
    Role.PETUGAS: frozenset({C.IDENTITY, C.CONTACT, C.NARRATIVE, C.ATTACHMENT, C.THREAD, C.WORK}),
    Role.MANAJER: frozenset({C.IDENTITY, C.CONTACT, C.NARRATIVE, C.LEGAL, C.ATTACHMENT, C.THREAD, C.WORK}),
    Role.PENDAMPING: frozenset({C.IDENTITY, C.CONTACT, C.NARRATIVE, C.ATTACHMENT, C.THREAD, C.WORK}),
    Role.PSIKOLOG: frozenset({C.IDENTITY, C.NARRATIVE, C.CLINICAL, C.WORK}),
    Role.HUKUM: frozenset({C.IDENTITY, C.NARRATIVE, C.LEGAL, C.ATTACHMENT, C.WORK}),
    Role.RUMAHAMAN: frozenset({C.IDENTITY, C.SHELTER, C.WORK}),
}
"""Which compartments of a case's dossier an assigned person of a role holds (vault.md rule 1)."""

CASE_ROLES: tuple[Role, ...] = tuple(ROLE_COMPARTMENTS)[1:]
"""Roles that can be assigned to a case."""


class RequestKind(models.TextChoices):
    """What one person asks for and a second one decides."""

    SECOND_STEP = "second_step", _("Melepas langkah kedua")
    FRESH_KEYS = "fresh_keys", _("Kunci baru")
    REGRANT = "regrant", _("Membuka kembali berkas")
    OFFICER = "officer", _("Petugas kunci")
    EMERGENCY = "emergency", _("Kunci darurat unit")


DEMO_PASSWORD = "demo-ruang-aman"  # noqa: S105 - printed by the demo, refused by nothing because nothing real is behind it


class AgencyKind(models.TextChoices):
    """What an agency is to the office."""

    OFFICE = "office", _("Dinas pengampu")
    PARTNER = "partner", _("Instansi mitra")


def permissions_of(role: str) -> frozenset[Permission]:
    """Return the permissions of a role; an unknown role has none."""
    return ROLE_PERMISSIONS.get(cast("Role", role), frozenset())  # a role is its text; every page asks a dozen times


@dataclass(frozen=True)
class Attempt:
    """What came of a password before a connection was held for the answer.

    Args:
        user_id: whose password it is; None: nobody's, or a wrong one, and nobody learns which.
        keyring: the keys that the password opened; None with `user_id`.
        wait_until: not before this moment is the next one tried; then nothing was hashed.
        busy: too many signed in at once; nothing was tried.
        username: as it was compared.
        known_id: who has that name, for the trail only; never for an answer.
        counted: under which keys the try was counted beforehand, by kind.
    """

    user_id: UUID | None = None
    keyring: Keyring | None = field(default=None, repr=False)
    wait_until: datetime | None = None
    busy: bool = False
    username: str = ""
    known_id: UUID | None = None
    counted: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Enrolment:
    """What somebody needs to set up the second step: a picture to scan, and the same as text."""

    secret: str = field(repr=False)
    picture: str = field(repr=False)

    @property
    def spaced(self) -> str:
        """The secret in groups of four, to type."""
        return " ".join(self.secret[place : place + 4] for place in range(0, len(self.secret), 4))


@dataclass(frozen=True)
class PasswordChange:
    """What came of the old and the new password before a connection was held for the change.

    Args:
        attempt: the old one, tried at the door.
        door: the new door with the keys behind it; None: nothing changes.
        fault: what is wrong with the new one, as a sentence.
    """

    attempt: Attempt
    door: NewDoor | None = field(default=None, repr=False)
    fault: str = ""


@dataclass(frozen=True)
class Paper:
    """An invitation as a stranger with its code may see it: whose it is."""

    id: UUID
    username: str
    display_name: str
    is_renewal: bool


@dataclass(frozen=True)
class Onboarding:
    """What came of an invitation's code and a first password before a connection was held for the account.

    Args:
        code: as it was typed.
        person: the keys behind the password; None: nothing changes.
        fault: what is wrong with the password, as a sentence; empty with `person` None: the invitation is not good.
    """

    code: str = field(repr=False)
    person: PreparedPerson | None = field(default=None, repr=False)
    fault: str = ""


@dataclass(frozen=True)
class StepDone:
    """What came of a new password or a proven recovery code before a connection was held for the change.

    Args:
        user_id: whose door it is.
        door: the new one; None: nothing changes.
        fault: why, as a sentence.
    """

    user_id: UUID | None = None
    door: NewDoor | None = field(default=None, repr=False)
    fault: str = ""


@dataclass(frozen=True)
class Leaving:
    """What letting somebody go would do, said before it is done.

    Args:
        desks: names of the desks whose keys are changed.
        dossiers: how many dossiers they can open now.
        blocks: why it cannot be done yet, as sentences.
        is_officer: a key officer: stays on the list until another has signed everything.
        emergency: names of the units whose emergency key they hold: it is changed as well.
        manages: whether they may manage cases: a manager who can open something.
    """

    desks: list[str]
    dossiers: int
    blocks: list[str]
    is_officer: bool
    emergency: list[str]
    manages: bool

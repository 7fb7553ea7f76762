"""People with keys, desks, dossiers: a town in which the vault works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ruangaman.audit.services import UnitOfWork, unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core.types import Actor
from ruangaman.vault import directory, services
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
FEB_2 = datetime(2026, 2, 2, 8, tzinfo=UTC)
FEB_9 = datetime(2026, 2, 9, 8, tzinfo=UTC)
PASSWORD = "a long and boring sentence"
EVERYTHING = frozenset(Compartment)


@dataclass
class Person:
    """Somebody with keys, as a request would have them."""

    keyring: Keyring | None
    principal_id: UUID
    id: UUID = field(default_factory=uuid4)
    desks: list[UUID] = field(default_factory=list)
    units: list[UUID] = field(default_factory=list)

    @property
    def principals(self) -> list[UUID]:
        """The own principal, then desks."""
        return [self.principal_id, *self.desks]

    def locked(self) -> Person:
        """Return the same person behind a locked screen."""
        return Person(None, self.principal_id, self.id, self.desks, self.units)

    def afresh(self) -> Person:
        """Return the same person in another request: only the own keys are in hand."""
        assert self.keyring
        keyring = Keyring.from_bytes(self.keyring.to_bytes())
        return Person(keyring, self.principal_id, self.id, self.desks, self.units)


@contextmanager
def working(actor: Actor | None = None, role: Role = Role.WEB) -> Iterator[UnitOfWork]:
    """Be in a request of this actor, under the role and the row-level security that it would have."""
    with unit_of_work(role) as unit:
        if actor is not None:
            unit.set_viewer(getattr(actor, "id", None), actor.principals, getattr(actor, "units", []))
        yield unit


@dataclass
class Town:
    """Two key officers, a recovery key and its shares."""

    first: Person
    second: Person
    recovery_id: UUID
    shares: tuple[str, ...]

    def sign(self, principal_id: UUID) -> None:
        """Let both officers vouch for a principal's newest key."""
        for officer in (self.first, self.second):
            with working(officer):
                services.sign_key(principal_id=principal_id, by=officer, at=FEB_1)

    def person(self, *, signed: bool = True) -> Person:
        """Make somebody with keys; signed, unless told otherwise."""
        with working(self.first):
            made = services.create_person(password=PASSWORD, at=FEB_1, by=self.first)
        if signed:
            self.sign(made.principal_id)
        return Person(made.keyring, made.principal_id)

    def group(self, *members: Person, kind: PrincipalKind = PrincipalKind.DESK) -> UUID:
        """Make a group whose keys its members hold."""
        with working(self.first):
            ids = [member.principal_id for member in members]
            group_id = services.create_group(kind=kind, members=ids, by=self.first, at=FEB_1)
        self.sign(group_id)
        if kind == PrincipalKind.DESK:
            for member in members:
                member.desks.append(group_id)
        return group_id

    def dossier(self, by: Person, *grants: GrantSpec, unit_id: UUID | None = None) -> services.OpenDossier:
        """Make a dossier in a request of its own; without `grants` its maker may open all of it but the whole key."""
        wanted = grants or (GrantSpec(by.principal_id, EVERYTHING, "manager"),)
        with working(by):
            return services.new_dossier(kind="case", unit_id=unit_id, grants=wanted, at=FEB_1, by=by)


def make_town() -> Town:
    """Make the town: officers vouch for each other, the recovery key is ready."""
    directory.forget()
    with working(role=Role.MIGRATE):
        people = [services.create_person(password=PASSWORD, at=FEB_1) for _ in range(2)]
        first, second = (Person(made.keyring, made.principal_id) for made in people)
        services.appoint_officers(principals=[first.principal_id, second.principal_id], by=None, at=FEB_1)
        recovery_id, shares = services.create_recovery(at=FEB_1)
    town = Town(first, second, recovery_id, shares)
    for principal_id in (first.principal_id, second.principal_id, recovery_id):
        town.sign(principal_id)
    return town


def grant(to: Person | UUID, *compartments: Compartment, not_after: datetime | None = None) -> GrantSpec:
    """Return the wish for a grant."""
    principal_id = to if isinstance(to, UUID) else to.principal_id
    return GrantSpec(principal_id, frozenset(compartments), "assigned", not_after)

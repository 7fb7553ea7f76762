"""People around a case and in it, for forms and for the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Agency, Unit, User
from ruangaman.accounts.types import CASE_ROLES, Role
from ruangaman.cases import policies
from ruangaman.cases.models import Assignment, Case, Person
from ruangaman.cases.types import Identity, PersonKind, SafeContact, contact_of, identity_of
from ruangaman.core.codelists import ContactWay
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of, list_dead, list_grants
from ruangaman.vault.types import Closed, Compartment, Content, Purpose

NOTE_DRAWERS = (
    Compartment.NARRATIVE,
    Compartment.CLINICAL,
    Compartment.LEGAL,
    Compartment.SHELTER,
    Compartment.WORK,
)
Read = TypeVar("Read")
Other = TypeVar("Other")


def list_parts(*, case: Case, viewer: User) -> list[Assignment]:
    """Return who has a part in the case now, the manager first."""
    rows = case.assignments.filter(until=None).select_related("user", "by").order_by("since", "id")
    return sorted(rows, key=lambda one: one.role != Role.MANAJER)


def list_keyless(*, case: Case, viewer: User) -> set[UUID]:
    """Return the people with a part in the case whose key opens nothing of it: lost, or left with their work."""
    grants = list_grants(dossier_id=case.dossier_id, viewer=viewer)
    alive = {grant.principal_id for grant in grants} - list_dead(grants)
    parts = case.assignments.filter(until=None).select_related("user")
    return {part.user_id for part in parts if part.user.principal_id not in alive}


def held_alone(case: Case, part: Assignment) -> frozenset[Compartment]:
    """Return the compartments that nobody at work on the case would hold without this part in it.

    Nothing for who has left: what they alone held is closed already.
    """
    if not part.user.is_active:
        return frozenset()
    others = case.assignments.filter(until=None).exclude(pk=part.pk)
    return policies.compartments_of([part]) - policies.compartments_of(others)


def list_assignable(*, case: Case, viewer: User) -> list[User]:
    """Return who could be given a part in the case: active, with a role for it, in the case's agency, not yet in it."""
    busy = case.assignments.filter(until=None).values("user_id")
    users = User.objects.filter(is_active=True, role__in=CASE_ROLES, unit__agency_id=case.unit.agency_id).exclude(
        pk__in=busy
    )
    return list(users.select_related("unit").order_by("role", "display_name"))


def list_colleagues(*, case: Case, viewer: User) -> list[User]:
    """Return who has a role for cases in the case's agency, but for the viewer."""
    users = User.objects.filter(is_active=True, role__in=CASE_ROLES, unit__agency_id=case.unit.agency_id)
    return list(users.exclude(pk=viewer.pk).select_related("unit").order_by("role", "display_name"))


def list_managers(*, case: Case, viewer: User) -> list[User]:
    """Return who could take the case over: the other managers of its unit."""
    users = User.objects.filter(is_active=True, role=Role.MANAJER, unit_id=case.unit_id)
    return list(users.exclude(pk=case.manager_id).order_by("display_name"))


def list_held(*, case: Case, viewer: User) -> frozenset[Compartment]:
    """Return the compartments that go with the viewer's part in a case."""
    return policies.compartments_of(case.assignments.filter(user=viewer, until=None))


def list_note_drawers(*, case: Case, viewer: User) -> list[tuple[str, str]]:
    """Return where the viewer can put a note, as choices of a form."""
    held = list_held(case=case, viewer=viewer)
    return [(str(int(one)), str(one.label)) for one in NOTE_DRAWERS if one in held]


def list_providers() -> list[Unit]:
    """Return the units that can have given a service."""
    return list(Unit.objects.select_related("agency").order_by("agency__kind", "agency__name", "name"))


def list_places() -> list[tuple[str, str]]:
    """Return the agencies and units that take part here, as choices of a form: code and name."""
    places = [*Agency.objects.values_list("code", "name"), *Unit.objects.values_list("code", "name")]
    return sorted(places, key=lambda place: place[1])


def list_persons(*, case: Case, viewer: User, at: datetime) -> list[tuple[Person, str]]:
    """Return the people in a case with the name to call each by, for a form's choices. Leaves one audit event."""
    rows = list(case.people.order_by("added_at", "id"))
    refs = {row.identity_ref: case.dossier_id for row in rows}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=viewer, at=at)
    identities = [read_part(opened.get(row.identity_ref), identity_of, Identity()) for row in rows]
    return [(row, name_of(row, identity)) for row, identity in zip(rows, identities, strict=True)]


def safe_of(contacts: Iterable[tuple[str, SafeContact | None]]) -> SafeContact | None:
    """Return the victim's limits of contact, else those of whoever reported; None: nothing is known of them.

    Args:
        contacts: what each person is in the case, with what is open of their contact.
    """
    return safe_and_whose(contacts)[0]


def safe_and_whose(
    contacts: Iterable[tuple[str, SafeContact | None]],
) -> tuple[SafeContact, PersonKind] | tuple[None, None]:
    """Return the same as `safe_of`, and whose it is: the victim's or that of whoever reported."""
    order = (PersonKind.VICTIM, PersonKind.REPORTER)
    near = sorted((one for one in contacts if one[0] in order), key=lambda one: order.index(PersonKind(one[0])))
    for kind, contact in near:
        if contact and (contact.never or contact.value or contact.way in _NO_VALUE):
            return contact, PersonKind(kind)
    return None, None


_NO_VALUE = frozenset({ContactWay.RECEIPT.value, ContactWay.NONE.value})
"""Ways that are known without a number."""


@dataclass(frozen=True)
class SafeToReach:
    """How she may be reached.

    Args:
        is_closed: the viewer does not hold the drawer, whether or not anything is in it, or not what was written then.
        whose: the victim's, or that of whoever reported; None: nothing is open.
    """

    contact: SafeContact | None
    is_closed: bool
    whose: PersonKind | None = None

    @property
    def is_reporters(self) -> bool:
        """Whether it is not she who answers there."""
        return self.whose is PersonKind.REPORTER


def open_safe_contact(*, case: Case, viewer: User, at: datetime) -> SafeToReach:
    """Return by which way and at what hour she may be reached, and what must not be done. Leaves one audit event."""
    known = [(row.kind, row.contact_ref) for row in case.people.order_by("added_at", "id")]
    refs = {ref: case.dossier_id for _kind, ref in known if ref is not None}
    if Compartment.CONTACT not in held_of(dossier_id=case.dossier_id, viewer=viewer, at=at):
        return SafeToReach(None, is_closed=True)
    opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=viewer, at=at) if refs else {}
    contact, whose = safe_and_whose(
        (kind, read_part(opened.get(ref) if ref else None, contact_of, None)) for kind, ref in known
    )
    is_closed = contact is None and any(isinstance(one, Closed) for one in opened.values())
    return SafeToReach(contact, is_closed, whose)


def list_unindexed(*, viewer: User) -> models.QuerySet[Person]:
    """Return people in the viewer's cases who cannot be found by their numbers yet, the newest case first."""
    held = Case.objects.filter(manager=viewer, closed_at=None).held_by(viewer).values("pk")
    return (
        Person.objects.filter(case__in=held, indexed_at=None)
        .select_related("case")
        .order_by("-case__opened_at", "added_at", "id")
    )


def open_person(*, person: Person, viewer: User, at: datetime) -> tuple[Identity | None, SafeContact | None]:
    """Return what is sealed of a person, for correcting it. None: closed to `viewer`, or not there."""
    refs = {ref: person.case.dossier_id for ref in (person.identity_ref, person.contact_ref) if ref is not None}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.CORRECTION, by=viewer, at=at)
    identity = read_part(opened.get(person.identity_ref), identity_of, None)
    contact = read_part(opened.get(person.contact_ref) if person.contact_ref else None, contact_of, None)
    return identity, contact


def read_part(content: Content | Closed | None, read: Callable[[Content], Read], otherwise: Other) -> Read | Other:
    """Return what `read` makes of opened content, or `otherwise` when it is closed or absent."""
    return otherwise if content is None or isinstance(content, Closed) else read(content)


def name_of(person: Person, identity: Identity | None) -> str:
    """Return how somebody in a case is called on the screen: the chosen name, else the full one, else what they are."""
    named = identity.chosen_name or identity.full_name if identity else ""
    return named or person.get_kind_display()


def join_names(names: Iterable[str]) -> str:
    """Return names as one says them: Anda, Wulan, dan Intan."""
    known = list(names)
    if len(known) < 3:
        return _(" dan ").join(known)
    return _("%(first)s, dan %(last)s") % {"first": ", ".join(known[:-1]), "last": known[-1]}

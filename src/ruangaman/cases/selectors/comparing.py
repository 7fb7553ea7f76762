"""Two people side by side, as far as the viewer may open both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.cases.models import Case, Person
from ruangaman.cases.selectors.around import SETTLED
from ruangaman.cases.selectors.people import name_of, read_part
from ruangaman.cases.selectors.ties import TieView, list_household, list_ties
from ruangaman.cases.types import Identity, SafeContact, contact_of, identity_of
from ruangaman.core.codelists import AgeGroup, Sex
from ruangaman.core.regions import KELURAHAN
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Content, Purpose, TagSubject

Opened = Mapping[UUID, Content | Closed]


@dataclass(frozen=True)
class Line:
    """One thing that is known of one of the two."""

    label: str
    own: str
    other: str

    @property
    def is_same(self) -> bool:
        """Whether it is known of both, and the same; a number is, however it was typed."""
        if not self.own or not self.other:
            return False
        number = vault.guess(self.own)
        return self.own.casefold() == self.other.casefold() or (
            number is not None and number == vault.guess(self.other)
        )


Facts = list[tuple[str, str]]
"""What is known of one: label and value, in the same order for both."""


def compare(own: Facts, other: Facts) -> list[Line]:
    """Return what is known of at least one of the two, line by line."""
    both = zip(own, other, strict=True)
    return [Line(label, mine, theirs) for (label, mine), (_label, theirs) in both if mine or theirs]


@dataclass(frozen=True)
class Pair:
    """Somebody who may be the same: where they are, and what is known of both."""

    other: Person
    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Standing:
    """A tie that stands, with the name of the other."""

    view: TieView
    name: str


@dataclass(frozen=True)
class PersonPage:
    """Somebody, who may be the same, and what they are to others."""

    person: Person
    name: str
    pairs: list[Pair]
    ties: list[Standing]
    household: list[tuple[Person, str]]
    others: list[tuple[str, str]]
    """The others in the case, as choices of a form."""


def get_person_page(*, case: Case, person: Person, viewer: User, at: datetime) -> PersonPage:
    """Return what is known of somebody beside those who have the same number, and the ties that stand.

    Leaves one audit event for each case that somebody is named of.
    """
    people = list(case.people.select_related("case").order_by("added_at", "id"))
    ties = [view for view in list_ties(case=case, people=people, viewer=viewer) if view.person_id == person.pk]
    candidates = _candidates(case, person, ties, viewer, at)
    household = [one for one in list_household(person=person, viewer=viewer) if one.case_id != case.pk]
    rows = {one.pk: one for one in (*people, *candidates, *household, *(view.other for view in ties))}
    opened = _open(list(rows.values()), [person, *candidates], viewer, at)
    names = {pk: name_of(one, read_part(opened.get(one.identity_ref), identity_of, None)) for pk, one in rows.items()}
    return PersonPage(
        person=person,
        name=names[person.pk],
        pairs=[Pair(one, names[one.pk], compare(_facts(person, opened), _facts(one, opened))) for one in candidates],
        ties=[Standing(view, names[view.other.pk]) for view in ties],
        household=[(one, names[one.pk]) for one in household],
        others=[(str(one.pk), names[one.pk]) for one in people if one.pk != person.pk],
    )


def _candidates(case: Case, person: Person, ties: list[TieView], viewer: User, at: datetime) -> list[Person]:
    if not viewer.has(Permission.PEOPLE_FIND):
        return []
    known = vault.same_as(dossier_id=case.dossier_id, by=viewer, at=at).get(person.pk, [])
    settled = {view.other.pk for view in ties if view.tie.kind in SETTLED}
    homes = {one.ref: one.dossier_id for one in known if one.subject == TagSubject.PERSON and one.ref not in settled}
    rows = Person.objects.filter(pk__in=homes, case__in=Case.objects.granted_to(viewer).values("pk"))
    found = rows.select_related("case").order_by("-added_at", "id")
    return [row for row in found if row.case.dossier_id == homes[row.pk]]


def _open(named: list[Person], compared: list[Person], viewer: User, at: datetime) -> Opened:
    refs = {one.identity_ref: one.case.dossier_id for one in named}
    refs |= {one.contact_ref: one.case.dossier_id for one in compared if one.contact_ref}
    return vault.reveal_many(refs=refs, purpose=Purpose.FINDING, by=viewer, at=at)


def _facts(row: Person, opened: Opened) -> Facts:
    identity = read_part(opened.get(row.identity_ref), identity_of, Identity())
    contact = read_part(opened.get(row.contact_ref) if row.contact_ref else None, contact_of, SafeContact())
    return [
        (_("Nama pilihan"), identity.chosen_name),
        (_("Nama lengkap"), identity.full_name),
        (_("Dalam kasus"), str(row.get_kind_display())),
        (_("Jenis kelamin"), str(Sex(row.sex).label) if row.sex != Sex.NA else ""),
        (_("Umur"), str(AgeGroup(row.age_group).label) if row.age_group else ""),
        ("NIK", identity.nik),
        (_("Nomor"), contact.value),
        (_("Kelurahan"), KELURAHAN.get(identity.kelurahan, ("", ""))[0]),
        (_("Alamat"), identity.address),
    ]

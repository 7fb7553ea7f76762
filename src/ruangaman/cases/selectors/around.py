"""People around a case: what they are to each other, who may be known elsewhere, what that means for whom to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.cases import policies, registry
from ruangaman.cases.models import Case, IncidentLink, Person, Tie
from ruangaman.cases.registry import TimelineItem
from ruangaman.cases.selectors.people import name_of, read_part
from ruangaman.cases.selectors.rows import Given, Part, Parts, as_json, build
from ruangaman.cases.selectors.ties import TieView, cares_and_accused, ties_as_json, views_of
from ruangaman.cases.types import identity_of
from ruangaman.cases.types.ties import TieKind
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault
from ruangaman.vault.models import Meeting
from ruangaman.vault.types import Closed, Content, TagSubject

SETTLED = frozenset({TieKind.SAME, TieKind.OTHER, TieKind.HOUSEHOLD})
"""Ties that say what two people with one number are to each other."""


@dataclass(frozen=True)
class Around:
    """What stands in the tables about the people of a case."""

    case: Case
    people: list[Person]
    ties: list[TieView]
    same: Mapping[UUID, int]
    """By person, how many others have the same number and nobody has said yet what they are."""
    warned: set[UUID]
    meetings: list[Meeting]
    may_write: bool


@dataclass(frozen=True)
class ShownTie:
    """One line beside somebody: in which words, to whom, and in which case when it is another."""

    words: Words
    name: str
    code: str


@dataclass(frozen=True)
class ShownPerson:
    """Somebody with what they are to the others."""

    row: Person
    name: str
    ties: list[ShownTie]
    same: int
    is_warned: bool


@dataclass(frozen=True)
class ShownAround:
    """The panel."""

    people: list[ShownPerson]
    meetings: list[Meeting]
    may_write: bool
    warned: list[str] = field(default_factory=list)


def _same(given: Given) -> QuerySet[Any, Any]:
    return vault.same_as_json(dossier_id=given.dossier_id, principals=given.principals, at=given.at)


def _meetings(given: Given) -> QuerySet[Any, Any]:
    """Return who may be the same elsewhere. What the case came from is the same: that is no news, and never offered."""
    rows = Meeting.objects.filter(found_id=given.dossier_id, done_at=None)
    for origin in registry.origins:
        rows = rows.exclude(origin_id__in=origin.of_case(given.case_id))
    return as_json(rows)


@dataclass(frozen=True)
class AroundPanel:
    """People and what they are to each other, on the page of a case."""

    key: str = "cases.around"
    template: str = "cases/_around.html"

    def reads(self, case: Case, viewer: User) -> Parts:
        """Return ties, and for whom it concerns hints and what was met elsewhere."""
        parts: dict[str, Part] = {"around.ties": ties_as_json}
        if viewer.has(Permission.PEOPLE_FIND):
            parts["around.same"] = _same
        if policies.can_assign(viewer, case):
            parts["around.meetings"] = _meetings
        return parts

    def load(self, case: Case, viewer: User, found: Mapping[str, list[Any]]) -> Around:
        """Return people, ties, hints and what was met elsewhere."""
        people = build(Person, found["people"], by="added_at", case=case)
        ties = views_of(case, people, build(Tie, found["around.ties"], by="since"))
        links = build(IncidentLink, found["links"])
        settled = {(view.person_id, view.other.pk) for view in ties if view.tie.kind in SETTLED}
        known = vault.same_from_json(found.get("around.same", []))
        same = {
            ref: sum(one.subject == TagSubject.PERSON and (ref, one.ref) not in settled for one in found)
            for ref, found in known.items()
        }
        return Around(
            case=case,
            people=people,
            ties=ties,
            same={ref: count for ref, count in same.items() if count},
            warned=cares_and_accused(people=people, ties=ties, links=links),
            meetings=build(Meeting, found.get("around.meetings", []), by="met_at"),
            may_write=policies.can_write(viewer, case),
        )

    def refs(self, loaded: Around) -> Mapping[UUID, UUID]:
        """Return the identities of those whom a line names, each in the dossier of its case."""
        refs = {person.identity_ref: loaded.case.dossier_id for person in loaded.people} if _is_shown(loaded) else {}
        return refs | {view.other.identity_ref: view.other.case.dossier_id for view in loaded.ties}

    def context(self, loaded: Around, opened: dict[UUID, Content | Closed], viewer: User) -> ShownAround | None:
        """Return the panel; None: nothing is known and nothing to be said."""
        if not _is_shown(loaded):
            return None
        names = {person.pk: _name(person, opened) for person in loaded.people}
        people = [
            ShownPerson(
                row=person,
                name=names[person.pk],
                ties=[_line(view, opened) for view in loaded.ties if view.person_id == person.pk],
                same=loaded.same.get(person.pk, 0),
                is_warned=person.pk in loaded.warned,
            )
            for person in loaded.people
        ]
        warned = [names[pk] for pk in names if pk in loaded.warned]
        return ShownAround(people, loaded.meetings, loaded.may_write, warned)

    def timeline(self, loaded: Around, opened: dict[UUID, Content | Closed]) -> Sequence[TimelineItem]:
        """Nothing: what people are to each other has no moment of its own."""
        return []


def _is_shown(loaded: Around) -> bool:
    return len(loaded.people) > 1 or bool(loaded.ties or loaded.same or loaded.meetings)


def _name(person: Person, opened: Mapping[UUID, Content | Closed]) -> str:
    return name_of(person, read_part(opened.get(person.identity_ref), identity_of, None))


def _line(view: TieView, opened: Mapping[UUID, Content | Closed]) -> ShownTie:
    return ShownTie(view.words, _name(view.other, opened), view.other.case.code if view.is_elsewhere else "")

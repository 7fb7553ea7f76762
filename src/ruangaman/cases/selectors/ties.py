"""What people are to each other, as far as the viewer may open where they are. What is elsewhere is not counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case, IncidentLink, Person, Tie, live_grants_of
from ruangaman.cases.selectors.rows import Given, as_json
from ruangaman.cases.types import PersonKind
from ruangaman.cases.types.ties import CARES, TieKind, words_of
from ruangaman.ui.types import Words

ROUNDS = 4
"""So many steps from one to the next a household is followed; each finds who is tied to whom the last one found."""

ABOUT = ("id", "case_id", "kind", "identity_ref")
HOME = ("id", "code", "dossier_id")


@dataclass(frozen=True)
class TieView:
    """One tie as it stands beside one of the two."""

    tie: Tie
    person_id: UUID
    other: Person
    words: Words
    is_elsewhere: bool


def list_ties(*, case: Case, people: Sequence[Person], viewer: User) -> list[TieView]:
    """Return the ties of the people in a case, said from their side; those that go elsewhere only to cases that the
    viewer holds a live grant on."""
    own = {person.pk for person in people}
    ties = _visible(Tie.objects.filter(Q(first__in=own) | Q(second__in=own), until=None), case, viewer)
    return views_of(case, people, ties)


def ties_as_json(given: Given) -> QuerySet[Tie, Any]:
    """Return what `list_ties` reads of a whole case, with an annotation `row`, for one larger statement."""
    held = Case.objects.filter(dossier_id__in=live_grants_of(given.principals)).values("pk")
    ties = Tie.objects.filter(Q(first__case=given.case_id) | Q(second__case=given.case_id), until=None)
    for side in ("first__case", "second__case"):
        ties = ties.filter(Q(**{side: given.case_id}) | Q(**{f"{side}__in": held}))
    return as_json(ties, first=ABOUT, second=ABOUT, first__case=HOME, second__case=HOME)


def views_of(case: Case, people: Sequence[Person], ties: Iterable[Tie]) -> list[TieView]:
    """Return the ties of some people in a case, said from their side."""
    own = {person.pk for person in people}
    views = []
    for tie in ties:
        for one, other, is_second in ((tie.first, tie.second, False), (tie.second, tie.first, True)):
            if one.pk in own:
                words = words_of(TieKind(tie.kind), is_second=is_second)
                views.append(TieView(tie, one.pk, other, words, other.case_id != case.pk))
    return views


def list_household(*, person: Person, viewer: User) -> list[Person]:
    """Return who lives with somebody, from one to the next, as far as each is in a case that the viewer can open.

    Somebody in between whom the viewer may not know of ends the way there, without a trace.
    """
    known: dict[UUID, Person] = {person.pk: person}
    last: set[UUID] = {person.pk}
    for _round in range(ROUNDS):
        found = Tie.objects.filter(Q(first__in=last) | Q(second__in=last), until=None, kind=TieKind.HOUSEHOLD)
        near = [one for tie in _visible(found, person.case, viewer) for one in (tie.first, tie.second)]
        last = {one.pk for one in near} - known.keys()
        known |= {one.pk: one for one in near}
        if not last:
            break
    return [one for one in known.values() if one.pk != person.pk]


def cares_and_accused(*, people: Sequence[Person], ties: Iterable[TieView], links: Iterable[IncidentLink]) -> set[UUID]:
    """Return the victims for whom somebody decides who is accused in the case: parent, step-parent or guardian."""
    accused = {person.pk for person in people if person.kind == PersonKind.PERPETRATOR}
    accused |= {link.perpetrator_id for link in links if link.perpetrator_id}
    victims = {person.pk for person in people if person.kind == PersonKind.VICTIM}
    return {
        view.other.pk
        for view in ties
        if view.tie.kind in CARES and view.tie.first_id == view.person_id
        if view.person_id in accused and view.other.pk in victims
    }


def _visible(ties: QuerySet[Tie], case: Case, viewer: User) -> list[Tie]:
    """Leave out what leads into a case that the viewer holds no live grant on."""
    rows = list(ties.select_related("first__case", "second__case").order_by("since", "id"))
    elsewhere = {one.case_id for tie in rows for one in (tie.first, tie.second)} - {case.pk}
    held = _held(elsewhere, viewer) | {case.pk} if elsewhere else {case.pk}
    return [tie for tie in rows if {tie.first.case_id, tie.second.case_id} <= held]


def _held(cases: Collection[UUID], viewer: User) -> set[UUID]:
    return set(Case.objects.granted_to(viewer).filter(pk__in=cases).values_list("pk", flat=True))

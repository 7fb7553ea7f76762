"""What the tables say about one case, as parts of the page's one statement and as rows again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from ruangaman.cases.models import (
    Assignment,
    Case,
    CaseFile,
    Glass,
    Incident,
    IncidentLink,
    Note,
    Person,
    ServiceRecord,
    Task,
    Transition,
)
from ruangaman.cases.selectors.facts import facts_as_json, facts_from_json
from ruangaman.cases.selectors.rows import PERSON, Found, Given, Part, Parts, as_json, build
from ruangaman.clocks.models import Clock, Pause
from ruangaman.clocks.selectors import open_of_dossier, pauses_of_dossier
from ruangaman.vault.selectors import grants_as_json

LABELS = ("key", "label", "label_en")
KIND = ("id", *LABELS, "is_third_party", "is_pausable", "is_promised", "from_occurrence")
LIMIT = ("id", "legal_basis", "value", "unit", "calendar")


@dataclass
class Rows:
    """What the tables say about one case."""

    people: list[Person]
    incidents: list[Incident]
    links: list[IncidentLink]
    notes: list[Note]
    files: list[CaseFile]
    services: list[ServiceRecord]
    tasks: list[Task]
    clocks: list[Clock]
    """What is promised and not kept yet, what presses first first."""
    pauses: list[Pause]
    """When the time of any clock of it did not count."""
    transitions: list[Transition]
    parts: list[Assignment]
    openings: list[Glass]
    """By the emergency key of the unit, those that were begun."""
    facts: frozenset[str]
    """As far as the gates ask."""

    @property
    def live(self) -> list[Assignment]:
        """Who has a part in the case now."""
        return [part for part in self.parts if part.until is None]


def _of_case(model: type[Model], **related: tuple[str, ...]) -> Part:
    def part(given: Given) -> QuerySet[Any, Any]:
        return as_json(model._default_manager.filter(case_id=given.case_id), **related)

    return part


def _links(given: Given) -> QuerySet[Any, Any]:
    return as_json(IncidentLink.objects.filter(incident__case_id=given.case_id))


def _clocks(given: Given) -> QuerySet[Any, Any]:
    return as_json(open_of_dossier(given.dossier_id), kind=KIND, limit=LIMIT, owner=PERSON, desk=("id", "name"))


def _pauses(given: Given) -> QuerySet[Any, Any]:
    found = pauses_of_dossier(given.dossier_id)
    return as_json(found, by=PERSON, ended_by=PERSON, clock=("id", "kind_id"), clock__kind=("id", *LABELS))


def _openings(given: Given) -> QuerySet[Any, Any]:
    begun = Glass.objects.filter(case_id=given.case_id).exclude(opened_at=None)
    return as_json(begun, opener=PERSON, closed_by=PERSON)


def _grants(given: Given) -> QuerySet[Any, Any]:
    return Case.objects.filter(pk=given.case_id).annotate(row=grants_as_json(given.dossier_id))


PARTS: Parts = {
    "people": _of_case(Person, added_by=PERSON),
    "incidents": _of_case(Incident, added_by=PERSON),
    "links": _links,
    "notes": _of_case(Note, author=PERSON),
    "files": _of_case(CaseFile),
    "services": _of_case(ServiceRecord, by=PERSON, provider_unit=("id", "name")),
    "tasks": _of_case(Task, owner=PERSON, made_by=PERSON, done_by=PERSON),
    "clocks": _clocks,
    "pauses": _pauses,
    "transitions": _of_case(Transition, by=PERSON),
    "parts": _of_case(Assignment, user=PERSON, by=PERSON, until_by=PERSON),
    "openings": _openings,
    "grants": _grants,
    "facts": facts_as_json,
}
"""What the page reads, each list with the people whose names stand in it."""


def rows_of(case: Case, found: Found) -> Rows:
    """Return what came of `PARTS` as rows, each list in its order."""
    services = build(ServiceRecord, found["services"], by="recorded_at", case=case)
    parts = build(Assignment, found["parts"], by="since", case=case)
    return Rows(
        people=build(Person, found["people"], by="added_at", case=case),
        incidents=build(Incident, found["incidents"], by="added_at", case=case),
        links=build(IncidentLink, found["links"]),
        notes=build(Note, found["notes"], by="at", case=case),
        files=build(CaseFile, found["files"], by="position", case=case),
        services=sorted(services, key=lambda one: one.on),
        tasks=build(Task, found["tasks"], by="due_at", case=case),
        clocks=build(Clock, found["clocks"], by="presses_at"),
        pauses=build(Pause, found["pauses"], by="since"),
        transitions=build(Transition, found["transitions"], by="at", case=case),
        parts=sorted(parts, key=lambda part: part.user_id != case.manager_id),
        openings=build(Glass, found["openings"], by="opened_at", case=case),
        facts=facts_from_json(found["facts"][0] if found["facts"] else None),
    )

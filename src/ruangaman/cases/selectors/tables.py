"""What the tables say about one case, as parts of the page's one statement and as rows again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

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
from ruangaman.cases.selectors.rows import PERSON, Found, as_json, build
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import open_of_dossier
from ruangaman.vault.selectors import grants_as_json

KIND = ("id", "label", "label_en", "is_third_party")
LIMIT = ("id", "legal_basis")


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


def parts_of(case: Case, at: datetime) -> dict[str, QuerySet[Any, Any]]:
    """Return what the page reads, each list with the people whose names stand in it."""
    tasks = Task.objects.filter(case=case)
    parts = Assignment.objects.filter(case=case)
    openings = Glass.objects.filter(case=case).exclude(opened_at=None)
    return {
        "people": as_json(Person.objects.filter(case=case), added_by=PERSON),
        "incidents": as_json(Incident.objects.filter(case=case), added_by=PERSON),
        "links": as_json(IncidentLink.objects.filter(incident__case=case)),
        "notes": as_json(Note.objects.filter(case=case), author=PERSON),
        "files": as_json(CaseFile.objects.filter(case=case)),
        "services": as_json(ServiceRecord.objects.filter(case=case), by=PERSON, provider_unit=("id", "name")),
        "tasks": as_json(tasks, owner=PERSON, made_by=PERSON, done_by=PERSON),
        "clocks": as_json(open_of_dossier(case.dossier_id), kind=KIND, limit=LIMIT, owner=PERSON, desk=("id", "name")),
        "transitions": as_json(Transition.objects.filter(case=case), by=PERSON),
        "parts": as_json(parts, user=PERSON, by=PERSON, until_by=PERSON),
        "openings": as_json(openings, opener=PERSON, closed_by=PERSON),
        "grants": Case.objects.filter(pk=case.pk).annotate(row=grants_as_json(case.dossier_id)),
        "facts": facts_as_json(case, at),
    }


def rows_of(case: Case, found: Found) -> Rows:
    """Return what came of `parts_of` as rows, each list in its order."""
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
        transitions=build(Transition, found["transitions"], by="at", case=case),
        parts=sorted(parts, key=lambda part: part.user_id != case.manager_id),
        openings=build(Glass, found["openings"], by="opened_at", case=case),
        facts=facts_from_json(found["facts"][0] if found["facts"] else None),
    )

"""Rows that travelled as JSON are the rows that they were."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.cases import services
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
    Tie,
    Transition,
)
from ruangaman.cases.selectors.rows import PERSON, Given, as_json, build, read_parts
from ruangaman.intake.models import Attachment, Message, Report
from tests.cases.test_selectors import fill
from tests.factories.accounts import working
from tests.factories.cases import Team

MODELS: tuple[type[Model], ...] = (
    Assignment, Case, CaseFile, Glass, Incident, IncidentLink, Note, Person, ServiceRecord, Task, Tie, Transition,
    Report, Message, Attachment,
)  # fmt: skip


def values(row: Model) -> dict[str, Any]:
    """Return the columns of a row as Python has them."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def given(case: Case, viewer: User) -> Given:
    """What the page of a case is read by."""
    return Given(case.pk, case.dossier_id, viewer.principals, timezone.now())


def all_of(model: type[Model], known: Given) -> QuerySet[Any, Any]:
    """Every row of a table."""
    return as_json(model._default_manager.all())


def tasks_of(known: Given) -> QuerySet[Any, Any]:
    """The tasks of a case, with the people in them."""
    return as_json(Task.objects.filter(case_id=known.case_id), owner=PERSON, done_by=PERSON)


def test_every_row_comes_back_with_the_values_that_the_table_has(team: Team) -> None:
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, at=timezone.now())
    fill(team, case, 1)
    with working(team.manager):
        services.add_service(
            code=case.code, type="KESEHATAN", on=timezone.localdate(), hours=Decimal("1.5"),
            provider_unit=team.office.unit, result="x", by=team.manager, at=timezone.now(),
        )  # fmt: skip
        rows = {model.__name__: list(model._default_manager.all()) for model in MODELS}  # type: ignore[attr-defined]
        found = read_parts({model.__name__: partial(all_of, model) for model in MODELS}, given(case, team.manager))
        for model in MODELS:
            back = build(model, found[model.__name__])
            assert [values(row) for row in back] == [
                values(row) for row in sorted(rows[model.__name__], key=lambda one: one.pk)
            ]
    assert {name for name, known in rows.items() if known} >= {
        "Assignment", "Case", "Incident", "IncidentLink", "Note", "Person", "ServiceRecord", "Task",
    }  # fmt: skip


def test_whoever_is_named_comes_along_once_and_nobody_where_nobody_is(team: Team) -> None:
    case = team.open(at=timezone.now())
    with working(team.manager):
        for _ in range(2):
            services.add_task(
                code=case.code, title="x", owner=team.manager, due_at=timezone.now(), by=team.manager, at=timezone.now()
            )
        found = read_parts({"tasks": tasks_of}, given(case, team.manager))
        first, second = build(Task, found["tasks"], by="due_at", case=case)
    assert first.owner is second.owner
    assert (first.owner.display_name, first.owner.role) == (team.manager.display_name, team.manager.role)
    assert first.done_by is None
    assert first.case is case

"""Row-level security, asked in plain SQL: what the database itself shows, whatever the program above it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction

from ruangaman.accounts.models import User
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services
from ruangaman.cases.models import Case
from tests.factories.accounts import working
from tests.factories.cases import FEB_3, FEB_9, Team, add_incident

CHILDREN = ("assignment", "person", "incident", "note", "casefile", "servicerecord", "task", "transition")
TABLES = ("case", *CHILDREN, "incidentlink")


@pytest.fixture
def case(team: Team) -> Case:
    """A case with a row in most tables."""
    case = team.open()
    team.assign(case, team.companion)
    with working(team.manager):
        services.add_task(code=case.code, title="x", owner=team.manager, due_at=FEB_9, by=team.manager, at=FEB_3)
        add_incident(case, by=team.manager, at=FEB_3)
    return case


def ask(sql: str, *values: Any) -> list[Any]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def count(table: str) -> int:
    """Return how many rows of a table are shown."""
    return int(ask(f"SELECT count(*) FROM cases_{table}")[0][0])  # noqa: S608 - a name from this file


@contextmanager
def refused() -> Iterator[None]:
    """Expect the database to refuse, and go on afterwards."""
    with pytest.raises(Error, match=r"permission denied|row-level security"), transaction.atomic():
        yield


@pytest.mark.parametrize("table", TABLES)
def test_only_those_on_the_case_and_who_oversees_its_unit_are_shown_its_rows(
    team: Team, case: Case, table: str
) -> None:
    seen: dict[str, int] = {}
    for name in ("manager", "companion", "head", "lawyer", "desk"):
        with working(getattr(team, name)):
            seen[name] = count(table)
    assert seen["manager"] == seen["companion"] == seen["head"]
    assert seen["lawyer"] == seen["desk"] == 0
    assert seen["manager"] > 0 or table in {"casefile", "servicerecord", "transition"}


@pytest.mark.parametrize("table", TABLES)
def test_with_nobody_looking_there_are_no_rows(team: Team, case: Case, table: str) -> None:
    with unit_of_work(DatabaseRole.WEB):
        assert count(table) == 0


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", [DatabaseRole.PUBLIC, DatabaseRole.WORKER, DatabaseRole.SENDER, DatabaseRole.AUDIT])
def test_the_other_roles_may_not_even_ask(team: Team, case: Case, table: str, role: DatabaseRole) -> None:
    with unit_of_work(role), refused():
        count(table)


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_ever_deleted(team: Team, case: Case, table: str) -> None:
    with working(team.manager), refused():
        ask(f"DELETE FROM cases_{table}")  # noqa: S608 - a name from this file


def add_note(case: Case, author: User) -> None:
    """Put a note into a case by hand."""
    ask(
        "INSERT INTO cases_note (id, case_id, compartment, source, ref, author_id, at)"
        " VALUES (%s, %s, 9, 'staff', %s, %s, %s)",
        uuid4(),
        case.pk,
        uuid4(),
        author.pk,
        FEB_3,
    )


def test_writing_needs_a_grant_overseeing_is_not_enough(team: Team, case: Case) -> None:
    with working(team.companion):
        add_note(case, team.companion)
    for user in (team.head, team.lawyer, team.desk):
        with working(user), refused():
            add_note(case, user)
    with working(team.head):
        ask("UPDATE cases_case SET state = 'plan'")
        ask("UPDATE cases_task SET done_at = %s, done_by_id = %s", FEB_9, team.head.pk)
    assert Case.objects.get(pk=case.pk).state == "assessment"
    assert case.tasks.get().done_at is None


@pytest.mark.parametrize(
    "column",
    [
        "code = 'K-00000000'",
        "dossier_id = dossier_id",
        "unit_id = unit_id",
        "opened_at = opened_at",
        "case_type = 'child'",
    ],
)
def test_what_a_case_was_opened_as_cannot_be_changed(team: Team, case: Case, column: str) -> None:
    with working(team.manager), refused():
        ask(f"UPDATE cases_case SET {column}")  # noqa: S608 - a name from this file


def test_the_danger_is_weighed_again_by_who_works_on_it(team: Team, case: Case) -> None:
    with working(team.head):
        ask("UPDATE cases_case SET risk = 1")
    assert Case.objects.get(pk=case.pk).risk != 1, "who oversees changes nothing"
    with working(team.manager):
        ask("UPDATE cases_case SET risk = 1")
    assert Case.objects.get(pk=case.pk).risk == 1


def test_the_desk_sees_the_case_that_it_opens_only_while_it_opens_it(team: Team, case: Case) -> None:
    with working(team.desk):
        ask("SELECT set_config('ra.opening', %s, true)", str(case.pk))
        assert count("case") == 1
        ask("SELECT set_config('ra.opening', '', true)")
        assert count("case") == 0
    with working(team.lawyer):
        ask("SELECT set_config('ra.opening', %s, true)", str(case.pk))
        assert count("case") == 0


def test_a_case_is_opened_in_the_own_name_alone(team: Team, case: Case) -> None:
    fresh = Case.objects.filter(pk=case.pk).values().get()
    fresh |= {"id": uuid4(), "code": "K-00000000", "opened_by_id": team.manager.pk}
    names = ", ".join(fresh)
    with working(team.desk), refused():
        ask("SELECT set_config('ra.opening', %s, true)", str(fresh["id"]))
        holes = ", ".join(["%s"] * len(fresh))
        ask(f"INSERT INTO cases_case ({names}) VALUES ({holes})", *fresh.values())  # noqa: S608 - own columns


def test_a_grant_is_looked_up_and_who_is_looking_is_read_once_for_a_query(team: Team, case: Case) -> None:
    with working(team.companion):
        plan = "\n".join(
            row[0] for row in ask("EXPLAIN (VERBOSE) SELECT id FROM cases_case WHERE id = %s", str(case.pk))
        )
    assert plan.count("InitPlan") >= 2
    assert "vault_grant g" in plan

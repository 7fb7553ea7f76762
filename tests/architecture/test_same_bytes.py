"""Every address with a code or an id in it, asked by those who may not: what exists answers as what does not.

Somebody else's, nobody's, an erased one of another office, and one that was one's own before it was erased.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases.models import Case
from ruangaman.intake.models import Report
from tests.architecture import world as making
from tests.architecture.access_matrix import ANYONE, CASEWORK, MATRIX, Row
from tests.architecture.test_access_matrix import ONE_OF_EACH, expected, fill
from tests.architecture.world import NONE, World, make_world, things_for
from tests.factories.accounts import Office
from tests.support.once import one_transaction
from tests.support.signing_in import signed_in

CHANGING = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')
"""What is new in every answer: the form's token, and nothing else."""
WITH_ID = [row for row in MATRIX if "<" in row.route]
STRANGERS = frozenset({ANYONE, "polisi"})
Answer = tuple[int, list[tuple[str, str]], bytes]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Two offices, and in each a report and a case that were erased."""
    with one_transaction(django_db_blocker):
        found = make_world()
        other = found.people["dinsos"]
        far = making._case_elsewhere(found, _office_of(found))
        near = making._case(found)
        reports = {"near": making._report(found.counter), "far": making._report(found.counter, avoid=("uptd",))}
        assert other.unit_id == far.unit_id != near.unit_id
        for place, case in (("near", near), ("far", far)):
            facts = making._report_facts(reports[place]) | making._case_facts(found, case)
            found.things[f"erased {place}"] = found.things["other"] | facts | {"ended": reports[place].code}
            erase(case, reports[place])
        yield found


def _office_of(world: World) -> Office:
    """The other office as it is now, with somebody to manage a case."""
    people, unit = world.counter.office.people, world.people["dinsos"].unit
    office = Office(unit.agency, unit, people["kepala"], people["dpo"], {"dinsos": world.people["dinsos"]})
    office.people["manajer-lain"] = office.user(Role.MANAJER, username="manajer-lain-2")
    return office


def erase(case: Case, report: Report) -> None:
    """As the ledger erases again."""
    gone = [case.dossier_id, report.dossier_id, *case.reports.values_list("dossier_id", flat=True)]
    with unit_of_work(DatabaseRole.WORKER), connection.cursor() as cursor:
        for dossier in gone:
            cursor.execute("SELECT vault_shred(%s, %s)", [dossier, timezone.now()])


def rows_for(who: str) -> list[Row]:
    """Addresses that are there for somebody, but not about everything; for those without any work: all of them."""
    if who in STRANGERS:
        return WITH_ID
    return [row for row in WITH_ID if row.about and who in row.who]


@pytest.mark.parametrize("who", [one for one in (ANYONE, *sorted(ONE_OF_EACH.values())) if rows_for(one)])
def test_what_exists_answers_as_what_does_not(world: World, who: str) -> None:
    client = Client() if who == ANYONE else signed_in(world.people[who])

    wrong, asked = [], 0
    for row in rows_for(who):
        for method in ("get", "post"):
            if expected(row, who, "other", method) not in {404, 405}:
                continue  # theirs to see
            nothing = ask(client, method, fill(row.route, NONE))
            for name, things in others_of(world, who, row).items():
                asked += 1
                if ask(client, method, fill(row.route, things)) != nothing:
                    wrong.append(f"{who} {method.upper()} {row.route}: {name} is told from nothing")

    assert not wrong, "\n".join(wrong)
    assert asked > 3  # so many for who has a single such address, many more for the others


def test_the_comparison_sees_what_is_one_s_own(world: World) -> None:
    client = signed_in(world.people["manajer"])
    route = next(row.route for row in WITH_ID if row.route == "kasus/<case_code:code>/")
    assert ask(client, "get", fill(route, world.things["own"])) != ask(client, "get", fill(route, NONE))


def others_of(world: World, who: str, row: Row) -> dict[str, dict[str, str]]:
    """What exists, or did, and is not for them."""
    found = {"somebody else's": things_for(world, who, "other")}
    near, far = world.things["erased near"], world.things["erased far"]
    found["an erased one"] = near if who == "dinsos" else far
    if who in CASEWORK | STRANGERS:
        found["an erased one of the office"] = near
    return found


def ask(client: Client, method: str, path: str) -> Answer:
    """Status, headers and page, without the form's token; what the question changed is undone."""
    cookies: Any = {name: one.value for name, one in client.cookies.items()}
    mark = transaction.savepoint()
    answer: HttpResponse = getattr(client, method)(path)
    transaction.savepoint_rollback(mark)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
    return answer.status_code, sorted(answer.headers.items()), CHANGING.sub(rb"\1", body)

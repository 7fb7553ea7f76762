"""The head's page of load: codes and counts, the same few questions however many people there are."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ruangaman.accounts.models import Unit, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Assignment, Task
from ruangaman.cases.selectors.load import MOST_LATE, get_unit_load
from ruangaman.cases.types.load import HEIGHT, LOAD_WEIGHTS, STEP, PersonLoad
from ruangaman.core.codelists import RiskLevel
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_3, STORY
from tests.factories.desk import HOUR
from tests.support.signing_in import signed_in

TITLE = "JUDUL-UJI"


def load_of(head, at=FEB_3):
    with working(head):
        return get_unit_load(viewer=head, at=at)


def task(counter, case, *, due_at, owner=None):
    with working(counter.manager):
        services.add_task(
            code=case.code, title=TITLE, owner=owner or counter.manager, due_at=due_at, by=counter.manager, at=FEB_1
        )


def test_everybody_is_there_with_what_they_carry_heaviest_first(counter):
    extreme, low = counter.team.open(risk=RiskLevel.EKSTREM), counter.team.open(risk=RiskLevel.RENDAH)
    closed = counter.team.open(risk=RiskLevel.EKSTREM)
    counter.team.assign(extreme, counter.team.companion)
    flow.close(closed, by=counter.manager, head=counter.team.head, at=FEB_1 + HOUR)
    task(counter, extreme, due_at=FEB_3 - HOUR)
    task(counter, extreme, due_at=FEB_3 + 3 * HOUR)
    task(counter, low, due_at=FEB_3 + timedelta(days=8))

    people = {one.name: one for one in load_of(counter.team.head).people}

    manager = people[counter.manager.display_name]
    assert (manager.cases, manager.weight, manager.counts, manager.dangerous) == (2, 6, [1, 0, 0, 1], 1)
    assert (manager.due_week, manager.overdue, manager.next_due) == (1, 1, FEB_3 + 3 * HOUR)
    assert people[counter.team.companion.display_name].weight == 5
    assert people[counter.team.lawyer.display_name].cases == 0, "who carries nothing can take something"
    assert next(iter(people)) == counter.manager.display_name
    assert counter.first.display_name not in people, "the desk has no cases"


def test_danger_makes_a_step_press_earlier(counter):
    extreme, high = counter.team.open(risk=RiskLevel.EKSTREM), counter.team.open(risk=RiskLevel.TINGGI)
    low = counter.team.open(risk=RiskLevel.RENDAH)
    for case, due_at in (
        (extreme, FEB_3 + timedelta(hours=71)),
        (high, FEB_3 + timedelta(hours=23)),
        (low, FEB_3 + MINUTE),
        (extreme, FEB_3 + timedelta(hours=73)),
        (low, FEB_3 - MINUTE),
    ):
        task(counter, case, due_at=due_at)

    found = load_of(counter.team.head)

    assert [row.code for row in found.pressing] == [extreme.code, high.code] or [
        row.code for row in found.pressing
    ] == [high.code, extreme.code]
    assert [row.code for row in found.late] == [low.code]
    assert found.headline == "1 tugas terlambat, 2 hampir."


MINUTE = timedelta(minutes=1)


def test_the_page_holds_codes_and_counts_and_no_word_of_a_story(counter):
    case = counter.team.open(risk=RiskLevel.EKSTREM)
    task(counter, case, due_at=FEB_3)
    before = AuditEvent.objects.filter(type="vault.revealed").count()

    page = signed_in(counter.team.head).get("/kerja/beban/").content.decode()

    assert case.code in page
    for word in (TITLE, STORY, "UJI"):
        assert word not in page
    assert AuditEvent.objects.filter(type="vault.revealed").count() == before
    assert page.count('class="c4"') == 2, "one block in the picture, one in the key"


def test_another_units_head_sees_none_of_it_and_others_no_page(counter):
    case = counter.team.open(risk=RiskLevel.EKSTREM)
    task(counter, case, due_at=FEB_3)
    elsewhere = Unit.objects.create(agency=counter.office.agency, code="unit-lain", name="Unit lain")
    other = counter.office.user(Role.KEPALA, unit=elsewhere)

    found = load_of(other)

    assert (found.people, found.late, found.pressing) == ([], [], [])
    assert load_of(counter.team.head, FEB_3 + HOUR).late, "the control"
    assert signed_in(counter.manager).get("/kerja/beban/").status_code == 404
    assert signed_in(counter.first).get("/kerja/beban/").status_code == 404


def test_forty_people_are_asked_about_in_as_many_questions_as_two(counter):
    cases = [counter.team.open(risk=risk) for risk in RiskLevel.values]
    few = CaptureQueriesContext(connection)
    with working(counter.team.head), few:
        get_unit_load(viewer=counter.team.head, at=FEB_3)
    crowd(counter, cases, 40)
    many = CaptureQueriesContext(connection)
    with working(counter.team.head), many:
        found = get_unit_load(viewer=counter.team.head, at=FEB_3)

    assert len(found.people) >= 40
    assert max(one.cases for one in found.people) == len(cases)
    assert len(many) == len(few) <= 8

    client = signed_in(counter.team.head)
    client.get("/kerja/beban/")
    with CaptureQueriesContext(connection) as page:
        text = client.get("/kerja/beban/").content.decode()
    crowd(counter, cases, 10)
    with CaptureQueriesContext(connection) as later:
        client.get("/kerja/beban/")
    assert text.count("<tr>") > 40
    assert len(later) == len(page)


def crowd(counter, cases, size):
    """Put people into the unit, each in every case and with two steps; no keys, for nothing is opened here."""
    model = counter.team.companion
    for number in range(size):
        one = counter.office.user(Role.PENDAMPING) if number == 0 else copy_of(model)
        Assignment.objects.bulk_create(
            Assignment(case=case, user=one, role=Role.PENDAMPING, since=FEB_1, by=counter.manager) for case in cases
        )
        Task.objects.bulk_create(
            Task(case=cases[0], ref=uuid4(), owner=one, made_at=FEB_1, made_by=counter.manager, due_at=due)
            for due in (FEB_3 - HOUR, FEB_3 + HOUR)
        )


def copy_of(model):
    """Somebody more of the same unit, with a principal of their own."""
    from ruangaman.vault.models import Principal

    name = f"ramai-{uuid4().hex[:8]}"
    principal = Principal.objects.create(id=uuid4(), kind="user", created_at=FEB_1)
    return User.objects.create(
        username=name, display_name=name, role=model.role, unit=model.unit, principal_id=principal.pk
    )


def test_more_than_fits_is_said(counter):
    case = counter.team.open(risk=RiskLevel.SEDANG)
    Task.objects.bulk_create(
        Task(case=case, ref=uuid4(), owner=counter.manager, made_at=FEB_1, made_by=counter.manager, due_at=FEB_1)
        for _one in range(MOST_LATE + 1)
    )
    found = load_of(counter.team.head)
    assert found.is_cut
    assert len(found.late) == MOST_LATE
    assert found.headline.startswith(f"Lebih dari {MOST_LATE}")


@pytest.mark.parametrize("risk", RiskLevel.values)
def test_the_area_of_a_block_is_its_weight(risk):
    one = PersonLoad("x", "y", {risk: 3, RiskLevel.RENDAH: 3} if risk != RiskLevel.RENDAH else {risk: 3})
    blocks = [block for block in one.blocks if block.level == risk]
    assert len(blocks) == 3
    assert {block.height * max(LOAD_WEIGHTS.values()) for block in blocks} == {HEIGHT * LOAD_WEIGHTS[risk]}
    assert all(block.y + block.height == HEIGHT for block in one.blocks)
    assert [block.x for block in one.blocks] == [STEP * place for place in range(len(one.blocks))]

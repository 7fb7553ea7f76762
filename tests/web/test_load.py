"""The head's page of load: codes and counts, the same few questions however many people there are."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts.models import Unit, User
from ruangaman.accounts.services import let_go
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Assignment
from ruangaman.cases.selectors.load import get_unit_load
from ruangaman.cases.types.load import HEIGHT, LOAD_WEIGHTS, STEP, PersonLoad
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import Standing, presses_at
from ruangaman.core.codelists import RiskLevel
from ruangaman.web import selectors
from ruangaman.web.types import Filters
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_3, FEB_9, STORY
from tests.factories.desk import HOUR
from tests.support.signing_in import signed_in
from tests.web.test_decisions import asked_for

TITLE = "JUDUL-UJI"


def load_of(head, at=FEB_3):
    with working(head):
        return get_unit_load(viewer=head, at=at)


def task(counter, case, *, due_at, owner=None, at=FEB_1):
    with working(counter.manager):
        services.add_task(
            code=case.code, title=TITLE, owner=owner or counter.manager, due_at=due_at, by=counter.manager, at=at
        )


def test_everybody_is_there_with_what_they_carry_heaviest_first(counter):
    extreme, low = counter.team.open(risk=RiskLevel.EKSTREM), counter.team.open(risk=RiskLevel.RENDAH)
    closed = counter.team.open(risk=RiskLevel.EKSTREM)
    counter.team.assign(extreme, counter.team.companion)
    flow.close(closed, by=counter.manager, head=counter.team.head, at=FEB_1 + HOUR)
    Clock.objects.all()._raw_delete("default")
    task(counter, extreme, due_at=FEB_3 - HOUR)
    task(counter, extreme, due_at=FEB_3 + 3 * HOUR)
    task(counter, extreme, due_at=FEB_3 + 24 * HOUR, owner=counter.team.companion)
    task(counter, low, due_at=FEB_3 + timedelta(days=8))

    found = load_of(counter.team.head)
    people = {one.name: one for one in found.people}

    manager = people[counter.manager.display_name]
    assert (manager.cases, manager.weight, manager.counts, manager.dangerous) == (2, 6, [1, 0, 0, 1], 1)
    assert manager.standing == Standing(late=1, soon=1, next_due=FEB_3 + 3 * HOUR)
    assert people[counter.team.companion.display_name].weight == 5
    assert people[counter.team.companion.display_name].soon == 1
    assert people[counter.team.lawyer.display_name].cases == 0, "who carries nothing can take something"
    assert next(iter(people)) == counter.manager.display_name
    assert counter.first.display_name not in people, "the desk has no cases"
    assert (found.late, found.soon) == (1, 2)
    assert found.headline == "1 hal terlambat, 2 lagi dalam 24 jam."


def test_every_turn_of_the_unit_is_counted_and_as_often_as_the_queue_lists_it(counter):
    """Not tasks alone: reviews, limits of the law, what the desk or nobody holds."""
    head = counter.team.head
    counter.team.open(risk=RiskLevel.EKSTREM)
    asked, _approval = asked_for(counter, at=FEB_1)
    found = load_of(head, FEB_3 + 3 * HOUR)
    with working(head):
        queue = selectors.get_day(viewer=head, filters=Filters(late=True), at=FEB_3 + 3 * HOUR, limit=200)
    assert found.late == queue.total > 2
    assert found.others.late == 1, "the head's own decision is nobody's among them"
    assert asked.code in {work.row.code for work in queue.works}
    Clock.objects.filter(kind__key__startswith="decision.").update(snoozed_until=FEB_9, snooze_reason="answer")
    assert load_of(head, FEB_3 + 3 * HOUR).late == found.late - 1, "what is put off is counted in neither"


def test_who_cannot_work_is_named_with_what_they_carry(counter):
    case = counter.team.open(risk=RiskLevel.EKSTREM)
    counter.team.assign(case, counter.team.companion)
    assert load_of(counter.team.head).absent == []
    with working(counter.team.head):
        let_go(user=counter.team.companion, by=counter.team.head, at=FEB_3)
    found = {one.name: str(one.why_absent) for one in load_of(counter.team.head).people if one.why_absent}
    carries = case.assignments.filter(user=counter.team.companion, until=None).exists()
    assert found == ({counter.team.companion.display_name: "sudah keluar"} if carries else {})
    with working(counter.team.head):
        let_go(user=counter.manager, by=counter.team.head, at=FEB_3)
    gone = load_of(counter.team.head).absent
    assert counter.manager.display_name in {one.name for one in gone}
    page = signed_in(counter.team.head).get("/kerja/beban/").content.decode()
    assert "Kasusnya perlu orang lain." in page


def test_what_ends_within_a_day_is_listed_as_the_queue_orders_it(counter):
    now = timezone.now()
    extreme, low = counter.team.open(risk=RiskLevel.EKSTREM), counter.team.open(risk=RiskLevel.RENDAH)
    Clock.objects.all()._raw_delete("default")
    for case, left in ((low, 1), (extreme, 23), (extreme, 3), (extreme, 25), (low, -1)):
        task(counter, case, due_at=now + left * HOUR, at=now - 5 * HOUR)
    page = signed_in(counter.team.head).get("/kerja/beban/").content.decode()
    rows = page.split('aria-labelledby="b2"')[1].split("</section>")[0].split('<li class="row">')[1:]
    assert [re.search(r'class="code">(K-\w+)<', row).group(1) for row in rows] == [extreme.code, extreme.code, low.code]
    assert "masih sempat" in rows[0]
    assert "masih sempat" not in rows[1]
    assert "1 hal terlambat, 3 lagi dalam 24 jam." in page


def test_the_page_holds_codes_and_counts_and_no_word_of_a_story(counter):
    case, now = counter.team.open(risk=RiskLevel.EKSTREM), timezone.now()
    task(counter, case, due_at=now + 3 * HOUR, at=now)
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

    assert (found.people, found.late, found.soon) == ([], 0, 0)
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
    companion = counter.team.companion
    for number in range(size):
        one = counter.office.user(Role.PENDAMPING) if number == 0 else copy_of(companion)
        Assignment.objects.bulk_create(
            Assignment(case=case, user=one, role=Role.PENDAMPING, since=FEB_1, by=counter.manager) for case in cases
        )
        model = Clock.objects.filter(subject=cases[0].code).select_related("kind").first()
        Clock.objects.bulk_create(
            Clock(
                kind=model.kind, dossier_id=model.dossier_id, about="case", subject=model.subject, anchor=uuid4(),
                unit_id=model.unit_id, owner=one, danger=model.danger, started_at=FEB_1, due_at=due,
                presses_at=presses_at(due, model.danger),
            )
            for due in (FEB_3 - HOUR, FEB_3 + HOUR)
        )  # fmt: skip


def copy_of(model):
    """Somebody more of the same unit, with a principal of their own."""
    from ruangaman.vault.models import Principal

    name = f"ramai-{uuid4().hex[:8]}"
    principal = Principal.objects.create(id=uuid4(), kind="user", created_at=FEB_1)
    return User.objects.create(
        username=name, display_name=name, role=model.role, unit=model.unit, principal_id=principal.pk
    )


@pytest.mark.parametrize("risk", RiskLevel.values)
def test_the_area_of_a_block_is_its_weight(risk):
    one = PersonLoad("x", "y", {risk: 3, RiskLevel.RENDAH: 3} if risk != RiskLevel.RENDAH else {risk: 3})
    blocks = [block for block in one.blocks if block.level == risk]
    assert len(blocks) == 3
    assert {block.height * max(LOAD_WEIGHTS.values()) for block in blocks} == {HEIGHT * LOAD_WEIGHTS[risk]}
    assert all(block.y + block.height == HEIGHT for block in one.blocks)
    assert [block.x for block in one.blocks] == [STEP * place for place in range(len(one.blocks))]


def test_every_row_beyond_the_first_ones_can_be_reached(counter):
    now = timezone.now()
    case = counter.team.open(risk=RiskLevel.RENDAH)
    Clock.objects.all()._raw_delete("default")
    for number in range(7):
        task(counter, case, due_at=now + (number + 1) * HOUR, at=now)
    head = signed_in(counter.team.head)
    few = head.get("/kerja/beban/").content.decode()
    assert few.count('<li class="row">') == 5
    assert 'href="?semua=1#b2"' in few
    whole = head.get("/kerja/beban/?semua=1").content.decode()
    assert whole.count('<li class="row">') == 7
    assert 'href="?semua=1#b2"' not in whole

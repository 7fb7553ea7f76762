"""What waits for the head's decision is a need of the head, and the list of it is in the order in which it presses."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.cases.types import ApprovalKind, CaseState, Outcome
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.web import selectors
from ruangaman.web.types import EXTREME, Band, Filters
from ruangaman.web.views.wording import decision_words
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3
from tests.factories.desk import HOUR
from tests.support.signing_in import signed_in


def asked_for(counter, *, at=FEB_2, risk=RiskLevel.RENDAH):
    """A case whose plan waits for the head since `at`."""
    case = counter.team.open(at=at - 3 * HOUR, risk=risk)
    flow.advance(case, CaseState.PLAN, by=counter.manager, head=counter.team.head, at=at - 2 * HOUR)
    flow.plan(case, by=counter.manager, at=at - HOUR)
    return case, flow.ask(case, ApprovalKind.PLAN, by=counter.manager, at=at)


def waiting(case):
    return Clock.objects.filter(subject=case.code, kind__key__startswith="decision.", stopped_at=None)


def head_rows(counter, at):
    with working(counter.team.head):
        day = selectors.get_day(viewer=counter.team.head, filters=Filters(), at=at, limit=200)
    return [work for work in day.works if "Putuskan" in str(work.row.sentence)]


def test_a_plan_that_waits_is_a_need_of_the_head_until_it_is_decided(counter):
    case, asked = asked_for(counter, risk=RiskLevel.EKSTREM)
    clock = waiting(case).get()
    assert (clock.owner, clock.anchor, clock.danger) == (counter.team.head, asked.pk, RiskLevel.EKSTREM)
    (work,) = head_rows(counter, FEB_2 + HOUR)
    assert work.band is Band.NOW
    assert (work.row.action, work.row.action_url) == ("Lihat dan putuskan", f"/kasus/keputusan/{asked.pk}/")
    assert str(work.row.sentence) == "Putuskan rencana yang diajukan: 23 jam lagi dari 24 jam"

    flow.decide(asked, by=counter.team.head, at=FEB_2 + HOUR, outcome=Outcome.RETURNED)

    assert head_rows(counter, FEB_2 + HOUR) == []
    assert not waiting(case).exists()


def test_the_head_s_decisions_stand_apart_by_danger_and_once(counter):
    old, _ = asked_for(counter, at=FEB_2)
    new, _ = asked_for(counter, at=FEB_2 + 40 * HOUR, risk=RiskLevel.EKSTREM)
    at, head = FEB_2 + 41 * HOUR, counter.team.head
    with working(head):
        day = selectors.get_day(viewer=head, filters=Filters(), at=at, limit=200)
        narrowed = selectors.get_day(viewer=head, filters=Filters(danger=EXTREME), at=at, limit=200)
    assert [work.row.code for work in day.apart] == [new.code, old.code]
    assert decision_words(day, at) == "paling lama menunggu 41 jam · 1 ekstrem, 1 rendah"
    assert [work.row.code for work in day.works if "Putuskan" in str(work.row.sentence)] == [new.code, old.code]
    assert narrowed.apart == []
    assert [work.row.code for work in narrowed.works if "Putuskan" in str(work.row.sentence)] == [new.code]


def test_what_is_another_head_s_decision_stays_among_the_unit_s_needs(counter):
    case, _asked = asked_for(counter)
    other = counter.office.user(Role.KEPALA, unit=counter.team.head.unit)
    with working(other):
        day = selectors.get_day(viewer=other, filters=Filters(), at=FEB_2 + HOUR, limit=200)
        kept = [work.row.code for work in day.works if "Putuskan" in str(work.row.sentence)]
        assert (day.apart, kept) == ([], [case.code])
        assert selectors.count_work(other) == day.total
    with working(counter.team.head):
        day = selectors.get_day(viewer=counter.team.head, filters=Filters(), at=FEB_2 + HOUR, limit=200)
        assert len(day.apart) == 1
        assert selectors.count_work(counter.team.head) == day.total, "what stands apart counts once"


def test_the_head_s_first_page_names_her_decisions_and_leads_to_them(counter):
    head = signed_in(counter.team.head)
    empty = head.get("/kerja/").content.decode()
    assert 'href="/kasus/keputusan/"' in empty
    assert "Keputusan Anda" not in empty
    now = timezone.now()
    for number in range(4):
        asked_for(counter, at=now - (number + 1) * HOUR, risk=RiskLevel.TINGGI)
    page = head.get("/kerja/").content.decode()
    group = page.split('aria-labelledby="b0"')[1].split("</section>")[0]
    assert "Keputusan Anda" in group
    assert "paling lama menunggu 4 jam · 4 tinggi" in group
    assert group.count('<li class="row">') == 3, "the rest is behind the link"
    assert 'href="/kasus/keputusan/"' in group
    assert "Keputusan Anda" not in signed_in(counter.manager).get("/kerja/").content.decode()


def test_a_newer_version_ends_what_waited_for_the_older_one(counter):
    case, asked = asked_for(counter)
    flow.plan(case, by=counter.manager, at=FEB_3)
    assert not waiting(case).exists()
    again = flow.ask(case, ApprovalKind.PLAN, by=counter.manager, at=FEB_3)
    assert waiting(case).get().anchor == again.pk != asked.pk


def test_a_closing_that_waits_is_ended_by_its_own_decision_alone(counter):
    case = counter.team.open(at=FEB_1)
    flow.finish_tasks(case, by=counter.manager, at=FEB_1)
    flow.assess_closing(case, by=counter.manager, at=FEB_1)
    asked = flow.ask(case, ApprovalKind.CLOSING, by=counter.manager, at=FEB_1)
    flow.advance(case, CaseState.PLAN, by=counter.manager, head=counter.team.head, at=FEB_1)
    flow.plan(case, by=counter.manager, at=FEB_1)
    assert waiting(case).get().kind.key == "decision.closing"
    flow.decide(asked, by=counter.team.head, at=FEB_2)
    assert not waiting(case).exists()


@pytest.mark.django_db
def test_the_list_says_danger_and_how_long_and_the_most_pressing_is_first(counter):
    now = timezone.now()
    quiet, _ = asked_for(counter, at=now - timedelta(days=3))
    grave, _ = asked_for(counter, at=now - 5 * HOUR, risk=RiskLevel.EKSTREM)
    stale, _ = asked_for(counter, at=now - timedelta(days=9), risk=RiskLevel.EKSTREM)
    flow.plan(stale, by=counter.manager, at=now - timedelta(days=8))

    page = signed_in(counter.team.head).get("/kasus/keputusan/").content.decode()

    assert re.findall(r'class="code">(K-\w+)<', page) == [grave.code, quiet.code]
    first, second = (re.sub(r"<[^>]+>", " ", part) for part in page.split('<li class="row">')[1:])
    assert "Ekstrem" in first
    assert "Rencana menunggu 5 jam" in first
    assert f"dari {counter.manager.display_name}" in first
    assert "Rendah" in second
    assert "Rencana menunggu 3 hari" in second


def test_what_waited_before_gets_its_clock_once_and_what_cannot_be_decided_gets_none(counter):
    case, asked = asked_for(counter, risk=RiskLevel.TINGGI)
    stale, _ = asked_for(counter)
    flow.plan(stale, by=counter.manager, at=FEB_3)
    Clock.objects.all()._raw_delete("default")
    migration = import_module("ruangaman.cases.migrations.0014_decisions")
    for _twice in range(2):
        with connection.cursor() as cursor:
            for kind, table in migration.TABLES:
                cursor.execute(migration.waiting(kind, table))
    clock = Clock.objects.get()
    assert (clock.subject, clock.anchor, clock.owner) == (case.code, asked.pk, counter.team.head)
    assert (clock.started_at, clock.due_at) == (FEB_2, FEB_2 + 24 * HOUR)

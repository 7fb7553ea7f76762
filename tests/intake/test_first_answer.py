"""Who reported and was never answered waits on when a case is opened, with the moment it had, until answered."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services as cases
from ruangaman.cases.selectors.weighing import stand
from ruangaman.cases.types import Doubt
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services
from ruangaman.web import selectors
from ruangaman.web.types import Filters
from tests.cases.test_views import page
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9
from tests.factories.desk import HOUR, KINDS

FACTS = {
    "case_type": CaseType.WOMAN,
    "risk": RiskLevel.SEDANG,
    "authority": Authority.CITY,
    "why": "Sudah dipastikan lewat telepon",
}
KEY = "case.first_answer"


def triaged(counter, *, at=FEB_1, **answers):
    report = counter.send(at=at, **(answers or KINDS))
    counter.do(services.triage, report, at=at + HOUR, **FACTS)
    return report


def opened(counter, *, at=FEB_2):
    report = triaged(counter, at=at - timedelta(days=1))
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=at)
    return counter.fresh(report), case


def waits(case):
    return Clock.objects.filter(dossier=case.dossier_id, kind__key=KEY).open()


def answer(counter, report, *, by=None, at=FEB_3):
    return counter.do(services.reply, report, by=by or counter.manager, text="x", message_id=uuid4(), at=at)


def test_whoever_was_not_answered_waits_on_with_the_moment_it_had_and_is_the_managers_turn(counter):
    report, case = opened(counter)
    clock = waits(case).get()
    assert (clock.due_at, clock.owner, clock.lead) == (report.due_at, counter.manager, counter.manager)
    assert report.due_at < FEB_2, "late before the case was opened"
    assert (clock.anchor, clock.danger, clock.limit) == (report.pk, RiskLevel.SEDANG, None)
    with working(counter.manager):
        day = selectors.get_day(viewer=counter.manager, filters=Filters(), at=FEB_2 + HOUR, limit=200)
    (row,) = [work.row for work in day.works if "belum pernah dijawab" in str(work.row.sentence)]
    assert (row.action, row.action_url) == ("Baca dan balas", f"/kasus/{case.code}/#percakapan")
    assert "lewat" in str(row.sentence)
    assert not AuditEvent.objects.filter(type="cases.reporter_answered").exists()


def test_whoever_was_answered_before_waits_for_nothing(counter):
    report = triaged(counter)
    answer(counter, report, by=counter.first, at=FEB_1 + HOUR)
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    assert not waits(case).exists()
    assert not AuditEvent.objects.filter(type="cases.answer_awaited").exists()


def test_the_wait_follows_whoever_has_the_part_and_the_danger(counter):
    _, case = opened(counter)
    team = counter.team
    team.assign(case, team.companion)
    assert waits(case).get().owner == team.companion, "the companion's turn once there is one"
    second = team.office.user(team.companion.role)
    team.assign(case, second)
    assert waits(case).get().owner == team.companion, "a second one takes nothing away"
    part = case.assignments.get(user=team.companion)
    with working(team.manager):
        cases.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_3, is_confirmed=True)
    assert waits(case).get().owner == team.manager
    other = team.office.user(team.manager.role)
    with working(team.manager):
        cases.change_manager(code=case.code, to=other, by=team.manager, at=FEB_3)
    clock = waits(case).get()
    assert (clock.owner, clock.lead) == (other, other)


def test_only_the_turns_of_the_part_go_to_who_gets_it(counter):
    _, case = opened(counter)
    team = counter.team
    team.assign(case, team.lawyer)
    assert waits(case).get().owner == team.manager
    team.assign(case, team.companion)
    others = Clock.objects.filter(dossier=case.dossier_id).open().exclude(kind__holder="companion")
    assert others.exists()
    assert {one.owner for one in others} == {team.manager}


@pytest.mark.parametrize("who", ["manager", "companion", "desk"])
def test_the_first_answer_ends_it_whoever_gives_it_and_only_that(counter, who):
    report, case = opened(counter)
    team = counter.team
    team.assign(case, team.companion)
    counter.write_back(report, "masih di sini", at=FEB_2 + HOUR)
    counter.do(services.acknowledge, report, by=counter.manager, at=FEB_2 + 2 * HOUR)
    assert waits(case).exists(), "that it was read is no answer"
    by = {"manager": team.manager, "companion": team.companion, "desk": counter.first}[who]
    for _twice in range(2):
        answer(counter, report, by=by)
    clock = Clock.objects.get(dossier=case.dossier_id, kind__key=KEY)
    assert (clock.stopped_at, clock.stopped_on) == (FEB_3, "cases.reporter_answered")
    event = AuditEvent.objects.get(type="cases.reporter_answered")
    assert (event.subject, event.detail) == (case.code, {"report": str(report.pk)})


def test_a_stranger_to_the_conversation_ends_no_wait(counter):
    report, case = opened(counter)
    answered = "SELECT count(*) FROM intake_answered(%s, %s)"
    with working(counter.manager), connection.cursor() as cursor:
        cursor.execute(answered, [report.pk, FEB_3])
        assert cursor.fetchone() == (0,), "nobody has written an answer"
    report.messages.create(direction="out", ref=uuid4(), sent_at=FEB_3, author=counter.first)
    with working(counter.team.lawyer), connection.cursor() as cursor:
        cursor.execute(answered, [report.pk, FEB_3])
        assert cursor.fetchone() == (0,)
    assert waits(case).exists()
    with working(counter.first), connection.cursor() as cursor:
        cursor.execute(answered, [report.pk, FEB_3])
        assert cursor.fetchone() == (1,), "the control: who may answer"
    assert not waits(case).exists()


def test_closing_the_case_is_no_answer_and_has_to_say_so(counter):
    report, case = opened(counter)
    with working(counter.manager):
        assert Doubt.UNANSWERED in stand(case=case, at=FEB_3, risk=RiskLevel.RENDAH, goals=None).doubts
    flow.close(case, by=counter.manager, head=counter.team.head, at=FEB_3)
    assert waits(case).get().owner == counter.manager
    answer(counter, report, at=FEB_9)
    assert not waits(case).exists()
    with working(counter.manager):
        assert Doubt.UNANSWERED not in stand(case=case, at=FEB_9, risk=RiskLevel.RENDAH, goals=None).doubts


def test_the_pages_say_that_opening_is_no_answer(counter):
    now = timezone.now()
    report = triaged(counter, at=now - timedelta(hours=3), now="unsure")
    address = f"/laporan/{report.code}/"
    assert "Membuka kasus bukan jawaban: jawaban pertama tetap ditunggu sampai" in page(counter.first, address)
    late = triaged(counter, at=now - timedelta(days=3))
    assert "batasnya lewat sejak" in page(counter.first, f"/laporan/{late.code}/")
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=now)
    assert "masih menunggu jawaban pertama" in page(counter.first, address)
    text = page(counter.manager, f"/kasus/{case.code}/")
    assert "Pelapor belum pernah dijawab sejak melapor" in text
    assert "Jawaban pertama untuk pelapor" in text, "among the clocks"
    assert "Jawaban pertama untuk pelapor" in page(counter.team.head, f"/kasus/{case.code}/"), "the head sees it, too"
    answer(counter, report, at=now)
    text = page(counter.manager, f"/kasus/{case.code}/")
    assert "Pelapor belum pernah dijawab" not in text
    assert "Jawaban pertama untuk pelapor" not in text


def test_who_waited_when_this_began_waits_on_once_and_nobody_else(counter):
    report, case = opened(counter)
    answered, other = opened(counter)
    answer(counter, answered)
    closed, ended = opened(counter)
    flow.close(ended, by=counter.manager, head=counter.team.head, at=FEB_3)
    counter.team.assign(case, counter.team.companion)
    Clock.objects.filter(kind__key=KEY)._raw_delete("default")
    migration = import_module("ruangaman.intake.migrations.0014_waits_on")
    for _twice in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.WAITING)
    clock = Clock.objects.get(kind__key=KEY)
    assert (clock.dossier, clock.anchor, clock.owner) == (case.dossier, report.pk, counter.team.companion)
    assert (clock.started_at, clock.due_at, clock.presses_at) == (FEB_2, report.due_at, report.due_at - 6 * HOUR)
    assert closed.answered_at is None
    assert not waits(other).exists()

"""What is late is told further: each step once, whoever works on it; the letter says nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection, connections

from ruangaman.audit.models import AuditEvent
from ruangaman.clocks import jobs, services
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.services.escalating import TELL_TASK, letter_key
from ruangaman.clocks.types import PauseReason
from ruangaman.notifications import services as notifications
from tests.clocks.conftest import HOUR, Clocks
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_9


def ordered() -> list[dict[str, str]]:
    """The letters that were ordered, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [TELL_TASK])
        return [json.loads(args) for (args,) in cursor.fetchall()]


def reachable(clocks: Clocks) -> None:
    for user in (clocks.team.manager, clocks.team.head, clocks.team.companion):
        user.email = f"{user.username}@contoh.invalid"
        user.save(update_fields=["email"])


def test_each_step_is_taken_once_and_told_to_whom_it_says(clocks):
    reachable(clocks)
    clock, team = clocks.begin(), clocks.team
    told = []
    for at in (FEB_2, FEB_2 + 5 * HOUR, FEB_2 + 5 * HOUR, FEB_2 + 10 * HOUR, FEB_2 + 34 * HOUR, FEB_9):
        told.append(services.escalate_due(at=at))
    assert told == [0, 1, 0, 1, 1, 0]
    assert [one["user_id"] for one in ordered()] == [str(team.manager.pk), str(team.manager.pk), str(team.head.pk)]
    assert len({one["about"] for one in ordered()}) == 3
    assert set().union(*ordered()) == {"about", "user_id"}, "ids only: a job's arguments are in the clear"
    clock.refresh_from_db()
    assert (clock.level, clock.escalates_at) == (3, None)
    events = AuditEvent.objects.filter(type="clocks.escalated").order_by("at")
    assert [one.detail["to"] for one in events] == ["owner", "lead", "head"]
    assert {one.subject for one in events} == {clocks.case.code}


@pytest.mark.parametrize("ended", ["stopped", "paused"])
def test_what_was_kept_or_stands_still_is_not_told(clocks, ended):
    clock, by = clocks.begin(), clocks.team.manager
    if ended == "stopped":
        clocks.tell("cases.service_added", at=FEB_2 + HOUR)
    else:
        with working(by):
            services.pause_clock(
                clock_id=clock.pk, reason=PauseReason.OTHER_OFFICE, until=FEB_2 + timedelta(days=20), by=by, at=FEB_2
            )
    assert services.escalate_due(at=FEB_9) == 0
    Clock.objects.update(stopped_at=None, stopped_on="", paused_at=None, pause_reason="")
    assert services.escalate_due(at=FEB_9) == 1


def test_a_chain_that_was_made_shorter_ends(clocks):
    clock = clocks.begin()
    ClockKind.objects.filter(pk=clock.kind_id).update(chain=[])
    assert services.escalate_due(at=FEB_9) == 1
    assert services.escalate_due(at=FEB_9) == 0
    assert not AuditEvent.objects.filter(type="clocks.escalated").exists()


def test_somebody_without_an_address_or_who_has_left_gets_no_letter(clocks):
    reachable(clocks)
    clocks.begin()
    clocks.team.manager.is_active = False
    clocks.team.manager.save(update_fields=["is_active"])
    assert services.escalate_due(at=FEB_2 + 5 * HOUR) == 1
    assert ordered() == []


def test_the_letter_goes_once_and_says_nothing(clocks):
    reachable(clocks)
    clock, manager = clocks.begin(), clocks.team.manager
    about = letter_key(clock.pk, 1)
    assert notifications.tell_of_clock(about=about, user_id=manager.pk, at=FEB_9) == 1
    assert notifications.tell_of_clock(about=about, user_id=manager.pk, at=FEB_9) == 0
    (letter,) = mail.outbox
    assert letter.to == [manager.email]
    assert clocks.case.code not in letter.subject + letter.body
    assert notifications.tell_of_clock(about=letter_key(clock.pk, 2), user_id=manager.pk, at=FEB_9) == 1
    assert notifications.tell_of_clock(about=about, user_id=UUID(int=0), at=FEB_9) == 0


def test_the_job_takes_what_is_due(clocks, monkeypatch):
    clocks.begin()
    monkeypatch.setattr("ruangaman.core.clock.now", lambda: FEB_9)
    assert jobs.escalate.func(timestamp=0) == 1


@pytest.mark.committed
def test_two_workers_at_once_take_each_step_once(transactional_db):
    clocks = Clocks()
    reachable(clocks)
    clocks.kind()
    for case in (clocks.case, *(clocks.team.open() for _number in range(5))):
        clocks.tell("cases.note_added", case=case)
    kinds = ClockKind.objects.filter(key="kota.x").values("pk")
    Clock.objects.exclude(kind__in=kinds)._raw_delete("default")
    gate = Barrier(3)

    def work(_number: int) -> int:
        gate.wait(10)
        try:
            return services.escalate_due(at=FEB_2 + 5 * HOUR)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        taken = sum(pool.map(work, range(3)))
    left = services.escalate_due(at=FEB_2 + 5 * HOUR)
    assert taken + left == 6
    assert len({one["about"] for one in ordered()}) == len(ordered()) == 6
    assert set(Clock.objects.values_list("level", flat=True)) == {1}

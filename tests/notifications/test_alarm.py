"""The alarm: a real mail server on the loopback, letters that say nothing, nobody written to twice."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from ruangaman.accounts.models import DutyShift
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import jobs
from ruangaman.intake import services as intake
from ruangaman.notifications import services
from ruangaman.notifications.jobs import RETRY
from ruangaman.notifications.models import AlarmSent
from ruangaman.notifications.types import AlarmKind, AlarmNotSent
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR, KINDS, Counter
from tests.support.mailbox import Mailbox, mail_server


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mail_server() as box:
        monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "EMAIL_PORT", box.port)
        yield box


def send(counter: Counter, report: Any, kind: AlarmKind = AlarmKind.NEW) -> int:
    return services.send_alarm(report_id=report.pk, desk_id=counter.desk.pk, kind=kind, at=FEB_1 + HOUR)


def waiting_jobs() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [{"task": task, **json.loads(args)} for task, args in cursor.fetchall()]


def test_everybody_of_the_desk_gets_one_letter_when_nobody_is_on_duty(counter, mailbox):
    report = counter.send(**KINDS)
    assert send(counter, report) == 2
    assert send(counter, report) == 0
    assert mailbox.reached == sorted([counter.first.email, counter.second.email])
    assert AlarmSent.objects.count() == 2
    event = AuditEvent.objects.get(type="notifications.alarmed")
    assert event.detail == {"kind": "new", "people": 2}


def test_the_letter_says_nothing(counter, mailbox):
    report = counter.send(**KINDS)
    send(counter, report)
    _address, letter = mailbox.letters[0]
    subject = str(email.header.make_header(email.header.decode_header(letter["Subject"])))
    body = letter.get_payload(decode=True).decode()
    assert subject == "Ada yang baru di antrean"
    assert "/kerja/" in body
    for secret in (report.code, str(report.pk), "CERITA", "kstrem", "lapor", "kekerasan"):
        assert secret not in subject + body


def test_who_is_on_duty_is_called_and_late_calls_everybody(counter, mailbox):
    report = counter.send()
    with unit_of_work(Role.MIGRATE):
        DutyShift.objects.create(desk=counter.desk, user=counter.first, starts_at=FEB_1, ends_at=FEB_1 + 8 * HOUR)
    assert send(counter, report) == 1
    assert mailbox.reached == [counter.first.email]
    assert send(counter, report, AlarmKind.LATE) == 2
    assert mailbox.reached == sorted([counter.first.email, counter.first.email, counter.second.email])


def test_one_refused_letter_is_tried_again_and_the_others_are_not(counter, mailbox):
    report = counter.send()
    mailbox.refused = {counter.first.email}
    with pytest.raises(AlarmNotSent) as raised:
        send(counter, report)
    assert counter.first.email not in str(raised.value)
    assert mailbox.reached == [counter.second.email]

    mailbox.refused = set()
    assert send(counter, report) == 1
    assert mailbox.reached == sorted([counter.first.email, counter.second.email])


def test_no_mail_server_at_all_is_tried_again(counter, monkeypatch):
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)
    with pytest.raises(AlarmNotSent):
        send(counter, counter.send())
    assert not AlarmSent.objects.exists()


def test_tries_are_further_and_further_apart():
    waits = []
    for attempt in range(5):
        job = Job(id=1, queue="alarm", lock=None, queueing_lock=None, task_name="x", attempts=attempt)
        decision = RETRY.get_retry_decision(exception=AlarmNotSent(), job=job)
        assert decision is not None
        assert decision.retry_at is not None
        waits.append(decision.retry_at)
    assert waits == sorted(waits)
    assert RETRY.get_retry_decision(exception=ValueError(), job=job) is None


def test_accepting_a_report_asks_for_the_alarm_with_keys_only(counter):
    report = counter.send(**KINDS)
    assert waiting_jobs() == [
        {
            "task": "ruangaman.notifications.jobs.alarm_desk",
            "report_id": str(report.pk),
            "desk_id": str(counter.desk.pk),
        }
    ]


def test_the_tasks_are_known_to_the_worker():
    assert {"ruangaman.notifications.jobs.alarm_desk", "ruangaman.notifications.jobs.revive"} <= set(app.tasks)
    assert "ruangaman.intake.jobs.escalate" in app.tasks


def test_a_report_that_nobody_opened_in_time_calls_everybody_once(counter, mailbox):
    late, opened = counter.send(now="unsure"), counter.send(now="unsure")
    counter.send(at=FEB_1 + 6 * HOUR)
    counter.do(intake.open_report, opened)
    before = len(waiting_jobs())
    assert intake.escalate(at=FEB_1 + 5 * HOUR) == 0
    assert intake.escalate(at=FEB_1 + 7 * HOUR) == 1
    job = waiting_jobs()[before]
    assert (job["report_id"], job["kind"]) == (str(late.pk), "late")
    send(counter, late, AlarmKind.LATE)
    assert intake.escalate(at=FEB_1 + 8 * HOUR) == 0
    assert intake.escalate(at=FEB_1 + timedelta(days=3)) == 1


def test_those_on_duty_have_some_minutes_before_the_whole_desk_is_called(counter):
    counter.send(now="yes")
    assert intake.escalate(at=FEB_1 + timedelta(minutes=4)) == 0
    assert intake.escalate(at=FEB_1 + timedelta(minutes=6)) == 1


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB])
def test_only_the_worker_touches_jobs_and_letters(counter, role):
    with unit_of_work(role):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AlarmSent.objects.count()
        with pytest.raises(ConnectorException), transaction.atomic():
            jobs.enqueue("x", report_id="1")

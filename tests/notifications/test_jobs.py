"""The list of jobs does not grow for ever: what is over is deleted, with the worker's own rights."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core.jobs import enqueue
from ruangaman.notifications import jobs

pytestmark = pytest.mark.django_db
DAY = 24


def listed(name: str, *, ended: str | None, hours: int = 0) -> None:
    """Put a job on the list that ended so long ago; None: it still waits."""
    enqueue("ruangaman.notifications.jobs.alarm_desk", lock=name, report_id=name, desk_id=name)
    with connection.cursor() as cursor:
        if ended:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = %s", [name])
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE lock = %s", [ended, name]
            )
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - make_interval(hours => %s) FROM procrastinate_jobs j"
            " WHERE j.id = job_id AND j.lock = %s",
            [hours, name],
        )


def still_listed() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lock FROM procrastinate_jobs")
        return {name for (name,) in cursor.fetchall()}


def forget() -> None:
    with unit_of_work(Role.WORKER):
        async_to_sync(jobs.forget_jobs.func)(SimpleNamespace(app=app), timestamp=0)


def test_what_was_done_goes_after_a_day_and_what_failed_after_a_month():
    listed("done", ended="succeeded", hours=DAY + 1)
    listed("just done", ended="succeeded", hours=DAY - 1)
    listed("failed", ended="failed", hours=DAY * 29)
    listed("failed long ago", ended="failed", hours=DAY * 31)
    listed("waits", ended=None, hours=DAY * 40)
    listed("runs", ended="doing", hours=DAY * 40)

    forget()

    assert still_listed() == {"just done", "failed", "waits", "runs"}
    forget()
    assert still_listed() == {"just done", "failed", "waits", "runs"}

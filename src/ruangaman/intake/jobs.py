"""What the worker does for the desk: calls it when nobody opened a report or took a turn in time, and forgets."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import clock
from ruangaman.intake.services import keys, lateness, shifts


@app.periodic(cron="* * * * *")
@app.task(name="ruangaman.intake.jobs.escalate", queue="alarm", queueing_lock="escalate")
def escalate(timestamp: int) -> int:
    """Ask for the second alarm of every report whose time is up and that nobody has opened."""
    return lateness.escalate(at=clock.now())


@app.periodic(cron="11 * * * *")
@app.task(name="ruangaman.intake.jobs.forget_keys", queueing_lock="forget_keys")
def forget_keys(timestamp: int) -> int:
    """Forget the keys of forms that were sent more than a day ago. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return keys.forget_keys(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="ruangaman.intake.jobs.watch_shifts", queue="alarm", queueing_lock="watch_shifts")
def watch_shifts(timestamp: int) -> int:
    """Have the head told of every turn of duty that nobody took in time."""
    return shifts.tell_heads(at=clock.now())


@app.periodic(cron="23 * * * *")
@app.task(name="ruangaman.intake.jobs.forget_notes", queueing_lock="forget_notes")
def forget_notes(timestamp: int) -> int:
    """Erase the words of old handings-over. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return shifts.forget_notes(at=clock.now())

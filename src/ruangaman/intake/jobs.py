"""What the worker does for reports: calls the whole desk when nobody opened one in time, forgets used form keys."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import clock
from ruangaman.intake.services import keys, lateness


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

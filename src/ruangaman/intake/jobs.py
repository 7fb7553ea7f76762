"""What the worker does for reports: calls the whole desk when nobody opened one in time."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.core import clock
from ruangaman.intake.services import lateness


@app.periodic(cron="* * * * *")
@app.task(name="ruangaman.intake.jobs.escalate", queue="alarm", queueing_lock="escalate")
def escalate(timestamp: int) -> int:
    """Ask for the second alarm of every report whose time is up and that nobody has opened."""
    return lateness.escalate(at=clock.now())

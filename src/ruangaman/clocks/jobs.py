"""What the worker does for clocks: each minute it tells further what is late, and lets go on what stood still."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.clocks import services
from ruangaman.core import clock


@app.periodic(cron="* * * * *")
@app.task(name="ruangaman.clocks.jobs.escalate", queue="alarm", queueing_lock="escalate_clocks")
def escalate(timestamp: int) -> int:
    """Take the steps of escalation that are due. Running twice takes none twice."""
    return services.escalate_due(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="ruangaman.clocks.jobs.resume", queue="alarm", queueing_lock="resume_clocks")
def resume(timestamp: int) -> int:
    """Let go on whatever was paused until now. Running twice lets none go on twice."""
    return services.resume_due(at=clock.now())

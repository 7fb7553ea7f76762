"""What the worker does for cases: it notices that an opening by an emergency key was not reviewed in time."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.cases import services
from ruangaman.core import clock


@app.periodic(cron="*/10 * * * *")
@app.task(name="ruangaman.cases.jobs.freeze_late", queueing_lock="freeze_late")
def freeze_late(timestamp: int) -> int:
    """Tell of openings that should have been reviewed by now. Running twice does no harm."""
    return services.freeze_late(at=clock.now())

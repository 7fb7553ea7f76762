"""What the worker does for the doors: forgets vain tries that no longer slow anybody."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.accounts import services
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import clock


@app.periodic(cron="13 * * * *")
@app.task(name="ruangaman.accounts.jobs.forget_tries", queueing_lock="forget_tries")
def forget_tries(timestamp: int) -> int:
    """Delete the counts of vain tries that nobody touched for a day. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return services.forget_tries(at=clock.now())

"""What the worker does for the doors: forgets vain tries, papers of long ago, addresses that nobody is written to."""

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


@app.periodic(cron="41 2 * * *")
@app.task(name="ruangaman.accounts.jobs.forget_invitations", queueing_lock="forget_invitations")
def forget_invitations(timestamp: int) -> int:
    """Delete the invitations that ended a month ago. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return services.forget_invitations(at=clock.now())


@app.periodic(cron="3 * * * *")
@app.task(name="ruangaman.accounts.jobs.end_addresses", queueing_lock="end_addresses")
def end_addresses(timestamp: int) -> int:
    """Forget the addresses of invitations that became too old. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return services.end_addresses(at=clock.now())


@app.periodic(cron="29 * * * *")
@app.task(name="ruangaman.accounts.jobs.forget_addresses", queueing_lock="forget_addresses")
def forget_addresses(timestamp: int) -> int:
    """Delete the former addresses whose letter could not be sent for two days. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return services.forget_addresses(at=clock.now())

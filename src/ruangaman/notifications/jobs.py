"""What the worker does for the desk: calls it, revives what a dead worker left behind, clears the list of jobs."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from ruangaman.core import clock
from ruangaman.notifications import services
from ruangaman.notifications.types import AlarmKind, AlarmNotSent, GlassCall

RETRY = RetryStrategy(max_attempts=40, wait=3, linear_wait=20, retry_exceptions=[AlarmNotSent])
"""3, 23, 43 … seconds: about four hours in all, for a mail server that is down over night."""

DEAD_AFTER_SECONDS = 30
DONE_HOURS, FAILED_HOURS = 24, 30 * 24
"""How long a job is still listed: what was done for a day, what failed long enough for somebody to look into it."""


@app.task(name="ruangaman.notifications.jobs.alarm_desk", queue="alarm", retry=RETRY)
def alarm_desk(*, report_id: str, desk_id: str, kind: str = AlarmKind.NEW.value) -> int:
    """Write to those who have to know that something is in the desk's queue."""
    return services.send_alarm(report_id=UUID(report_id), desk_id=UUID(desk_id), kind=AlarmKind(kind), at=clock.now())


@app.task(name="ruangaman.notifications.jobs.alarm_trail", queue="alarm", retry=RETRY)
def alarm_trail() -> int:
    """Write to those who check the trail that it is not what was signed."""
    return services.send_trail_alarm()


@app.task(name="ruangaman.notifications.jobs.tell_person", queue="alarm", retry=RETRY)
def tell_person(*, user_id: str) -> int:
    """Write to somebody that the way into their account was changed. A repetition writes again; that does no harm."""
    return services.tell_person(user_id=UUID(user_id))


@app.task(name="ruangaman.notifications.jobs.call_person", queue="alarm", retry=RETRY)
def call_person(*, user_id: str) -> int:
    """Write to somebody who has to decide or to sign something. A repetition writes again; that does no harm."""
    return services.call_person(user_id=UUID(user_id))


@app.task(name="ruangaman.notifications.jobs.tell_former", queue="alarm", retry=RETRY)
def tell_former(*, letter_id: str) -> int:
    """Write to where somebody was reached before that their account was changed. A repetition finds nothing to do."""
    return services.tell_former(letter_id=UUID(letter_id))


@app.task(name="ruangaman.notifications.jobs.tell_of_clock", queue="alarm", retry=RETRY)
def tell_of_clock(*, about: str, user_id: str) -> int:
    """Write to somebody that something in their queue is late or nearly so. A repetition writes nothing again."""
    return services.tell_of_clock(about=UUID(about), user_id=UUID(user_id), at=clock.now())


@app.task(name="ruangaman.notifications.jobs.call_glass", queue="alarm", retry=RETRY)
def call_glass(*, user_id: str, kind: str) -> int:
    """Write to somebody that an opening by an emergency key needs them. Twice does no harm."""
    return services.call_glass(user_id=UUID(user_id), kind=GlassCall(kind))


@app.periodic(cron="* * * * *")
@app.task(name="ruangaman.notifications.jobs.revive", queue="alarm", queueing_lock="revive", pass_context=True)
async def revive(context: JobContext, timestamp: int) -> int:
    """Put back every job whose worker died while doing it."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS))
    for job in stalled:
        await manager.retry_job(job)
    return len(stalled)


@app.periodic(cron="17 * * * *")
@app.task(name="ruangaman.notifications.jobs.forget_jobs", queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    """Delete the jobs that are long over. Running twice does no harm."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=DONE_HOURS, include_cancelled=True, include_aborted=True)
    await manager.delete_old_jobs(nb_hours=FAILED_HOURS, include_failed=True)

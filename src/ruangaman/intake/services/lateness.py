"""A report that nobody opened in time: the whole desk is called, once."""

from __future__ import annotations

from datetime import datetime

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import jobs
from ruangaman.intake.selectors import desk as selectors
from ruangaman.notifications.selectors import list_alarmed
from ruangaman.notifications.types import AlarmKind

ALARM_TASK = "ruangaman.notifications.jobs.alarm_desk"


def escalate(*, at: datetime) -> int:
    """Call every member of the desk for each report that nobody opened within its limit. Returns how many reports.

    A report is asked about again until at least one letter went out; each person gets one.

    Writes: one job for each report.
    """
    with unit_of_work(Role.WORKER):
        late = selectors.list_late(at=at)
        done = list_alarmed(report_ids=[report_id for report_id, _desk in late], kind=AlarmKind.LATE)
        waiting = [(report_id, desk_id) for report_id, desk_id in late if report_id not in done]
        for report_id, desk_id in waiting:
            jobs.enqueue(
                ALARM_TASK,
                lock=f"alarm:{report_id}",
                report_id=str(report_id),
                desk_id=str(desk_id),
                kind=AlarmKind.LATE.value,
            )
    return len(waiting)

"""What happened to a report, told once: to the trail, and to whoever waits for it.

Only what staff do: a report is accepted in one short transaction (performance.md 2.4) that gives it a limit of its own,
and what is written later into a case begins its clocks in the database (`intake_write`).
"""

from __future__ import annotations

from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, EventType
from ruangaman.clocks import services as clocks
from ruangaman.intake.models import Report
from ruangaman.intake.selectors.needs import subject_of


def tell(
    event: EventType,
    report: Report,
    *,
    by: User,
    at: datetime,
    detail: Detail | None = None,
    promised_at: datetime | None = None,
) -> None:
    """Record what somebody did with a report, in the transaction in which it is done; its clocks start and stop.

    Args:
        detail: codes and counts, never words of a person.
        promised_at: until when, for kinds that have no limit of their own.

    Writes: one event; clocks.
    """
    audit.record(event, by=by, subject=report.code, at=at, dossier_id=report.dossier_id, detail=detail)
    clocks.happened(event=event.key, subject=subject_of(report), by=by, at=at, detail=detail, promised_at=promised_at)

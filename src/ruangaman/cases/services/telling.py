"""What happened in a case, told once: to the trail, and to whoever waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.needs import subject_of
from ruangaman.clocks import services as clocks


def tell(
    event: EventType,
    case: Case,
    *,
    by: User | None,
    at: datetime,
    detail: Detail,
    promised_at: datetime | None = None,
    sooner_at: datetime | None = None,
    occurred: tuple[datetime, datetime] | None = None,
    forms: Iterable[str] | None = None,
) -> None:
    """Record something that happened in a case, in the transaction in which it happens; its clocks start and stop.

    Args:
        by: None: the worker found that a time was over; what begins and ends clocks is done by people.
        detail: codes and counts, never words of a person.
        promised_at: until when somebody promised it.
        sooner_at: until when somebody chose to do it, of what has a limit.
        occurred: between which moments it happened, if it is something that happened to somebody.
        forms: the forms of violence that it is about; None: those of everything in the case.

    Writes: one event; clocks.
    """
    audit.record(event, by=by, subject=case.code, at=at, dossier_id=case.dossier_id, detail=detail)
    if by is None:
        return
    clocks.happened(
        event=event.key,
        subject=subject_of(case, forms=forms),
        by=by,
        at=at,
        detail=detail,
        promised_at=promised_at,
        sooner_at=sooner_at,
        occurred=occurred,
    )

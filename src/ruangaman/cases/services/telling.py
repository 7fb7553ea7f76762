"""What happened in a case, told once: to the trail, and to whoever waits for it."""

from __future__ import annotations

from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases.models import Case


def tell(event: EventType, case: Case, *, by: User | None, at: datetime, detail: Detail) -> None:
    """Record something that happened in a case, in the transaction in which it happens.

    Args:
        by: None: the worker found it.
        detail: codes and counts, never words of a person.

    Writes: one event.
    """
    audit.record(event, by=by, subject=case.code, at=at, dossier_id=case.dossier_id, detail=detail)

"""The first answer to whoever reported: a wait that goes on when the report becomes a case, until somebody answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Case
from ruangaman.cases.services.telling import tell


@transaction.atomic
def await_answer(*, case: Case, report_id: UUID, due_at: datetime, by: User, at: datetime) -> None:
    """Let the wait for a first answer go on in the case that was opened. Called by who opens it.

    Args:
        due_at: until when it was promised: what was late is late.

    Writes: a clock, one `cases.answer_awaited` event.
    """
    detail: Detail = {"report": str(report_id), "due": due_at.isoformat()}
    tell(events.ANSWER_AWAITED, case, by=by, at=at, detail=detail, promised_at=due_at)


@transaction.atomic
def tell_answered(*, case: Case, report_id: UUID, by: User, at: datetime) -> None:
    """Record that somebody answered first. Called by who ended the wait: the desk may, and sees no clock of the case.

    Args:
        case: as far as the caller knows of it: its key, its code, its dossier.

    Writes: one `cases.reporter_answered` event.
    """
    tell(events.REPORTER_ANSWERED, case, by=by, at=at, detail={"report": str(report_id)})

"""The reporter's side of the thread: reads by the holder of a receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from ruangaman.core.types import Actor
from ruangaman.intake.models import Attachment, Message, Report
from ruangaman.intake.types import Direction, SafeStatus
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Content, Purpose


@dataclass(frozen=True)
class SafeView:
    """Where the report stands, in words that are safe to read on any screen."""

    status: SafeStatus
    received_at: datetime
    read_at: datetime | None
    handled_at: datetime | None
    due_at: datetime

    @property
    def is_urgent(self) -> bool:
        """Whether the promise is "at once" and not a moment."""
        return self.due_at <= self.received_at


@dataclass(frozen=True)
class ThreadMessage:
    """One message, opened."""

    mine: bool
    sent_at: datetime
    text: str = field(repr=False)
    files: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Thread:
    """A thread as its reporter sees it."""

    status: SafeView
    messages: list[ThreadMessage]

    @property
    def is_answered(self) -> bool:
        """Whether somebody has written back."""
        return any(not message.mine for message in self.messages)


def find_own_report() -> Report | None:
    """Return the report of the receipt that the database was told of as the viewer, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, dossier_id FROM intake_own()")
        row = cursor.fetchone()
    return Report(id=row[0], code=row[1], dossier_id=row[2]) if row else None


def get_thread(*, report: Report, viewer: Actor, at: datetime) -> Thread:
    """Return the thread with every message opened.

    Writes: one `vault.revealed` event, when there is something to open.
    """
    rows = list(Message.objects.filter(report_id=report.id).order_by("sent_at", "id"))
    attachments = list(Attachment.objects.filter(report_id=report.id).order_by("position"))
    named = [row.ref for row in rows] + [one.key_ref for one in attachments]
    refs = dict.fromkeys(named, report.dossier_id)
    found = vault.reveal_many(refs=refs, purpose=Purpose.REPORTER_THREAD, by=viewer, at=at) if refs else {}
    names: dict[UUID | None, list[str]] = {}
    for one in attachments:
        names.setdefault(one.message_id, []).append(_word(found[one.key_ref], "name"))
    return Thread(
        status=get_safe_status(report=report),
        messages=[
            ThreadMessage(
                mine=row.direction == Direction.IN,
                sent_at=row.sent_at,
                text=_word(found[row.ref], "text"),
                files=tuple(names.get(row.id, ())),
            )
            for row in rows
        ],
    )


def get_safe_status(*, report: Report) -> SafeView:
    """Return where a report stands, for the holder of its receipt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM intake_safe_status(%s)", [report.id])
        status, received_at, read_at, handled_at, due_at = cursor.fetchone()
    return SafeView(SafeStatus(status), received_at, read_at, handled_at, due_at)


def _word(content: Content | Closed, key: str) -> str:
    return "" if isinstance(content, Closed) else str(content.get(key, ""))

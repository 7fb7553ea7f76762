"""The reporter's side of the thread: writes by the holder of a receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from ruangaman.audit.services import record
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.types import Actor
from ruangaman.intake import events
from ruangaman.intake.models import Report
from ruangaman.intake.services.accept import file_rows
from ruangaman.intake.types import LIMIT_KEYS
from ruangaman.vault import services as vault
from ruangaman.vault.files import SealedUpload
from ruangaman.vault.types import Compartment

BACK_KEY = LIMIT_KEYS[RiskLevel.SEDANG]
"""The limit for a message that comes when the report was done with."""


def write_message(
    *,
    report: Report,
    message_id: UUID,
    text: str,
    uploads: Sequence[SealedUpload],
    slot: vault.Slot | None,
    hours: int,
    by: Actor,
    at: datetime,
) -> bool:
    """Put a message from the reporter into the thread. Returns False: it is there already, so undo the unit of work.

    A report that the desk was done with comes back into its queue; while a case is open, its people have the message.

    Args:
        message_id: minted with the form: the same form sent twice is one message.
        slot: taken by `vault.take_slot` before the connection was; None when there are no files.
        hours: the limit under `BACK_KEY`.
        by: the holder of the receipt.

    Writes: sealed text and files, message, attachments, the report's clock, perhaps a job; one `intake.written` event.
    """
    ref = vault.seal(dossier_id=report.dossier_id, compartment=Compartment.THREAD, content={"text": text}, by=by, at=at)
    keys = [
        vault.seal_file(
            dossier_id=report.dossier_id, compartment=Compartment.THREAD, upload=upload, by=by, at=at, slot=slot
        )
        for upload in uploads
    ]
    files = file_rows([(upload.file_id, ref) for upload, ref in zip(uploads, keys, strict=True)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT intake_write(%s, %s, %s, %s, %s, %s, %s)",
            [report.id, message_id, ref, json.dumps(files), at, at + timedelta(hours=hours), BACK_KEY],
        )
        if not cursor.fetchone()[0]:
            return False
    record(
        events.WRITTEN,
        by=by,
        subject=report.code,
        at=at,
        dossier_id=report.dossier_id,
        detail={"files": len(files)},
    )
    return True


def mark_read(*, report: Report, at: datetime) -> None:
    """Note that the reporter has seen the desk's messages.

    Writes: the messages' `read_at`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_mark_read(%s, %s)", [report.id, at])

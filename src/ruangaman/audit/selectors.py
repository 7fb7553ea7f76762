"""Reading the trail: only for the auditor's role."""

from __future__ import annotations

from django.db import connection

from ruangaman.audit.types import BadRow, VerifyResult

VERIFY = "SELECT rows, lane, seq, why FROM audit_verify()"


def first_bad_row() -> VerifyResult:
    """Recompute all lanes in the database; the lowest lane's first fault is named."""
    with connection.cursor() as cursor:
        cursor.execute(VERIFY)
        rows, lane, seq, why = cursor.fetchone()
    return VerifyResult(rows=rows, bad=None if why is None else BadRow(lane, seq, why))

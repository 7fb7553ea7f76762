"""Reading the trail: only for the auditor's role."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from ruangaman.audit.types import BadRow, VerifyResult

VERIFY = "SELECT rows, lane, seq, why FROM audit_verify()"


def first_bad_row() -> VerifyResult:
    """Recompute all lanes in the database; the lowest lane's first fault is named."""
    with connection.cursor() as cursor:
        cursor.execute(VERIFY)
        rows, lane, seq, why = cursor.fetchone()
    return VerifyResult(rows=rows, bad=None if why is None else BadRow(lane, seq, why))


def read_seal_hashes(versions: dict[UUID, int]) -> dict[UUID, bytes]:
    """Return the fingerprint of each reference in this version, where the version is the newest; in one call."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ref, sha256 FROM audit_seal_hashes(%s::uuid[], %s::integer[])",
            [list(versions), list(versions.values())],
        )
        return {ref: bytes(sha256) for ref, sha256 in cursor.fetchall() if sha256 is not None}

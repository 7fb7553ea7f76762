"""Reading the trail: only for the auditor's role."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import BadRow, Cursor, VerifyResult

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


def list_events(
    *, since: datetime, until: datetime, types: Collection[str] | None, after: Cursor | None, limit: int
) -> list[AuditEvent]:
    """Return events of a span of time, newest first, by keyset.

    Args:
        since, until: from the first moment on, up to but without the second.
        types: keys of kinds of event; None: all.
        after: the last event of the page before.
    """
    events = AuditEvent.objects.filter(at__gte=since, at__lt=until)
    if types is not None:
        events = events.filter(type__in=types)
    if after is not None:
        same = Q(at=after.at, lane__lt=after.lane) | Q(at=after.at, lane=after.lane, seq__lt=after.seq)
        events = events.filter(at__lte=after.at).filter(Q(at__lt=after.at) | same)
    return list(events.defer("seals", "prev", "hash").order_by("-at", "-lane", "-seq")[:limit])

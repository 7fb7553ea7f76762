"""Reading the trail: only for the auditor's role."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import BinaryField, F, Func, IntegerField
from django.db.models.functions import Cast

from ruangaman.audit.models import AuditAlarm, AuditCheckpoint, AuditEvent
from ruangaman.audit.types import BadRow, Cursor, Readings, Verdict
from ruangaman.ui.keyset import below

RUN = 1 << 14
"""Leaf hashes fetched at a time: half a megabyte."""

EXPORT = """
SELECT json_build_object(
    'lane', e.lane, 'seq', e.seq, 'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'type', e.type, 'actor', e.actor, 'subject', e.subject, 'detail', e.detail::text,
    'seals', CASE WHEN e.seals = ''::bytea THEN '[]'::json ELSE coalesce((
        SELECT json_agg(json_build_array(s.ref, s.version, encode(s.sha256, 'hex')))
        FROM audit_auditseal s WHERE s.lane = e.lane AND s.seq = e.seq), '[]'::json) END,
    'prev', encode(e.prev, 'hex'), 'hash', encode(e.hash, 'hex'))::text
FROM unnest(%s::bigint[]) WITH ORDINALITY AS upto(size, place)
JOIN audit_auditevent e ON e.lane = upto.place - 1 AND e.seq <= upto.size
ORDER BY e.lane, e.seq
"""

VERIFY = "SELECT rows, lane, seq, why FROM audit_verify()"


def first_bad_row() -> Verdict:
    """Recompute all lanes in the database; the lowest lane's first fault is named."""
    with connection.cursor() as cursor:
        cursor.execute(VERIFY)
        rows, lane, seq, why = cursor.fetchone()
    return Verdict(rows, fault=None if why is None else BadRow(lane, seq, why))


def appended_seal(ref: str, version: str) -> Func:
    """Return the expression for the fingerprint of a row's reference in its version; NULL: there is a newer one.

    Args:
        ref, version: the names of the columns.
    """
    return Func(F(ref), Cast(F(version), IntegerField()), function="audit_seal_hash", output_field=BinaryField())


def list_seal_versions(ref: UUID) -> list[tuple[int, bytes]]:
    """Return the version and fingerprint of everything that ever stood under a reference, the newest last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, sha256 FROM audit_seal_versions(%s)", [ref])
        return [(version, bytes(sha256)) for version, sha256 in cursor.fetchall()]


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
        events = events.filter(below(at=after.at, lane=after.lane, seq=after.seq))
    return list(events.defer("seals", "prev", "hash").order_by("-at", "-lane", "-seq")[:limit])


def read_tips() -> list[int]:
    """Return the number of the last row of each lane."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_tips()")
        return [int(tip) for tip in cursor.fetchone()[0]]


def read_leaves(lane: int, after: int, upto: int) -> Iterator[bytes]:
    """Yield the leaf hashes of a lane's rows, several in one run; a row that is missing leaves a run short."""
    with connection.cursor() as cursor:
        for start in range(after, upto, RUN):
            cursor.execute("SELECT audit_leaves(%s::smallint, %s, %s)", [lane, start, min(start + RUN, upto)])
            yield bytes(cursor.fetchone()[0])


def first_bad_after(lane: int, after: int) -> BadRow | None:
    """Return the first row of a lane, from behind row `after` on, whose hash, chain or seals do not hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, why FROM audit_first_bad(%s::smallint, %s)", [lane, after])
        seq, why = cursor.fetchone()
    return None if why is None else BadRow(lane, seq, why)


def export_rows(sizes: Sequence[int]) -> Iterator[str]:
    """Yield every row up to these sizes of the lanes as a line of JSON with its seals, in order of lane and number."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(EXPORT, [list(sizes)])
        while rows := cursor.fetchmany(2000):
            yield from (row for (row,) in rows)


def last_checkpoint() -> AuditCheckpoint | None:
    """Return the newest checkpoint in the database, or None: none was made yet."""
    return AuditCheckpoint.objects.order_by("-number").first()


def list_checkpoints(*, after: int = 0) -> list[AuditCheckpoint]:
    """Return the checkpoints in their order, from behind number `after` on."""
    return list(AuditCheckpoint.objects.filter(number__gt=after).order_by("number"))


def last_checkpoint_before(moment: datetime) -> AuditCheckpoint | None:
    """Return the newest checkpoint that was made before a moment."""
    return AuditCheckpoint.objects.filter(at__lt=moment).order_by("-number").first()


def list_by_root(root: bytes) -> list[AuditCheckpoint]:
    """Return the checkpoints that are said to have this root."""
    return list(AuditCheckpoint.objects.filter(root=root).order_by("number"))


def last_alarm() -> AuditAlarm | None:
    """Return the newest day on which a checkpoint could not be signed."""
    return AuditAlarm.objects.order_by("-day").first()


def list_readings(dossier_id: UUID, types: Sequence[str]) -> list[Readings]:
    """Return who did these things with a dossier, the newest first; nothing for who may not know of it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, type, purpose, first, last, times, refs, compartments FROM audit_readings(%s, %s::text[])",
            [dossier_id, list(types)],
        )
        rows = cursor.fetchall()
    return [
        Readings(actor, kind, purpose, first, last, times, refs, _united(parts))
        for actor, kind, purpose, first, last, times, refs, parts in rows
    ]


def _united(parts: str | list[list[str] | None]) -> tuple[str, ...]:
    found = json.loads(parts) if isinstance(parts, str) else parts
    return tuple(sorted({name for several in found for name in several or ()}))

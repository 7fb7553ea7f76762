"""A trail to sign and to spoil: events, checkpoints in a folder of the test, and what a forger would do."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from ruangaman.audit import services as audit
from ruangaman.audit.registry import event_types, register
from ruangaman.audit.types import EventType, Role, Seal
from ruangaman.vault import services
from ruangaman.vault.notes import Checkpoint
from tests.support.superuser import as_superuser

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
KEPT = event_types.get("test.checked") or register(EventType("test.checked", "{actor} {subject}", frozenset({"why"})))
LANE = 5
WHERE = f"WHERE lane = {LANE} AND seq ="


def add(count: int = 1, *, lane: int = LANE, seals: int = 1) -> None:
    """Let things happen in a lane."""
    for _ in range(count):
        with audit.unit_of_work(Role.WEB):
            dossier = UUID(int=(uuid4().int & ~15) | lane)
            left = [Seal(uuid4(), 1, bytes([seals]) * 32) for _ in range(seals)]
            audit.record(KEPT, by=None, subject="ü", at=FEB_1, dossier_id=dossier, seals=left, detail={"why": "é\n"})


def sign(minutes: int = 0) -> Checkpoint | None:
    """Make a checkpoint; what waits for the commit is done."""
    return services.make_checkpoint(at=FEB_1 + timedelta(minutes=minutes))


def rechain(lane: int = LANE) -> None:
    """Compute a lane anew from what now stands in it, as a forger would."""
    as_superuser(
        f"""
        DO $$ DECLARE row record; head bytea := decode(repeat('00', 32), 'hex'); place bigint := 0; BEGIN
        FOR row IN SELECT * FROM audit_auditevent WHERE lane = {lane} ORDER BY seq LOOP
            place := place + 1;
            UPDATE audit_auditseal SET seq = place WHERE lane = {lane} AND seq = row.seq;
            UPDATE audit_auditevent SET seq = place, prev = head, hash = audit_digest(lane, place, row.at, row.type,
                row.actor, row.subject, row.detail, row.seals, head) WHERE lane = {lane} AND seq = row.seq
                RETURNING hash INTO head;
        END LOOP;
        UPDATE audit_auditlane SET seq = place, head = (SELECT coalesce((SELECT hash FROM audit_auditevent
            WHERE lane = {lane} AND seq = place), decode(repeat('00', 32), 'hex'))) WHERE lane = {lane};
        END $$
        """
    )


def export(tmp_path: Path) -> Path:
    """Write the trail to a file."""
    path = tmp_path / "trail.jsonl"
    with path.open("w", encoding="utf-8") as file:
        services.export_trail(file, at=FEB_1)
    return path

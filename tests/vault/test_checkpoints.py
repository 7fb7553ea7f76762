"""Checkpoints of the trail: made only over what was signed before, checked by everybody with the public key."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import override_settings

from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditAlarm, AuditCheckpoint, AuditEvent
from ruangaman.audit.registry import event_types, register
from ruangaman.audit.types import BadRow, EventType, Role, Seal
from ruangaman.vault import notebook, notes, services, trail, trailfile
from ruangaman.vault.errors import TrailBroken
from ruangaman.vault.notes import BadText, PublicKey
from ruangaman.vault.trail import BadNote
from ruangaman.vault.wrapping import SigningPair

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
KEPT = event_types.get("test.checked") or register(EventType("test.checked", "{actor} {subject}", frozenset({"why"})))
LANE = 5
WHERE = f"WHERE lane = {LANE} AND seq ="


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for the checkpoints of this test, and a second one."""
    (tmp_path / "copy").mkdir()
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes", RUANGAMAN_CHECKPOINT_COPY=tmp_path / "copy"):
        yield tmp_path / "notes"


def add(count: int = 1, *, lane: int = LANE, seals: int = 1) -> None:
    """Let things happen in a lane."""
    for _ in range(count):
        with audit.unit_of_work(Role.WEB):
            dossier = UUID(int=(uuid4().int & ~15) | lane)
            left = [Seal(uuid4(), 1, bytes([seals]) * 32) for _ in range(seals)]
            audit.record(KEPT, by=None, subject="ü", at=FEB_1, dossier_id=dossier, seals=left, detail={"why": "é\n"})


def sign(minutes: int = 0) -> notes.Checkpoint | None:
    """Make a checkpoint; what waits for the commit is done."""
    return services.make_checkpoint(at=FEB_1 + timedelta(minutes=minutes))


def as_superuser(*statements: str) -> None:
    """Do what only the owner of the machine can do."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE ra_migrate")


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


def test_a_checkpoint_says_what_the_trail_is_and_everything_holds(folder: Path, tmp_path: Path):
    add(5)
    add(3, lane=2, seals=0)
    made = sign()
    assert made is not None
    assert (made.number, made.rows, made.sizes[LANE], made.sizes[2]) == (1, 8, 5, 3)
    verdict = services.verify_trail()
    assert (verdict.rows, verdict.checkpoints, verdict.fault) == (8, 1, None)
    (note,) = notebook.read(folder)
    assert notes.read(note, notebook.public_key()) == made
    assert notebook.read(tmp_path / "copy") == [note]
    assert (folder / "key.pub").read_text() == PublicKey(notebook.origin(), notebook.signing_pair().public).to_text()
    path = export(tmp_path)
    assert trailfile.verify_file(path, notebook.public_key(), beside=[note], root=made.root).ok

"""A trail made without a database: rows, signed checkpoints, exports of any age, and what a forger would do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ruangaman.audit.types import LANES
from ruangaman.vault import merkle, notes, trailfile
from ruangaman.vault.notes import Checkpoint, PublicKey
from ruangaman.vault.wrapping import SigningPair
from tests.support.trail import FEB_1

PAIR = SigningPair.generate()
KEY = PublicKey(f"{notes.ORIGIN}{'ab' * 16}", PAIR.public)
EVERY = timedelta(hours=1)
Row = dict[str, Any]


@dataclass
class PaperTrail:
    """Lanes of rows, and the checkpoints that were signed on the way."""

    lanes: list[list[Row]] = field(default_factory=lambda: [[] for _ in range(LANES)])
    signed: list[Checkpoint] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, lane: int, actor: str = "system") -> None:
        """Let one thing happen."""
        rows = self.lanes[lane]
        prev = rows[-1]["hash"] if rows else notes.NOTHING.hex()
        row: Row = {"lane": lane, "seq": len(rows) + 1, "at": "2026-02-01T08:00:00.000000Z", "type": "test.done",
                    "actor": actor, "subject": "s", "detail": "{}", "seals": [], "prev": prev}  # fmt: skip
        rows.append({**row, "hash": trailfile.row_digest(row, bytes.fromhex(prev)).hex()})

    def sign(self, restored: int | None = None, number: int | None = None) -> Checkpoint:
        """Sign what it is now, an hour after the last time."""
        last = self.signed[-1] if self.signed else None
        made = Checkpoint(
            origin=KEY.origin,
            number=number or (last.number + 1 if last else 1),
            at=last.at + EVERY if last else FEB_1,
            sizes=tuple(len(rows) for rows in self.lanes),
            roots=tuple(_root(rows) for rows in self.lanes),
            before=notes.fingerprint(self.notes[-1]) if self.notes else notes.NOTHING,
            restored=restored,
        )
        self.signed.append(made)
        self.notes.append(made.sign(PAIR))
        return made

    def upto(self, count: int) -> PaperTrail:
        """Return it as it was when `count` checkpoints were signed."""
        sizes = self.signed[count - 1].sizes
        kept = [rows[:size] for rows, size in zip(self.lanes, sizes, strict=True)]
        return PaperTrail(kept, self.signed[:count], self.notes[:count])

    def rows(self) -> list[Row]:
        """Return its rows as an export has them."""
        return [dict(row) for rows in self.lanes for row in rows]

    def export(self, path: Path, *, rows: Sequence[Row] | None = None, made_at: datetime | None = None) -> Path:
        """Write it to a file, with other rows if they are given."""
        return write(path, self.notes, self.rows() if rows is None else rows, made_at or self.signed[-1].at)


def write(path: Path, written: Iterable[str], rows: Iterable[Row], made_at: datetime) -> Path:
    """Write a file as an export is written."""
    path.write_text("".join(trailfile.write_lines(made_at.isoformat(), written, map(json.dumps, rows))))
    return path


def tell(steps: Sequence[Sequence[int]]) -> PaperTrail:
    """Return a trail: in each step things happen in these lanes, then it is signed."""
    trail = PaperTrail()
    for lanes in steps:
        for lane in lanes:
            trail.add(lane)
        trail.sign()
    return trail


def go_on(trail: PaperTrail, steps: Sequence[Sequence[int]], actor: str) -> PaperTrail:
    """Return another history after the same beginning, by somebody who has the signing key."""
    other = replace(trail, lanes=[list(rows) for rows in trail.lanes], signed=[*trail.signed], notes=[*trail.notes])
    for lanes in steps:
        for lane in [*lanes, 0]:
            other.add(lane, actor)
        other.sign()
    return other


def _root(rows: Sequence[Row]) -> bytes:
    tree = merkle.Tree()
    tree.extend(b"".join(hashlib.sha256(b"\x00" + bytes.fromhex(row["hash"])).digest() for row in rows))
    return tree.root()

"""The trail as a file of JSON lines, up to its last checkpoint: whoever has the public key can check it, offline.

First a line that says what it is, then the checkpoints, then the rows lane by lane. Only codes and keys stand in it:
what the trail itself holds. Reading a file needs neither Django's settings nor a database.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from ruangaman.audit.types import LANES, BadRow
from ruangaman.vault import merkle, notes, trail
from ruangaman.vault.notes import BadText, Checkpoint, PublicKey
from ruangaman.vault.trail import BadNote, Progress, Verdict

FORMAT = "ruangaman-trail-1"
_LABEL = b"ruangaman/audit/v1"
_REPORT_EVERY = 20_000


def write_lines(made_at: str, written: Iterable[str], rows: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a file.

    Args:
        made_at: when, for a person.
        written: the notes of the checkpoints.
        rows: each row as JSON, in order of lane and number.
    """
    yield json.dumps({"format": FORMAT, "made_at": made_at}) + "\n"
    for note in written:
        yield json.dumps({"checkpoint": note}, ensure_ascii=False) + "\n"
    for row in rows:
        yield row + "\n"


@dataclass
class _Lane:
    """What was read of one lane so far."""

    tree: merkle.Tree = field(default_factory=merkle.Tree)
    head: bytes = notes.NOTHING
    leaves: list[bytes] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)

    def settle(self) -> None:
        """Take what was read into the tree."""
        self.tree.extend(b"".join(self.leaves))
        self.leaves.clear()


def verify_file(
    path: Path,
    key: PublicKey,
    *,
    beside: Sequence[str] = (),
    root: bytes | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Check an export: each row's hash, chain and seals, each checkpoint's signature and root, and its end.

    Args:
        beside: notes kept elsewhere; one that is newer than the file's end, or other than the file's, is a fault.
        root: from a printed page: one of the checkpoints has to have it.

    Raises:
        BadText: this is no export.
    """
    with path.open(encoding="utf-8") as file:
        lines = iter(file)
        written, first = _read_head(lines)
        book = trail.read_book(written, key)
        fault = book.fault or trail.beside_fault(written, beside, key)
        if not fault and not book.held:
            fault = BadNote(1, "missing")
        if not fault and root is not None and all(one.root != root for one in book.held):
            fault = BadNote(book.held[-1].number, "root")
        if fault:
            return Verdict(0, len(book.held), fault)
        return _verify_rows(first, lines, book.held, progress)


def _read_head(lines: Iterator[str]) -> tuple[list[str], str]:
    """Return the notes, and the first line behind them. Raises BadText."""
    head = _load(next(lines, ""))
    if head.get("format") != FORMAT:
        raise BadText("This file is not an export of the trail.")
    written: list[str] = []
    for line in lines:
        fields = _load(line)
        if "checkpoint" not in fields:
            return written, line
        written.append(str(fields["checkpoint"]))
    return written, ""


def _verify_rows(first: str, lines: Iterator[str], held: Sequence[Checkpoint], progress: Progress | None) -> Verdict:
    wanted = trail.sizes_of(held)
    lanes = [_Lane(roots={0: merkle.EMPTY}) for _lane in range(LANES)]
    total, done, now = held[-1].rows, 0, 0
    for line in _with(first, lines):
        fields = _load(line)
        lane = int(fields["lane"])
        bad = BadRow(now, lanes[now].tree.size + len(lanes[now].leaves) + 1, "order") if lane < now else None
        bad = bad or _row_fault(fields, lanes[lane])
        if bad:
            return Verdict(done, len(held), bad)
        done, now = done + 1, lane
        _take(lanes[lane], bytes.fromhex(fields["hash"]), int(fields["seq"]), wanted[lane])
        if progress and done % _REPORT_EVERY == 0:
            progress("rows", done, total)
    fault = _end_fault(lanes, held) or trail.first_difference(held, [one.roots for one in lanes])
    return Verdict(done, len(held), fault)


def _take(lane: _Lane, row_hash: bytes, seq: int, wanted: set[int]) -> None:
    lane.head = row_hash
    lane.leaves.append(merkle.leaf_hash(row_hash))
    if seq in wanted or len(lane.leaves) == 1 << 12:
        lane.settle()
    if seq in wanted:
        lane.roots[seq] = lane.tree.root()


def _end_fault(lanes: Sequence[_Lane], held: Sequence[Checkpoint]) -> BadRow | None:
    for number, (lane, size) in enumerate(zip(lanes, held[-1].sizes, strict=True)):
        lane.settle()
        if lane.tree.size != size:
            return BadRow(number, min(lane.tree.size, size) + 1, "truncated" if lane.tree.size < size else "unsigned")
    return None


def _row_fault(fields: Mapping[str, Any], lane: _Lane) -> BadRow | None:
    place = lane.tree.size + len(lane.leaves) + 1
    number, why = int(fields["lane"]), ""
    prev, seals = bytes.fromhex(fields["prev"]), _seals_digest(fields["seals"])
    if fields["seq"] != place:
        why = "gap" if fields["seq"] > place else "order"
    elif prev != lane.head:
        why = "chain"
    elif row_digest(fields, prev, seals) != bytes.fromhex(fields["hash"]):
        why = "hash"
    return BadRow(number, place, why) if why else None


def row_digest(fields: Mapping[str, Any], prev: bytes, seals: bytes) -> bytes:
    """Return the hash that a row has to have: what `audit_digest` computes in the database."""
    texts = [str(fields[name]).encode() for name in ("at", "type", "actor", "subject", "detail")]
    parts = b"".join([struct.pack(">I", len(text)) + text for text in [*texts, seals]])
    return hashlib.sha256(_LABEL + struct.pack(">hq", fields["lane"], fields["seq"]) + parts + prev).digest()


def _seals_digest(seals: Sequence[Sequence[Any]]) -> bytes:
    if not seals:
        return b""
    ordered = sorted((UUID(ref).bytes, int(version), bytes.fromhex(sha256)) for ref, version, sha256 in seals)
    return hashlib.sha256(b"".join(ref + struct.pack(">i", version) + sha for ref, version, sha in ordered)).digest()


def _with(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _load(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise BadText("This file is not an export of the trail.") from error
    if not isinstance(found, dict):
        raise BadText("This file is not an export of the trail.")
    return found

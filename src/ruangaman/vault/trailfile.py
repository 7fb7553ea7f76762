"""The trail as a file of JSON lines, up to its last checkpoint: whoever has the public key can check it, offline.

First a line that says what it is, then the checkpoints, then the rows lane by lane. Only codes and keys stand in it:
what the trail itself holds. Reading a file needs neither Django's settings nor a database.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruangaman.audit.types import BadNote, BadRow, Verdict
from ruangaman.vault import merkle, notes, trail
from ruangaman.vault.notes import BadText, Checkpoint, PublicKey
from ruangaman.vault.trail import Progress

FORMAT = "ruangaman-trail-1"
_LABEL = b"ruangaman/audit/v1"
_sha256 = hashlib.sha256
_place, _length, _version = struct.Struct(">hq").pack, struct.Struct(">I").pack, struct.Struct(">i").pack
_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error)
"""What a line runs into that is not written as our rows are."""

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


class _Lane:
    """What was read of one lane so far."""

    def __init__(self, number: int, wanted: set[int]) -> None:
        """Nothing yet; `wanted` are the sizes at which checkpoints speak of it."""
        self.number, self.wanted = number, wanted
        self.tree, self.size, self.head = merkle.Tree(), 0, notes.NOTHING
        self.leaves: list[bytes] = []
        self.roots = {0: merkle.EMPTY}

    def take(self, fields: Mapping[str, Any]) -> BadRow | None:
        """Take the next row in. Returns it as bad: it does not belong here, or is not what its hash says."""
        place, said = self.size + 1, bytes.fromhex(fields["hash"])
        if fields["seq"] != place:
            return BadRow(self.number, place, "gap" if fields["seq"] > place else "order")
        prev = bytes.fromhex(fields["prev"])
        if prev != self.head:
            return BadRow(self.number, place, "chain")
        if row_digest(fields, prev) != said:
            return BadRow(self.number, place, "hash")
        self.size, self.head = place, said
        self.leaves.append(_sha256(b"\x00" + said).digest())
        if place in self.wanted:
            self.settle()
            self.roots[place] = self.tree.root()
        return None

    def settle(self) -> None:
        """Put what was read into the tree."""
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
    lanes = [_Lane(number, wanted) for number, wanted in enumerate(trail.sizes_of(held))]
    total, done, now = held[-1].rows, 0, lanes[0]
    for line in _with(first, lines):
        try:
            fields = _load(line)
            lane = lanes[fields["lane"]]
            bad = lane.take(fields) if lane.number >= now.number else BadRow(now.number, now.size + 1, "order")
        except _UNREADABLE:
            bad = BadRow(now.number, now.size + 1, "unreadable")
        if bad:
            return Verdict(done, len(held), bad)
        done, now = done + 1, lane
        if progress and done % _REPORT_EVERY == 0:
            progress("rows", done, total)
    fault = trail.first_difference(held, [lane.roots for lane in lanes]) or _end_fault(lanes, held[-1])
    return Verdict(done, len(held), fault)


def _end_fault(lanes: Sequence[_Lane], last: Checkpoint) -> BadRow | None:
    """Return the first row that no checkpoint speaks of; an export has none."""
    for lane, size in zip(lanes, last.sizes, strict=True):
        if lane.size > size:
            return BadRow(lane.number, size + 1, "unsigned")
    return None


def row_digest(fields: Mapping[str, Any], prev: bytes) -> bytes:
    """Return the hash that a row has to have: what `audit_digest` computes in the database."""
    at, kind = fields["at"].encode(), fields["type"].encode()
    actor, subject, detail = fields["actor"].encode(), fields["subject"].encode(), fields["detail"].encode()
    seals = _seals_digest(fields["seals"]) if fields["seals"] else b""
    parts = (
        _LABEL, _place(fields["lane"], fields["seq"]), _length(len(at)), at, _length(len(kind)), kind,
        _length(len(actor)), actor, _length(len(subject)), subject, _length(len(detail)), detail,
        _length(len(seals)), seals, prev,
    )  # fmt: skip
    return _sha256(b"".join(parts)).digest()


def _seals_digest(seals: Sequence[Sequence[Any]]) -> bytes:
    parts = [
        bytes.fromhex(ref.replace("-", "")) + _version(version) + bytes.fromhex(sha) for ref, version, sha in seals
    ]
    return _sha256(b"".join(sorted(parts))).digest()


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

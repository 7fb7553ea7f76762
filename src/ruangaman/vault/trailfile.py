"""The trail as a file of JSON lines, up to its last checkpoint: whoever has the public key can check it, offline.

First a line that says what it is, then the checkpoints, then the rows lane by lane. Only codes and keys stand in it:
what the trail itself holds. Reading a file needs neither Django's settings nor a database.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ruangaman.audit.types import Asked, BadNote, BadRow, Beside, Verdict
from ruangaman.vault import merkle, notes, trail
from ruangaman.vault.notes import BadText, Checkpoint, PublicKey
from ruangaman.vault.trail import Progress, Signed

FORMAT = "ruangaman-trail-1"
NO_EXPORT = "This file is not an export of the trail."
SIGNED_WITHIN = timedelta(minutes=10)
"""One that is being signed while an export is made is not in it yet."""

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


@dataclass(frozen=True)
class Question:
    """What a file is held against, beside its own checkpoints.

    Args:
        beside: notes kept elsewhere; None: there are none at hand.
        latest: it has to reach the newest of them.
        through: it has to hold all that was signed before this moment.
        root: from a printed page: one of its checkpoints has to have it.
    """

    beside: Sequence[str] | None = None
    latest: bool = False
    through: datetime | None = None
    root: bytes | None = None


@dataclass(frozen=True)
class _Head:
    """What stands in a file before its rows."""

    made_at: datetime
    written: list[str]
    first: str
    """The line behind it: the first row."""


def verify_file(
    path: Path, key: PublicKey, question: Question | None = None, *, progress: Progress | None = None
) -> Verdict:
    """Check an export: each row's hash, chain and seals, each checkpoint's signature and root, and its end.

    Of the notes kept elsewhere those up to its last checkpoint must be the same, and newer ones go on from it. That
    there are newer ones is no fault: then it is older.

    Raises:
        BadText: this is no export, or one of another installation.
    """
    question = question or Question()
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        lines = iter(file)
        head = _read_head(lines)
        book = trail.read_book(head.written, key)
        ours = trail.read_ours(question.beside or (), key)
        fault = book.fault or (None if book.held else BadNote(1, "missing"))
        if fault:
            _require_same_trail(head, key)
            return Verdict(0, len(book.held), fault)
        later = sorted((one for one in ours if one[1].number > book.held[-1].number), key=lambda one: one[1].number)
        fault = _notes_fault(head, book.held, ours, later)
        if fault:
            return Verdict(0, len(book.held), fault)
        found = _verify_rows(head.first, lines, book.held, progress)
    if found.fault:
        return found
    return _answer(found, head, book.held, ours, later, question)


def _read_head(lines: Iterator[str]) -> _Head:
    """Return what stands before the rows. Raises BadText."""
    head = _load(next(lines, ""))
    if head.get("format") != FORMAT:
        raise BadText(NO_EXPORT)
    try:
        made_at = datetime.fromisoformat(head["made_at"])
    except _UNREADABLE as error:
        raise BadText(NO_EXPORT) from error
    if made_at.tzinfo is None:
        raise BadText(NO_EXPORT)
    written: list[str] = []
    for line in lines:
        try:
            written.append(str(_load(line)["checkpoint"]))
        except (BadText, KeyError):
            return _Head(made_at, written, line)
    return _Head(made_at, written, "")


def _require_same_trail(head: _Head, key: PublicKey) -> None:
    """Tell a key that was mistaken from a checkpoint that was changed. Raises BadText."""
    origin = notes.origin_of(head.written[0]) if head.written else key.origin
    if origin != key.origin:
        named = ascii(origin[:64])
        raise BadText(f"The key is of another trail ({key.origin}) than the file ({named}). Nothing was checked.")


def _notes_fault(
    head: _Head, held: Sequence[Checkpoint], ours: Sequence[Signed], later: Sequence[Signed]
) -> BadNote | None:
    """Return what notes kept elsewhere say against a file."""
    inside = list(zip(head.written, held, strict=True))
    upto = [one for one in ours if one[1].number <= held[-1].number]
    fault = trail.beside_fault(inside, upto) or trail.later_fault(inside[-1], later)
    if fault:
        return fault
    for _note, one in later:
        if one.at < head.made_at - SIGNED_WITHIN:
            return BadNote(one.number, "cut")
    return None


def _answer(
    found: Verdict,
    head: _Head,
    held: Sequence[Checkpoint],
    ours: Sequence[Signed],
    later: Sequence[Signed],
    question: Question,
) -> Verdict:
    """Say of a file that is whole how it stands to what it was held against."""
    end, newer = held[-1], [one for _note, one in later]
    if question.beside is not None:
        newest = max((one for _note, one in ours), key=lambda one: one.number, default=None)
        beside = Beside(
            ours=len(ours),
            foreign=len(set(question.beside)) - len(ours),
            newer=len(newer),
            newest=newest.mark if newest else None,
            put_back=min((n for one in newer if (n := one.restored) is not None and n < end.number), default=None),
        )
        found = replace(found, beside=beside)
    if question.root is not None and all(one.root != question.root for one in held):
        printed = next((one for one in newer if one.root == question.root), None)
        if printed is None:
            return replace(found, fault=BadNote(end.number, "root"))
        return replace(found, short=Asked.ROOT, next=printed.mark)
    if question.latest and newer:
        return replace(found, short=Asked.LATEST, next=newer[-1].mark)
    if question.through is not None and not _reaches(question.through, end, head.written[-1], newer):
        left_out = newer[0].mark if newer and newer[0].at < question.through else None
        return replace(found, short=Asked.THROUGH, next=left_out)
    return found


def _reaches(moment: datetime, end: Checkpoint, note: str, newer: Sequence[Checkpoint]) -> bool:
    """Say whether it is proven that nothing was signed between a file's end and a moment."""
    if end.at >= moment:
        return True
    return bool(newer) and newer[0].before == notes.fingerprint(note) and newer[0].at >= moment


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
    return Verdict(done, len(held), fault, end=held[-1].mark)


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
        raise BadText(NO_EXPORT) from error
    if not isinstance(found, dict):
        raise BadText(NO_EXPORT)
    return found

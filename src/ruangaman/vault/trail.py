"""What a trail has to be if its checkpoints are true: one judgement for the database and for an export."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruangaman.audit.types import LANES, BadNote, BadRow
from ruangaman.vault import merkle, notes
from ruangaman.vault.notes import BadText, Checkpoint, PublicKey

Progress = Callable[[str, int, int], None]
"""Called now and then with what is being done, how many rows are done, and of how many."""

Leaves = Callable[[int, int, int], Iterator[bytes]]
"""Leaf hashes of a lane, from after one row up to another, in runs."""


Signed = tuple[str, Checkpoint]
"""A note, and the checkpoint that it is."""


@dataclass(frozen=True)
class Book:
    """Checkpoints that hold by themselves, and the first that does not."""

    held: list[Checkpoint]
    fault: BadNote | None


def read_book(written: Iterable[str], key: PublicKey) -> Book:
    """Check notes one after another: signature, number, what each says of the one before it, sizes that only grow."""
    held: list[Checkpoint] = []
    before = notes.NOTHING
    for note in written:
        number = held[-1].number + 1 if held else 1
        try:
            found = notes.read(note, key)
        except BadText:
            return Book(held, BadNote(number, "signature"))
        fault = _order_fault(held, found, before)
        if fault:
            return Book(held, BadNote(number, fault))
        held.append(found)
        before = notes.fingerprint(note)
    return Book(held, None)


def _order_fault(held: Sequence[Checkpoint], found: Checkpoint, before: bytes) -> str:
    last = held[-1] if held else None
    number = last.number if last else 0
    if found.restored is not None:
        if found.restored != number or found.number <= number:
            return "order"
    elif found.number != number + 1 or found.before != before:
        return "order"
    if last and any(now < then for now, then in zip(found.sizes, last.sizes, strict=True)):
        return "smaller"
    return ""


def read_ours(written: Iterable[str], key: PublicKey) -> list[Signed]:
    """Return each different one of the notes that this key signed; what else stands among them is noise."""
    found: list[Signed] = []
    for note in dict.fromkeys(written):
        try:
            found.append((note, notes.read(note, key)))
        except BadText:
            continue
    return found


def beside_fault(inside: Sequence[Signed], beside: Iterable[Signed]) -> BadNote | None:
    """Say what the notes beside a trail know that the trail does not; None: nothing.

    A number that stands only beside is excused by a later signed word that an older backup was restored.
    """
    mine = {one.number: note for note, one in inside}
    restores = [one for _note, one in inside if one.restored is not None]
    for note, one in beside:
        if mine.get(one.number) == note:
            continue
        if one.number in mine:
            return BadNote(one.number, "fork")
        if not any(again.restored is not None and again.restored < one.number < again.number for again in restores):
            return BadNote(one.number, "missing")
    return None


def later_fault(end: Signed, later: Sequence[Signed]) -> BadNote | None:
    """Say where notes do not go on from a trail's end; None: nowhere.

    Some may be missing among them: a folder elsewhere was not always there.

    Args:
        end: the last checkpoint of the trail.
        later: those with higher numbers, in their order.
    """
    before = end
    for one in later:
        why = _step_fault(before, one)
        if why:
            return BadNote((one if why == "smaller" else before)[1].number, why)
        before = one
    return None


def _step_fault(before: Signed, after: Signed) -> str:
    (note, last), (_note, found) = before, after
    if found.number == last.number:
        return "fork"
    if found.restored is not None:
        return ""
    if found.number == last.number + 1 and found.before != notes.fingerprint(note):
        return "fork"
    return "smaller" if any(now < then for now, then in zip(found.sizes, last.sizes, strict=True)) else ""


def grow(leaves: Leaves, sizes: Sequence[Collection[int]], report: Callable[[int], None]) -> list[Mapping[int, bytes]]:
    """Return for each lane its root at each of the sizes wanted; a lane that ends before one has none for it.

    Args:
        sizes: for each lane the sizes wanted.
        report: called with the number of rows that were just taken in.
    """
    return [_grow_lane(lane, leaves, sorted(set(wanted)), report) for lane, wanted in enumerate(sizes)]


def _grow_lane(lane: int, leaves: Leaves, wanted: Sequence[int], report: Callable[[int], None]) -> dict[int, bytes]:
    tree, roots = merkle.Tree(), {}
    for size in wanted:
        for run in leaves(lane, tree.size, size):
            tree.extend(run)
            report(len(run) // merkle.HASH_BYTES)
        if tree.size != size:
            break
        roots[size] = tree.root()
    return roots


def first_difference(checkpoints: Sequence[Checkpoint], roots: Sequence[Mapping[int, bytes]]) -> BadRow | None:
    """Return the first row that may differ from what was signed: the one after the last checkpoint that agrees."""
    for lane in range(LANES):
        agreed = 0
        for one in checkpoints:
            size = one.sizes[lane]
            found = roots[lane].get(size)
            if found != one.roots[lane]:
                return BadRow(lane, agreed + 1, "fork" if found else "truncated")
            agreed = size
    return None


def sizes_of(checkpoints: Iterable[Checkpoint]) -> list[set[int]]:
    """Return for each lane the sizes at which checkpoints speak of it."""
    sizes: list[set[int]] = [set() for _lane in range(LANES)]
    for one in checkpoints:
        for lane, size in enumerate(one.sizes):
            sizes[lane].add(size)
    return sizes

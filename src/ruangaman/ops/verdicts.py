"""What `./ruang audit verify` says: which fault it is, what it means, and what to do before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from django.core.exceptions import ImproperlyConfigured

from ruangaman.audit.types import Asked, BadNote, BadRow, Beside, Mark, Verdict
from ruangaman.core.regions import here, zone

WHOLE, BROKEN, MISUSED, SHORT = 0, 1, 2, 3
"""Exit codes: it holds, newer or older; it does not, or cannot be read; the command was not asked rightly; it holds,
but ends before what was asked for."""

ROWS = {
    "hash": "this row is not what was written.",
    "seals": "the fingerprints that this row vouches for are not what was written.",
    "gap": "here a row is missing.",
    "truncated": "rows of this lane are missing, this one or later ones; what stands before it is as it was.",
    "lane": "the whole lane is missing.",
    "chain": "this row does not follow the one before it: rows were moved, written twice, or put in.",
    "order": "this row is not in its place: rows were moved or written twice.",
    "head": "the lane does not end as the application left it: rows were added past it, or its end was set back.",
    "fork": "this row or a later one was changed and all hashes computed anew: it is not what was signed.",
    "unsigned": "no checkpoint speaks of this row, and an export has none such: it was added.",
    "unreadable": "this line is not written as our rows are.",
}
NOTES = {
    "signature": "it is not signed with the trail's key.",
    "copied facts": "what stands in the row beside it is not what was signed.",
    "order": "it does not follow the one before it: one was left out, put in, or moved.",
    "smaller": "it speaks of fewer rows than one before it, and no restore is signed between them.",
    "fork": "another one of this number was signed, and is noted elsewhere: these are two different trails.",
    "missing": "it is noted beside the database, and the database does not have it. Its end was cut off, or an older "
    "copy was put in its place by other means than ./ruang restore; such a copy is proved and signed for with "
    "./ruang restore --only-prove.",
    "none": "the file has none, and an export always has: they were taken out.",
    "cut": "it was signed before this file says it was made, and is not in it. Its end was cut off together with its "
    "checkpoints, or its first line was changed.",
}
FIRST = {
    "database": "Change nothing. Copy the database and the folder of checkpoints first and tell the data protection "
    "officer; then docs/how-to/verify-the-trail.md.",
    "file": "A copy can be damaged on its way: fetch the file again and verify that. If the fault stays, keep both, "
    "change nothing, and tell the data protection officer; then docs/how-to/verify-the-trail.md.",
}


def exit_code(verdict: Verdict) -> int:
    """Return what the command ends with."""
    if verdict.fault is not None:
        return BROKEN
    return WHOLE if verdict.short is None else SHORT


def tell_database(verdict: Verdict, *, name: str, folder: str, seconds: float) -> Iterator[str]:
    """Say it of the database.

    Args:
        name: which trail it is.
        folder: where the checkpoints beside it lie.
    """
    if verdict.fault is not None:
        yield from _tell_fault(name, verdict.fault, FIRST["database"])
        return
    if verdict.end is None:
        yield f"{name}: the chains hold by themselves: {_several(verdict.rows, 'row')}, {seconds:.1f} s."
        yield "But there is no checkpoint yet, so nothing signed says what they were: ./ruang audit checkpoint."
        return
    yield f"{name} holds: {_counted(verdict)}, {seconds:.1f} s."
    if verdict.unsigned:
        yield f"Not signed yet: {_several(verdict.unsigned, 'row')}, newer than {mark(verdict.end)}."
    beside = verdict.beside or Beside(0)
    if not beside.ours:
        yield (
            f"But no checkpoint lies beside the database in {folder}: an end that was cut off together with its "
            "checkpoints would not be noticed. Compare with a copy that is kept elsewhere, or with paper."
        )
    yield from _tell_foreign(beside)


def tell_file(verdict: Verdict, *, name: str, seconds: float) -> Iterator[str]:
    """Say it of an export."""
    if isinstance(verdict.fault, BadNote) and verdict.fault.why == "root":
        yield f"{name} holds by itself, {_end(verdict)}, but none of its checkpoints has the root that you typed."
        yield (
            "Compare what you typed with the paper first. A page that was printed after its end is recognised with "
            "--notes. If neither explains it, this is not the trail that was printed: change nothing, and tell the "
            "data protection officer."
        )
        return
    if verdict.fault is not None:
        yield from _tell_fault(name, _as_of_file(verdict.fault), FIRST["file"])
        return
    beside = verdict.beside
    if verdict.short is not None:
        yield f"{name} is whole, but it ends before what you asked for: {_lacks(verdict)}"
    if beside is not None and beside.newer and beside.newest is not None:
        newer = f"{_several(beside.newer, 'checkpoint')} {'is' if beside.newer == 1 else 'are'} newer"
        yield f"{name} is older: {_end(verdict)}, {newer}, the last is {mark(beside.newest)}."
        yield f"Whole up to there: {_counted(verdict)}, {seconds:.1f} s."
    else:
        yield f"{name} holds: {_counted(verdict)}, {seconds:.1f} s; {_end(verdict)}."
    if beside is None:
        yield "Whether something newer was signed, no file can say: name checkpoints that are kept elsewhere (--notes)."
        return
    if beside.put_back is not None:
        yield (
            f"After its end a backup of checkpoint {beside.put_back} was restored, and signed for: what this file has "
            "beyond that is not in the trail of today."
        )
    yield from _tell_foreign(beside)


def _tell_fault(name: str, fault: BadRow | BadNote, first: str) -> Iterator[str]:
    yield f"{name} does NOT hold. First fault: {fault}"
    yield f"  {explain(fault)}"
    yield first


def explain(fault: BadRow | BadNote) -> str:
    """Return what a fault means. Raises KeyError: nobody wrote it down."""
    words = ROWS if isinstance(fault, BadRow) else NOTES
    return f"{fault.why}: {words[fault.why]}"


def tell_refused(what: str, error: Exception, fault: BadRow | BadNote | None) -> Iterator[str]:
    """Say that something was not done; and why, if it was because the trail is broken."""
    yield f"{what}: {error}"
    if fault is not None:
        yield f"  {explain(fault)}"
        yield FIRST["database"]


def _as_of_file(fault: BadRow | BadNote) -> BadRow | BadNote:
    """Return it as one of a file, in which only all checkpoints can be missing."""
    return BadNote(fault.number, "none") if isinstance(fault, BadNote) and fault.why == "missing" else fault


def _lacks(verdict: Verdict) -> str:
    shown = f"{mark(verdict.next)} is not in it." if verdict.next is not None else ""
    if verdict.short is Asked.ROOT:
        return f"the page was printed of a later one. {shown}"
    if verdict.short is Asked.LATEST:
        return f"the newest {shown}"
    return shown or "nothing shows that no checkpoint was signed between its end and that day's."


def _tell_foreign(beside: Beside) -> Iterator[str]:
    if beside.foreign:
        yield f"Not compared: {_several(beside.foreign, 'noted checkpoint')}, not signed with this key."


def _counted(verdict: Verdict) -> str:
    return f"{_several(verdict.rows, 'row')}, {_several(verdict.checkpoints, 'checkpoint')}"


def _several(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _end(verdict: Verdict) -> str:
    if verdict.end is None:
        raise ValueError(verdict)
    return f"it ends on {moment(verdict.end.at)} with checkpoint {verdict.end.number:,}"


def mark(one: Mark) -> str:
    """Return a checkpoint as people speak of it."""
    return f"checkpoint {one.number:,} of {moment(one.at)}"


def moment(at: datetime) -> str:
    """Return a moment on the office's clock, as the printed page has it."""
    clock, name = office_clock()
    return f"{at.astimezone(clock):%Y-%m-%d %H:%M} {name}"


def office_clock() -> tuple[tzinfo, str]:
    """Return the office's clock and its name; where only an export is and no installation, that of the world."""
    try:
        return zone(), here().zone
    except ImproperlyConfigured:
        return UTC, "UTC"

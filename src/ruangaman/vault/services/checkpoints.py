"""Signing what the trail is, and checking that it still is what was signed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.db import connection

from ruangaman.audit import selectors
from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditCheckpoint
from ruangaman.audit.types import LANES, BadNote, BadRow, Beside, Role, Verdict
from ruangaman.core.jobs import enqueue
from ruangaman.vault import events, notebook, notes, trail, trailfile
from ruangaman.vault.errors import TrailBroken
from ruangaman.vault.notes import BadText, Checkpoint, PublicKey
from ruangaman.vault.trail import Progress

ALARM = "ruangaman.notifications.jobs.alarm_trail"
SAME_FOR = timedelta(hours=24)
"""So long nothing is signed again when nothing has happened."""

EXPORT_REPORT = 20_000
_LOCK = 0x747261696C  # two makers at once would both take the next number
logger = logging.getLogger("ruangaman")


@dataclass(frozen=True)
class Compared:
    """What became of a root that somebody typed from paper: the checkpoint it was, and whether today's rows give it."""

    checkpoint: Checkpoint | None
    holds: bool


def make_checkpoint(*, at: datetime) -> Checkpoint | None:
    """Sign what the trail is now, after proving that all that was signed before is still in it.

    New rows are checked in full (hash, chain, seals); of older ones every hash is read again and gives the root that
    was signed. Runs under `ra_worker`, which sees hashes and no rows.

    Returns:
        The checkpoint; None: nothing has happened since the last one.

    Raises:
        TrailBroken: the trail is smaller or other than what was signed; nothing is signed, people are written to.
        NoKey: this process has no signing key.

    Writes: the checkpoint; after the commit the same text beside the database. Refused: one event, an alarm each day.
    """
    key = _key()
    try:
        with audit.unit_of_work(Role.WORKER) as unit, connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            made, behind = _prepare(at, key)
            if made is not None:
                behind.append((made, _keep(made)))
            unit.after_commit(lambda: notebook.append(behind, key))
            return made
    except TrailBroken as error:
        _alarm(str(error), at)
        raise


def record_restore(*, at: datetime) -> Checkpoint:
    """Sign that a backup was restored: what was signed after it was made is excused, from this word on.

    Call it once, as the role that restores (`ra_migrate`), after the chains were verified. The folder of checkpoints
    beside the database should be the newest there is.

    Raises:
        TrailBroken: the restored trail does not hold by itself.
        NoKey: this process has no signing key.

    Writes: one `vault.trail_restored` event, then the checkpoint, then the same text beside the database.
    """
    with audit.unit_of_work(Role.MIGRATE):
        row = selectors.last_checkpoint()
        number = row.number if row else 0
        audit.record(events.TRAIL_RESTORED, by=None, subject=str(number), at=at, detail={"number": number})
    with audit.unit_of_work(Role.MIGRATE) as unit:
        key = _key()
        inside = [(_read(row, key), row.note)] if row else []
        sizes, roots = _measure(inside[0][0] if inside else None)
        newest = max([*inside, *_beside(key)[-1:]], key=lambda one: one[0].number, default=None)
        made = Checkpoint(
            origin=key.origin,
            number=newest[0].number + 1 if newest else 1,
            at=at,
            sizes=sizes,
            roots=roots,
            before=notes.fingerprint(newest[1]) if newest else notes.NOTHING,
            restored=number,
        )
        note = _keep(made)
        unit.after_commit(lambda: notebook.append([(made, note)], key))
    return made


def verify_trail(progress: Progress | None = None) -> Verdict:
    """Check everything: chains, seals, every signature, every root against today's rows, and the folder beside.

    Raises:
        NoKey: there are checkpoints, and no public key to check them with.
        BadText: the file with the public key holds something else.
    """
    say = progress or _silent
    with audit.unit_of_work(Role.AUDIT):
        tips = selectors.read_tips()
        rows, done = sum(tips), 0
        for lane, tip in enumerate(tips):
            bad = selectors.first_bad_after(lane, 0)
            done += tip
            say("chains", done, rows)
            if bad:
                return Verdict(rows, 0, bad)
        return _verify_checkpoints(rows, say)


def export_trail(file: IO[str], *, at: datetime, progress: Progress | None = None) -> tuple[Checkpoint, int]:
    """Write the trail up to its last checkpoint as JSON lines. Returns that checkpoint, and how many rows are newer.

    Raises:
        TrailBroken: there is no checkpoint yet, or the last one is not signed.
        NoKey, BadText: as `verify_trail`.
    """
    say = progress or _silent
    with audit.unit_of_work(Role.AUDIT):
        rows = selectors.list_checkpoints()
        if not rows:
            raise TrailBroken("There is no checkpoint yet: make one first (./ruang audit checkpoint).")
        last = _read(rows[-1], notebook.public_key())
        lines = trailfile.write_lines(at.isoformat(), (row.note for row in rows), selectors.export_rows(last.sizes))
        for number, line in enumerate(lines):
            file.write(line)
            if number % EXPORT_REPORT == 0:
                say("rows", number, last.rows)
        return last, sum(selectors.read_tips()) - last.rows


def compare_root(root: bytes) -> Compared:
    """Say whether a root from paper was signed by us, and whether today's rows still give it. For the auditor's role.

    Raises:
        NoKey, BadText: as `verify_trail`.
    """
    with audit.unit_of_work(Role.AUDIT):
        for row in selectors.list_by_root(root):
            try:
                one = _read(row, notebook.public_key())
            except TrailBroken:
                continue
            roots = trail.grow(selectors.read_leaves, trail.sizes_of([one]), _ignore)
            return Compared(one, trail.first_difference([one], roots) is None)
    return Compared(None, holds=False)


def _verify_checkpoints(rows: int, say: Progress) -> Verdict:
    beside = notebook.read(notebook.folder())  # first: one that is made meanwhile is in the database before it is here
    inside = selectors.list_checkpoints()
    if not inside and not beside:
        return Verdict(rows, unsigned=rows)
    key = notebook.public_key()
    held: list[Checkpoint] = []
    book = trail.read_book((row.note for row in inside), key)
    for row, one in zip(inside, book.held, strict=False):
        if not _is_same(row, one):
            return Verdict(rows, len(held), BadNote(one.number, "copied facts"))
        held.append(one)
    ours = trail.read_ours(beside, key)
    signed = [(row.note, one) for row, one in zip(inside, held, strict=False)]
    fault = book.fault or trail.beside_fault(signed, ours)
    if fault:
        return Verdict(rows, len(held), fault)
    roots = trail.grow(selectors.read_leaves, trail.sizes_of(held), _Taken(say, rows))
    return Verdict(
        rows,
        len(held),
        trail.first_difference(held, roots),
        end=held[-1].mark if held else None,
        unsigned=max(rows - (held[-1].rows if held else 0), 0),
        beside=Beside(len(ours), len(set(beside)) - len(ours)),
    )


class _Taken:
    """Counts rows and tells how far it is."""

    def __init__(self, say: Progress, rows: int) -> None:
        self.say, self.rows, self.done = say, rows, 0

    def __call__(self, several: int) -> None:
        self.done += several
        self.say("roots", self.done, self.rows)


def _prepare(at: datetime, key: PublicKey) -> tuple[Checkpoint | None, list[tuple[Checkpoint, str]]]:
    """Return the next checkpoint, or None, and what the folder beside the database still lacks. Raises TrailBroken."""
    row = selectors.last_checkpoint()
    last = _read(row, key) if row else None
    behind = _behind(last, row.note if row else "", key)
    sizes, roots = _measure(last)
    if last and last.sizes == sizes and at - last.at < SAME_FOR:
        return None, behind
    before = notes.fingerprint(row.note) if row else notes.NOTHING
    return Checkpoint(key.origin, last.number + 1 if last else 1, at, sizes, roots, before), behind


def _measure(last: Checkpoint | None) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
    """Return sizes and roots of today, once all that `last` says is proven to be in them. Raises TrailBroken."""
    tips = selectors.read_tips()
    for lane, tip in enumerate(tips):
        signed = last.sizes[lane] if last else 0
        bad = BadRow(lane, tip + 1, "truncated") if tip < signed else selectors.first_bad_after(lane, signed)
        if bad:
            raise TrailBroken(bad)
    wanted = [{tip, last.sizes[lane] if last else tip} for lane, tip in enumerate(tips)]
    grown = trail.grow(selectors.read_leaves, wanted, _ignore)
    different = trail.first_difference([last] if last else [], grown)
    if different:
        raise TrailBroken(different)
    return tuple(tips), tuple(grown[lane][tips[lane]] for lane in range(LANES))


def _behind(last: Checkpoint | None, note: str, key: PublicKey) -> list[tuple[Checkpoint, str]]:
    """Return what the folder beside lacks. Raises TrailBroken: it knows a checkpoint that the database does not."""
    beside = _beside(key)
    number = last.number if last else 0
    newest, written = beside[-1] if beside else (None, "")
    if newest and newest.number > number:
        raise TrailBroken(BadNote(newest.number, "missing"))
    if newest and newest.number == number and written != note:
        raise TrailBroken(BadNote(number, "fork"))
    rows = selectors.list_checkpoints(after=newest.number if newest else 0)
    return [(_read(row, key), row.note) for row in rows]


def _beside(key: PublicKey) -> list[tuple[Checkpoint, str]]:
    """Return the notes beside the database, of the last month that has any. Raises TrailBroken: one is not ours."""
    try:
        return [(notes.read(note, key), note) for note in notebook.read_newest(notebook.folder())]
    except BadText as error:
        raise TrailBroken(f"{notebook.folder()}: {error}") from error


def _read(row: AuditCheckpoint, key: PublicKey) -> Checkpoint:
    """Return the checkpoint of a row. Raises TrailBroken: it is not signed, or the row says something else."""
    try:
        one = notes.read(row.note, key)
    except BadText as error:
        raise TrailBroken(BadNote(row.number, "signature")) from error
    if not _is_same(row, one):
        raise TrailBroken(BadNote(row.number, "copied facts"))
    return one


def _is_same(row: AuditCheckpoint, one: Checkpoint) -> bool:
    return (row.number, row.at, row.rows, bytes(row.root)) == (one.number, one.at, one.rows, one.root)


def _keep(made: Checkpoint) -> str:
    note = made.sign(notebook.signing_pair())
    audit.keep_checkpoint(number=made.number, at=made.at, rows=made.rows, root=made.root, note=note)
    return note


def _key() -> PublicKey:
    return PublicKey(notebook.origin(), notebook.signing_pair().public)


def _alarm(why: str, at: datetime) -> None:
    """Say it where somebody sees it: the log, the trail, and once a day a letter."""
    logger.critical("The audit trail is not what was signed: %s. No checkpoint is made until this is looked into.", why)
    with audit.unit_of_work(Role.WORKER):
        if audit.keep_alarm(at=at, why=why[:64]):
            audit.record(events.CHECKPOINT_REFUSED, by=None, subject="trail", at=at, detail={"why": why[:64]})
            enqueue(ALARM)


def _silent(what: str, done: int, rows: int) -> None:
    """Tell nobody."""


def _ignore(several: int) -> None:
    """Count nothing."""

"""The ledger of erasures: a file outside the database that only grows, so that a restored copy forgets again.

An entry is written and on the disk *before* the transaction that erases commits. Whatever breaks in between leaves an
entry without an erasure, which the next replay carries out; never an erasure that the ledger does not know.
Each line stands for itself, so two ledgers of one installation can be put one behind the other. See ADR 0017.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ruangaman.vault import layout, pepper
from ruangaman.vault.errors import BrokenLedger

NEWLINE = b"\n"
FIELDS = {"dossier", "at", "mac"}


@dataclass(frozen=True)
class Entry:
    """A dossier that was erased, and when."""

    dossier_id: UUID
    at: datetime


def append(dossier_id: UUID, at: datetime) -> None:
    """Write that a dossier is erased, and return only when the disk has it.

    What a power cut left of a line that was never finished is cut off first: its transaction was not committed.

    Raises:
        OSError: the disk refuses; then nothing may be erased.
    """
    line = json.dumps({"dossier": str(dossier_id), "at": at.isoformat(), "mac": _mac(dossier_id, at).hex()})
    with _locked(settings.RUANGAMAN_LEDGER) as handle:
        _finish(handle)
        _write(handle, line.encode("ascii") + NEWLINE)
        os.fsync(handle)


def read(path: Path | None = None) -> Iterator[Entry]:
    """Yield every entry, oldest first. No file: nothing was ever erased.

    Args:
        path: a copy of it; None: the installation's own.

    Raises:
        BrokenLedger: a line is not whole, or was not written under this installation's pepper; the text says which.
    """
    try:
        data = (path or settings.RUANGAMAN_LEDGER).read_bytes()
    except FileNotFoundError:
        return
    *lines, rest = data.split(NEWLINE)
    for number, line in enumerate(lines, 1):
        entry = _parse(line)
        if entry is None:
            raise BrokenLedger(
                f"Line {number} of the ledger of erasures is not ours or not whole. Nothing was replayed."
            )
        yield entry
    last = _parse(rest)
    if last is not None:
        yield last


def _parse(line: bytes) -> Entry | None:
    """Return the entry of a line, or None: it is not one of ours."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict) or found.keys() != FIELDS:
            return None
        entry = Entry(UUID(found["dossier"]), datetime.fromisoformat(found["at"]))
        tag = bytes.fromhex(found["mac"])
        data = layout.erasure_bytes(pepper.installation(), entry.dossier_id, entry.at)
    except (ValueError, TypeError, AttributeError):
        return None
    return entry if pepper.is_mac(pepper.Label.ERASURE, data, tag) else None


def _mac(dossier_id: UUID, at: datetime) -> bytes:
    data = layout.erasure_bytes(pepper.installation(), dossier_id, at)
    return pepper.mac(pepper.Label.ERASURE, data)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open the ledger for one writer at a time; a file that is new is on the disk with its name."""
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if is_new:
            _sync_folder(path.parent)
        yield handle
    finally:
        os.close(handle)


def _finish(handle: int) -> None:
    """End the last line, or cut off what is not one."""
    size = os.fstat(handle).st_size
    data = os.pread(handle, size, 0)
    if not data or data.endswith(NEWLINE):
        return
    start = data.rfind(NEWLINE) + 1
    if _parse(data[start:]) is not None:
        _write(handle, NEWLINE)
    else:
        os.ftruncate(handle, start)


def _write(handle: int, data: bytes) -> None:
    if os.write(handle, data) != len(data):
        raise OSError("The disk took only a part of a line for the ledger of erasures.")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

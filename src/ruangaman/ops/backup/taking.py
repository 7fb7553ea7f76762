"""Taking a backup: one snapshot of the database, read table by table, straight into the age file."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import psycopg
from pyrage.x25519 import Recipient

from ruangaman.ops import troubles
from ruangaman.ops.backup import age, archive, tables
from ruangaman.ops.backup.tables import Connection, Table
from ruangaman.ops.backup.types import MANIFEST, OPENING, BackupError, BackupHindered, Manifest, Part
from ruangaman.ops.progress import Progress

READ_BYTES = 1 << 20
URL = "DATABASE_URL_BACKUP"
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_FACTS = """
SELECT clock_timestamp(), coalesce(current_setting('ruangaman.demo', true), '') <> '',
       current_setting('server_version_num')::integer,
       (SELECT encode(value, 'hex') FROM vault_installationcheck),
       EXISTS (SELECT 1 FROM vault_dossier WHERE kind = 'canary' AND shredded_at IS NULL)
"""
_CHECKPOINTS = "audit_auditcheckpoint"
_NEWEST = f"SELECT number, at, encode(root, 'hex') FROM {_CHECKPOINTS} ORDER BY number DESC LIMIT 1"  # noqa: S608
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY id"


@dataclass(frozen=True)
class Source:
    """What is to be copied: a database, as the role of backups, and files beside it that are only ever appended to.

    Args:
        growing: read to their end after the rows: they may know of more than the rows do, never of less.
        settled: read as far as they went before the rows: they may know of less, never of more.
    """

    conninfo: str
    growing: Mapping[str, Path] = field(default_factory=dict)
    settled: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """A backup that is whole and on the disk."""

    path: Path
    size: int
    sha256: str
    manifest: Manifest


class _Output:
    """The file on its way: counted and hashed while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def take(source: Source, path: Path, recipients: Sequence[Recipient], *, progress: Progress) -> Taken:
    """Write a backup to `path`, which must not be there yet. Reports go on being written meanwhile.

    Raises:
        BackupError: the database cannot be read whole, or the file not be written; nothing is left behind then.
    """
    unfinished = path.with_name(f"{path.name}.part")
    if path.is_dir():
        raise BackupHindered(f"{path} is a folder: name the file in it that the backup goes to.")
    if path.exists():
        raise BackupError(f"{path} is there already: a backup is never written over.")
    made: list[Manifest] = []
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file, _connect(source) as connection:
            output = _Output(file)
            # Closed before the connection: a copy left in the middle holds its lock, and a full disk waits for ever.
            with contextlib.closing(_contents(connection, source, made, progress)) as pieces:
                age.encrypt(pieces, output, recipients)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except psycopg.Error as error:
        raise BackupHindered(f"The database could not be read. {troubles.of_database(error, URL)}") from error
    except OSError as error:
        raise BackupHindered(f"The backup could not be written. {troubles.sentence(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return Taken(path, output.size, output.digest.hexdigest(), made[0])


def _connect(source: Source) -> Connection:
    connection = psycopg.connect(source.conninfo, connect_timeout=10, autocommit=True, application_name="ruang backup")
    connection.execute("SET ROLE ra_backup")
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.execute(_BEGIN)
    return connection


def _contents(connection: Connection, source: Source, made: list[Manifest], progress: Progress) -> Generator[bytes]:
    """Yield the archive; the manifest at its end is also put into `made`."""
    settled = {name: (file, file.stat().st_size) for name, file in source.settled.items()}
    found = tables.read_tables(connection)
    tables.lock(connection, found)
    opening = replace(_opening(connection), checkpoint=_newest_checkpoint(connection, found))
    moment = datetime.fromisoformat(opening.taken_at).timestamp()
    yield archive.member(OPENING, opening.to_json(), moment)
    copied: list[Part] = []
    for table in found:
        done = sum(part.size for part in copied)
        yield from _copy(connection, table, moment, copied, _Meter(progress, done, sum(each.size for each in found)))
    beside: list[Part] = []
    for name, (file, size) in (settled | {name: (file, None) for name, file in source.growing.items()}).items():
        for piece in archive.members(archive.OUTSIDE, name, _read_lines(file, size), moment):
            if isinstance(piece, Part):
                beside.append(piece)
            else:
                yield piece
    manifest = replace(
        opening, tables=tuple(copied), outside=tuple(beside), counters=tuple(tables.read_counters(connection))
    )
    made.append(manifest)
    yield archive.member(MANIFEST, manifest.to_json(), moment)
    yield archive.ending()
    progress("Copying tables", 1, 1)


def _opening(connection: Connection) -> Manifest:
    row = connection.execute(_FACTS).fetchone()
    taken_at, demo, postgresql, pepper_check, has_canary = cast(tuple[Any, ...], row)
    if not has_canary:
        raise BackupError("There is no canary to prove a restore with: run ./ruang migrate once, it makes one.")
    return Manifest(
        taken_at=taken_at.isoformat(),
        demo=demo,
        made_by="Ruang Aman",
        postgresql=postgresql,
        pepper_check=pepper_check or "",
        migrations=tuple((app, name) for app, name in connection.execute(_MIGRATIONS).fetchall()),
    )


def _newest_checkpoint(connection: Connection, found: Sequence[Table]) -> dict[str, str | int] | None:
    if not any(table.name == _CHECKPOINTS for table in found):
        return None
    row = connection.execute(_NEWEST).fetchone()
    return {"number": row[0], "at": row[1].isoformat(), "root": row[2]} if row else None


class _Meter:
    """Tells the progress in MiB; tables are larger on the disk than in the copy, so it is a guess that ends early."""

    def __init__(self, progress: Progress, done: int, total: int) -> None:
        self._progress = progress
        self._done = done
        self._total = max(total >> 20, 1)

    def add(self, size: int) -> None:
        self._done += size
        self._progress("Copying tables (MiB)", min(self._done >> 20, self._total - 1), self._total)


def _copy(connection: Connection, table: Table, moment: float, copied: list[Part], meter: _Meter) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        with cursor.copy(table.copy_out()) as copy:
            for piece in archive.members(archive.TABLES, table.name, copy, moment):
                if isinstance(piece, Part):
                    part = piece
                else:
                    meter.add(len(piece))
                    yield piece
        copied.append(replace(part, rows=cursor.rowcount, columns=table.columns))


def _read_lines(path: Path, size: int | None) -> Iterator[bytes]:
    """Yield a file's whole lines, up to a size if one is named. A file that is not there is empty."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        while (piece := file.readline(READ_BYTES)) and (size is None or file.tell() <= size):
            if piece.endswith(b"\n"):
                yield piece

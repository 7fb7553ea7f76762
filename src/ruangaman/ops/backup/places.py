"""Where a backup comes from and where it goes: a demo's folder, or the database that the environment names."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ruangaman.config import place as place_file
from ruangaman.ops import canary, demo, environment, place, postgres, roles
from ruangaman.ops.backup.taking import URL, Source
from ruangaman.ops.backup.types import BackupError, Manifest
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import step

KEYS = ("pepper", "secret-key", "checkpoint.key", canary.FILE)
"""Key files of a folder. They are never in a backup; a restore is given them."""

NEEDED = ("pepper", canary.FILE)
LEDGER, CHECKPOINTS, PLACE = "erasure.ledger", "checkpoints", place_file.FILE
_NOTE_NAME = re.compile(r"\w[\w-]*\.(txt|pub)")
NOTE = "last-backup.json"
_URL_MIGRATE = "DATABASE_URL_MIGRATE"


def outside(environ: Mapping[str, str], data: Path) -> dict[str, Path]:
    """Return the files beside the database that belong into a backup, by their names in it."""
    notes = sorted((data / CHECKPOINTS).glob("*")) if (data / CHECKPOINTS).is_dir() else []
    told = {PLACE: data / PLACE} if (data / PLACE).is_file() else {}
    return {
        LEDGER: locate(LEDGER, environ, data),
        **told,
        **{f"{CHECKPOINTS}:{file.name}": file for file in notes if _NOTE_NAME.fullmatch(file.name)},
    }


def locate(name: str, environ: Mapping[str, str], data: Path) -> Path:
    """Return where a file of a backup belongs. Raises BackupError: nowhere."""
    if name == LEDGER:
        return Path(environ.get("RUANGAMAN_LEDGER_FILE") or data / LEDGER)
    if name == PLACE:
        return data / PLACE
    folder, _colon, file = name.partition(":")
    if folder != CHECKPOINTS or not _NOTE_NAME.fullmatch(file):
        raise BackupError("The backup holds a file that does not belong there: do not use it.")
    return data / CHECKPOINTS / file


@contextmanager
def source(folder: Path) -> Iterator[tuple[Source, Path]]:
    """Find what to copy, and the folder in which the backup is noted. `DATABASE_URL_BACKUP` wins over a demo.

    Raises:
        BackupError: there is neither.
    """
    url = os.environ.get(URL)
    if url:
        data = Path(os.environ.get("RUANGAMAN_DATA", ""))
        if not os.environ.get("RUANGAMAN_DATA") or not data.is_dir():
            raise BackupError("RUANGAMAN_DATA must name the installation's folder: the erasure ledger is in it.")
        yield _source(url, os.environ, data), data
        return
    with place.demo_server(folder) as socket:
        if not (folder / canary.FILE).is_file():
            demo.run_step(socket, folder, "migrate", ["-m", "ruangaman.ops.canary"])
        conninfo = postgres.conninfo(socket, demo.DATABASE, "ra_login_backup")
        yield _source(conninfo, {}, folder / "files"), folder / "files"


def _source(conninfo: str, environ: Mapping[str, str], data: Path) -> Source:
    files = outside(environ, data)
    growing = {LEDGER: files.pop(LEDGER)}
    return Source(conninfo, growing, files)


@contextmanager
def empty_place(folder: Path | None, keys: Path | None, manifest: Manifest) -> Iterator[Path]:
    """Set Django up on an empty place and yield the folder of its files. A demo's folder that fails is swept again.

    Args:
        folder: of a demo that is not there yet; None: the empty database of `DATABASE_URL_MIGRATE`.
        keys: folder from which the key files of a demo are taken; None: they lie in `folder` already.

    Raises:
        BackupError: the place holds something, or it is not for this kind of data.
    """
    if folder is None:
        if not os.environ.get(_URL_MIGRATE):
            raise BackupError(
                f"Name the empty database in {_URL_MIGRATE}, or the folder of a demo that is to be, with --data."
            )
        if manifest.demo:
            raise BackupError("This is a backup of a demo, with invented people in it: restore it with --data DIR.")
        with place.django_named("migrate"):
            yield Path(os.environ["RUANGAMAN_DATA"])
        return
    if not manifest.demo:
        raise BackupError(f"This is a backup of real data, and --data is for demos: name a database in {_URL_MIGRATE}.")
    needed = (*NEEDED, "checkpoint.key") if manifest.checkpoint else NEEDED
    _claim(folder, keys, needed)
    try:
        yield from _on_new_server(folder)
    except BaseException:
        sweep(folder)
        raise


@contextmanager
def standing_place() -> Iterator[Path]:
    """Set Django up as `migrate` on a database that is filled already, and yield the folder of its files.

    Raises:
        BackupError: none is named.
    """
    if not os.environ.get(_URL_MIGRATE):
        raise BackupError(f"Name the database that was brought back in {_URL_MIGRATE}.")
    with place.django_named("migrate"):
        yield Path(os.environ["RUANGAMAN_DATA"])


def _on_new_server(folder: Path) -> Iterator[Path]:
    with Postgres(folder) as server:
        with step("Making an empty database"):
            roles.ensure_roles(server.conninfo())
            roles.ensure_database(server.conninfo(), demo.DATABASE)
        if server.socket is None:
            raise BackupError("PostgreSQL is not running.")
        for name in ("RUANGAMAN_LEDGER_FILE", canary.VARIABLE):
            os.environ.pop(name, None)
        with place.on_socket(server.socket, folder, "migrate"):
            yield folder / "files"
        demo.note_restored(server)
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
        demo.mark(folder)


def _claim(folder: Path, keys: Path | None, needed: Sequence[str]) -> None:
    there = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
    if there - set(KEYS):
        raise BackupError(f"{folder} is not empty: a backup is only restored into an empty place. Choose another.")
    if keys is not None and there:
        raise BackupError(f"{folder} holds key files already: leave out --keys, or choose another folder.")
    given = keys or folder
    missing = [name for name in needed if not (given / name).is_file()]
    if missing:
        raise BackupError(
            f"{' and '.join(missing)} must be in {given}: no backup holds keys, they come from their own safe place."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in KEYS:
        if keys is not None and (keys / name).is_file():
            shutil.copyfile(keys / name, folder / name)
        if (folder / name).is_file():
            (folder / name).chmod(0o600)
    environment.ensure_folder(folder)


def sweep(folder: Path) -> None:
    """Empty the folder of a restore that failed; the key files stay."""
    for each in folder.iterdir():
        if each.name in KEYS:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()

"""The checkpoints beside the database: text files that only grow, and the public key to check them with.

Whoever has all rights on the database has none on these. A second folder (`RUANGAMAN_CHECKPOINT_COPY`), for example a
mounted disk of another machine, gets the same lines.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from ruangaman.vault import notes, pepper
from ruangaman.vault.notes import Checkpoint, PublicKey
from ruangaman.vault.wrapping import SigningPair

KEY_FILE = "key.pub"
logger = logging.getLogger("ruangaman")


class NoKey(RuntimeError):
    """The key that this asks for is not on this machine."""


def origin() -> str:
    """Return the trail's name: it says to which installation a checkpoint belongs."""
    return notes.ORIGIN + pepper.installation().hex()


def signing_pair() -> SigningPair:
    """Return the key that signs checkpoints. Raises NoKey: this process is not told where it is."""
    path: Path | None = settings.RUANGAMAN_CHECKPOINT_KEY_FILE
    if path is None:
        raise NoKey("RUANGAMAN_CHECKPOINT_KEY_FILE does not name the key that signs checkpoints.")
    return SigningPair(path.read_bytes())


def public_key() -> PublicKey:
    """Return the key that checkpoints are checked with, from the folder of the checkpoints. Raises NoKey, BadText."""
    path = folder() / KEY_FILE
    if not path.is_file():
        raise NoKey(
            f"{path} is not there. The next checkpoint writes it (./ruang audit checkpoint); "
            "compare it with the copy that is kept elsewhere."
        )
    return PublicKey.from_text(path.read_text("utf-8"))


def folder() -> Path:
    """Return where the checkpoints are kept."""
    return Path(settings.RUANGAMAN_CHECKPOINTS)


def read(place: Path) -> list[str]:
    """Return all notes in a folder or a file, in the order in which they were written."""
    files = sorted(place.glob("*.txt")) if place.is_dir() else [place] if place.is_file() else []
    return [note for file in files for note in notes.split(file.read_text("utf-8"))]


def read_newest(place: Path) -> list[str]:
    """Return the notes of the last month in a folder that has any."""
    for file in sorted(place.glob("*.txt"), reverse=True):
        found = read(file)
        if found:
            return found
    return []


def append(written: Iterable[tuple[Checkpoint, str]], key: PublicKey) -> None:
    """Write notes to the folder, and to the second one if there is one; what the second cannot take is told."""
    several = list(written)
    _append(folder(), several, key)
    copy: Path | None = settings.RUANGAMAN_CHECKPOINT_COPY
    if copy is None:
        return
    try:
        have = set(read(copy))
        _append(copy, [(one, note) for one, note in several if note not in have], key)
    except OSError as error:
        logger.error("The copy of the checkpoints could not be written: %s", error)


def _append(place: Path, several: Iterable[tuple[Checkpoint, str]], key: PublicKey) -> None:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (place / KEY_FILE).exists():
        _write(place / KEY_FILE, key.to_text())
    for checkpoint, note in several:
        _write(place / f"{checkpoint.at:%Y-%m}.txt", "\n" + note)  # a line of its own, also behind a cut-off write


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

"""Files, sealed frame by frame as they arrive: the spool on disk only ever holds ciphertext.

Each upload has a random key of its own. Its facts (name, kind, hash, key) are content for `seal`, in the compartment
whose holders may open it; the frames are copied into the database in the accepting transaction.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import puremagic
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ruangaman.vault import layout, pepper
from ruangaman.vault.errors import Tampered, UnknownSuite
from ruangaman.vault.types import Content

UNKNOWN_TYPE = "application/octet-stream"
DOCUMENT_TYPES = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/rtf",
        "application/ogg",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
LONGEST_NAME = 120
FORGOTTEN_AFTER = timedelta(days=1)
SURE_ENOUGH = 0.3
"""Of puremagic's confidence: below it stand two-byte marks that a sentence may begin with."""

_BROKEN = _("Berkas ini tidak utuh.")


@dataclass(frozen=True)
class FileFacts:
    """What is sealed about a file. The hash and the size are of the plaintext: never keep them in a column."""

    file_id: UUID
    key: bytes = field(repr=False)
    size: int
    sha256: bytes = field(repr=False)
    frames: int
    name: str = field(repr=False)
    media_type: str

    def to_content(self) -> Content:
        """Return the facts as content for `seal`."""
        return {
            "file_id": str(self.file_id),
            "key": base64.b64encode(self.key).decode("ascii"),
            "size": self.size,
            "sha256": self.sha256.hex(),
            "frames": self.frames,
            "name": self.name,
            "media_type": self.media_type,
        }

    @classmethod
    def from_content(cls, content: Content) -> FileFacts:
        """Return the facts in a content. Raises Tampered: it is not about a file."""
        try:
            return cls(
                file_id=UUID(str(content["file_id"])),
                key=base64.b64decode(str(content["key"]), validate=True),
                size=int(str(content["size"])),
                sha256=bytes.fromhex(str(content["sha256"])),
                frames=int(str(content["frames"])),
                name=str(content["name"]),
                media_type=str(content["media_type"]),
            )
        except (KeyError, ValueError) as error:
            raise Tampered(_BROKEN) from error


@dataclass(frozen=True)
class SealedUpload(FileFacts):
    """A file that has arrived: its facts, and where its ciphertext waits on disk."""

    path: Path = field(repr=False)

    def read_frames(self) -> Iterator[bytes]:
        """Return the sealed frames in order, from the spool."""
        with self.path.open("rb") as spool:
            while head := spool.read(4):
                yield spool.read(struct.unpack(">I", head)[0])

    def discard(self) -> None:
        """Remove the spool file: the frames are stored, or are not wanted."""
        self.path.unlink(missing_ok=True)


class FrameSealer:
    """Seals one upload as it arrives. Call `feed` for each piece, then `finish`; `abort` at any fault."""

    def __init__(self, *, name: str) -> None:
        """Open a spool file that only this process may read.

        Args:
            name: as the browser gave it; kept for the one who opens the file, never trusted.
        """
        self.file_id = uuid4()
        self._key = secrets.token_bytes(layout.KEY_BYTES)
        self._cipher = AESGCMSIV(self._key)
        self._name = tidy_name(name)
        self._buffer = bytearray()
        self._hash = hashlib.sha256()
        self._size = 0
        self._frames = 0
        self._media_type = UNKNOWN_TYPE
        spool: Path = settings.RUANGAMAN_SPOOL
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = spool / f"{secrets.token_hex(16)}.sealed"
        self._spool = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    @property
    def size(self) -> int:
        """Plain bytes taken so far."""
        return self._size

    def feed(self, data: bytes) -> None:
        """Take a piece of the file and seal every frame that it completes."""
        self._hash.update(data)
        self._size += len(data)
        self._buffer += data
        while len(self._buffer) > layout.FRAME_BYTES:
            self._seal(bytes(self._buffer[: layout.FRAME_BYTES]), last=False)
            del self._buffer[: layout.FRAME_BYTES]

    def finish(self) -> SealedUpload:
        """Seal the last frame and return the upload; an empty file has one empty frame."""
        self._seal(bytes(self._buffer), last=True)
        self._buffer.clear()
        self._spool.close()
        return SealedUpload(
            file_id=self.file_id,
            key=self._key,
            size=self._size,
            sha256=self._hash.digest(),
            frames=self._frames,
            name=self._name,
            media_type=self._media_type,
            path=self._path,
        )

    def abort(self) -> None:
        """Forget the upload and remove what was written of it; calling it twice is no fault."""
        self._buffer.clear()
        self._path.unlink(missing_ok=True)
        with suppress(OSError):  # closing writes what is buffered; on a full disk it cannot, and need not
            self._spool.close()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        if self._frames == 0:
            self._media_type = media_type_of(plain)
        head = layout.sealed_head()
        place = head + layout.frame_place(pepper.installation(), self.file_id, self._frames, last=last)
        nonce = layout.frame_nonce(self._frames, last=last)
        frame = head + self._cipher.encrypt(nonce, layout.pad(plain), place)
        self._spool.write(struct.pack(">I", len(frame)) + frame)
        self._frames += 1


def open_frames(file_id: UUID, key: bytes, frames: Iterable[bytes]) -> Iterator[bytes]:
    """Open a file's frames one by one.

    Raises:
        Tampered: a frame was changed, left out, added or moved. What came before it has been given out already, so
            compare the number of frames with the facts before the first byte is sent.
    """
    cipher = AESGCMSIV(key)
    index = 0
    waiting: bytes | None = None
    for frame in frames:
        if waiting is not None:
            yield _open_frame(cipher, file_id, waiting, index, last=False)
            index += 1
        waiting = frame
    if waiting is None:
        raise Tampered(_BROKEN)
    yield _open_frame(cipher, file_id, waiting, index, last=True)


def _open_frame(cipher: AESGCMSIV, file_id: UUID, frame: bytes, index: int, *, last: bool) -> bytes:
    head = layout.sealed_head()
    if frame[:2] != head:
        raise UnknownSuite(_BROKEN)
    place = head + layout.frame_place(pepper.installation(), file_id, index, last=last)
    try:
        plain = layout.unpad(cipher.decrypt(layout.frame_nonce(index, last=last), frame[2:], place))
    except InvalidTag as error:
        raise Tampered(_BROKEN) from error
    if plain is None:
        raise Tampered(_BROKEN)
    return plain


def media_type_of(start: bytes) -> str:
    """Return the kind of a file by its first bytes, never by its name.

    Pictures, sound, films and a few documents have a name here; text, pages, programs and the unknown are all
    `application/octet-stream`, which no browser opens by itself.
    """
    if not start:
        return UNKNOWN_TYPE
    try:
        guesses = puremagic.magic_string(start)
    except puremagic.PureError:
        return UNKNOWN_TYPE
    found = next((guess.mime_type for guess in guesses if guess.mime_type and guess.confidence >= SURE_ENOUGH), "")
    kind = found.partition("/")[0]
    safe = (kind in {"image", "audio", "video"} and "svg" not in found) or found in DOCUMENT_TYPES
    return found if safe else UNKNOWN_TYPE


def tidy_name(name: str) -> str:
    """Return a file's name without folders and control characters, shortened so that its ending stays."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable()).strip()
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - 16] + "…" + kept[-15:]


def sweep_spool(*, at: datetime) -> int:
    """Delete spool files that nobody has touched for a day: their request died. Returns how many.

    They hold ciphertext whose keys died with the request; they only take room.
    """
    spool: Path = settings.RUANGAMAN_SPOOL
    old = (at - FORGOTTEN_AFTER).timestamp()
    forgotten = [path for path in spool.glob("*.sealed") if path.stat().st_mtime < old]
    for path in forgotten:
        path.unlink(missing_ok=True)
    return len(forgotten)

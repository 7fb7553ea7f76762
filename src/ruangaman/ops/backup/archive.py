"""The archive inside the age file: an ordinary tar of small members, so that standard tools read it too.

`opening.json`, then `tables/<table>/<number>` (binary COPY of the rows, in pieces), `outside/<file>/<number>`, and at
the end `manifest.json`. The pieces of a part, put together in their order, are the part.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pyrage.x25519 import Identity

from ruangaman.ops.backup import age
from ruangaman.ops.backup.types import MANIFEST, OPENING, BackupError, Manifest, Part

PIECE_BYTES = 1 << 20
LARGEST_MEMBER = 1 << 28
TABLES, OUTSIDE = "tables", "outside"
Pieces = Iterator[bytes]


def member(name: str, data: bytes, moment: float) -> bytes:
    """Return one member as it stands in a tar."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), int(moment), 0o600
    return info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def ending() -> bytes:
    """Return what ends a tar."""
    return bytes(2 * tarfile.BLOCKSIZE)


def members(
    folder: str, name: str, data: Iterable[bytes | bytearray | memoryview], moment: float
) -> Iterator[bytes | Part]:
    """Cut one part into members; what comes last is the part itself, counted and hashed."""
    digest, size, number, buffer = hashlib.sha256(), 0, 0, bytearray()
    for piece in data:
        buffer += piece
        digest.update(piece)
        size += len(piece)
        if len(buffer) >= PIECE_BYTES:
            yield member(f"{folder}/{name}/{number:06}", bytes(buffer), moment)
            number, buffer = number + 1, bytearray()
    if buffer or not number:
        yield member(f"{folder}/{name}/{number:06}", bytes(buffer), moment)
    yield Part(name, size, digest.hexdigest())


class Reader:
    """Reads an archive from its beginning to its end, once, and holds every part against the manifest.

    Only when `read` has come back is anything of it known to be whole.
    """

    def __init__(self, path: Path, identities: Sequence[Identity]) -> None:
        """Nothing is read yet."""
        self.path = path
        self.identities = identities
        self._seen: dict[tuple[str, str], tuple[int, str]] = {}

    def read(
        self,
        take: Callable[[Manifest, str, str, Pieces], None],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> Manifest:
        """Hand every part to `take` as it comes: the opening, `tables` or `outside`, its name, its pieces.

        Raises:
            BackupError: wrong identity, damaged, cut short, or not what its manifest says.
        """
        self._seen = {}
        with age.decrypted(self.path, self.identities) as stream:
            try:
                with tarfile.open(fileobj=stream, mode="r|", bufsize=tarfile.BLOCKSIZE * 128) as tar:
                    return self._walk(_Walk(tar, progress), take)
            except tarfile.TarError as error:
                raise BackupError("The backup does not hold what it should: it was not made by Ruang Aman.") from error

    def fingerprint(self) -> str:
        """Return the file's SHA-256, as it was printed when the backup was made."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _walk(self, walk: _Walk, take: Callable[[Manifest, str, str, Pieces], None]) -> Manifest:
        if walk.name != OPENING:
            raise BackupError("The backup does not begin as it should: it was not made by Ruang Aman.")
        opening = Manifest.from_json(walk.take())
        while walk.name not in ("", MANIFEST):
            folder, name = walk.part()
            if folder not in (TABLES, OUTSIDE) or (folder, name) in self._seen:
                raise BackupError("The backup holds something that does not belong there: do not use it.")
            take(opening, folder, name, self._count(folder, name, walk.pieces(folder, name)))
        if walk.name != MANIFEST:
            raise BackupError("The backup has no end: it is cut short. Nothing was restored.")
        manifest = Manifest.from_json(walk.take())
        self._compare(opening, manifest)
        return manifest

    def _count(self, folder: str, name: str, pieces: Pieces) -> Pieces:
        digest, size = hashlib.sha256(), 0
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            yield piece
        self._seen[folder, name] = (size, digest.hexdigest())

    def _compare(self, opening: Manifest, manifest: Manifest) -> None:
        said = {(TABLES, part.name): (part.size, part.sha256) for part in manifest.tables}
        said |= {(OUTSIDE, part.name): (part.size, part.sha256) for part in manifest.outside}
        same = opening.migrations == manifest.migrations and opening.taken_at == manifest.taken_at
        wrong = sorted(name for folder, name in {*said, *self._seen} if not self._fits(folder, name, said))
        if wrong or not same:
            raise BackupError(f"The backup is not what its manifest says ({', '.join(wrong[:3]) or 'its opening'}).")

    def _fits(self, folder: str, name: str, said: dict[tuple[str, str], tuple[int, str]]) -> bool:
        return said.get((folder, name)) == self._seen.get((folder, name))


class _Walk:
    """Steps through the members of a tar, one ahead."""

    def __init__(self, tar: tarfile.TarFile, progress: Callable[[int], None] | None) -> None:
        self._tar = tar
        self._progress = progress
        self._info: tarfile.TarInfo | None = None
        self._done = 0
        self._step()

    @property
    def name(self) -> str:
        """Name of the member that is next; empty at the end."""
        return self._info.name if self._info else ""

    def part(self) -> tuple[str, str]:
        """Folder and part that the next member belongs to."""
        words = self.name.split("/")
        if len(words) != 3:
            raise BackupError("The backup holds something that does not belong there: do not use it.")
        return words[0], words[1]

    def take(self) -> bytes:
        """Return the next member's bytes and step on."""
        info = self._info
        if info is None or not info.isreg() or info.size > LARGEST_MEMBER:
            raise BackupError("The backup holds something that does not belong there: do not use it.")
        file = self._tar.extractfile(info)
        data = file.read() if file else b""
        if len(data) != info.size:
            raise BackupError("The backup is cut short. Nothing was restored.")
        self._done += len(data)
        if self._progress:
            self._progress(self._done)
        self._step()
        return data

    def pieces(self, folder: str, name: str) -> Pieces:
        """Yield the pieces of one part, in their order."""
        number = 0
        while self.name.startswith(f"{folder}/{name}/"):
            if self.name != f"{folder}/{name}/{number:06}":
                raise BackupError("Pieces of the backup are missing or stand in another order: do not use it.")
            yield self.take()
            number += 1

    def _step(self) -> None:
        self._tar.members = []  # type: ignore[attr-defined]  # it would keep every header that it has read
        self._info = self._tar.next()

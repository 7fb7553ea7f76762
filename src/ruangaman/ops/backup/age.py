"""The age format (age-encryption.org/v1) by `pyrage`, the only place where it is used: streams in, streams out.

Whoever makes a backup has only the recipients' public keys. What was written yesterday cannot be read on the server.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyrage
from pyrage.x25519 import Identity, Recipient

from ruangaman.ops import troubles
from ruangaman.ops.backup.types import BackupError, BackupHindered

PIECE = 1 << 16


class Sink(Protocol):
    """Where encrypted bytes go."""

    def write(self, data: bytes, /) -> int:
        """Take them."""


class _Pull(io.RawIOBase):
    """Lets `pyrage` read from an iterator; keeps the error of the iterator, of which `pyrage` only tells the text."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.error: BaseException | None = None
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        wanted = len(self._rest) if size < 0 else size
        piece, self._rest = bytes(self._rest[:wanted]), self._rest[wanted:]
        return piece


def encrypt(pieces: Iterable[bytes], sink: Sink, recipients: Sequence[Recipient]) -> None:
    """Encrypt what comes, as it comes; a few pieces are in memory at any time."""
    pull = _Pull(pieces)
    try:
        pyrage.encrypt_io(pull, sink, recipients)
    except (pyrage.EncryptError, OSError):
        if pull.error is not None:
            raise pull.error from None
        raise


@contextmanager
def decrypted(path: Path, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """Read a file's plaintext from a pipe; nothing of it is written to a disk.

    Raises:
        BackupError: no identity fits, or the file is not whole. Only after the last byte is it known to be whole.
    """
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []
    thread = threading.Thread(target=_decrypt, args=(path, write_end, identities, failures), daemon=True)
    thread.start()
    with os.fdopen(read_end, "rb", PIECE) as reader:
        try:
            yield reader
            while reader.read(PIECE):
                continue
        except BackupError:
            reader.close()
            thread.join()
            _raise_first(failures)
            raise
        finally:
            reader.close()
            thread.join()
    _raise_first(failures)


def _decrypt(path: Path, write_end: int, identities: Sequence[Identity], failures: list[BaseException]) -> None:
    try:
        with os.fdopen(write_end, "wb", PIECE) as writer, path.open("rb") as reader:
            pyrage.decrypt_io(reader, writer, identities)
    except BrokenPipeError:
        return  # the other side has read enough
    except (pyrage.DecryptError, OSError) as error:
        failures.append(error)


def _raise_first(failures: Sequence[BaseException]) -> None:
    if not failures or "BrokenPipe" in str(failures[0]):
        return
    if isinstance(failures[0], OSError) and failures[0].filename is not None:
        raise BackupHindered(f"The backup cannot be read. {troubles.sentence(failures[0])}")
    if "No matching keys" in str(failures[0]):
        raise BackupError("This identity does not open the backup: it was made for other recipients.")
    raise BackupError("The backup is damaged or cut short: take another copy of it. Nothing was restored.")


def read_recipients(words: Iterable[str]) -> list[Recipient]:
    """Return the recipients.

    Args:
        words: `age1…` each.

    Raises:
        BackupError: there is none, or one is no recipient.
    """
    found = []
    for word in dict.fromkeys(words):
        try:
            found.append(Recipient.from_str(word))
        except pyrage.RecipientError:
            raise BackupError(f"`{word[:20]}` is no age recipient: one looks like age1… and has 62 letters.") from None
    if not found:
        raise BackupError(
            "A backup needs a recipient whose private key is not on this machine: name it with --recipient age1…, or "
            "its file in RUANGAMAN_BACKUP_RECIPIENTS_FILE. `./ruang backup --new-key FILE` makes one, offline."
        )
    return found


def read_recipients_file(path: Path) -> list[str]:
    """Return the recipients named in a file, one a line; lines that begin with # are remarks."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise BackupHindered(f"The file of recipients cannot be read. {troubles.sentence(error)}") from None
    except ValueError:
        raise BackupError(f"{path} is no file of recipients: it has one word age1… a line.") from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def read_identities(path: Path) -> list[Identity]:
    """Return the private keys in an identity file as `age-keygen` writes it.

    Raises:
        BackupError: it holds none.
    """
    try:
        lines = path.read_text().splitlines()
        return [Identity.from_str(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    except OSError as error:
        raise BackupHindered(f"The identity file cannot be read. {troubles.sentence(error)}") from None
    except (pyrage.IdentityError, ValueError):
        raise BackupError(f"{path} is no age identity file: its key looks like AGE-SECRET-KEY-1….") from None


def make_identity(path: Path) -> str:
    """Make a key pair, write the private half as `age-keygen` would, and return the recipient.

    Raises:
        BackupError: the file is there already.
    """
    identity = Identity.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{path} is there already: a key is never written over.") from None
    except OSError as error:
        raise BackupHindered(f"The key cannot be written. {troubles.sentence(error)}") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return str(identity.to_public())

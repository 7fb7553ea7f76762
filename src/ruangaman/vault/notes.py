"""A checkpoint of the trail as text: a signed note (C2SP) that anybody with the public key can check.

Without Django and without a database: the check of an export runs on a machine that has neither.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ruangaman.audit.types import LANES, Mark
from ruangaman.vault import merkle, wrapping
from ruangaman.vault.wrapping import SigningPair

ORIGIN = "ruangaman.trail/"
NOTHING = bytes(merkle.HASH_BYTES)
"""What stands before the first checkpoint."""

_ED25519 = b"\x01"
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
_SIGNATURE = "— "


class BadText(ValueError):
    """This is no checkpoint of ours, no key of ours, or not signed by this key."""


@dataclass(frozen=True)
class PublicKey:
    """Who signs checkpoints: the name is the trail's origin."""

    origin: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.origin.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    def to_text(self) -> str:
        """Return the key as a line: name, id, key (C2SP signed-note)."""
        return f"{self.origin}+{self.id.hex()}+{_b64(_ED25519 + self.raw)}\n"

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        """Return the key in a line. Raises BadText."""
        origin, _plus, rest = text.strip().partition("+")
        named, _plus, encoded = rest.partition("+")
        raw = _unb64(encoded)
        key = cls(origin, raw[1:])
        if not origin.startswith(ORIGIN) or raw[:1] != _ED25519 or len(raw) != 33 or key.id.hex() != named:
            raise BadText("This is not the public key of a trail.")
        return key


@dataclass(frozen=True)
class Checkpoint:
    """What the trail was at one moment.

    Args:
        number: counts up from 1, without gaps but those that a restore leaves.
        before: SHA-256 of the note before it, `NOTHING` for the first.
        restored: the checkpoint that a backup was at when it was restored; None: an ordinary one.
    """

    origin: str
    number: int
    at: datetime
    sizes: tuple[int, ...]
    roots: tuple[bytes, ...]
    before: bytes
    restored: int | None = None

    @property
    def rows(self) -> int:
        """How many rows all lanes had together."""
        return sum(self.sizes)

    @property
    def root(self) -> bytes:
        """The one root over all lanes."""
        return merkle.trail_root(self.sizes, self.roots)

    @property
    def mark(self) -> Mark:
        """How people speak of it."""
        return Mark(self.number, self.at)

    def body(self) -> str:
        """Return the text that is signed."""
        lanes = [
            f"lane {n} {size} {_b64(root)}" for n, (size, root) in enumerate(zip(self.sizes, self.roots, strict=True))
        ]
        again = [] if self.restored is None else [f"restored {self.restored}"]
        facts = [
            f"number {self.number}",
            f"time {self.at.astimezone(UTC).strftime(_MOMENT)}",
            f"before {_b64(self.before)}",
        ]
        return "\n".join([self.origin, str(self.rows), _b64(self.root), *facts, *again, *lanes, ""])

    def sign(self, pair: SigningPair) -> str:
        """Return the note: the text, and below it the signature."""
        key = PublicKey(self.origin, pair.public)
        return f"{self.body()}\n{_SIGNATURE}{self.origin} {_b64(key.id + pair.sign(self.body().encode()))}\n"


def fingerprint(note: str) -> bytes:
    """Return the hash by which the next note names this one."""
    return hashlib.sha256(note.encode()).digest()


def read(note: str, key: PublicKey) -> Checkpoint:
    """Return the checkpoint in a note. Raises BadText: it is none, or this key did not sign exactly this text."""
    text, _blank, last = note.rpartition("\n\n")
    body, line = text + "\n", f"{_SIGNATURE}{key.origin} "
    signed = _unb64(last.removeprefix(line).removesuffix("\n"))
    data = body.encode(errors="surrogatepass")  # half a character, from a damaged file: then nobody signed it
    if not last.startswith(line) or signed[:4] != key.id or not wrapping.verify(key.raw, data, signed[4:]):
        raise BadText("This checkpoint is not signed by the trail's key.")
    found = _parse(body)
    if len(found.sizes) != LANES or found.origin != key.origin or found.body() != body:
        raise BadText("This checkpoint is not written as ours are.")
    return found


def origin_of(note: str) -> str:
    """Return the name of the trail that a note says to be of; nobody has to have signed it."""
    return note.partition("\n")[0]


def split(text: str) -> Iterator[str]:
    """Yield the notes of a file; what a cut-off write left unfinished is passed over."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(ORIGIN):
            lines = []
        lines.append(line)
        if line.startswith(_SIGNATURE) and line.endswith("\n"):
            yield "".join(lines)
            lines = []


def _parse(body: str) -> Checkpoint:
    try:
        origin, _rows, _root, *rest = body.splitlines()
        facts = [line.split(" ") for line in rest]
        named = {words[0]: words[1] for words in facts if words[0] != "lane"}
        lanes = [words for words in facts if words[0] == "lane"]
        return Checkpoint(
            origin=origin,
            number=int(named["number"]),
            at=datetime.strptime(named["time"], _MOMENT).replace(tzinfo=UTC),
            sizes=tuple(int(words[2]) for words in lanes),
            roots=tuple(_unb64(words[3]) for words in lanes),
            before=_unb64(named["before"]),
            restored=int(named["restored"]) if "restored" in named else None,
        )
    except (ValueError, KeyError, IndexError) as error:
        raise BadText("This checkpoint is not written as ours are.") from error


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadText("This is not base64.") from error

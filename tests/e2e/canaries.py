"""Canaries: words that must never be found outside the vault, and where to look for them, in every spelling."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick

FLOCK = f"kanari{secrets.token_hex(5)}"
"""How every canary of this run begins."""


@dataclass
class Flock:
    """The canaries that were let loose: what they are → how they are written."""

    birds: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    """Secrets that cannot begin like the others: numbers, cookies."""

    def word(self, what: str) -> str:
        """A new canary for one field."""
        return self.birds.setdefault(what, f"{FLOCK}{len(self.birds):03d}")

    def mark(self, what: str, secret: str) -> str:
        """Take a secret as a canary."""
        return self.others.setdefault(what, secret)

    def secrets(self) -> list[str]:
        """What to look for."""
        return [FLOCK, *self.others.values()]


def spellings(secret: str | bytes) -> set[bytes]:
    """The ways in which a secret may lie in a file: as it is, hexadecimal, base64 at each of three offsets.

    A text may be in UTF-8 or UTF-16; bytes have no other code.
    """
    found = set()
    codes = ("utf-8", "utf-16-le", "utf-16-be")
    for raw in [secret] if isinstance(secret, bytes) else [secret.encode(code) for code in codes]:
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
        for offset in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                text = encode(b"\0" * offset + raw + b"\0" * (-(offset + len(raw)) % 3))
                start, end = -(-offset * 8 // 6), (offset + len(raw)) * 8 // 6
                found.add(text[start:end])
    return found


def needles(wanted: Iterable[str | bytes]) -> list[bytes]:
    """What to look for to find any of them in any spelling."""
    return sorted({one for secret in wanted for one in spellings(secret)})


def search(looked_for: Iterable[bytes], content: bytes, where: str) -> Iterator[str]:
    """Yield where something is found, with a little of what stands around it."""
    for _number, start, end in _sieve(tuple(looked_for)).find_matches_as_indexes(content):
        yield f"{where} at {start}: {content[max(0, start - 60) : end + 30]!r}"


@lru_cache(maxsize=16)
def _sieve(looked_for: tuple[bytes, ...]) -> BytesAhoCorasick:
    """One that looks for thousands of needles at once: all memory of a house is read more than once."""
    return BytesAhoCorasick(looked_for)


def search_folder(looked_for: Iterable[bytes], folder: Path) -> Iterator[str]:
    """Search every file under a folder. One that goes away meanwhile was temporary; it is looked at if it was there."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        yield from search(looked_for, content, str(path.relative_to(folder)))

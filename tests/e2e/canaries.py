"""Canaries: words that must never be found outside the vault, and where to look for them, in every spelling."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

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


def spellings(secret: str) -> set[bytes]:
    """The ways in which a text may lie in a file: UTF-8, UTF-16, hexadecimal, base64 at each of three offsets."""
    found = set()
    for code in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = secret.encode(code)
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
        for offset in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                text = encode(b"\0" * offset + raw + b"\0" * (-(offset + len(raw)) % 3))
                start, end = -(-offset * 8 // 6), (offset + len(raw)) * 8 // 6
                found.add(text[start:end])
    return found


def pattern(wanted: Iterable[str]) -> re.Pattern[bytes]:
    """What finds any of them in any spelling."""
    every = sorted({one for secret in wanted for one in spellings(secret)})
    return re.compile(b"|".join(map(re.escape, every)))


def search(looked_for: re.Pattern[bytes], content: bytes, where: str) -> Iterator[str]:
    """Yield where something is found, with a little of what stands around it."""
    for hit in looked_for.finditer(content):
        yield f"{where} at {hit.start()}: {content[max(0, hit.start() - 60) : hit.end() + 30]!r}"


def search_folder(looked_for: re.Pattern[bytes], folder: Path) -> Iterator[str]:
    """Search every file under a folder. One that goes away meanwhile was temporary; it is looked at if it was there."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        yield from search(looked_for, content, str(path.relative_to(folder)))

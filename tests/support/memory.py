"""Processes of a house seen from outside: who they are, what they were started with, what is in their memory."""

from __future__ import annotations

import contextlib
import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

_PROC = Path("/proc")
_GONE = (FileNotFoundError, ProcessLookupError)
_PIECE = 64 * 1024 * 1024
_EMPTY = re.compile(rb"\0{4096,}")
"""Most of a process's memory was never touched; it is not worth a search."""
_KERNELS = ("[vvar]", "[vsyscall]", "[vvar_vclock]")


@dataclass(frozen=True)
class Region:
    """A stretch of memory; `origin` is the same for processes that share it, and None for one's own."""

    start: int
    end: int
    origin: tuple[str, str, str] | None


def family(pid: int) -> list[int]:
    """A process and everything that it started, and they."""
    parents: dict[int, list[int]] = {}
    for stat in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[0] not in {"Z", "X"}:
                parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        found.append(one)
        ahead += parents.get(one, [])
    return found


def told(pid: int) -> bytes:
    """What anybody on the machine sees of a process, and what its own user does: command line and environment.

    Of one that ended meanwhile: nothing.
    """
    with contextlib.suppress(*_GONE):
        return b"\0".join((_PROC / str(pid) / file).read_bytes() for file in ("cmdline", "environ"))
    return b""


def names(pids: Iterable[int]) -> dict[int, str]:
    """Who they are, for people; without those that ended meanwhile."""
    found = {}
    for pid in sorted(pids):
        with contextlib.suppress(*_GONE):
            words = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
            found[pid] = f"{pid} ({' '.join(words[:7])[-70:]})"
    return found


def memory(pid: int, seen: set[tuple[str, str, str]]) -> Iterator[bytes]:
    """Yield the memory of a process: all that can be written or has no file, what is shared once only.

    One that ended meanwhile has none.

    Args:
        seen: shared stretches that were read already; this adds to it.

    Raises:
        PermissionError: not for us to read. Be root, or the same user with `ptrace_scope` 0.
    """
    with contextlib.suppress(*_GONE), (_PROC / str(pid) / "mem").open("rb", buffering=0) as file:
        for region in _regions(pid):
            if region.origin in seen:
                continue
            if region.origin is not None:
                seen.add(region.origin)
            yield _read(cast(BinaryIO, file), region)


def _regions(pid: int) -> Iterator[Region]:
    for line in (_PROC / str(pid) / "maps").read_text().splitlines():
        span, rights, offset, device, inode, *path = line.split(maxsplit=5)
        if rights[0] != "r" or path in [[one] for one in _KERNELS]:
            continue
        if "w" not in rights and inode != "0":
            continue  # program text and libraries: what is in the file, and nothing else
        start, end = (int(each, 16) for each in span.split("-"))
        yield Region(start, end, (device, inode, offset) if "s" in rights else None)


def _read(file: BinaryIO, region: Region) -> bytes:
    pieces, at = [], region.start
    while at < region.end:
        try:
            file.seek(at)
            piece = file.read(min(region.end - at, _PIECE))
        except OSError:  # a page that was given back meanwhile
            piece = b""
        pieces.append(piece)
        at += len(piece) or mmap.PAGESIZE
    return _EMPTY.sub(b"\0", b"".join(pieces))

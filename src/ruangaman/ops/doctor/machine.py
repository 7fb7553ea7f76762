"""The machine: what is installed, the key files, the room on its disks."""

from __future__ import annotations

import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from ruangaman.ops import binaries, lockfiles
from ruangaman.ops.chromium import find_chromium
from ruangaman.ops.doctor.types import Finding, House, bad, ok, warn
from ruangaman.ops.environment import SECRET_BYTES

LITTLE_MIB, TOO_LITTLE_MIB = 5000, 500
RAW_KEYS = ("pepper", "checkpoint.key")
"""Key files that are so many random bytes and nothing else."""


def look(house: House) -> Iterator[Finding]:
    """Look at the programs, the keys and the disks."""
    yield ok("python", f"Python {platform.python_version()} in {sys.prefix}")
    if house.is_demo:
        yield from _programs()
    yield from _keys(house)
    yield from _room(house)


def _programs() -> Iterator[Finding]:
    try:
        found = binaries.find()
        yield ok("programs", f"PostgreSQL {found.major} ({found.source}) for the demo and the tests")
    except binaries.NoBinaries as error:
        yield bad("programs", "no PostgreSQL to start", str(error))
    host = binaries.host()
    if host is None:
        yield warn("oldest", "no PostgreSQL of the machine", "Debian: apt-get install postgresql; without it the "
                   "oldest version that we support is not tested.")  # fmt: skip
    else:
        yield ok("oldest", f"PostgreSQL {host.major} of the machine")
    browser = find_chromium()
    if browser is None:
        yield warn("chromium", "no Chromium", "Debian: apt-get install chromium; without it browser tests skip.")
    else:
        yield ok("chromium", browser)
    faults = lockfiles.faults() if lockfiles.can_check() else []
    if faults:
        yield bad("requirements", "; ".join(faults), "run ./ruang lock and commit what it makes.")
    else:
        yield ok("requirements", "the requirement files fit pyproject.toml")


def _keys(house: House) -> Iterator[Finding]:
    for name, path in house.keys.items():
        yield _key(name, path)


def _key(name: str, path: Path) -> Finding:
    try:
        if not path.is_file():
            return bad(name, f"{path} is not there", _FROM_WHERE[name])
        mode, size = stat.S_IMODE(path.stat().st_mode), path.stat().st_size
    except OSError as error:
        return bad(name, f"{path} cannot be looked at ({error})", "run the doctor as the user who runs the house.")
    if name in RAW_KEYS and size != SECRET_BYTES:
        return bad(name, f"{path} has {size} bytes instead of {SECRET_BYTES}", _FROM_WHERE[name])
    if mode & 0o077:
        return bad(name, f"{path} can be read by others (mode {mode:04o})", f"chmod 0600 {path}")
    return ok(name, f"{path}, mode {mode:04o}")


_FROM_WHERE = {
    "pepper": "bring the copy from its safe place; without it no password, no receipt and no content opens.",
    "secret-key": "bring the copy from its safe place, or let ./ruang setup make one: only open forms are lost.",
    "checkpoint.key": "bring the copy from its safe place; without it the audit trail is not signed any more.",
    "canary.key": "bring the copy from its safe place, or run ./ruang migrate, which makes the canary once.",
}


def _room(house: House) -> Iterator[Finding]:
    if house.data is None:
        yield bad("data", "RUANGAMAN_DATA names no folder", "name the installation's folder in RUANGAMAN_DATA.")
        return
    parent = next(each for each in (house.data, *house.data.parents) if each.exists())
    free = shutil.disk_usage(parent).free >> 20
    text = f"{free} MiB free at {parent}"
    if free < TOO_LITTLE_MIB:
        yield bad("disk", text, "make room now: a full disk stops every report.")
    elif free < LITTLE_MIB:
        yield warn("disk", text, "make room or grow the disk this week.")
    else:
        yield ok("disk", text)

"""The machine: what is installed, the key files, the room on its disks."""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from ruangaman.ops import binaries, lockfiles
from ruangaman.ops.chromium import find_chromium
from ruangaman.ops.doctor.types import Finding, House, bad, ok, warn
from ruangaman.ops.environment import SECRET_BYTES
from ruangaman.ops.paths import REQUIREMENTS, ROOT

LITTLE_MIB, TOO_LITTLE_MIB = 5000, 500
STAMP = "ruang.stamp"
"""What the entry leaves in an environment once everything is in it."""
RAW_KEYS = ("pepper", "checkpoint.key")
"""Key files that are so many random bytes and nothing else."""


def look(house: House) -> Iterator[Finding]:
    """Look at the programs, the keys and the disks."""
    yield ok("python", f"Python {platform.python_version()} in {sys.prefix}")
    there = environment(Path(sys.prefix), Path(sys.executable).resolve(), is_root=os.geteuid() == 0)
    if not house.is_demo or there.level == "warn":
        yield there
    if house.is_demo:
        yield from _programs()
    yield from _keys(house)
    yield from _room(house)


def environment(prefix: Path, python: Path, *, is_root: bool, passing: Path | None = None) -> Finding:
    """Tell whether the services run from the environment that root made once, and not from one of their own.

    Args:
        python: the interpreter itself, behind every link.
        is_root: this is not the services' user: whether they get in can only be read from the modes.
        passing: folder of files that do not stay.
    """
    again = f"as root: /usr/bin/python3 {ROOT / 'ruang'} doctor, then this again as the services' user."
    wanted = sha256((REQUIREMENTS / "base.txt").read_bytes()).hexdigest()
    if _made_for(prefix / STAMP) != wanted:
        return bad("environment", f"{prefix} is not complete: a service would make another one for itself", again)
    temporary = (passing or Path(tempfile.gettempdir())).resolve()
    if temporary in prefix.resolve().parents and temporary not in ROOT.resolve().parents:
        text = f"{prefix} was made by this user for itself, and is gone when the machine starts anew"
        return bad("environment", text, again)
    ways = (python, *python.parents, prefix / "bin", *prefix.parents)
    shut = [each for each in ways if not each.stat().st_mode & 0o1]
    if is_root and shut:
        text = f"{shut[-1]} is closed to others: a service makes an environment of its own, in a temporary folder"
        return warn("environment", text, f"remove {prefix}, then {again}")
    return ok("environment", f"{prefix}, complete")


def _made_for(stamp: Path) -> str:
    try:
        return str(json.loads(stamp.read_text()).get("base", ""))
    except (OSError, ValueError, AttributeError):
        return ""


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

"""`./ruang doctor`: tells what this machine has and lacks; exit code 0 only when nothing that is needed is missing."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ruangaman.ops import binaries, demo, lockfiles, postgres
from ruangaman.ops.paths import default_demo_folder

_ROOM_MIB = 500


class Finding(NamedTuple):
    """One line of the answer."""

    ok: bool
    needed: bool
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="folder of the demo, if not the usual one"
    )


def run(options: argparse.Namespace) -> int:
    """Look at everything, then tell."""
    findings = list(_look((options.data or default_demo_folder()).absolute()))
    for finding in findings:
        print(f"{'ok  ' if finding.ok else 'LACK' if finding.needed else 'note'} {finding.text}")
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1


def _look(folder: Path) -> Iterator[Finding]:
    yield Finding(ok=True, needed=True, text=f"Python {platform.python_version()} in {sys.prefix}")
    try:
        found = binaries.find()
        yield Finding(
            ok=True, needed=True, text=f"PostgreSQL {found.major} ({found.source}) for the demo and the tests"
        )
    except binaries.NoBinaries as error:
        yield Finding(ok=False, needed=True, text=str(error))
    host = binaries.host()
    told = (
        f"PostgreSQL {host.major} of the machine" if host else "no PostgreSQL of the machine: the oldest is not tested"
    )
    yield Finding(ok=host is not None, needed=False, text=told)
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    yield Finding(ok=browser is not None, needed=False, text=browser or "no Chromium: browser tests and pictures skip")
    parent = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(parent).free // 2**20
    yield Finding(ok=free > _ROOM_MIB, needed=True, text=f"{free} MiB free at {parent}")
    if postgres.attach(folder):
        state = "runs"
    else:
        state = "is there, not running" if (folder / demo.MARKER).is_file() else "was not made yet"
    yield Finding(ok=True, needed=False, text=f"the demo in {folder} {state}")
    faults = _lock_faults()
    yield Finding(ok=not faults, needed=True, text="; ".join(faults) or "the requirement files fit pyproject.toml")


def _lock_faults() -> list[str]:
    return lockfiles.faults() if lockfiles.can_check() else []

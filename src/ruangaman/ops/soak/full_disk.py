"""The disk fills up while sixteen people report, and is freed again: nothing that was acknowledged is gone.

Runs in a mount namespace of its own (`unshare`), on a small disk in memory that goes with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from ruangaman.ops import environment
from ruangaman.ops.demo import DemoError
from ruangaman.ops.soak.durability import Told, count_reports, post_while, settle
from ruangaman.ops.soak.frail import FrailHouse, frail_house

MEGABYTES, TIMES = 600, 3
BEFORE, FULL, AFTER = 3.0, 6.0, 6.0
"""Seconds of reporting before, while and after the disk is full."""


def run() -> tuple[Told, list[str]]:
    """Run it in a process of its own. Returns what came of it and what should not be.

    Raises:
        DemoError: this machine lets nobody mount anything.
    """
    program = shutil.which("unshare")
    words = ["--mount", "--propagation", "private", *(["--map-root-user"] if os.geteuid() else [])]
    command = [program or "unshare", *words, sys.executable, "-P", "-m", __name__]
    env = {**os.environ, "PYTHONPATH": str(environment.SOURCE)}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode or program is None:
        raise DemoError("The run on a small disk failed, see above; it needs `unshare` and the right to mount.")
    told = Told(**json.loads(done.stdout.splitlines()[-1]))
    return told, failures(told)


def failures(told: Told) -> list[str]:
    """Return what should not be, as sentences."""
    found = told.faults[:3]
    if told.unopened:
        found.append(f"{told.unopened} shown receipts open nothing")
    if told.stored != len(told.receipts) or told.changed:
        found.append(f"{told.stored} reports for {len(told.receipts)} receipts, {told.changed} changed")
    if not told.retries:
        found.append("nobody was refused: the disk was not full, so this shows nothing")
    return found


def main() -> None:
    """Mount, run, and print one line."""
    folder = tempfile.mkdtemp(prefix="ra-full-")
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0711", "tmpfs", folder], check=True)
        told = Told()
        with frail_house(Path(folder)) as house:
            house.tend(lambda: _fill_up(house, Path(folder), told))
        print(json.dumps(asdict(told)))
    finally:
        subprocess.run(["umount", folder], check=False)
        Path(folder).rmdir()


def _fill_up(house: FrailHouse, folder: Path, told: Told) -> None:
    before, over = count_reports(house), threading.Event()

    def fill() -> None:
        for _ in range(TIMES):
            time.sleep(BEFORE)
            ballast = folder / "ballast"
            _write_all(ballast)
            time.sleep(FULL)
            ballast.unlink()
            time.sleep(AFTER)

    post_while(house, told, fill, over)
    settle(house, told, before)


def _write_all(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 20))
        except OSError:
            return


def describe(told: Told, faults: list[str], *, where: str) -> str:
    """Return the page of the reference."""
    rows = {
        "Times the disk was full": TIMES,
        "Receipts shown, of which open no thread": f"{len(told.receipts)}, {told.unopened}",
        "Requests sent again, with the same key and cookie": told.retries,
        "Reports stored": told.stored,
    }
    return "\n".join(
        [
            "# Soak: full disk", "",
            "PostgreSQL's disk is filled to the last byte while sixteen people report, and freed again. Who got no",
            "answer sends the same form again. Made by `./ruang soak full_disk`.", "",
            f"Run on {where}.", "", "| What | Value |", "|---|---|",
            *(f"| {what} | {value} |" for what, value in rows.items()), "",
            "**Held: what was acknowledged is there, and it goes on once there is room.**"
            if not faults else "**Did not hold:** " + "; ".join(faults) + ".", "",
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""An invented city that was filled once: filling takes a minute, a copy of it a second, and every house wants one."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

from ruangaman.ops.running import RunningDemo

CASES = 8


def furnish(folder: Path) -> None:
    """Put a city into `folder`, which is then the data of a demo that does not run.

    The first who asks has it filled by the same command as everybody; the workers of a suite wait for each other.
    """
    source = Path(os.environ["RUANGAMAN_TEST_FOLDER"]) / "city"
    with source.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (source / "filled").is_file():
            source.mkdir(mode=0o711, exist_ok=True)
            with RunningDemo(source, cases=CASES):
                pass
            (source / "filled").touch()
    folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", source / "data", folder], check=True)

"""`./ruang test`: the suite, on a PostgreSQL of its own."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from ruangaman.ops import processes
from ruangaman.ops.demo import cores
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.paths import ROOT, is_writable
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.supervisor import Stopped, stop_on_signals

PASS_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything goes to pytest."""


def run(options: argparse.Namespace) -> int:
    """Run pytest and return its exit code."""
    folder = Path(tempfile.mkdtemp(prefix="ra-tests-"))
    try:
        with stop_on_signals(), Postgres(folder / "postgres", durable=False) as server:
            return _pytest(options.rest, folder, server)
    except Stopped:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pytest(arguments: list[str], folder: Path, server: Postgres) -> int:
    arguments = arguments or ["-n", str(cores()), "--dist", "loadgroup"]  # the whole suite: a worker for each core
    env = {
        **os.environ,
        "RUANGAMAN_PG_SOCKET": str(server.socket),
        "RUANGAMAN_TEST_FOLDER": str(folder),
        "PYTHONPATH": os.pathsep.join([str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    # Hundreds of processes are started: each would compile all our code again.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if not is_writable():  # a checkout of someone else's: no cache folders in it
        arguments = ["-p", "no:cacheprovider", *arguments]
        env.update(HYPOTHESIS_STORAGE_DIRECTORY=str(folder / "hypothesis"), PYTHONDONTWRITEBYTECODE="1")
    suite = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=env,
        start_new_session=True,
        preexec_fn=processes.die_with_parent(signal.SIGINT),
    )
    try:
        return suite.wait()
    finally:
        processes.stop(suite, seconds=20, number=signal.SIGINT)

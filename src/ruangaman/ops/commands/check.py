"""`./ruang check`: everything that can be told without running the product."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ruangaman.ops import environment, lockfiles, messages, roles
from ruangaman.ops.paths import ROOT
from ruangaman.ops.postgres import Postgres

CODE = ("src", "tests", "ruang")
_DATABASE = "ruangaman_check"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("only", nargs="*", help="names of the steps to run; all when none is given")


def run(options: argparse.Namespace) -> int:
    """Run the steps one after another; a failure does not hide those that follow."""
    return on_own_database(lambda env: _run_some(_steps(env), options.only))


def on_own_database(work: Callable[[dict[str, str]], int]) -> int:
    """Do something with the environment of a database that is made for it and thrown away."""
    with tempfile.TemporaryDirectory(prefix="ra-check-") as name:
        folder = Path(name)
        environment.ensure_folder(folder)
        with Postgres(folder / "postgres", durable=False) as server:
            roles.ensure_roles(server.conninfo())
            roles.ensure_database(server.conninfo(), _DATABASE)
            return work(_environment(server, folder))


def make_migration(app: str, name: str, env: dict[str, str]) -> int:
    """Write the migration that brings an app's tables to what its models say."""
    command = [sys.executable, "-m", "django", "makemigrations", app, "--name", name]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def _run_some(steps: dict[str, Callable[[], bool]], only: list[str]) -> int:
    unknown = sorted(set(only) - steps.keys())
    if unknown:
        print(f"There is no step {', '.join(unknown)}. There are: {', '.join(steps)}.", file=sys.stderr)
        return 2
    return _run({name: steps[name] for name in only or steps})


def _run(steps: dict[str, Callable[[], bool]]) -> int:
    results: dict[str, tuple[bool, float]] = {}
    for name, passes in steps.items():
        print(f"== {name}", flush=True)
        start = time.monotonic()
        results[name] = passes(), time.monotonic() - start
    print("\n== summary")
    for name, (passed, seconds) in results.items():
        print(f"{'ok    ' if passed else 'FAILED'} {name:<12} {seconds:5.1f} s")
    failed = [name for name, (passed, _) in results.items() if not passed]
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


def _steps(env: dict[str, str]) -> dict[str, Callable[[], bool]]:
    python = [sys.executable, "-m"]
    imports = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    commands = {
        "format": [*python, "ruff", "format", "--check", *CODE],
        "lint": [*python, "ruff", "check", *CODE],
        "imports": [sys.executable, "-c", imports],
        "types": [*python, "mypy"],
        "django": [*python, "django", "check"],
        "migrations": [*python, "django", "makemigrations", "--check", "--dry-run"],
    }
    return {
        **{name: _command(command, env) for name, command in commands.items()},
        "locks": _locks,
        "catalogues": _catalogues,
    }


def _command(command: list[str], env: dict[str, str]) -> Callable[[], bool]:
    return lambda: subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0


def _catalogues() -> bool:
    faults = messages.problems()
    for fault in faults:
        print(fault)
    return not faults


def _locks() -> bool:
    faults = lockfiles.faults()
    for fault in faults:
        print(fault)
    return not faults


def _environment(server: Postgres, folder: Path) -> dict[str, str]:
    if server.socket is None:
        raise RuntimeError("PostgreSQL is not running.")
    env = environment.for_process(
        "migrate", socket=server.socket, database=_DATABASE, folder=folder, RUANGAMAN_DEBUG="1"
    )
    if not os.access(ROOT, os.W_OK):
        env.update(MYPY_CACHE_DIR=str(folder / "mypy"), RUFF_NO_CACHE="true")
    return env

"""The command line. Each command is a module in `ops/commands`, imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from ruangaman.config.env import EnvError
from ruangaman.ops import troubles
from ruangaman.ops.backup.types import BackupError
from ruangaman.ops.binaries import NoBinaries
from ruangaman.ops.canary import NoCanary
from ruangaman.ops.demo import DemoError
from ruangaman.ops.lockfiles import LockError
from ruangaman.ops.postgres import PostgresError
from ruangaman.ops.production import Away
from ruangaman.ops.runas import CannotRun
from ruangaman.ops.supervisor import Refused
from ruangaman.ops.troubles import Hindered

COMMANDS = {
    "demo": "start everything with synthetic data, print the address and the accounts",
    "test": "run the tests; everything after `test` goes to pytest",
    "check": "format, lint, types, import contracts, migrations, lock files, catalogues",
    "fix": "let ruff mend format and lint",
    "setup": "make a new city: secrets, roles, tables, first officers, recovery shares",
    "serve": "the web server of a city, on the database of DATABASE_URL",
    "worker": "do the jobs that wait in the database",
    "migrate": "bring the tables up to date",
    "seed": "add more synthetic reports and cases to a demo",
    "recover": "give somebody new keys from three recovery shares",
    "audit": "verify the audit trail",
    "backup": "copy everything into one encrypted file",
    "restore": "put a backup into an empty place, and prove it",
    "docs": "draw the reference pages from the code",
    "messages": "bring the English catalogue to what the screens say",
    "lock": "make the hashed requirement files again",
    "bench": "a measured promise, beside its peers",
    "soak": "a long run with a recorded result",
    "shots": "pictures of every page for every role",
    "doctor": "tell what this machine has and lacks",
}
TYPED_IN = "RUANGAMAN_TYPED_IN"
"""Variable with the folder in which a command was typed, where a script went to another one."""
_TALKED_TO = frozenset({"setup", "restore", "recover", "backup", "doctor", "audit", "migrate"})
"""Commands that one person runs and waits for: what is wrong around them is said in one sentence, with exit code 2."""
_TOLD = (DemoError, PostgresError, NoBinaries, CannotRun, LockError, Refused, BackupError, NoCanary)
"""Errors that are sentences for a person; any other one is a fault of ours and shows its traceback."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"-h", "--help", "help"}:
        _print_commands()
        return 0 if words else 2
    if words[0] not in COMMANDS:
        print(f"There is no command `{words[0]}`. There are: {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    module = importlib.import_module(f"ruangaman.ops.commands.{words[0]}")
    return _run(module, words[0], _parse(module, words[0], words[1:]))


def _run(module: ModuleType, name: str, options: argparse.Namespace) -> int:
    try:
        code: int = module.run(options)
    except (Hindered, Away, EnvError) as error:
        print(error, file=sys.stderr)
        return 2
    except _TOLD as error:
        print(error, file=sys.stderr)
        return 1
    except Exception as error:
        said = troubles.sentence(error) if name in _TALKED_TO else None
        if said is None:
            raise
        print(said, file=sys.stderr)
        return 2
    return code


def _parse(module: ModuleType, name: str, words: list[str]) -> argparse.Namespace:
    if getattr(module, "PASS_ON", False):
        return argparse.Namespace(rest=words)
    parser = argparse.ArgumentParser(prog=f"ruang {name}", description=module.__doc__)
    module.add_arguments(parser)
    return _from_where_it_was_typed(parser.parse_args(words))


def _from_where_it_was_typed(options: argparse.Namespace) -> argparse.Namespace:
    """Complete the file names that a script passed on from another folder than the one that it went to."""
    folder = os.environ.get(TYPED_IN)
    if folder:
        for name, value in vars(options).items():
            if isinstance(value, Path):
                setattr(options, name, Path(folder) / value)
    return options


def _print_commands() -> None:
    print("./ruang COMMAND [options]      (each knows --help)\n")
    for name, text in COMMANDS.items():
        print(f"  {name:<10} {text}")


if __name__ == "__main__":
    sys.exit(main())

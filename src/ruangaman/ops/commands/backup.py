"""`./ruang backup FILE`: copies everything into one age file, for recipients whose private keys are elsewhere."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ruangaman.ops.backup import age, places, taking, telling
from ruangaman.ops.backup.taking import Taken
from ruangaman.ops.backup.types import BackupError
from ruangaman.ops.paths import default_demo_folder
from ruangaman.ops.progress import Bar

RECIPIENTS = "RUANGAMAN_BACKUP_RECIPIENTS_FILE"
NOT_TOLD = "The audit trail was not told: its tables are of an earlier release, and know it after ./ruang migrate."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="where the backup goes; must not be there")
    parser.add_argument("--recipient", action="append", default=[], metavar="age1…", help="who can open it; repeatable")
    parser.add_argument("--recipients-file", type=Path, default=None, metavar="FILE", help="recipients, one a line")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of a demo, if not the usual one")
    parser.add_argument("--json", action="store_true", help="print one line of JSON on stdout")
    parser.add_argument(
        "--new-key",
        type=Path,
        default=None,
        metavar="FILE",
        help="make a key pair instead, on a machine that is offline",
    )


def run(options: argparse.Namespace) -> int:
    """Take it; exit code 0 only when it is whole, on the disk, and known to the audit trail."""
    if options.new_key is not None:
        print(age.make_identity(options.new_key))
        return 0
    if options.file is None:
        raise BackupError("Name the file that the backup goes to: ./ruang backup FILE --recipient age1…")
    recipients = age.read_recipients(_words(options))
    begun = time.monotonic()
    with places.source((options.data or default_demo_folder()).absolute()) as (source, folder):
        with Bar() as bar:
            taken = taking.take(source, options.file.absolute(), recipients, progress=bar)
        note(taken, folder)
        tell(taken, time.monotonic() - begun, as_json=options.json)
        if not telling.tell_trail(source, taken):
            print(NOT_TOLD, file=sys.stderr)
    return 0


def _words(options: argparse.Namespace) -> Iterator[str]:
    yield from options.recipient
    for file in (options.recipients_file, os.environ.get(RECIPIENTS)):
        if file:
            yield from age.read_recipients_file(Path(file))


def note(taken: Taken, folder: Path) -> None:
    """Leave beside the database when the last backup was made, for `./ruang doctor`."""
    unfinished = folder / f"{places.NOTE}.new"
    facts = {"at": taken.manifest.taken_at, "file": str(taken.path), "bytes": taken.size, "sha256": taken.sha256}
    unfinished.write_text(json.dumps(facts) + "\n")
    unfinished.rename(folder / places.NOTE)


def tell(taken: Taken, seconds: float, *, as_json: bool) -> None:
    """Say what was made, and by what it can be recognised."""
    facts = taken.manifest
    if as_json:
        told = {"file": str(taken.path), "bytes": taken.size, "sha256": taken.sha256, "rows": facts.rows}
        print(json.dumps({**told, "taken_at": facts.taken_at, "seconds": round(seconds, 2)}), flush=True)
        return
    print(
        f"{taken.path}: {facts.rows} rows in {len(facts.tables)} tables, {taken.size / 2**20:.1f} MiB, {seconds:.1f} s"
    )
    print(f"SHA-256 {taken.sha256}")
    print("Note that number where the daily root of the trail is kept. Keys that are not inside and need a safe place:")
    for name, where in facts.not_inside.items():
        print(f"  {name:<15} {where}")

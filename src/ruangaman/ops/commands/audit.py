"""`./ruang audit …`: check the audit trail, sign what it is, write it to a file, check such a file on any machine."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ruangaman.ops import place
from ruangaman.ops.paths import default_demo_folder

EVERY_SECONDS = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "what",
        choices=["verify", "checkpoint", "export"],
        help="verify: the database, or FILE; checkpoint: sign what the trail is now; export: write it to FILE",
    )
    parser.add_argument("file", type=Path, nargs="?", default=None, metavar="FILE", help="an export")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of a demo, if not the usual one")
    parser.add_argument("--key", type=Path, default=None, help="the public key (key.pub), to verify FILE")
    parser.add_argument("--notes", type=Path, default=None, help="checkpoints kept elsewhere, to verify FILE against")
    parser.add_argument(
        "--root", default=None, metavar="HEX", help="a root from a printed page, to verify FILE against"
    )


def run(options: argparse.Namespace) -> int:
    """Do it; exit code 0 only when everything holds."""
    if options.what == "verify" and options.file is not None:
        return _verify_file(options)
    if options.what == "export" and options.file is None:
        print("Name the file to write: ./ruang audit export FILE", file=sys.stderr)
        return 2
    work: Callable[[argparse.Namespace], int]
    work = {"verify": _verify, "checkpoint": _checkpoint, "export": _export}[options.what]
    process = "worker" if options.what == "checkpoint" else "web"
    with place.django_on(options.data or default_demo_folder(), process=process):
        return work(options)


class Told:
    """Says on the error stream how far a long check is."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self.last = time.monotonic()

    def __call__(self, what: str, done: int, rows: int) -> None:
        """Say it if the last word was a while ago."""
        if time.monotonic() - self.last >= EVERY_SECONDS:
            self.last = time.monotonic()
            print(f"  {what}: {done:,} of {rows:,} rows", file=sys.stderr, flush=True)


def _verify(options: argparse.Namespace) -> int:
    from ruangaman.vault.services import BadText, NoKey, verify_trail  # models are importable only now

    start = time.monotonic()
    try:
        verdict = verify_trail(Told())
    except (NoKey, BadText) as error:
        print(error, file=sys.stderr)
        return 1
    return _tell("audit trail", verdict, time.monotonic() - start)


def _verify_file(options: argparse.Namespace) -> int:
    from ruangaman.vault import notebook, notes
    from ruangaman.vault.trailfile import verify_file

    if options.key is None:
        print("Name the public key: --key key.pub (it lies with the checkpoints).", file=sys.stderr)
        return 2
    start = time.monotonic()
    try:
        key = notes.PublicKey.from_text(options.key.read_text("utf-8"))
        root = bytes.fromhex("".join(options.root.split())) if options.root else None
        beside = notebook.read(options.notes) if options.notes else []
        verdict = verify_file(options.file, key, beside=beside, root=root, progress=Told())
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return _tell(str(options.file), verdict, time.monotonic() - start)


def _checkpoint(options: argparse.Namespace) -> int:
    from ruangaman.core import clock
    from ruangaman.vault.errors import TrailBroken
    from ruangaman.vault.services import NoKey, make_checkpoint

    try:
        made = make_checkpoint(at=clock.now())
    except (TrailBroken, NoKey) as error:
        print(f"No checkpoint was signed: {error}", file=sys.stderr)
        return 1
    if made is None:
        print("Nothing has happened since the last checkpoint.")
    else:
        print(f"Checkpoint {made.number}: {made.rows:,} rows, root {made.root.hex()}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from ruangaman.core import clock
    from ruangaman.vault.errors import TrailBroken
    from ruangaman.vault.services import BadText, NoKey, export_trail

    unfinished = options.file.with_name(f"{options.file.name}.new")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            last, newer = export_trail(file, at=clock.now(), progress=Told())
    except (TrailBroken, NoKey, BadText, OSError) as error:
        unfinished.unlink(missing_ok=True)
        print(error, file=sys.stderr)
        return 1
    unfinished.replace(options.file)
    print(
        f"{options.file}: {last.rows:,} rows up to checkpoint {last.number}. Newer rows that are not in it: {newer:,}."
    )
    return 0


def _tell(what: str, verdict: object, seconds: float) -> int:
    from ruangaman.audit.types import Verdict

    if not isinstance(verdict, Verdict):
        raise TypeError(verdict)
    if verdict.fault is not None:
        print(f"The {what} does NOT hold. First fault: {verdict.fault}")
        return 1
    print(f"The {what} holds: {verdict.rows:,} rows, {verdict.checkpoints:,} checkpoints, {seconds:.1f} s.")
    return 0

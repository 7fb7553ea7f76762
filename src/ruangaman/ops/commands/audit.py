"""`./ruang audit …`: check the audit trail, sign what it is, write it to a file, check such a file on any machine."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from datetime import time as dtime
from pathlib import Path
from typing import TYPE_CHECKING

from ruangaman.audit.types import Verdict
from ruangaman.ops import place, verdicts
from ruangaman.ops.paths import default_demo_folder

if TYPE_CHECKING:
    from ruangaman.vault.notes import PublicKey
    from ruangaman.vault.trailfile import Question

EVERY_SECONDS = 2.0
ROOT_BYTES = 32
UNSIGNED = "Every row was computed again and holds by itself, but no signature was checked."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = (
        "verify ends with 0: whole, if perhaps older; 1: not whole, or not readable; 2: not asked rightly, or the "
        "database is away; 3: whole, but it ends before what --latest, --through or --root ask for"
    )
    parser.add_argument(
        "what",
        choices=["verify", "checkpoint", "export"],
        help="verify: the database, or FILE; checkpoint: sign what the trail is now; export: write it to FILE",
    )
    parser.add_argument("file", type=Path, nargs="?", default=None, metavar="FILE", help="an export")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of a demo, if not the usual one")
    file = parser.add_argument_group("to verify FILE")
    file.add_argument("--key", type=Path, default=None, help="the public key (key.pub)")
    file.add_argument("--notes", type=Path, default=None, help="folder or file of checkpoints kept elsewhere")
    file.add_argument("--root", default=None, metavar="HEX", help="a root from a printed page, that FILE has to have")
    file.add_argument("--latest", action="store_true", help="FILE has to reach the newest of the --notes")
    file.add_argument(
        "--through", type=day, default=None, metavar="DATE", help="FILE has to reach the end of a day (2026-02-28)"
    )


def day(text: str) -> date:
    """Return the day. Raises ValueError, of which argparse makes a sentence."""
    return date.fromisoformat(text)


def run(options: argparse.Namespace) -> int:
    """Do it; exit code 0 only when everything holds."""
    refusal = _misused(options)
    if refusal:
        print(refusal, file=sys.stderr)
        return verdicts.MISUSED
    if options.what == "verify" and options.file is not None:
        return _verify_file(options)
    if options.what == "export" and options.file.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(options.file))
    work: Callable[[argparse.Namespace], int]
    work = {"verify": _verify, "checkpoint": _checkpoint, "export": _export}[options.what]
    process = "worker" if options.what == "checkpoint" else "web"
    with place.django_on(options.data or default_demo_folder(), process=process):
        return work(options)


def _misused(options: argparse.Namespace) -> str:
    """Return why this is not asked rightly: what is passed over would be taken for checked."""
    given = [name for name in ("key", "notes", "root", "latest", "through") if getattr(options, name)]
    if options.what == "export" and options.file is None:
        return "Name the file to write: ./ruang audit export FILE"
    if given and (options.what != "verify" or options.file is None):
        return (
            f"--{given[0]} is for an export: ./ruang audit verify FILE --key key.pub … The database is always compared "
            "with the checkpoints beside it; with paper, on the page Jejak → Akar jejak hari ini."
        )
    if options.what == "verify" and options.file is not None:
        if options.key is None:
            return "Name the public key: --key key.pub (it lies with the checkpoints)."
        if options.latest and options.notes is None:
            return "--latest needs --notes: by itself no file can say what was signed after its end."
    return ""


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
    from django.conf import settings
    from django.db import DatabaseError

    from ruangaman.vault import notebook  # models are importable only now
    from ruangaman.vault.services import BadText, NoKey, verify_trail

    name = "The audit trail"
    if settings.RUANGAMAN_DEMO:
        name += f" of the demo in {options.data or default_demo_folder()}"
    start = time.monotonic()
    try:
        verdict = verify_trail(Told())
    except DatabaseError as error:
        return _unchecked(f"Nothing was checked: the database does not answer as it should ({_line(error)}).")
    except NoKey as error:
        return _unchecked(f"{UNSIGNED} {error}")
    except BadText as error:
        return _unchecked(f"{UNSIGNED} {notebook.folder() / notebook.KEY_FILE}: {error}")
    folder, seconds = str(notebook.folder()), time.monotonic() - start
    return _tell(verdict, verdicts.tell_database(verdict, name=name, folder=folder, seconds=seconds))


def _verify_file(options: argparse.Namespace) -> int:
    from ruangaman.vault import notes
    from ruangaman.vault.trailfile import verify_file

    start = time.monotonic()
    try:
        key = notes.PublicKey.from_text(_read(options.key))
        verdict = verify_file(options.file, key, _question(options, key), progress=Told())
    except OSError as error:
        return _unchecked(f"{options.file} cannot be read: {error.strerror}.")
    except notes.BadText as error:
        return _unchecked(str(error))
    lines = verdicts.tell_file(verdict, name=str(options.file), seconds=time.monotonic() - start)
    return _tell(verdict, lines)


def _question(options: argparse.Namespace, key: PublicKey) -> Question:
    """Return what the file is held against. Raises BadText: it cannot be."""
    from ruangaman.vault import notebook, trail
    from ruangaman.vault.notes import BadText
    from ruangaman.vault.trailfile import Question

    beside, root, through = None, None, None
    if options.root is not None:
        root = _root(options.root)
    if options.notes is not None:
        try:
            beside = notebook.read(options.notes)
        except (OSError, UnicodeDecodeError) as error:
            raise BadText(f"The checkpoints in {options.notes} cannot be read: {error}.") from error
        if not trail.read_ours(beside, key):
            found = f"none of the {len(beside):,} checkpoints is signed with this key" if beside else "is no checkpoint"
            raise BadText(f"In {options.notes} {found}: it is the wrong place or the wrong key. Nothing was checked.")
    if options.through is not None:
        through = datetime.combine(options.through + timedelta(days=1), dtime.min, verdicts.office_clock()[0])
    return Question(beside, options.latest, through, root)


def _root(text: str) -> bytes:
    from ruangaman.vault.notes import BadText

    digits = "".join(text.split())
    try:
        root = bytes.fromhex(digits)
    except ValueError:
        root = b""
    if len(root) != ROOT_BYTES:
        raise BadText(
            f"The root is not written as on the page: 64 digits and letters from a to f, and this has {len(digits)}. "
            "Nothing was checked."
        )
    return root


def _read(path: Path) -> str:
    """Return a small text file. Raises BadText."""
    from ruangaman.vault.notes import BadText

    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise BadText(f"{path} cannot be read: {error.strerror}. Nothing was checked.") from error
    except UnicodeDecodeError as error:
        raise BadText(f"{path} is not the public key of a trail. Nothing was checked.") from error


def _checkpoint(options: argparse.Namespace) -> int:
    from ruangaman.core import clock
    from ruangaman.vault.errors import TrailBroken
    from ruangaman.vault.services import NoKey, make_checkpoint

    try:
        made = make_checkpoint(at=clock.now())
    except (TrailBroken, NoKey) as error:
        return _refused("No checkpoint was signed", error)
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
        unfinished.replace(options.file)
    except (TrailBroken, NoKey, BadText) as error:
        return _refused("Nothing was exported", error)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    print(
        f"{options.file}: {last.rows:,} rows up to checkpoint {last.number}. Newer rows that are not in it: {newer:,}."
    )
    return 0


def _tell(verdict: Verdict, lines: Iterable[str]) -> int:
    for line in lines:
        print(line)
    return verdicts.exit_code(verdict)


def _refused(what: str, error: Exception) -> int:
    from ruangaman.vault.errors import TrailBroken

    fault = error.fault if isinstance(error, TrailBroken) else None
    return _unchecked("\n".join(verdicts.tell_refused(what, error, fault)))


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _unchecked(why: str) -> int:
    print(why, file=sys.stderr)
    return verdicts.BROKEN

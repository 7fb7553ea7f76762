"""`./ruang restore FILE`: puts a backup into an empty place, and proves that it holds before it lets anybody in."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from ruangaman.ops import place
from ruangaman.ops.backup import age, places, restoring
from ruangaman.ops.backup.archive import Reader
from ruangaman.ops.backup.restoring import Proof, Restored
from ruangaman.ops.backup.types import BackupError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the backup")
    parser.add_argument("--identity", type=Path, default=None, metavar="KEYFILE", help="age identity that opens it")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="new folder for the backup of a demo")
    parser.add_argument("--keys", type=Path, default=None, metavar="DIR", help="folder with the demo's key files")
    parser.add_argument("--ledger", type=Path, default=None, metavar="FILE", help="a newer erasure ledger, if there is")
    parser.add_argument(
        "--only-prove", action="store_true", help="prove a database that PostgreSQL's own archive has brought back"
    )
    parser.add_argument(
        "--people", action="store_true", help="say again who can sign in since the restore; restores nothing"
    )
    parser.add_argument(
        "--trail", type=Path, default=None, metavar="EXPORT", help="with --people: a newer `audit export`"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on stdout")


def run(options: argparse.Namespace) -> int:
    """Restore it; exit code 0 only when everything was proved."""
    ledgers = [options.ledger] if options.ledger else []
    if options.people:
        return _say_people(options)
    if options.only_prove:
        with places.standing_place() as files:
            prove(restoring.prove_standing(files=files, ledgers=ledgers), as_json=options.json)
            back = _who_came_back()
        say(back, as_json=options.json)
        return 0
    if options.file is None or options.identity is None:
        raise BackupError("Name the backup and who opens it: ./ruang restore FILE --identity KEYFILE")
    begun = time.monotonic()
    reader = Reader(options.file, age.read_identities(options.identity))
    said = restoring.check(reader)
    folder = options.data.absolute() if options.data else None
    with places.empty_place(folder, options.keys, said) as files:
        restored = restoring.restore(reader, said, files=files, ledgers=ledgers)
        back = _who_came_back()
    tell(restored, time.monotonic() - begun, as_json=options.json)
    say(back, as_json=options.json)
    return 0


def _say_people(options: argparse.Namespace) -> int:
    if not sys.stdout.isatty():
        raise BackupError("This list has names in it and is only said at a terminal: it must not end in a file.")
    folder = options.data.absolute() if options.data else None
    with place.django_as_owner(folder):
        from ruangaman.core import clock  # models are importable only now
        from ruangaman.ops.backup import people

        say(people.describe(at=clock.now(), later=options.trail), as_json=False)
    return 0


def _who_came_back() -> list[str]:
    """Return the list for the person at the terminal; where the output may be kept, only how many and how to see."""
    from ruangaman.core import clock  # models are importable only now
    from ruangaman.ops.backup import people

    if sys.stdout.isatty():
        return people.describe(at=clock.now())
    return [
        f"{people.count_people()} people can sign in (open accounts), as when the backup was taken. Who has left since?"
        " At a terminal: ./ruang restore --people"
    ]


def say(lines: list[str], *, as_json: bool) -> None:
    """Say whom a restore has brought back, to a person only."""
    if not as_json:
        print("\n" + "\n".join(lines), flush=True)


def tell(restored: Restored, seconds: float, *, as_json: bool) -> None:
    """Say what is there now and what was proved."""
    said = restored.manifest
    rows = {part.name: part.rows or 0 for part in said.tables}
    if as_json:
        facts = {"taken_at": said.taken_at, "rows": said.rows, "tables": rows, **asdict(restored.proof)}
        print(json.dumps({**facts, "seconds": round(seconds, 2)}), flush=True)
        return
    print(f"Restored as of {said.taken_at}: {said.rows} rows in {len(said.tables)} tables, {seconds:.1f} s.")
    for name, words in COUNTED.items():
        print(f"  {rows.get(name, 0):>9} {words}")
    prove(restored.proof, as_json=False)


def prove(proof: Proof, *, as_json: bool) -> None:
    """Say what was proved."""
    if as_json:
        print(json.dumps(asdict(proof)), flush=True)
        return
    print(f"The trail holds ({proof.events} events), erased again: {proof.erased}, the canary opened.")
    print(NO_LEDGER if not proof.ledgers else f"Ledgers of erasures that were compared: {proof.ledgers}.")


NO_LEDGER = (
    "No ledger of erasures to compare with: none lay beside the data and none was named. What was erased after"
    " the backup may have come back. If a newer copy is anywhere: ./ruang restore --only-prove --ledger FILE"
)
COUNTED = {
    "intake_report": "reports",
    "cases_case": "cases",
    "vault_sealed": "sealed contents",
    "vault_sealedfile": "files",
    "accounts_user": "accounts, open and closed",
}

"""`./ruang doctor`: tells what is wrong and what to do; exit code 0 only when nothing needs somebody now."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from ruangaman.ops import canary, demo, place, postgres, production
from ruangaman.ops.doctor import around, database, machine
from ruangaman.ops.doctor.types import URLS, Finding, House, bad, ok
from ruangaman.ops.paths import default_demo_folder
from ruangaman.ops.postgres import Postgres, PostgresError

KEYS = {
    "pepper": "RUANGAMAN_PEPPER_FILE",
    "secret-key": "RUANGAMAN_SECRET_KEY_FILE",
    "checkpoint.key": "RUANGAMAN_CHECKPOINT_KEY_FILE",
    canary.FILE: canary.VARIABLE,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="folder of the demo, if not the usual one"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on stdout")
    parser.add_argument(
        "--checked",
        choices=["people"],
        help="say that somebody went through the people after a restore; it is written into the audit trail",
    )


def run(options: argparse.Namespace) -> int:
    """Look at everything, then tell."""
    folder = None if any(os.environ.get(name) for name in URLS.values()) else options.data or default_demo_folder()
    if options.checked:
        return _note_checked(folder)
    findings = list(examine(folder.absolute() if folder else None))
    is_well = all(finding.level != "bad" for finding in findings)
    if options.json:
        print(json.dumps({"ok": is_well, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(f"{finding.level:<5} {finding.what:<17} {finding.text}")
            if finding.do:
                print(f"{'':<6}{'':<17}  → {finding.do}")
    return 0 if is_well else 1


def _note_checked(folder: Path | None) -> int:
    with place.django_as_owner(folder):
        from ruangaman.ops.backup import people  # models are importable only now

        people.note_checked()
    print("Noted in the audit trail: the people were gone through after the restore.")
    return 0


def examine(folder: Path | None) -> Iterator[Finding]:
    """Look at a demo in its folder, or, without one, at the city that the environment names."""
    if folder is None:
        house = _city()
        said = production.not_begun()
        if said is not None:
            data = Path(house.environ.get("RUANGAMAN_DATA") or ".")
            yield bad("city", said, "run ./ruang setup, with docs/how-to/install-for-a-city.md beside you.")
            yield from machine.look(replace(house, keys={}, data=data))
            return
        yield from machine.look(house)
        yield from database.look(house)
        yield from around.look(house)
        return
    made = (folder / demo.MARKER).is_file()
    house = _demo(folder, None, is_running=False, made=made)
    yield from machine.look(house)
    if not made:
        yield ok("demo", f"the one in {folder} was not made yet; a city begins with ./ruang setup")
        return
    try:
        with _socket(folder) as (socket, is_running):
            yield ok("demo", f"the one in {folder} {'runs' if is_running else 'is there, not running'}")
            house = _demo(folder, socket, is_running=is_running, made=True)
            yield from database.look(house)
            yield from around.look(house)
    except PostgresError as error:
        yield bad("demo", "its database does not start", str(error))


@contextmanager
def _socket(folder: Path) -> Iterator[tuple[Path, bool]]:
    running = postgres.attach(folder)
    if running is not None:
        yield running, True
        return
    with Postgres(folder) as server:
        if server.socket is None:
            raise PostgresError("PostgreSQL is not running.")
        yield server.socket, False


def _city() -> House:
    environ = dict(os.environ)
    beside = Path(environ.get(KEYS["pepper"], "pepper")).parent
    data = environ.get("RUANGAMAN_DATA", "")
    return House(
        addresses={login: environ[name] for login, name in URLS.items() if environ.get(name)},
        data=Path(data) if data and Path(data).is_dir() else None,
        keys={name: Path(environ.get(variable) or beside / name) for name, variable in KEYS.items()},
        environ=environ,
        is_demo=False,
        is_running=True,
    )


def _demo(folder: Path, socket: Path | None, *, is_running: bool, made: bool) -> House:
    names = [name for name in KEYS if name in ("pepper", "secret-key") or (folder / name).exists()]
    addresses = {login: postgres.conninfo(socket, demo.DATABASE, login) for login in URLS} if socket else {}
    return House(
        addresses=addresses,
        data=folder / "files",
        keys={name: folder / name for name in names} if made else {},
        environ={},
        is_demo=True,
        is_running=is_running,
    )

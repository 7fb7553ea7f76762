"""A database with an office's work in it, to be copied, and empty places to put the copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

from ruangaman.ops import canary, roles
from ruangaman.ops.backup.taking import Source
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.postgres import conninfo
from ruangaman.vault import directory
from tests.factories.desk import make_counter
from tests.support import stage

SECRET_WORDS = "kenari-biru-di-atap"
STORED, EMPTY = "ra_test_stored", "ra_test_empty"


@dataclass(frozen=True)
class Stock:
    """A filled database, and the folder of the installation's files and keys."""

    database: str
    folder: Path
    canary: Path
    seals: Path

    @property
    def source(self) -> Source:
        """What a backup copies."""
        ledger = {"erasure.ledger": self.folder / "erasure.ledger"}
        notes = {f"checkpoints:{file.name}": file for file in (self.folder / "checkpoints").glob("*.txt")}
        return Source(conninfo(stage.socket(), self.database, "ra_login_backup"), ledger, notes)


def worker_name(name: str) -> str:
    """Return a database's name for this worker of the suite."""
    return f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@contextmanager
def work_on(database: str) -> Iterator[None]:
    """Let Django work on another database of the suite's server, for real."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def make_stock(folder: Path) -> Stock:
    """Fill a database: an office, reports with a file, the canary; a ledger and a checkpoint's file beside it."""
    name = worker_name(STORED)
    stage.ensure_template()
    stage.clone(name)
    directory.forget()
    key = folder / canary.FILE
    os.environ[canary.VARIABLE] = str(key)
    with work_on(name):
        counter = make_counter()
        for number in range(3):
            counter.send(what=f"{SECRET_WORDS} {number}", files=(SECRET_WORDS.encode() * 9000,) if not number else ())
        assert canary.ensure()
    directory.forget()
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "2026-02.txt").write_text("a note\nhalf a no")
    return Stock(name, folder, key, folder / "checkpoints")


def make_empty(server: Path | None = None) -> str:
    """Make an empty database as `setup` would, in place of what was there. Returns its name."""
    name = worker_name(EMPTY)
    address = conninfo(server or stage.socket())
    roles.ensure_roles(address)
    roles.drop_database(address, name)
    roles.ensure_database(address, name)
    return name


def ruang(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with nothing of ours from outside."""
    ours = ("RUANGAMAN_", "DATABASE_URL", "DJANGO_", "PYTEST_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = os.pathsep.join([str(SOURCE), *sys.path])
    return subprocess.run(
        [sys.executable, "-P", "-m", "ruangaman.ops.cli", *words],
        env={**kept, "PYTHONPATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def address(database: str, login: str, server: Path | None = None) -> str:
    """Return a database of the suite's server as production names it."""
    return f"postgresql://{login}@{str(server or stage.socket()).replace('/', '%2F')}/{database}"


def restore_environment(stock: Stock, data: Path, *, server: Path | None = None) -> dict[str, str]:
    """Return the environment in which `./ruang restore` works on the empty database."""
    data.mkdir(exist_ok=True)
    return {
        "DATABASE_URL_MIGRATE": address(worker_name(EMPTY), "ra_login_migrate", server),
        "RUANGAMAN_DATA": str(data),
        "RUANGAMAN_PEPPER_FILE": os.environ["RUANGAMAN_PEPPER_FILE"],
        "RUANGAMAN_CHECKPOINT_KEY_FILE": os.environ["RUANGAMAN_CHECKPOINT_KEY_FILE"],
        "RUANGAMAN_SECRET_KEY_FILE": os.environ["RUANGAMAN_SECRET_KEY_FILE"],
        canary.VARIABLE: str(stock.canary),
    }


def told(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """Return the line of JSON that a command printed."""
    assert done.returncode == 0, done.stdout + done.stderr
    facts: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return facts


def fingerprints(database: str, server: Path | None = None) -> dict[str, tuple[int, str]]:
    """Return of every table how many rows it has and a hash over all of them, in no order."""
    found = {}
    statement = sql.SQL(
        "SELECT count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t::text COLLATE \"C\")), '') FROM {} t"
    )
    with psycopg.connect(conninfo(server or stage.socket(), database)) as open_connection:
        names = open_connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            found[name] = open_connection.execute(statement.format(sql.Identifier(name))).fetchone()
    return found

"""What was erased after the backup was taken is erased again before anybody is let in."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pyrage
import pytest
from django.test import override_settings
from psycopg import sql

from ruangaman.ops import roles
from ruangaman.ops.backup import taking
from ruangaman.ops.postgres import conninfo
from ruangaman.vault import ledger
from tests.factories import backups
from tests.factories.backups import Stock
from tests.factories.vault import FEB_9
from tests.support import stage

IDENTITY = pyrage.x25519.Identity.generate()
CONTENT = ("vault_sealed", "vault_sealedfile", "vault_grant", "vault_dossierepoch", "vault_receiptlocator")


def ask(database: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo(stage.socket(), database)) as connection:
        return connection.execute(statement, values).fetchall()


def doomed(stock: Stock) -> UUID:
    """Return the dossier of the report that came with a file."""
    [(dossier,)] = ask(stock.database, "SELECT DISTINCT dossier_id FROM vault_sealedfile")
    assert isinstance(dossier, UUID)
    return dossier


def newer_ledger(folder: Path, dossier: UUID) -> Path:
    """Return a ledger that knows of an erasure."""
    path = folder / "newer.ledger"
    with override_settings(RUANGAMAN_LEDGER=path):
        ledger.append(dossier, FEB_9)
    return path


def left_of(database: str, dossier: UUID) -> dict[str, int]:
    """Return what of a dossier can still be found."""
    count = sql.SQL("SELECT count(*) FROM {} WHERE dossier_id = %s")
    with psycopg.connect(conninfo(stage.socket(), database)) as connection:
        rows = [connection.execute(count.format(sql.Identifier(table)), [dossier]).fetchone() for table in CONTENT]
    return {table: row[0] for table, row in zip(CONTENT, rows, strict=True) if row and row[0]}


def may_connect(database: str) -> bool:
    statement = "SELECT has_database_privilege('ra_login_web', current_database(), 'CONNECT')"
    return bool(ask(database, statement)[0][0])


def test_a_restore_erases_again_what_a_newer_ledger_names(stock: Stock, tmp_path: Path) -> None:
    dossier = doomed(stock)
    path = taking.take(stock.source, tmp_path / "one.age", [IDENTITY.to_public()], progress=lambda *_: None).path
    (tmp_path / "key").write_text(f"{IDENTITY}\n")
    empty = backups.make_empty()
    env = backups.restore_environment(stock, tmp_path / "data")
    words = ["restore", str(path), "--identity", str(tmp_path / "key"), "--json"]

    done = backups.ruang(*words, "--ledger", str(newer_ledger(tmp_path, dossier)), env=env)

    assert backups.told(done)["erased"] == 1
    assert left_of(stock.database, dossier).keys() == set(CONTENT), "or it was not there to be erased"
    assert left_of(empty, dossier) == {}
    assert ask(empty, "SELECT shredded_at FROM vault_dossier WHERE id = %s", dossier) == [(FEB_9,)]
    assert ask(empty, "SELECT count(*) FROM audit_auditevent WHERE type = 'vault.shredded'") == [(1,)]
    assert str(dossier) in (tmp_path / "data" / "erasure.ledger").read_text()
    assert may_connect(empty)

    standing = [*("restore", "--only-prove"), "--json"]
    again = backups.told(backups.ruang(*standing, env=env))
    assert again["erased"] == 0, "it stays erased"


def test_a_database_that_the_archive_brought_back_is_proved_alike(stock: Stock, tmp_path: Path) -> None:
    dossier, name = doomed(stock), backups.worker_name(backups.EMPTY)
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    with psycopg.connect(conninfo(stage.socket(), name)) as connection:
        connection.execute("INSERT INTO vault_staffsession VALUES ('old', '', now() + interval '1 hour')")
    env = backups.restore_environment(stock, tmp_path / "data")
    (tmp_path / "data" / "erasure.ledger").write_bytes(newer_ledger(tmp_path, dossier).read_bytes())

    proof = backups.told(backups.ruang("restore", "--only-prove", "--json", env=env))

    assert proof["erased"] == 1
    assert left_of(name, dossier) == {}
    assert ask(name, "SELECT count(*) FROM vault_staffsession") == [(0,)]
    assert may_connect(name)


def test_a_ledger_that_somebody_wrote_into_keeps_the_doors_closed(stock: Stock, tmp_path: Path) -> None:
    name = backups.worker_name(backups.EMPTY)
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    env = backups.restore_environment(stock, tmp_path / "data")
    (tmp_path / "bent").write_text('{"dossier": "x"}\n')

    done = backups.ruang("restore", "--only-prove", "--ledger", str(tmp_path / "bent"), env=env)

    assert done.returncode == 1
    assert "bent: Line 1 of the ledger of erasures is not ours" in done.stderr
    assert not may_connect(name)
    assert not (tmp_path / "data" / "erasure.ledger").exists(), "our own is not written to with what is not ours"


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_a_ledger_that_is_named_must_be_there(stock: Stock, tmp_path: Path, what: str) -> None:
    name = backups.worker_name(backups.EMPTY)
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    env = backups.restore_environment(stock, tmp_path / "data")
    (tmp_path / "folder").mkdir()

    done = backups.ruang("restore", "--only-prove", "--ledger", str(tmp_path / what), env=env)

    assert done.returncode == 2
    assert f"The ledger of erasures {tmp_path / what} cannot be read" in done.stderr
    assert not may_connect(name)

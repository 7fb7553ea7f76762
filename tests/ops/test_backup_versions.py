"""A backup outlives its release: a later one takes it in, on another PostgreSQL too; an older one refuses in words."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import psycopg
import pyrage
import pytest

from ruangaman.ops import roles
from ruangaman.ops.backup import taking
from ruangaman.ops.backup.taking import Taken
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.postgres import conninfo
from tests.factories import backups
from tests.factories.backups import Stock
from tests.support import stage

IDENTITY = pyrage.x25519.Identity.generate()
LATER = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("clocks", "{last}")]
    operations = [
        migrations.RunSQL("ALTER TABLE intake_report ADD COLUMN later varchar(12) NOT NULL DEFAULT 'moved on'"),
    ]
"""


@pytest.fixture(scope="module")
def taken(stock: Stock) -> Taken:
    """A backup of it, by today's release."""
    return taking.take(stock.source, stock.folder / "one.age", [IDENTITY.to_public()], progress=lambda *_: None)


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "identity.txt"
    path.write_text(f"{IDENTITY}\n")
    return path


@pytest.fixture
def next_release(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a release that has one migration more."""
    folder = tmp_path / "next" / "later_clocks"
    shutil.copytree(SOURCE / "ruangaman" / "clocks" / "migrations", folder)
    last = max(file.stem for file in folder.glob("0*.py"))
    (folder / "9999_later.py").write_text(LATER.format(last=last))
    settings = "from ruangaman.config.settings import *\nMIGRATION_MODULES = {'clocks': 'later_clocks'}\n"
    (tmp_path / "next" / "later_settings.py").write_text(settings)
    path = os.pathsep.join([str(tmp_path / "next"), str(SOURCE), *sys.path])
    return {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "later_settings"}


@pytest.mark.parametrize("server", ["wheel", "host"])
def test_the_next_release_restores_the_backup_of_this_one(
    stock: Stock,
    taken: Taken,
    identity: Path,
    tmp_path: Path,
    next_release: dict[str, str],
    server: str,
    request: pytest.FixtureRequest,
) -> None:
    socket = stage.socket() if server == "wheel" else request.getfixturevalue("host_postgres").socket
    name = backups.make_empty(socket)
    env = backups.restore_environment(stock, tmp_path / "data", server=socket) | next_release

    done = backups.ruang("restore", str(taken.path), "--identity", str(identity), "--json", env=env)

    assert backups.told(done)["rows"] == taken.manifest.rows
    before, after = backups.fingerprints(stock.database), backups.fingerprints(name, socket)
    changed = {each for each in before if before[each] != after[each]} - {"audit_auditcheckpoint"}
    assert changed == {"audit_auditevent", "audit_auditlane", "intake_report", "django_migrations"}
    with psycopg.connect(conninfo(socket, name)) as connection:
        assert connection.execute("SELECT DISTINCT later FROM intake_report").fetchall() == [("moved on",)]


def test_a_backup_of_a_newer_release_is_refused_and_the_place_stays_empty(
    stock: Stock, identity: Path, tmp_path: Path
) -> None:
    name = backups.worker_name("ra_test_newer")
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    with psycopg.connect(conninfo(stage.socket(), name)) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0999_later', now())")
    newer = taking.Source(conninfo(stage.socket(), name, "ra_login_backup"))
    path = taking.take(newer, tmp_path / "newer.age", [IDENTITY.to_public()], progress=lambda *_: None).path
    roles.drop_database(conninfo(stage.socket()), name)
    empty = backups.make_empty()

    env = backups.restore_environment(stock, tmp_path / "data")
    done = backups.ruang("restore", str(path), "--identity", str(identity), env=env)

    assert done.returncode == 1
    assert "made by a newer release (it knows cases.0999_later)" in done.stderr
    assert backups.fingerprints(empty) == {}

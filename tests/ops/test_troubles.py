"""What is wrong around a command is one sentence with what to do and exit code 2; a fault of ours shows its place."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ruangaman.ops import roles, troubles
from ruangaman.ops.backup import taking
from ruangaman.ops.cli import _run
from tests.factories import backups
from tests.factories.backups import Stock
from tests.ops.test_backup import IDENTITY, RECIPIENTS, quietly
from tests.support.conversation import drop_power_over_files

AWAY = "postgresql://ra_login@127.0.0.1:1/kota"


@pytest.fixture(scope="module")
def taken(stock: Stock) -> Path:
    """A backup, and beside it the identity that opens it."""
    (stock.folder / "identity.txt").write_text(f"{IDENTITY}\n")
    return taking.take(stock.source, stock.folder / "one.age", RECIPIENTS, progress=quietly).path


@pytest.fixture
def env(stock: Stock, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation whose database is the stock's."""
    found = backups.restore_environment(stock, tmp_path / "data")
    for name, login in (("", "web"), ("_MIGRATE", "migrate"), ("_BACKUP", "backup"), ("_WORKER", "worker")):
        found[f"DATABASE_URL{name}"] = backups.address(stock.database, f"ra_login_{login}")
    found |= {"RUANGAMAN_URL": "https://lapor.example", "RUANGAMAN_HOSTS": "lapor.example"}
    return found


def refusal(*words: object, env: dict[str, str], code: int = 2) -> str:
    """Return what a command says in refusing: one sentence, no traceback, and no word of the database's password."""
    done = backups.ruang(*map(str, words), env=env)
    assert done.returncode == code, done.stderr
    said = [line for line in done.stderr.strip().splitlines() if not line.endswith("…") and "(MiB)" not in line]
    assert len(said) == 1, done.stderr
    assert said[0].endswith(".")
    assert "rahasia" not in said[0]
    return said[0]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "This user may not use /x/y"), (errno.EPERM, "This user may not use /x/y"),
        (errno.EROFS, "can only be read"), (errno.ENOENT, "/x/y is not there"), (errno.EISDIR, "/x/y is a folder"),
        (errno.ENOTDIR, "a part of its path is a file"), (errno.EEXIST, "is there already"),
        (errno.ENOSPC, "no room left"), (errno.EDQUOT, "no room left"), (errno.ELOOP, "/x/y cannot be used ("),
    ],
)  # fmt: skip
def test_each_trouble_with_a_file_has_its_sentence(number: int, words: str) -> None:
    said = troubles.sentence(OSError(number, os.strerror(number), "/x/y"))
    assert said is not None
    assert words in said
    assert said.endswith(".")


def test_a_fault_of_ours_is_none_of_them() -> None:
    assert troubles.sentence(KeyError("x")) is None
    assert troubles.sentence(psycopg.errors.SyntaxError("x")) is None
    assert troubles.sentence(BrokenPipeError()) is None
    module = type("M", (), {"run": staticmethod(lambda _options: {}["x"])})
    with pytest.raises(KeyError):
        _run(module, "restore", None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("restore", "--only-prove"), "DATABASE_URL_MIGRATE"),
        (("restore", "{backup}", "--identity", "{identity}"), "DATABASE_URL_MIGRATE"),
        (("migrate",), "DATABASE_URL_MIGRATE"),
        (("audit", "verify"), "DATABASE_URL"),
        (("audit", "export", "{folder}/out"), "DATABASE_URL"),
        (("doctor", "--checked", "people"), "DATABASE_URL_MIGRATE"),
        (("backup", "{folder}/new.age", "--recipient", "{recipient}"), "DATABASE_URL_BACKUP"),
    ],
)
def test_a_database_that_is_not_there(
    taken: Path, env: dict[str, str], tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    known = {
        "backup": taken,
        "identity": taken.with_name("identity.txt"),
        "folder": tmp_path,
        "recipient": RECIPIENTS[0],
    }
    command = [word.format(**known) for word in words]
    away = refusal(*command, env={**env, name: AWAY})
    assert f"{name}: " in away
    assert away.endswith("start PostgreSQL, or look at host, port and login in the address.")
    gone = refusal(*command, env={**env, name: env[name].rpartition("/")[0] + "/never_made"})
    assert "never_made" in gone
    assert gone.endswith("run ./ruang setup; before a restore ./ruang setup --for-restore.")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "new.age").exists()


def test_a_wrong_password(town_server, tmp_path: Path, env: dict[str, str]) -> None:
    admin = town_server.conninfo()
    roles.ensure_roles(admin)
    roles.ensure_database(admin, "sandi")
    rules = town_server.cluster / "pg_hba.conf"
    kept = rules.read_text()
    rules.write_text(f"local sandi ra_login_migrate scram-sha-256\n{kept}")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_reload_conf()")
        try:
            url = f"postgresql://ra_login_migrate:rahasia@{str(town_server.socket).replace('/', '%2F')}/sandi"
            said = refusal("restore", "--only-prove", env={**env, "DATABASE_URL_MIGRATE": url})
            assert "password authentication failed" in said
            assert said.endswith("set the same password for the login there and in the address.")
            assert "password authentication failed" in refusal("migrate", env={**env, "DATABASE_URL_MIGRATE": url})
        finally:
            rules.write_text(kept)
            connection.execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("restore", "{folder}/none.age", "--identity", "{identity}"), "There is no backup {folder}/none.age"),
        (("restore", "{folder}", "--identity", "{identity}"), "it is a folder. Name the file itself."),
        (("restore", "{backup}", "--identity", "{folder}/none"), "{folder}/none is not there"),
        (("restore", "{backup}", "--identity", "{folder}"), "{folder} is a folder where a file is needed"),
        (("backup", "{folder}", "--recipient", "{recipient}"), "{folder} is a folder: name the file in it"),
        (("backup", "{folder}/no/x.age", "--recipient", "{recipient}"), "{folder}/no/x.age.part is not there"),
        (("backup", "{file}/x.age", "--recipient", "{recipient}"), "a part of its path is a file"),
        (("backup", "{folder}/x.age", "--recipients-file", "{folder}"), "{folder} is a folder where a file is needed"),
        (("backup", "{folder}/x.age", "--recipients-file", "{folder}/none"), "{folder}/none is not there"),
        (("backup", "{folder}/full.age", "--recipient", "{recipient}"), "There is no room left on the disk"),
        (("backup", "--new-key", "{folder}/no/key"), "{folder}/no/key is not there"),
        (("audit", "export", "{folder}"), "{folder} is a folder where a file is needed"),
        (("audit", "export", "{folder}/no/out"), "{folder}/no/out.new is not there"),
    ],
)
def test_a_file_that_is_not_as_it_was_said(
    taken: Path, env: dict[str, str], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "full.age.part").symlink_to("/dev/full")
    file = tmp_path / "file"
    file.write_text(public_key())
    known = {"backup": taken, "identity": taken.with_name("identity.txt"), "recipient": RECIPIENTS[0]}
    places = {"folder": tmp_path, "file": file}
    before = set(tmp_path.iterdir())

    told = refusal(*(word.format(**known, **places) for word in words), env=env)

    assert said.format(**places) in told
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "data"}


def public_key() -> str:
    """Return the line of some trail's public key."""
    from ruangaman.vault import notes
    from ruangaman.vault.wrapping import SigningPair

    return notes.PublicKey(notes.ORIGIN + "0" * 64, SigningPair(bytes(32)).public).to_text()


def test_a_folder_that_may_only_be_read(taken: Path, env: dict[str, str], tmp_path: Path) -> None:
    """Before anything of the backup is put back; with the right to write it goes on to the next refusal."""
    words = ["restore", "--only-prove"]
    shut = tmp_path / "data"
    shut.chmod(0o500)
    for mode, said in ((0o500, f"This user may not write into {shut}"), (0o700, "")):
        shut.chmod(mode)
        done = subprocess.run(
            [sys.executable, "-P", "-c", _REQUIRE, str(shut)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            preexec_fn=drop_power_over_files,
            capture_output=True,
            text=True,
            check=False,
        )
        assert said in done.stderr
        assert bool(done.returncode) == bool(said), words


_REQUIRE = """
import sys; from pathlib import Path; from ruangaman.ops.backup.restoring import _require_writable
try: _require_writable(Path(sys.argv[1]))
except RuntimeError as error: sys.exit(str(error))
"""

"""`./ruang audit`: what it prints, what it answers, and that a file is checked without Django's settings."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from ruangaman.ops.commands import audit
from tests.support.superuser import as_superuser
from tests.support.trail import WHERE, add, export, sign

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes"):
        yield tmp_path / "notes"


def options(**more: object) -> Namespace:
    return Namespace(**{"file": None, "key": None, "notes": None, "root": None, "data": None, **more})


def outside(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command as on a machine that has the program and nothing else of ours."""
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("RUANGAMAN", "DJANGO", "DATABASE"))
    }
    command = [sys.executable, "-m", "ruangaman.ops.cli", "audit", *map(str, words)]
    return subprocess.run(command, env=bare, capture_output=True, text=True, check=False)


def test_checkpoint_verify_and_export(tmp_path: Path, capsys):
    add(3)
    assert audit._export(options(file=tmp_path / "out")) == 1
    assert "make one first" in capsys.readouterr().err
    assert audit._checkpoint(options()) == 0
    assert "Checkpoint 1: 3 rows, root " in capsys.readouterr().out
    assert audit._checkpoint(options()) == 0
    assert "Nothing has happened" in capsys.readouterr().out
    add()
    assert audit._export(options(file=tmp_path / "out")) == 0
    assert "3 rows up to checkpoint 1. Newer rows that are not in it: 1." in capsys.readouterr().out
    assert not (tmp_path / "out.new").exists()
    assert audit._verify(options()) == 0
    assert "The audit trail holds: 4 rows, 1 checkpoints" in capsys.readouterr().out
    as_superuser(f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 2")
    assert audit._verify(options()) == 1
    assert "First fault: lane 5, row 2: hash" in capsys.readouterr().out
    as_superuser(f"DELETE FROM audit_auditevent {WHERE} 2")
    assert audit._checkpoint(options()) == 1
    assert "No checkpoint was signed" in capsys.readouterr().err


def test_without_the_public_key_the_check_fails(folder: Path, capsys):
    add()
    sign()
    (folder / "key.pub").unlink()
    assert audit._verify(options()) == 1
    assert "key.pub" in capsys.readouterr().err


def test_a_file_is_checked_with_nothing_but_the_public_key(folder: Path, tmp_path: Path):
    add(3)
    made = sign()
    assert made is not None
    path, key = export(tmp_path), folder / "key.pub"
    done = outside("verify", path, "--key", key, "--notes", folder, "--root", made.root.hex())
    assert done.returncode == 0, done.stderr
    assert "holds: 3 rows, 1 checkpoints" in done.stdout
    path.write_text(path.read_text().replace("ü", "u").replace("\\u00fc", "u"))
    done = outside("verify", path, "--key", key)
    assert done.returncode == 1
    assert "First fault: lane 5, row 1: hash" in done.stdout


def test_what_is_missing_is_said(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("x")
    assert outside("verify", path).returncode == 2
    assert outside("export").returncode == 2
    (tmp_path / "key").write_text("no key")
    done = outside("verify", path, "--key", tmp_path / "key")
    assert (done.returncode, done.stderr) == (1, "This is not the public key of a trail.\n")

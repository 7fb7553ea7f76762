"""`./ruang audit`: what it prints, what it answers, and that a file is checked without Django's settings."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

import os
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from ruangaman.audit import selectors
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.ops import verdicts
from ruangaman.ops.commands import audit
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.paths import ROOT
from ruangaman.vault.notes import ORIGIN, PublicKey
from ruangaman.vault.wrapping import SigningPair
from tests.support.superuser import as_superuser
from tests.support.trail import WHERE, add, export, sign

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for the checkpoints of this test; the database is said to be a city's."""
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes", RUANGAMAN_DEMO=False):
        yield tmp_path / "notes"


def options(**more: object) -> Namespace:
    usual = {"file": None, "key": None, "notes": None, "root": None, "latest": False, "through": None, "data": None}
    return Namespace(**{"what": "verify", **usual, **more})


def outside(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command as on a machine that has the program and nothing else of ours."""
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("RUANGAMAN", "DJANGO", "DATABASE"))
    }
    command = [sys.executable, "-m", "ruangaman.ops.cli", "audit", *map(str, words)]
    return subprocess.run(command, env=bare, capture_output=True, text=True, check=False)


def test_checkpoint_verify_and_export(tmp_path: Path, capsys):
    exporting = options(file=tmp_path / "out")
    add(3)
    assert audit._export(exporting) == 1
    assert "Nothing was exported: There is no checkpoint yet: make one first" in capsys.readouterr().err
    assert audit._verify(options()) == 0
    assert "the chains hold by themselves: 3 rows" in (said := capsys.readouterr().out)
    assert "But there is no checkpoint yet" in said
    assert audit._checkpoint(options()) == 0
    assert "Checkpoint 1: 3 rows, root " in capsys.readouterr().out
    assert audit._checkpoint(options()) == 0
    assert "Nothing has happened" in capsys.readouterr().out
    add()
    assert audit._export(exporting) == 0
    assert "3 rows up to checkpoint 1. Newer rows that are not in it: 1." in capsys.readouterr().out
    assert not (tmp_path / "out.new").exists()
    assert audit._verify(options()) == 0
    assert "The audit trail holds: 4 rows, 1 checkpoint, " in (said := capsys.readouterr().out)
    assert "Not signed yet: 1 row, newer than checkpoint 1 of 2" in said
    as_superuser(f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 2")
    assert audit._verify(options()) == 1
    assert "The audit trail does NOT hold. First fault: lane 5, row 2: hash" in (said := capsys.readouterr().out)
    assert "this row is not what was written.\nChange nothing. Copy the database" in said
    as_superuser(f"DELETE FROM audit_auditevent {WHERE} 2")
    assert audit._checkpoint(options()) == 1
    said = capsys.readouterr().err
    assert "No checkpoint was signed: lane 5, row 1: truncated\n  truncated: rows of this lane are missing" in said
    assert "\nChange nothing. Copy the database" in said


def test_without_the_public_key_the_check_fails(folder: Path, capsys):
    add()
    sign()
    (folder / "key.pub").unlink()
    assert audit._verify(options()) == 1
    said = capsys.readouterr().err
    assert "Every row was computed again and holds by itself, but no signature was checked." in said
    assert "key.pub is not there" in said
    (folder / "key.pub").write_text("no key")
    assert audit._verify(options()) == 1
    assert "key.pub: This is not the public key of a trail." in capsys.readouterr().err


def test_a_file_is_checked_with_nothing_but_the_public_key(folder: Path, tmp_path: Path):
    add(3)
    made = sign()
    assert made is not None
    path, key = export(tmp_path), folder / "key.pub"
    done = outside("verify", path, "--key", key, "--notes", folder, "--root", made.root.hex())
    assert done.returncode == 0, done.stderr
    assert f"{path} holds: 3 rows, 1 checkpoint, " in done.stdout
    assert "it ends on 2026-02-01 08:00 UTC with checkpoint 1." in done.stdout
    assert "no file can say" not in done.stdout
    assert "no file can say" in outside("verify", path, "--key", key).stdout
    path.write_text(path.read_text().replace("ü", "u").replace("\\u00fc", "u"))
    done = outside("verify", path, "--key", key)
    assert done.returncode == 1
    assert f"{path} does NOT hold. First fault: lane 5, row 1: hash" in done.stdout
    assert "fetch the file again and verify that" in done.stdout


def test_what_is_missing_is_said(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("x")
    assert outside("verify", path).returncode == 2
    assert outside("export").returncode == 2
    (tmp_path / "key").write_text("no key")
    done = outside("verify", path, "--key", tmp_path / "key")
    assert (done.returncode, done.stderr) == (1, "This is not the public key of a trail.\n")


@pytest.fixture
def three(folder: Path, tmp_path: Path) -> tuple[Path, Path]:
    """An export of the first of three checkpoints, and the public key."""
    add(3)
    assert sign() is not None
    path = export(tmp_path)
    for minutes in (10, 20):
        add()
        assert sign(minutes) is not None
    return path, folder / "key.pub"


def asked(path: Path, key: Path, **more: object) -> Namespace:
    return options(file=path, key=key, **more)


def test_an_older_export_is_told_to_be_older_and_whole(three, folder: Path, capsys):
    path, key = three
    assert audit.run(asked(path, key, notes=folder)) == 0
    said = capsys.readouterr().out
    assert f"{path} is older: it ends on 2026-02-01 16:00 WITA with checkpoint 1, 2 checkpoints are newer" in said
    assert "the last is checkpoint 3 of 2026-02-01 16:20 WITA.\nWhole up to there: 3 rows, 1 checkpoint, " in said
    assert "NOT" not in said


def test_an_older_export_is_not_taken_for_the_present(three, folder: Path, capsys):
    path, key = three
    for more, words in (
        ({"latest": True}, "the newest checkpoint 3 of 2026-02-01 16:20 WITA is not in it."),
        ({"through": date(2026, 2, 1)}, "checkpoint 2 of 2026-02-01 16:10 WITA is not in it."),
        ({"root": newest_root()}, "the page was printed of a later one. checkpoint 3 of 2026-02-01 16:20 WITA"),
    ):
        assert audit.run(asked(path, key, notes=folder, **more)) == 3, more
        said = capsys.readouterr().out
        assert "is whole, but it ends before what you asked for: " in said
        assert words in said
    assert audit.run(asked(path, key, notes=folder, through=date(2026, 1, 31))) == 0


def test_a_root_with_a_slip_of_the_hand_does_not_break_the_trail(three, folder: Path, capsys):
    path, key = three
    assert audit.run(asked(path, key, notes=folder, root="ab" * 32)) == 1
    said = capsys.readouterr().out
    assert "holds by itself, it ends on 2026-02-01 16:00 WITA" in said
    assert "Compare what you typed with the paper first." in said
    for root, count in (("ab" * 31, 62), ("zz" * 32, 64)):
        assert audit.run(asked(path, key, root=root)) == 1
        assert (
            f"64 digits and letters from a to f, and this has {count}. Nothing was checked." in capsys.readouterr().err
        )


def test_nothing_is_said_to_hold_that_was_not_compared(three, folder: Path, tmp_path: Path, capsys):
    path, key = three
    (tmp_path / "empty").mkdir()
    for place in ("empty", "nowhere"):
        assert audit.run(asked(path, key, notes=tmp_path / place)) == 1
        assert f"In {tmp_path / place} is no checkpoint: it is the wrong place or the wrong key." in (
            capsys.readouterr().err
        )
    stranger = PublicKey(f"{ORIGIN}{'ab' * 16}", SigningPair.generate().public)
    (tmp_path / "other.pub").write_text(stranger.to_text())
    assert audit.run(asked(path, tmp_path / "other.pub", notes=folder)) == 1
    assert "none of the 3 checkpoints is signed with this key" in capsys.readouterr().err
    assert audit.run(asked(path, tmp_path / "other.pub")) == 1
    assert "The key is of another trail" in capsys.readouterr().err
    (tmp_path / "notes.txt").write_bytes(b"\xff")
    assert audit.run(asked(path, key, notes=tmp_path / "notes.txt")) == 1
    assert "cannot be read" in capsys.readouterr().err
    for bad in (tmp_path / "gone", tmp_path / "notes.txt"):
        assert audit.run(asked(path, bad)) == 1
        assert "Nothing was checked." in capsys.readouterr().err
    assert audit.run(asked(tmp_path / "gone", key)) == 1
    assert "gone cannot be read: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("more", [{"root": "ab" * 32}, {"notes": Path("x")}, {"latest": True}, {"key": Path("x")}])
def test_what_is_asked_of_the_database_and_passed_over_is_refused(more, capsys):
    assert audit.run(options(**more)) == 2
    assert f"--{next(iter(more))} is for an export" in capsys.readouterr().err


def test_the_newest_needs_notes_and_a_day_is_a_day(three, capsys):
    assert audit.run(asked(*three, latest=True)) == 2
    assert "--latest needs --notes" in capsys.readouterr().err
    done = outside("verify", three[0], "--key", three[1], "--through", "yesterday")
    assert (done.returncode, "invalid day value: 'yesterday'" in done.stderr) == (2, True)
    assert outside("verify", three[0], "--key", three[1], "--through", "2026-02-01").returncode == 3


def test_a_folder_without_checkpoints_beside_the_database_is_told(folder: Path, capsys):
    add()
    sign()
    for file in folder.glob("*.txt"):
        file.unlink()
    assert audit._verify(options()) == 0
    assert f"But no checkpoint lies beside the database in {folder}" in capsys.readouterr().out


def test_a_database_that_cannot_answer_is_not_a_broken_trail(monkeypatch, capsys):
    monkeypatch.setattr(selectors, "read_tips", lambda: connection.cursor().execute("SELECT audit_tips(1, 2, 3)"))
    assert audit._verify(options()) == 1
    assert "Nothing was checked: the database does not answer as it should (function audit_tips" in (
        capsys.readouterr().err
    )


@override_settings(RUANGAMAN_DEMO=True)
def test_a_trail_of_a_demo_is_not_taken_for_the_city_s(tmp_path: Path, capsys):
    add()
    sign()
    assert audit._verify(options(data=tmp_path)) == 0
    assert f"The audit trail of the demo in {tmp_path} holds: " in capsys.readouterr().out


def test_every_word_for_a_fault_has_its_meaning():
    ours = SOURCE / "ruangaman"
    folders = (ours / "audit" / "migrations", ours / "vault", ours / "vault" / "services")
    text = "\n".join(path.read_text() for folder in folders for path in folder.glob("*.py"))
    rows = set(re.findall(r"THEN '(\w+)'$", text, re.M)) | set(re.findall(r"BadRow\(.*?\"([\w ]+)\"", text))
    marks = set(re.findall(r"BadNote\(.*?\"([\w ]+)\"\)", text))
    assert rows >= {"hash", "gap", "head", "truncated", "unsigned"}
    assert marks >= {"missing", "fork", "cut", "copied facts"}
    assert rows - verdicts.ROWS.keys() == set()
    assert marks - verdicts.NOTES.keys() - {"root"} == set(), "of `root` the command tells in its own way"
    page = (ROOT / "docs" / "how-to" / "verify-the-trail.md").read_text()
    assert [word for word in {*verdicts.ROWS, *verdicts.NOTES} - {"none"} if f"{word}`" not in page] == []


def newest_root() -> str:
    """The root of the last checkpoint, as one types it."""
    with unit_of_work(Role.AUDIT):
        last = selectors.last_checkpoint()
    assert last is not None
    return bytes(last.root).hex()

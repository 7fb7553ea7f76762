"""File names are meant from where they were typed, also when a script went to another folder first."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruangaman.ops import cli
from ruangaman.ops.backup.restoring import count_ledgers
from ruangaman.ops.commands import restore
from tests.factories.backups import ruang
from tests.support import guide

WORDS = ["one.age", "--identity", "/media/stick/key.txt", "--ledger", "stick/erasure.ledger"]


def test_names_are_completed_and_whole_ones_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cli.TYPED_IN, raising=False)
    assert cli._parse(restore, "restore", WORDS).file == Path("one.age")
    monkeypatch.setenv(cli.TYPED_IN, "/srv/keeper")
    options = cli._parse(restore, "restore", WORDS)
    assert options.file == Path("/srv/keeper/one.age")
    assert options.identity == Path("/media/stick/key.txt")
    assert options.ledger == Path("/srv/keeper/stick/erasure.ledger")
    assert options.data is None


def test_the_script_of_the_guide_says_where_it_was_called() -> None:
    script = guide.files()["/usr/local/sbin/ruangaman"]
    assert 0 < script.index('RUANGAMAN_TYPED_IN="$PWD"') < script.index("\ncd /\n")


def test_a_key_that_may_not_be_written_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = ruang("backup", "--new-key", "file/key.txt", env={cli.TYPED_IN: str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.startswith(f"The key cannot be written. {tmp_path}/file/key.txt cannot be used")
    assert "Traceback" not in done.stderr
    good = ruang("backup", "--new-key", "key.txt", env={cli.TYPED_IN: str(tmp_path)})
    assert (good.returncode, good.stdout.startswith("age1"), (tmp_path / "key.txt").is_file()) == (0, True, True)


def test_ledgers_beside_the_backup_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUANGAMAN_LEDGER_FILE", raising=False)
    stick = tmp_path / "stick.ledger"
    assert count_ledgers(tmp_path, [stick]) == 0
    stick.touch()
    (tmp_path / "erasure.ledger").touch()
    assert count_ledgers(tmp_path, []) == 1
    assert count_ledgers(tmp_path, [stick, tmp_path / "erasure.ledger"]) == 2

"""Where a backup may be put: an empty place, for its own kind of data, with the keys at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ruangaman.ops.backup import places, restoring
from ruangaman.ops.backup.types import BackupError, Manifest


def manifest(*, demo: bool) -> Manifest:
    return Manifest("2026-02-01T00:00:00+00:00", demo, "Ruang Aman", 180004, "00", ())


def refusal(folder: Path | None, *, demo: bool = True, keys: Path | None = None) -> str:
    with pytest.raises(BackupError) as caught, places.empty_place(folder, keys, manifest(demo=demo)):
        pytest.fail("it was let in")
    return str(caught.value)


def give_keys(folder: Path) -> Path:
    folder.mkdir()
    for name in places.NEEDED:
        (folder / name).write_text("x")
    return folder


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    folder = give_keys(tmp_path / "data")
    (folder / "thesis.txt").write_text("mine")
    assert "is not empty" in refusal(folder)
    assert {each.name for each in folder.iterdir()} == {*places.NEEDED, "thesis.txt"}


def test_without_its_keys_nothing_is_begun(tmp_path: Path) -> None:
    assert "pepper and canary.key must be in" in refusal(tmp_path / "data")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "pepper").write_text("x")
    assert "canary.key must be in" in refusal(tmp_path / "data", keys=tmp_path / "keys")
    assert not (tmp_path / "data").exists()


def test_a_trail_that_was_signed_needs_its_key(tmp_path: Path) -> None:
    signed = replace(manifest(demo=True), checkpoint={"number": 1})
    with (
        pytest.raises(BackupError, match=r"checkpoint\.key must be in"),
        places.empty_place(give_keys(tmp_path / "data"), None, signed),
    ):
        pytest.fail("it was let in")


def test_keys_in_two_places_are_refused(tmp_path: Path) -> None:
    folder, keys = give_keys(tmp_path / "data"), give_keys(tmp_path / "keys")
    assert "holds key files already" in refusal(folder, keys=keys)


def test_real_data_never_becomes_a_demo_and_a_demo_never_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "backup of real data" in refusal(give_keys(tmp_path / "data"), demo=False)
    monkeypatch.delenv("DATABASE_URL_MIGRATE", raising=False)
    assert "Name the empty database" in refusal(None)
    monkeypatch.setenv("DATABASE_URL_MIGRATE", "postgresql://x@y/z")
    assert "invented people" in refusal(None)


def test_a_name_from_a_backup_leads_nowhere_else(tmp_path: Path) -> None:
    assert places.locate("erasure.ledger", {}, tmp_path) == tmp_path / "erasure.ledger"
    assert places.locate("checkpoints:2026-02.txt", {}, tmp_path) == tmp_path / "checkpoints" / "2026-02.txt"
    for name in (
        "pepper",
        "checkpoints:.hidden",
        "checkpoints:..",
        "checkpoints:../pepper",
        "mail:a.txt",
        "checkpoints:",
    ):
        with pytest.raises(BackupError, match="does not belong there"):
            places.locate(name, {}, tmp_path)


def test_ledgers_are_united_and_newer_checkpoints_stay(tmp_path: Path) -> None:
    (tmp_path / "erasure.ledger").write_bytes(b"two\nthree\n")
    newer = tmp_path / "newer.ledger"
    newer.write_bytes(b"three\nfour\nhalf")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "2026-02.txt").write_bytes(b"old\nnew\n")
    beside = {
        "erasure.ledger": b"one\ntwo\n",
        "checkpoints:2026-02.txt": b"old\n",
        "checkpoints:2026-01.txt": b"older\n",
    }

    restoring.write_outside(beside, tmp_path, [newer])

    assert (tmp_path / "erasure.ledger").read_bytes() == b"one\ntwo\nthree\nfour\n"
    assert (tmp_path / "checkpoints" / "2026-02.txt").read_bytes() == b"old\nnew\n"
    assert (tmp_path / "checkpoints" / "2026-01.txt").read_bytes() == b"older\n"
    assert (tmp_path / "erasure.ledger").stat().st_mode & 0o777 == 0o600


def test_where_there_is_no_demo_and_no_database_the_backup_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL_BACKUP", "postgresql://x@y/z")
    monkeypatch.delenv("RUANGAMAN_DATA", raising=False)
    with pytest.raises(BackupError, match="RUANGAMAN_DATA must name"), places.source(tmp_path):
        pytest.fail("it was let in")

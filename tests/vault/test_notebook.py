"""The checkpoints beside the database: text files of a month each that only grow, for their owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import override_settings

from ruangaman.vault import notebook, notes, pepper
from ruangaman.vault.notes import Checkpoint, PublicKey
from ruangaman.vault.wrapping import SigningPair

PAIR = SigningPair(bytes(range(32)))
KEY = PublicKey(notes.ORIGIN + "00ff", PAIR.public)
FIRST = Checkpoint(KEY.origin, 1, datetime(2026, 1, 31, 8, tzinfo=UTC), (2,) * 16, (b"r" * 32,) * 16, notes.NOTHING)
SECOND = replace(FIRST, number=2, at=datetime(2026, 2, 1, 8, tzinfo=UTC))
THIRD = replace(FIRST, number=3, at=datetime(2026, 2, 2, 8, tzinfo=UTC))


def note(*several: Checkpoint) -> list[tuple[Checkpoint, str]]:
    return [(one, one.sign(PAIR)) for one in several]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder that does not exist yet."""
    place = tmp_path / "not yet" / "checkpoints"
    with override_settings(RUANGAMAN_CHECKPOINTS=place, RUANGAMAN_CHECKPOINT_COPY=None):
        yield place


def test_the_name_of_a_trail_is_that_of_the_installation(fixed_pepper: Path) -> None:
    assert notebook.origin() == notes.ORIGIN + pepper.installation().hex()
    assert notebook.origin().startswith(notes.ORIGIN)


def test_notes_go_into_the_file_of_their_month_beside_the_key(place: Path) -> None:
    notebook.append(note(FIRST, SECOND), KEY)
    notebook.append(note(THIRD), KEY)

    assert {path.name for path in place.iterdir()} == {"2026-01.txt", "2026-02.txt", notebook.KEY_FILE}
    assert notebook.public_key() == KEY
    assert notebook.read(place) == [text for _one, text in note(FIRST, SECOND, THIRD)]
    assert notebook.read(place / "2026-02.txt") == [text for _one, text in note(SECOND, THIRD)]
    assert notebook.read_newest(place) == [text for _one, text in note(SECOND, THIRD)]


def test_only_the_owner_reads_and_writes_them(place: Path) -> None:
    notebook.append(note(FIRST), KEY)

    assert place.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}


def test_months_are_read_in_their_order_however_the_disk_lists_them(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.append(note(FIRST, SECOND), KEY)
    listed = Path.glob
    for reverse in (True, False):
        monkeypatch.setattr(Path, "glob", lambda self, it, r=reverse: iter(sorted(listed(self, it), reverse=r)))
        assert notebook.read(place) == [text for _one, text in note(FIRST, SECOND)]
        assert notebook.read_newest(place) == [text for _one, text in note(SECOND)]


def test_a_note_is_on_the_disk_before_append_returns(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").read_bytes())
        real(handle)

    monkeypatch.setattr(notebook.os, "fsync", fsync)
    notebook.append(note(FIRST), KEY)

    assert synced == [KEY.to_text().encode(), b"\n" + FIRST.sign(PAIR).encode()], "written, then synced"


def test_the_second_folder_catches_up_and_holds_nothing_twice(place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with override_settings(RUANGAMAN_CHECKPOINT_COPY=copy):
        notebook.append(note(FIRST), KEY)
        notebook.append(note(FIRST, SECOND), KEY)

    assert notebook.read(copy) == [text for _one, text in note(FIRST, SECOND)]
    assert (copy / notebook.KEY_FILE).read_text() == KEY.to_text()


def test_a_second_folder_that_cannot_be_written_is_told_and_the_first_has_it(
    place: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with override_settings(RUANGAMAN_CHECKPOINT_COPY=tmp_path / "file" / "copy"):
        notebook.append(note(FIRST), KEY)

    assert notebook.read(place) == [FIRST.sign(PAIR)]
    assert "The copy of the checkpoints could not be written" in caplog.text


def test_without_a_key_it_says_where_it_should_be(place: Path) -> None:
    with pytest.raises(notebook.NoKey, match=notebook.KEY_FILE):
        notebook.public_key()
    with override_settings(RUANGAMAN_CHECKPOINT_KEY_FILE=None), pytest.raises(notebook.NoKey):
        notebook.signing_pair()

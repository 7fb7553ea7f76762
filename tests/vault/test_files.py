"""Files: only ciphertext on disk, and no frame changes, moves, is left out or added."""

from __future__ import annotations

import hashlib
import os
import resource
import secrets
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from ruangaman.vault import layout
from ruangaman.vault.errors import Tampered
from ruangaman.vault.files import (
    FORGOTTEN_AFTER,
    FileFacts,
    FrameSealer,
    SealedUpload,
    media_type_of,
    open_frames,
    sweep_spool,
    tidy_name,
)
from ruangaman.vault.types import Content

PNG = b"\x89PNG\r\n\x1a\n"
CANARY = b"burung kenari"


def upload_of(plain: bytes, *, pieces: int = 65536, name: str = "foto.png") -> SealedUpload:
    """Seal a file as it would arrive, in pieces."""
    sealer = FrameSealer(name=name)
    for start in range(0, len(plain), pieces):
        sealer.feed(plain[start : start + pieces])
    return sealer.finish()


def opened(upload: FileFacts, frames: list[bytes]) -> bytes:
    return b"".join(open_frames(upload.file_id, upload.key, frames))


@pytest.fixture
def frames(fixed_pepper: Path) -> tuple[SealedUpload, list[bytes]]:
    """A file of four frames."""
    upload = upload_of(bytes(range(256)) * 4096)
    return upload, list(upload.read_frames())


@settings(max_examples=25)
@given(st.sampled_from([0, 1, layout.FRAME_BYTES - 1, layout.FRAME_BYTES, layout.FRAME_BYTES + 1, 700_000]), st.data())
def test_a_file_comes_back_however_it_arrives(fixed_pepper: Path, size: int, data: st.DataObject) -> None:
    plain = hashlib.shake_256(b"file").digest(size)

    upload = upload_of(plain, pieces=data.draw(st.integers(1000, 900_000)))

    assert opened(upload, list(upload.read_frames())) == plain
    assert (upload.size, upload.sha256) == (size, hashlib.sha256(plain).digest())
    assert upload.frames == max(1, -(-size // layout.FRAME_BYTES))


def test_the_spool_holds_ciphertext_only_and_nobody_else_may_read_it(fixed_pepper: Path) -> None:
    sealer = FrameSealer(name="surat.txt")
    sealer.feed(CANARY * 60_000)
    assert sealer.size == len(CANARY) * 60_000
    upload = sealer.finish()

    stored = upload.path.read_bytes()

    assert CANARY not in stored
    assert upload.key not in stored
    assert upload.path.parent == fixed_pepper
    assert upload.path.stat().st_mode & 0o777 == 0o600
    assert upload.file_id.hex not in upload.path.name
    upload.discard()
    upload.discard()
    assert not upload.path.exists()


def test_an_aborted_upload_leaves_nothing(fixed_pepper: Path) -> None:
    before = set(fixed_pepper.iterdir())
    sealer = FrameSealer(name="x")
    sealer.feed(bytes(600_000))

    sealer.abort()
    sealer.abort()

    assert set(fixed_pepper.iterdir()) == before


def test_a_disk_that_is_full_is_told_and_leaves_nothing(fixed_pepper: Path) -> None:
    before = set(fixed_pepper.iterdir())
    sealer = FrameSealer(name="x")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            sealer.feed(bytes(600_000))
        sealer.abort()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert set(fixed_pepper.iterdir()) == before


def test_a_disk_that_is_full_only_at_the_end_is_no_second_fault(fixed_pepper: Path) -> None:
    before, full = set(fixed_pepper.iterdir()), os.open("/dev/full", os.O_WRONLY)
    sealer = FrameSealer(name="x")
    sealer.feed(bytes(layout.FRAME_BYTES + 1))
    spool = sealer._spool
    spool.write(b"buffered")
    os.dup2(full, spool.fileno())
    os.close(full)

    sealer.abort()

    assert spool.closed
    assert set(fixed_pepper.iterdir()) == before


def test_the_spool_is_made_for_this_process_alone(fixed_pepper: Path, tmp_path: Path) -> None:
    spool = tmp_path / "not yet" / "spool"
    with override_settings(RUANGAMAN_SPOOL=spool):
        FrameSealer(name="x").abort()
        upload_of(b"x")
    assert spool.stat().st_mode & 0o777 == 0o700
    assert len(list(spool.iterdir())) == 1


def test_a_spool_file_is_never_one_that_is_there(fixed_pepper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda count: "same")
    kept = upload_of(b"first").path.read_bytes()
    with pytest.raises(FileExistsError):
        FrameSealer(name="x")
    assert (fixed_pepper / "same.sealed").read_bytes() == kept
    (fixed_pepper / "same.sealed").unlink()


def test_what_a_dead_request_left_is_swept_a_day_later(fixed_pepper: Path, tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with override_settings(RUANGAMAN_SPOOL=tmp_path):
        forgotten, just, young = (upload_of(b"x").path for _ in range(3))
        day = FORGOTTEN_AFTER.total_seconds()
        for path, seconds in ((forgotten, day + 1), (just, day), (young, day - 1)):
            os.utime(path, (at.timestamp() - seconds,) * 2)

        assert sweep_spool(at=at) == 1

        assert set(tmp_path.iterdir()) == {just, young}


def test_a_sweep_beside_another_one_is_no_fault(
    fixed_pepper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with override_settings(RUANGAMAN_SPOOL=tmp_path):
        path, at = upload_of(b"x").path, datetime.now(UTC) + timedelta(days=2)
        found = [path]
        monkeypatch.setattr(type(path), "glob", lambda self, pattern: found)
        stat = type(path).stat

        def looked_at_and_swept_by_the_other(self: Path, **kwargs: bool) -> os.stat_result:
            facts = stat(self, **kwargs)
            if self == path:  # whoever tells of a failure looks at files, too
                self.unlink(missing_ok=True)
            return facts

        monkeypatch.setattr(type(path), "stat", looked_at_and_swept_by_the_other)
        assert sweep_spool(at=at) == 1


def test_frames_in_another_order_are_refused(frames: tuple[SealedUpload, list[bytes]]) -> None:
    upload, sealed = frames
    assert len(sealed) == 4 + 1

    for order in list(permutations(range(5)))[1:12]:
        with pytest.raises(Tampered):
            opened(upload, [sealed[index] for index in order])


def test_a_file_cut_short_is_refused(frames: tuple[SealedUpload, list[bytes]]) -> None:
    upload, sealed = frames

    for length in range(5):
        with pytest.raises(Tampered):
            opened(upload, sealed[:length])


def test_a_file_with_a_frame_too_many_is_refused(frames: tuple[SealedUpload, list[bytes]]) -> None:
    upload, sealed = frames

    for extra in (sealed[-1], sealed[0], b"", b"\1\x10"):
        with pytest.raises(Tampered):
            opened(upload, [*sealed, extra])


@settings(max_examples=60)
@given(st.data())
def test_any_flipped_bit_of_a_frame_is_noticed(fixed_pepper: Path, data: st.DataObject) -> None:
    upload = upload_of(b"pendek")
    frame = bytearray(next(upload.read_frames()))
    bit = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Tampered):
        opened(upload, [bytes(frame)])


def test_a_frame_of_another_file_is_refused(frames: tuple[SealedUpload, list[bytes]]) -> None:
    upload, sealed = frames

    with pytest.raises(Tampered):
        b"".join(open_frames(uuid4(), upload.key, sealed))
    with pytest.raises(Tampered):
        b"".join(open_frames(upload.file_id, bytes(32), sealed))


def test_a_frame_with_foreign_padding_is_refused(fixed_pepper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "pad", lambda plain: plain.ljust(256, b"\1"))
    upload = upload_of(b"pendek")
    monkeypatch.undo()

    with pytest.raises(Tampered):
        opened(upload, list(upload.read_frames()))


def test_short_files_have_one_length_on_disk(fixed_pepper: Path) -> None:
    assert len({upload_of(b"x" * size).path.stat().st_size for size in (0, 1, 100, 252)}) == 1


def test_facts_survive_being_sealed_and_hide_in_print(fixed_pepper: Path) -> None:
    upload = upload_of(PNG + bytes(40), name="C:\\Foto Rahasia\\memar.jpg")
    facts = FileFacts.from_content(upload.to_content())

    assert facts.to_content() == upload.to_content()
    assert (facts.key, facts.file_id, facts.name) == (upload.key, upload.file_id, "memar.jpg")
    assert "memar" not in repr(upload)
    assert repr(upload.key) not in repr(upload)


@pytest.mark.parametrize("change", [{"file_id": "x"}, {"key": "%"}, {"size": "many"}, {"sha256": "zz"}])
def test_what_is_not_about_a_file_is_refused(fixed_pepper: Path, change: Content) -> None:
    content = upload_of(b"x").to_content()

    with pytest.raises(Tampered):
        FileFacts.from_content({**content, **change})
    with pytest.raises(Tampered):
        FileFacts.from_content({name: value for name, value in content.items() if name != "name"})


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (PNG + bytes(30), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(30), "image/jpeg"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(30), "image/heif"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(30), "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(30), "audio/mp4"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"", "application/octet-stream"),
        (b"BM saya dipukul", "application/octet-stream"),
        (b"ID3\x03\x00" + bytes(30), "audio/mpeg"),
        (b"saya mau cerita", "application/octet-stream"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "application/octet-stream"),
        (b"MZ" + bytes(80), "application/octet-stream"),
    ],
)
def test_a_files_kind_is_told_by_its_content(start: bytes, kind: str) -> None:
    assert media_type_of(start) == kind


def test_the_first_frame_tells_the_kind_and_the_name_does_not(fixed_pepper: Path) -> None:
    assert upload_of(PNG + bytes(600_000), name="surat.pdf").media_type == "image/png"
    assert upload_of(b"teks", name="foto.png").media_type == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("/etc/passwd", "passwd"),
        ("C:\\x\\a.png", "a.png"),
        (" a\r\nb\u202e.png\0", "ab.png"),
        ("", ""),
        ("x" * 200 + ".jpeg", "x" * 104 + "…" + "x" * 10 + ".jpeg"),
        ("x" * 115 + ".jpeg", "x" * 115 + ".jpeg"),
        ("x" * 116 + ".jpeg", "x" * 104 + "…" + "x" * 10 + ".jpeg"),
    ],
)
def test_a_name_keeps_neither_folders_nor_tricks(name: str, kept: str) -> None:
    assert tidy_name(name) == kept

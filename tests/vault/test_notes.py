"""Signed notes: read as they were signed and in no other way."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ruangaman.audit.types import BadNote, Mark
from ruangaman.vault import notebook, notes, trail
from ruangaman.vault.notes import BadText, Checkpoint, PublicKey
from ruangaman.vault.wrapping import SigningPair

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
ORIGIN = notes.ORIGIN + "00ff"
PAIR = SigningPair(bytes(range(32)))
KEY = PublicKey(ORIGIN, PAIR.public)
FIRST = Checkpoint(ORIGIN, 1, FEB_1, (2,) * 16, (b"r" * 32,) * 16, notes.NOTHING)


def test_a_note_is_read_as_it_was_signed():
    assert PublicKey.from_text(KEY.to_text()) == KEY
    for one in (FIRST, replace(FIRST, restored=0), replace(FIRST, restored=7, number=9)):
        assert notes.read(one.sign(PAIR), KEY) == one


NOTE = FIRST.sign(PAIR)
OTHERS = {
    "a line more": NOTE + "\n",
    "another number": NOTE.replace("number 1", "number 2"),
    "no blank line": NOTE.replace("\n\n", "\n"),
    "another name": NOTE.replace("— ruang", "— Ruang"),
    "a cut signature": NOTE[:-10] + "\n",
    "no name": NOTE.replace(f"— {ORIGIN} ", ""),
    "something between": NOTE[:-10] + "!" + NOTE[-10:],
    "no base64": NOTE.replace("=\n", "\n"),
    "fifteen lanes": replace(FIRST, sizes=(0,) * 15, roots=(b"r" * 32,) * 15).sign(PAIR),
    "another trail": replace(FIRST, origin="ruangaman.trail/other").sign(PAIR),
    "another key": FIRST.sign(SigningPair.generate()),
    "nothing": "",
}


@pytest.mark.parametrize("note", OTHERS.values(), ids=OTHERS.keys())
def test_a_note_is_read_in_no_other_way(note: str):
    with pytest.raises(BadText):
        notes.read(note, KEY)


@pytest.mark.parametrize(
    "change",
    [("number 1", "number x"), ("before ", "behind "), ("lane 3 2", "lane 3"), ("time 2026", "time x"),
     ("lane 3 2", "lane 3 02"), ("\n32\n", "\n33\n"), ("before ", "before \u00e9")],
)  # fmt: skip
def test_what_the_key_signed_but_is_no_checkpoint_is_refused(change: tuple[str, str]):
    body = FIRST.body().replace(*change)
    assert body != FIRST.body()
    note = f"{body}\n— {ORIGIN} {notes._b64(KEY.id + PAIR.sign(body.encode()))}\n"
    with pytest.raises(BadText):
        notes.read(note, KEY)


def signed(body: str, *, name: bytes = KEY.id) -> str:
    return f"{body}\n— {ORIGIN} {notes._b64(name + PAIR.sign(body.encode()))}\n"


def test_a_signature_names_its_key_and_its_trail():
    assert notes.read(signed(FIRST.body()), KEY) == FIRST, "control"
    with pytest.raises(BadText):
        notes.read(signed(FIRST.body(), name=b"\0\0\0\0"), KEY)
    with pytest.raises(BadText):
        notes.read(signed(replace(FIRST, origin=notes.ORIGIN + "ff00").body()), KEY)


def test_a_key_is_written_in_one_way():
    text = KEY.to_text()
    with pytest.raises(BadText):
        PublicKey.from_text(text[:-10] + "!" + text[-10:])


def test_people_speak_of_it_by_number_and_moment():
    assert FIRST.mark == Mark(1, FEB_1)


def test_a_checkpoint_has_as_many_roots_as_lanes():
    with pytest.raises(ValueError, match="shorter"):
        replace(FIRST, roots=(b"r" * 32,) * 15).body()


def test_a_note_that_was_cut_off_is_passed_over_and_the_next_one_is_read():
    whole = replace(FIRST, number=2).sign(PAIR)
    for kept in range(len(NOTE)):
        assert list(notes.split(f"{NOTE[:kept]}\n{whole}"))[-1] == whole
    assert list(notes.split(NOTE[:-1])) == [], "its end was never written"
    assert list(notes.split(NOTE + whole)) == [NOTE, whole]


def key_text(origin: str, kind: bytes, raw: bytes) -> str:
    """A key as it would be written, its id as it should be."""
    name = PublicKey(origin, raw).id.hex()
    return f"{origin}+{name}+{notes._b64(kind + raw)}"


@pytest.mark.parametrize(
    "text",
    [
        key_text("other.trail/00ff", b"\x01", PAIR.public),
        key_text(ORIGIN, b"\x02", PAIR.public),
        key_text(ORIGIN, b"\x01", PAIR.public[:-1]),
        key_text(ORIGIN, b"\x01", PAIR.public + b"\0"),
        KEY.to_text().replace(KEY.id.hex(), "00000000"),
    ],
    ids=["trail", "kind", "short", "long", "id"],
)
def test_a_public_key_is_one_of_a_trail_whole_and_by_its_name(text: str):
    assert PublicKey.from_text(key_text(ORIGIN, b"\x01", PAIR.public)) == KEY, "control"
    with pytest.raises(BadText):
        PublicKey.from_text(text)


@pytest.mark.parametrize(
    "text", ["", "x+y+z", "ruangaman.trail/a+00000000+AAAA", "a+b", KEY.to_text().replace("trail", "t")]
)
def test_what_is_no_public_key_is_refused(text: str):
    with pytest.raises(BadText):
        PublicKey.from_text(text)


def test_a_book_is_refused_where_its_order_breaks():
    before = notes.fingerprint(NOTE)

    def book(*several: Checkpoint) -> BadNote | None:
        return trail.read_book([one.sign(PAIR) for one in several], KEY).fault

    second = replace(FIRST, number=2, before=before)
    assert book(FIRST, second) is None
    assert book(FIRST, replace(second, sizes=(1,) * 16)) == BadNote(2, "smaller")
    assert book(FIRST, replace(second, before=notes.NOTHING)) == BadNote(2, "order")
    assert book(FIRST, replace(second, number=3)) == BadNote(2, "order")
    assert book(FIRST, replace(second, number=9, restored=1)) is None
    assert book(FIRST, replace(second, number=1, restored=1)) == BadNote(2, "order")
    assert book(FIRST, replace(second, number=9, restored=2)) == BadNote(2, "order")
    assert trail.read_book(["x"], KEY).fault == BadNote(1, "signature")


def test_the_files_of_a_folder_are_read_in_their_order(tmp_path: Path):
    assert notebook.read(tmp_path / "nowhere") == []
    (tmp_path / "2026-01.txt").write_text("")
    assert notebook.read_newest(tmp_path) == []
    (tmp_path / "2025-12.txt").write_text(NOTE)
    assert notebook.read_newest(tmp_path) == notebook.read(tmp_path / "2025-12.txt") == [NOTE]


def test_the_bytes_of_a_note_are_fixed():
    """Written into ADR 0016: a change of a single byte would make every checkpoint that was ever made unreadable."""
    lanes = b"".join(bytes(7) + b"\x02" + b"r" * 32 for _lane in range(16))
    assert FIRST.root == hashlib.sha256(b"ra/v1/trail-root\0" + lanes).digest()
    assert NOTE.startswith(
        "ruangaman.trail/00ff\n32\nDb+CIBuxmp/OWiJvqIDrQupRtVGSKIygH7AKjfQ2U54=\nnumber 1\n"
        "time 2026-02-01T08:00:00.000000Z\nbefore AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "lane 0 2 cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n"
    )

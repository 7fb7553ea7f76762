"""The trail as a file: whatever is changed in it, the first bad row is named, with nothing but the public key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.audit.types import BadNote, BadRow, Beside, Mark
from ruangaman.vault import notebook, trailfile
from ruangaman.vault.notes import BadText, PublicKey
from ruangaman.vault.trailfile import Question
from ruangaman.vault.wrapping import SigningPair
from tests.support.trail import FEB_1, LANE, add, export, sign

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for the checkpoints of this test, and a second one."""
    (tmp_path / "copy").mkdir()
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes", RUANGAMAN_CHECKPOINT_COPY=tmp_path / "copy"):
        yield tmp_path / "notes"


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """An export of two rows in lane 2 and five in lane 5."""
    add(5, seals=2)
    add(2, lane=2, seals=0)
    sign()
    return export(tmp_path)


def rows_of(path: Path) -> tuple[list[str], Rows]:
    """The head of an export, and its rows."""
    lines = path.read_text().splitlines()
    is_row = [line.startswith('{"lane"') for line in lines]
    head = [line for line, row in zip(lines, is_row, strict=True) if not row]
    return head, [json.loads(line) for line, row in zip(lines, is_row, strict=True) if row]


def rewrite(path: Path, head: list[str], rows: Rows) -> None:
    """Write an export again."""
    path.write_text("".join(line + "\n" for line in [*head, *map(json.dumps, rows)]))


def set_in(place: int, **fields: Any) -> Callable[[Rows], object]:
    """Change fields of a row."""
    return lambda rows: rows[place].update(fields)


TAMPERINGS: dict[str, tuple[Callable[[Rows], object], BadRow]] = {
    "actor": (set_in(2, actor="x"), BadRow(LANE, 1, "hash")),
    "subject": (set_in(3, subject="x"), BadRow(LANE, 2, "hash")),
    "detail": (set_in(3, detail="{}"), BadRow(LANE, 2, "hash")),
    "moment": (set_in(3, at="2026-02-01T08:00:00.000001Z"), BadRow(LANE, 2, "hash")),
    "seals": (set_in(3, seals=[]), BadRow(LANE, 2, "hash")),
    "hash": (set_in(3, hash="00" * 32), BadRow(LANE, 2, "hash")),
    "prev": (set_in(3, prev="00" * 32), BadRow(LANE, 2, "chain")),
    "left out": (lambda rows: rows.pop(3), BadRow(LANE, 2, "gap")),
    "doubled": (lambda rows: rows.insert(3, dict(rows[3])), BadRow(LANE, 3, "order")),
    "order": (lambda rows: rows.insert(3, rows.pop(4)), BadRow(LANE, 2, "gap")),
    "lanes": (lambda rows: rows.append(rows.pop(0)), BadRow(2, 1, "gap")),
    "a lane again": (lambda rows: rows.append(dict(rows[0], seq=3)), BadRow(LANE, 6, "order")),
    "cut": (lambda rows: rows.pop(), BadRow(LANE, 1, "truncated")),
    "no seals at all": (lambda rows: rows[3].pop("seals"), BadRow(LANE, 2, "unreadable")),
    "a lane that is none": (set_in(3, lane=16), BadRow(LANE, 2, "unreadable")),
    "a number as text": (set_in(3, seq="2"), BadRow(LANE, 2, "unreadable")),
    "all cut": (lambda rows: rows.clear(), BadRow(2, 1, "truncated")),
}


@pytest.mark.parametrize(("tamper", "bad"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_the_first_bad_row_of_an_export_is_named(exported: Path, tamper: Callable[[Rows], object], bad: BadRow):
    head, rows = rows_of(exported)
    tamper(rows)
    rewrite(exported, head, rows)
    assert trailfile.verify_file(exported, notebook.public_key()).fault == bad


def test_a_row_that_no_checkpoint_speaks_of_is_found(exported: Path):
    head, rows = rows_of(exported)
    more = dict(rows[-1], seq=6, prev=rows[-1]["hash"], seals=[])
    more["hash"] = trailfile.row_digest(more, bytes.fromhex(more["prev"])).hex()
    rewrite(exported, head, [*rows, more])
    assert trailfile.verify_file(exported, notebook.public_key()).fault == BadRow(LANE, 6, "unsigned")


def test_a_chain_that_was_computed_anew_in_a_file_is_a_fork(exported: Path):
    head, rows = rows_of(exported)
    prev = rows[2]["prev"]
    for row in rows[2:]:
        row |= {"actor": "x", "seals": [], "prev": prev}
        row["hash"] = prev = trailfile.row_digest(row, bytes.fromhex(prev)).hex()
    rewrite(exported, head, rows)
    assert trailfile.verify_file(exported, notebook.public_key()).fault == BadRow(LANE, 1, "fork")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_of_an_export_is_found(exported: Path, place: int, change: int):
    whole = exported.read_bytes()
    start = whole.index(b"\n") + 1  # the first line says when it was made, for a person
    at = start + place % (len(whole) - start)
    flipped = exported.with_name("flipped")
    flipped.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
    try:
        verdict = trailfile.verify_file(flipped, notebook.public_key())
    except BadText:
        return
    if verdict.ok:  # the same facts written in another way: a space, a capital in a hex number, a key's escape
        assert said(flipped) == said(exported)


def said(path: Path) -> list[Any]:
    """What the lines say, capitals aside."""
    return [json.loads(line.lower()) for line in path.read_text().splitlines()]


def test_heads_of_exports_are_checked(exported: Path):
    key = notebook.public_key()
    head, rows = rows_of(exported)
    rewrite(exported, head[:1], rows)
    assert trailfile.verify_file(exported, key).fault == BadNote(1, "missing")
    rewrite(exported, head, rows)
    assert trailfile.verify_file(exported, key, Question(root=b"x" * 32)).fault == BadNote(1, "root")
    add()
    sign(10)
    newer = notebook.read(notebook.folder())
    assert trailfile.verify_file(exported, key).ok
    older = trailfile.verify_file(exported, key, Question(newer))
    assert (older.fault, older.beside) == (None, Beside(2, newer=1, newest=Mark(2, FEB_1 + timedelta(minutes=10))))
    stranger = PublicKey(key.origin, SigningPair.generate().public)
    assert trailfile.verify_file(exported, stranger).fault == BadNote(1, "signature")


@pytest.mark.parametrize("text", ["", "{}\n", "[]\n", "x\n"])
def test_what_is_no_export_is_refused(exported: Path, text: str):
    exported.write_text(text)
    with pytest.raises(BadText):
        trailfile.verify_file(exported, notebook.public_key())


def test_an_export_holds_codes_and_keys_and_no_more(exported: Path):
    _head, rows = rows_of(exported)
    assert {frozenset(row) for row in rows} == {
        frozenset({"lane", "seq", "at", "type", "actor", "subject", "detail", "seals", "prev", "hash"})
    }

"""The ledger of erasures: what is in it was on the disk before it was gone, and nothing foreign is believed."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.vault import ledger
from ruangaman.vault.errors import BrokenLedger
from tests.factories.vault import FEB_1, FEB_2

moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given one


@pytest.fixture
def path(ledger_file: Path) -> Path:
    """Where it stands."""
    return ledger_file


def test_without_a_file_nothing_was_erased(path: Path):
    assert list(ledger.read()) == []


def test_entries_come_back_in_order_and_only_the_owner_reads_the_file(path: Path):
    first, second = uuid4(), uuid4()
    ledger.append(first, FEB_1)
    ledger.append(second, FEB_2)

    assert list(ledger.read()) == [ledger.Entry(first, FEB_1), ledger.Entry(second, FEB_2)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert {len(json.loads(line)) for line in path.read_text().splitlines()} == {3}


@given(entries=st.lists(st.tuples(st.uuids(), moments), max_size=5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_read(path: Path, entries: list[tuple[UUID, datetime]]):
    path.unlink(missing_ok=True)
    for dossier_id, at in entries:
        ledger.append(dossier_id, at)

    assert [(one.dossier_id, one.at) for one in ledger.read()] == entries


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_bit_is_refused_or_changes_nothing(path: Path, place: int, bit: int):
    path.unlink(missing_ok=True)
    for _ in range(2):
        ledger.append(uuid4(), FEB_1)
    before = list(ledger.read())
    data = bytearray(path.read_bytes())
    at = place % (len(data) - 1)  # the last newline alone is a line that never ended
    data[at] ^= 1 << bit
    path.write_bytes(bytes(data))

    with suppress(BrokenLedger):
        assert list(ledger.read()) == before  # another way to write the same hexadecimal digit or JSON


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"halo", b'{"dossier": 1, "at": 2, "mac": 3}', b'{"dossier": "x", "at": "y", "mac": "z"}',
     b'{"dossier": "00000000-0000-4000-8000-000000000000", "at": "2026-02-01T08:00:00", "mac": "00"}',
     b'{"dossier": "00000000-0000-4000-8000-000000000000", "at": "2026-02-01T08:00:00+00:00", "mac": "00"}', b"\xff"],
)  # fmt: skip
def test_a_foreign_line_is_refused_and_named(path: Path, line: bytes):
    ledger.append(uuid4(), FEB_1)
    with path.open("ab") as file:
        file.write(line + b"\n")

    with pytest.raises(BrokenLedger, match="Line 2"):
        list(ledger.read())


def test_a_line_of_another_installation_is_refused(path: Path):
    with override_settings(RUANGAMAN_PEPPER=os.urandom(32)):
        ledger.append(uuid4(), FEB_1)

    with pytest.raises(BrokenLedger, match="Line 1"):
        list(ledger.read())


@pytest.mark.parametrize("kept", [1, 20, -20, -2])
def test_a_line_that_was_never_finished_counts_for_nothing_and_goes(path: Path, kept: int):
    ledger.append(uuid4(), FEB_1)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])

    assert len(list(ledger.read())) == 1
    ledger.append(uuid4(), FEB_2)
    assert len(list(ledger.read())) == 2


def test_a_line_that_lacks_only_its_end_counts(path: Path):
    ledger.append(uuid4(), FEB_1)
    path.write_bytes(path.read_bytes()[:-1])

    assert len(list(ledger.read())) == 1
    ledger.append(uuid4(), FEB_2)
    assert len(list(ledger.read())) == 2


def test_two_ledgers_of_one_installation_can_be_put_one_behind_the_other(path: Path):
    ledger.append(uuid4(), FEB_1)
    first = path.read_bytes()
    path.unlink()
    ledger.append(uuid4(), FEB_2)
    path.write_bytes(first + path.read_bytes() + first)

    assert len(list(ledger.read())) == 3


def test_it_is_on_the_disk_before_append_returns(path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    write, fsync = os.write, os.fsync
    monkeypatch.setattr(os, "write", lambda *args: (done.append("write"), write(*args))[1])
    monkeypatch.setattr(os, "fsync", lambda *args: (done.append("fsync"), fsync(*args))[1])

    ledger.append(uuid4(), FEB_1)

    assert done == ["fsync", "write", "fsync"]  # the folder with the new name, then the line


def test_a_disk_that_takes_half_a_line_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "write", lambda handle, data: len(data) // 2)

    with pytest.raises(OSError, match="only a part"):
        ledger.append(uuid4(), FEB_1)


def test_two_writers_take_turns(path: Path):
    """Each line is written whole, and what the other is still writing is not cut off as if it were never finished."""
    ledger.append(uuid4(), FEB_1)
    started = threading.Event()
    with ledger._locked(path) as handle:
        os.write(handle, b'{"dossier": "half a line')

        def write() -> None:
            started.set()
            ledger.append(uuid4(), FEB_2)

        other = threading.Thread(target=write)
        other.start()
        started.wait()
        other.join(0.3)
        assert other.is_alive(), "it waits for its turn"
        os.ftruncate(handle, path.read_bytes().rfind(b"\n") + 1)
    other.join(10)

    assert len(list(ledger.read())) == 2


def test_a_copy_is_read_where_it_is(path: Path, tmp_path: Path):
    first, second = uuid4(), uuid4()
    ledger.append(first, FEB_1)
    copy = tmp_path / "copy.ledger"
    copy.write_bytes(path.read_bytes())
    ledger.append(second, FEB_2)

    assert [one.dossier_id for one in ledger.read(copy)] == [first]
    assert [one.dossier_id for one in ledger.read()] == [first, second]


@pytest.mark.parametrize("line", [b"7\n", b"null\n", b'["dossier", "at", "mac"]\n', b'"dossier"\n'])
def test_a_line_that_is_no_entry_at_all_is_named(path: Path, line: bytes):
    path.write_bytes(line)
    with pytest.raises(BrokenLedger, match="Line 1"):
        list(ledger.read())


def test_no_file_stays_open(path: Path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        ledger.append(uuid4(), FEB_1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before

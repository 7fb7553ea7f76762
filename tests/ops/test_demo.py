"""The demo's life: what it refuses, that it comes up, and that nothing is left however it ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ruangaman.ops import demo, environment, processes, roles
from ruangaman.ops.postgres import InUse, Postgres
from tests.support.cities import furnish

START_SECONDS = 300


def family(pid: int) -> set[int]:
    """The process and everything that it started, grandchildren too."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def start(folder: Path, *words: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "ruangaman.ops.cli",
        "demo",
        "--port",
        "0",
        "--json",
        "--data",
        str(folder),
    ]
    env = {name: value for name, value in os.environ.items() if not name.startswith("RUANGAMAN_")}
    env["PYTHONPATH"] = str(environment.SOURCE)
    log = (folder.parent / "demo.log").open("ab")
    with log:
        process = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=log, text=True, env=env)
    assert process.stdout
    with process.stdout:
        line = process.stdout.readline()
    if not line:
        process.wait(30)
        pytest.fail((folder.parent / "demo.log").read_text())
    return process, json.loads(line)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], set[int]]]:
    process, facts = start(folder)
    everyone = family(process.pid)
    try:
        yield process, facts, everyone
    finally:
        process.terminate()
        process.wait(60)


def all_gone(pids: set[int], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    return all(processes.wait_gone(pid, max(0.0, end - time.monotonic())) for pid in pids)


def live(url: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the lifecycle tests, with a city in it."""
    found = tmp_path_factory.mktemp("demo with spaces") / "data"
    furnish(found)
    return found


def test_it_serves_and_sigterm_ends_everything(folder: Path) -> None:
    with running(folder) as (process, facts, everyone):
        assert facts["ready"] is True
        assert facts["pid"] == process.pid
        assert facts["accounts"]["petugas"] == {"username": "petugas", "password": "demo-ruang-aman"}
        assert live(facts["url"]) == 200
        assert len(everyone) >= 4
    assert process.returncode == 0
    assert all_gone(everyone)


def test_the_second_start_is_quick_and_a_kill_leaves_nothing(folder: Path) -> None:
    begun = time.monotonic()
    with running(folder) as (process, facts, everyone):
        assert time.monotonic() - begun < 30  # 4 to 5 s alone; beside the rest of the suite it may be slower
        process.kill()
        process.wait()
        assert all_gone(everyone)
    with pytest.raises(OSError, match="refused"):
        live(facts["url"])


def test_what_dies_is_started_again(folder: Path) -> None:
    with running(folder) as (process, facts, everyone):
        for pid in everyone - {process.pid}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 30
        answer = 0
        while answer != 200 and time.monotonic() < end:
            time.sleep(0.2)
            with contextlib.suppress(OSError):
                answer = live(facts["url"])
        assert answer == 200
        everyone = family(process.pid)
    assert all_gone(everyone)


def test_the_same_folder_twice_is_refused(folder: Path) -> None:
    with running(folder):
        command = [sys.executable, "-P", "-m", "ruangaman.ops.cli", "demo", "--port", "0", "--data", str(folder)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "is in use (process" in second.stderr


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(demo.DemoError, match=f"Port {port} is in use: stop what listens there"):
            demo.choose_port(port)


def test_a_folder_with_other_things_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for fresh in (False, True):
        with pytest.raises(demo.DemoError, match="not a demo"):
            demo.claim_folder(tmp_path, fresh=fresh)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_fresh_empties_a_demo_but_not_one_that_runs(tmp_path: Path) -> None:
    demo.claim_folder(tmp_path, fresh=False)
    pepper = (tmp_path / "pepper").read_bytes()
    assert (tmp_path / "pepper").stat().st_mode & 0o777 == 0o600
    with Postgres(tmp_path, durable=False), pytest.raises(InUse):
        demo.claim_folder(tmp_path, fresh=True)

    demo.claim_folder(tmp_path, fresh=True)

    assert (tmp_path / "pepper").read_bytes() != pepper
    assert not (tmp_path / "cluster").exists()


def test_a_demo_without_its_pepper_is_refused(tmp_path: Path) -> None:
    demo.claim_folder(tmp_path, fresh=False)
    (tmp_path / "cluster").mkdir()
    (tmp_path / "pepper").unlink()
    with pytest.raises(demo.DemoError, match="pepper"):
        demo.claim_folder(tmp_path, fresh=False)


def test_a_database_without_the_mark_is_not_touched(tmp_path: Path) -> None:
    demo.claim_folder(tmp_path, fresh=False)
    with Postgres(tmp_path, durable=False) as server:
        roles.ensure_roles(server.conninfo())
        roles.ensure_database(server.conninfo(), demo.DATABASE)
        with psycopg.connect(server.conninfo(demo.DATABASE)) as connection:
            connection.execute("CREATE TABLE real_data (id int)")
        with pytest.raises(demo.DemoError, match="no demo made"):
            demo.fill(server, tmp_path)


def test_the_tables_are_looked_at_again_when_a_migration_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = demo.schema_digest()
    assert before == demo.schema_digest()
    migrations = tmp_path / "ruangaman" / "cases" / "migrations"
    migrations.mkdir(parents=True)
    monkeypatch.setattr(environment, "SOURCE", tmp_path)
    empty = demo.schema_digest()
    (migrations / "0003_more.py").touch()
    assert len({before, empty, demo.schema_digest()}) == 3

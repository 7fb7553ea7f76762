"""The embedded server: starts, recovers, refuses a second owner, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ruangaman.ops import binaries, processes, runas
from ruangaman.ops.postgres import InUse, Postgres, attach, conninfo

OWNER = """
import sys, time, pathlib
from ruangaman.ops.postgres import Postgres
server = Postgres(pathlib.Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, server.socket, flush=True)
time.sleep(120)
"""


def own_in_a_process(data: Path) -> tuple[subprocess.Popen[str], int, Path]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert owner.stdout is not None
    pid, socket = owner.stdout.readline().split()
    owner.stdout.close()
    return owner, int(pid), Path(socket)


def value(server: Postgres, query: str) -> object:
    with psycopg.connect(server.conninfo()) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


def test_starts_in_a_path_with_spaces_and_stops_without_a_trace(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "a folder with spaces")
    server.start()
    pid, socket = server.pid, server.socket
    assert pid
    assert socket
    assert server.major == binaries.WHEEL_MAJOR
    assert len(str(socket)) < 60
    assert socket.stat().st_mode & 0o777 == 0o700
    assert value(server, "SHOW listen_addresses") == ""
    assert value(server, "SHOW fsync") == "on"
    assert value(server, "SHOW data_checksums") == "on"

    server.stop()

    assert not processes.is_alive(pid)
    assert not socket.exists()


def test_what_was_committed_is_there_after_a_kill(tmp_path: Path) -> None:
    with Postgres(tmp_path) as server:
        with psycopg.connect(server.conninfo()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        socket = server.socket
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        processes.wait_gone(server.pid or 0, 10)

        assert server.restart_if_gone()

        assert server.socket == socket
        assert value(server, "SELECT n FROM kept") == 7
        assert not server.restart_if_gone()


def test_a_second_start_on_the_same_folder_is_refused_in_words(tmp_path: Path) -> None:
    with (
        Postgres(tmp_path, durable=False),
        pytest.raises(InUse, match=f"in use .process {os.getpid()}.: stop that one"),
    ):
        Postgres(tmp_path).start()


def test_another_process_can_use_the_running_server(tmp_path: Path) -> None:
    assert attach(tmp_path) is None
    owner, _, socket = own_in_a_process(tmp_path)
    try:
        assert attach(tmp_path) == socket
        psycopg.connect(conninfo(socket)).close()
    finally:
        owner.kill()
        owner.wait()


def test_the_server_goes_with_a_killed_owner_and_the_folder_is_free_again(tmp_path: Path) -> None:
    owner, pid, socket = own_in_a_process(tmp_path)
    owner.kill()
    owner.wait()

    assert processes.wait_gone(pid, 20)
    with Postgres(tmp_path, durable=False) as server:
        assert value(server, "SELECT 1") == 1
    assert not socket.exists()


def test_a_note_with_a_foreign_process_id_does_not_block_the_start(tmp_path: Path) -> None:
    with Postgres(tmp_path, durable=False):
        pass
    (tmp_path / "cluster" / "postmaster.pid").write_text(f"{os.getppid()}\n{tmp_path}\n")
    with Postgres(tmp_path, durable=False) as server:
        assert value(server, "SELECT 1") == 1


def test_an_interrupted_making_of_the_cluster_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "half").write_text("x")
    with Postgres(tmp_path, durable=False) as server:
        assert value(server, "SELECT 1") == 1


def test_the_version_of_the_cluster_decides_which_programs_run(tmp_path: Path, host_postgres: Postgres) -> None:
    programs = binaries.host()
    with Postgres(tmp_path, durable=False, programs=programs):
        pass
    with Postgres(tmp_path, durable=False) as server:
        assert server.major == host_postgres.major


def test_a_cluster_of_a_version_that_is_not_here_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("99\n")
    with pytest.raises(binaries.NoBinaries, match="made by PostgreSQL 99"):
        Postgres(tmp_path).start()


def test_a_named_folder_without_programs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.VARIABLE, str(tmp_path))
    with pytest.raises(binaries.NoBinaries, match="holds no PostgreSQL programs"):
        binaries.find()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as someone else")
def test_without_namespaces_root_runs_it_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runas, "_namespace", lambda: None)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o755)
    with Postgres(tmp_path / "data", durable=False) as server:
        assert value(server, "SELECT 1") == 1
        assert (tmp_path / "data" / "cluster").owner() == "nobody"
    monkeypatch.undo()
    with Postgres(tmp_path / "data", durable=False) as server:
        assert value(server, "SELECT 1") == 1


def test_statements_and_rows_do_not_reach_the_log(tmp_path: Path) -> None:
    with (
        Postgres(tmp_path, durable=False) as server,
        psycopg.connect(server.conninfo(), autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE once (name text UNIQUE)")
        connection.execute("INSERT INTO once VALUES ('kenari-biru')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('kenari-biru')")
    assert "kenari-biru" not in (tmp_path / "postgres.log").read_text()

"""The how-to on continuous archiving, run command by command: kill, lose the disk, go back to a moment."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from ruangaman.ops import binaries, processes, runas
from ruangaman.ops.binaries import Binaries
from ruangaman.ops.paths import ROOT
from ruangaman.ops.runas import Way

PAGE = ROOT / "docs" / "how-to" / "archive-continuously.md"
LOSES_AT_MOST = 60.0
"""Seconds: what the page promises."""


def commands(name: str) -> str:
    """Return the commands of the page that stand under a mark."""
    found = re.findall(rf"<!-- run: {name} -->\n```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(found) == 1, f"the page has {len(found)} blocks `{name}`"
    return str(found[0])


@dataclass
class Cluster:
    """A server, and the second machine's folders."""

    folder: Path
    programs: Binaries
    way: Way
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The server's folder."""
        return self.folder / "data"

    def start_words(self, script: str) -> tuple[list[str], dict[str, str]]:
        """Return what runs commands as the page's reader would."""
        places = {"PGBIN": self.programs.folder, "PGDATA": self.data, "PGHOST": self.folder / "run"}
        places |= {"ARCHIVE": self.folder / "wal", "BASE": self.folder / "base"}
        env = {**os.environ, **{name: str(path) for name, path in places.items()}, "PGDATABASE": "postgres"}
        return [*self.way.prefix, "bash", "-euo", "pipefail", "-c", script], env | {"PGUSER": "postgres"}

    def run(self, script: str, **more: str) -> None:
        """Run commands to their end."""
        words, env = self.start_words(script)
        done = subprocess.run(
            words, env=env | more, cwd="/", capture_output=True, text=True, check=False, **self.way.popen_arguments()
        )
        log = self.data / "restore.log"
        said = log.read_text() if log.exists() else ""
        assert done.returncode == 0, done.stdout + done.stderr + said

    def keep_running(self, script: str) -> subprocess.Popen[bytes]:
        """Start commands that do not end by themselves."""
        words, env = self.start_words(script)
        with (self.folder / "stream.log").open("ab") as log:
            process = subprocess.Popen(words, env=env, cwd="/", stdout=log, stderr=log, **self.way.popen_arguments())
        self.started.append(process)
        return process

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement."""
        address = f"host={self.folder / 'run'} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def lose(self) -> None:
        """Kill the server outright and lose its machine: its folder, and the socket that the killed one left."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        assert processes.wait_gone(pid, 30)
        shutil.rmtree(self.data)
        for left in (self.folder / "run").iterdir():
            left.unlink()

    def stop(self) -> None:
        """Stop it, if it runs."""
        if (self.data / "postmaster.pid").exists():
            self.run('"$PGBIN/pg_ctl" -D "$PGDATA" -m immediate -w stop')


@pytest.fixture(params=["wheel", "host"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server of the wheel's programs and of the machine's own, made and started."""
    programs = binaries.find() if request.param == "wheel" else binaries.host()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL of its own (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="ra-pitr-"))
    try:
        way = runas.choose(folder)
        made = Cluster(folder, runas.reachable(programs, way), way)
        way.give(folder)
        made.run('mkdir -m 700 "$PGHOST"; "$PGBIN/initdb" -D "$PGDATA" -U postgres -A trust -k --no-sync >/dev/null')
        with (made.data / "postgresql.conf").open("a") as settings:
            settings.write(f"listen_addresses = ''\nunix_socket_directories = '{folder / 'run'}'\n")
        made.run('"$PGBIN/pg_ctl" -D "$PGDATA" -l "$PGDATA/log" -w start')
        yield made
        with contextlib.suppress(AssertionError):
            made.stop()
    finally:
        for process in made.started:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(cluster: Cluster, statement: str) -> None:
    """Wait until a statement says yes."""
    end = time.monotonic() + 30
    while cluster.ask(statement) != [(True,)]:
        assert time.monotonic() < end, statement
        time.sleep(0.1)


def test_after_a_lost_disk_any_moment_comes_back_and_less_than_a_minute_is_missing(cluster: Cluster) -> None:
    cluster.run(commands("prepare"))
    stream = cluster.keep_running(commands("stream"))
    wait_for(cluster, "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
    cluster.ask("CREATE TABLE report (what text, at timestamptz DEFAULT clock_timestamp())")
    cluster.run(commands("base"))
    if cluster.programs.source == "host":  # the wheel's pg_verifybackup ends with a segmentation fault on any copy
        cluster.run(commands("verify"))
    cluster.ask("INSERT INTO report VALUES ('kept')")
    time.sleep(0.2)
    [(moment,)] = cluster.ask("SELECT clock_timestamp()")
    time.sleep(0.2)
    cluster.ask("DELETE FROM report")  # the mistake
    cluster.ask("INSERT INTO report VALUES ('last words')")
    [(last,)] = cluster.ask("SELECT max(at) FROM report")
    time.sleep(2)
    [(lost_from,)] = cluster.ask("SELECT clock_timestamp()")
    cluster.lose()
    stream.terminate()
    stream.wait(30)

    cluster.run(commands("restore"), UNTIL=str(moment))
    assert cluster.ask("SELECT what FROM report") == [("kept",)], "the moment before the mistake"
    cluster.stop()
    shutil.rmtree(cluster.data)

    cluster.run(commands("restore"))
    assert cluster.ask("SELECT what FROM report") == [("last words",)], "everything that there was"
    assert cluster.ask("SELECT pg_is_in_recovery()") == [(False,)]
    assert (lost_from - last).total_seconds() < LOSES_AT_MOST


def test_the_page_guards_the_first_machines_disk(cluster: Cluster) -> None:
    cluster.run(commands("prepare"))
    assert cluster.ask("SELECT setting <> '-1' FROM pg_settings WHERE name = 'max_slot_wal_keep_size'") == [(True,)]
    assert cluster.ask("SELECT rolreplication, rolsuper FROM pg_roles WHERE rolname = 'ra_stream'") == [(True, False)]

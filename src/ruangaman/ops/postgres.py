"""The embedded PostgreSQL of the demo and the tests: private socket, no network, gone when we are gone.

A data folder holds `cluster/` (PostgreSQL's own files), `owner` (how it is run), `lock` (who runs it)
and `postgres.log`.
Production never comes here: it names a server in `DATABASE_URL`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg

from ruangaman.ops import binaries, processes, runas
from ruangaman.ops.binaries import Binaries
from ruangaman.ops.runas import Way

SUPERUSER = "ra_owner"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # What people typed never reaches the log: neither the statement nor the row that failed.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
}
_CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}


class PostgresError(RuntimeError):
    """The server cannot be used; the text says what to do."""


class InUse(PostgresError):
    """Another process runs this data folder."""


class Postgres:
    """One cluster in one data folder, run by us from `start` to `stop`."""

    def __init__(self, data: Path, *, durable: bool = True, programs: Binaries | None = None) -> None:
        """Nothing is started yet.

        Args:
            data: made when it is not there.
            durable: False switches fsync off; for tests only.
            programs: which PostgreSQL; None looks for one that fits the cluster.
        """
        self.data = data.absolute()
        self.cluster = self.data / "cluster"
        self.durable = durable
        self.socket: Path | None = None
        self._programs = programs
        self._way: Way | None = None
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id of the server, None when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def major(self) -> int:
        """Major version of the programs in use."""
        if self._programs is None:
            raise PostgresError("The server was not started.")
        return self._programs.major

    def conninfo(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """How to reach a database of this cluster."""
        if self.socket is None:
            raise PostgresError("The server was not started.")
        return conninfo(self.socket, database, user)

    def start(self) -> None:
        """Start the server, making the cluster when there is none.

        Raises:
            InUse: another process runs this folder.
            PostgresError: it did not come up.
        """
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = take(self.data)
        try:
            self._way = runas.choose(self.data)
            programs = self._programs or binaries.find(major=_cluster_major(self.cluster))
            self._programs = runas.reachable(programs, self._way)
            if not (self.cluster / "PG_VERSION").is_file():
                self._make_cluster()
            self.socket = _socket_folder(self._way)
            _note(self._lock, self.socket)
            self._boot()
        except BaseException:
            self.stop()
            raise

    def restart_if_gone(self) -> bool:
        """Start the server again in the same socket folder if it died; tells whether it had."""
        if self.pid is not None:
            return False
        if self._process is not None:
            self._process.wait()
        self._boot()
        return True

    def stop(self) -> None:
        """Stop the server safely: fast shutdown, then immediate. Never a kill: the next start would have to repair."""
        process, self._process = self._process, None
        if process is not None:
            for number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 20)):
                if process.poll() is None:
                    process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
                    break
        if self.socket is not None:
            shutil.rmtree(self.socket, ignore_errors=True)
            self.socket = None
        if self._programs is not None and self._programs.source == "copy":
            shutil.rmtree(self._programs.folder.parents[2], ignore_errors=True)
            self._programs = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _make_cluster(self) -> None:
        programs, way = self._chosen()
        unfinished = self.data / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        way.give(unfinished)
        provider = ["--locale-provider=builtin"] if programs.major >= 17 else []
        command = [programs.program("initdb"), "-D", str(unfinished), "-U", SUPERUSER, "--data-checksums"]
        command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", *provider]
        command += [] if self.durable else ["--no-sync"]
        done = subprocess.run(
            [*way.prefix, *command], capture_output=True, text=True, check=False, cwd="/", **way.popen_arguments()
        )
        if done.returncode:
            raise PostgresError(f"PostgreSQL could not make its folder in {self.data}: {_last_line(done.stderr)}")
        unfinished.rename(self.cluster)

    def _chosen(self) -> tuple[Binaries, Way]:
        if self._programs is None or self._way is None:
            raise PostgresError("The server was not started.")
        return self._programs, self._way

    def _boot(self) -> None:
        programs, way = self._chosen()
        _end_orphan(self.cluster)
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket), **({} if self.durable else _CARELESS)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*way.prefix, programs.program("postgres"), "-D", str(self.cluster), *options]
        with (self.data / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGINT),
                **way.popen_arguments(),
            )
        self._wait_ready(seconds=180)

    def _wait_ready(self, *, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.pid is None:
                line = _last_line((self.data / "postgres.log").read_text(errors="replace"))
                raise PostgresError(f"PostgreSQL did not start in {self.data}: {line}")
            try:
                psycopg.connect(self.conninfo(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                return
        raise PostgresError(f"PostgreSQL in {self.data} did not answer within {seconds:.0f} s; see its postgres.log.")


def conninfo(socket: Path, database: str = "postgres", user: str = SUPERUSER) -> str:
    """How to reach a database over a private socket folder."""
    return psycopg.conninfo.make_conninfo(host=str(socket), dbname=database, user=user)


def attach(data: Path) -> Path | None:
    """The socket folder of a cluster that another process runs in this data folder now, or None.

    For commands beside a running demo: they use its server and leave it running.
    """
    try:
        with (data / "lock").open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                noted = json.loads(lock.read())
                return Path(noted["socket"]) if noted.get("socket") else None
    except (FileNotFoundError, ValueError):
        return None
    return None


def take(data: Path) -> IO[str]:
    """Hold the folder for this process; what a killed owner left in the temporary folder is swept away."""
    lock = (data / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        with contextlib.closing(lock):
            noted = _noted(lock.read())
        owner = f" (process {noted['pid']})" if noted else ""
        advice = "stop that one first, or choose another with --data."
        raise InUse(f"The folder {data} is in use{owner}: {advice}") from None
    lock.seek(0)
    left = _noted(lock.read()).get("socket")
    if left and Path(str(left)).name.startswith("ra-"):
        shutil.rmtree(str(left), ignore_errors=True)
    _note(lock, None)
    return lock


def _noted(text: str) -> dict[str, object]:
    try:
        noted = json.loads(text)
    except ValueError:
        return {}
    return noted if isinstance(noted, dict) else {}


def _note(lock: IO[str], socket: Path | None) -> None:
    lock.seek(0)
    lock.truncate()
    json.dump({"pid": os.getpid(), "socket": str(socket) if socket else None}, lock)
    lock.flush()


def _socket_folder(way: Way) -> Path:
    """A short private folder: the address of a socket has room for 107 bytes."""
    usual = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="ra-", dir=usual if len(usual) < 60 else "/tmp"))  # noqa: S108 - made 0700
    way.give(folder)
    return folder


def _cluster_major(cluster: Path) -> int | None:
    version = cluster / "PG_VERSION"
    return int(version.read_text().split(".")[0]) if version.is_file() else None


def _end_orphan(cluster: Path) -> None:
    """End a server that a dead owner left in this folder; drop a note whose process id now is someone else's."""
    note = cluster / "postmaster.pid"
    if not note.is_file():
        return
    lines = note.read_text().splitlines()
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    if not pid or not processes.is_alive(pid):
        return  # PostgreSQL clears such a note itself
    if _works_in(pid, cluster):
        os.kill(pid, signal.SIGINT)
        if not processes.wait_gone(pid, 60):
            raise InUse(f"A PostgreSQL (process {pid}) still runs in {cluster.parent} and does not stop: end it first.")
    else:
        note.unlink()


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve()
    except OSError:
        return True  # not to be told: take it for ours rather than start a second one


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing."

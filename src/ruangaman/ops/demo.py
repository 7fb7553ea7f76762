"""The demo: one folder, one PostgreSQL, a synthetic city, web and worker. Never near real data."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from ruangaman.ops import environment, postgres, roles
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import step
from ruangaman.ops.supervisor import Child

DATABASE = "ruangaman"
MARKER = "this-is-a-demo"
PASSWORD = "demo-ruang-aman"  # noqa: S105 - printed on the first page of the manual
CASES = 120
_STATE, _SCHEMA = "ruangaman.demo", "ruangaman.schema"
_WITH_MIGRATIONS = ("Django", "django-allauth", "procrastinate")
_PASSED_ON = ("RUANGAMAN_EXIT_URL", "RUANGAMAN_FORGET_SECONDS")
_BLOCKING_THREADS, _BACKPRESSURE = 32, 256


class DemoError(RuntimeError):
    """The demo cannot start; the text says what to do."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def web_workers() -> int:
    """How many processes the web server has: one a core, but two, so that one answers while the other is made new."""
    return max(2, cores())


def choose_port(wanted: int, host: str = "127.0.0.1") -> int:
    """The port if it is free; 0 takes any free one.

    Raises:
        DemoError: something listens there.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError:
            raise DemoError(
                f"Port {wanted} is in use: stop what listens there, or choose another with --port."
            ) from None
        port: int = probe.getsockname()[1]
        return port


def claim_folder(folder: Path, *, fresh: bool) -> None:
    """Make the folder a demo's, or find that it is one; `fresh` empties it.

    Raises:
        DemoError: it holds something that no demo made, or its pepper is gone.
        InUse: a demo runs there.
    """
    marker = folder / MARKER
    holds = folder.exists() and any(folder.iterdir())
    if holds and not marker.is_file():
        raise DemoError(f"The folder {folder} holds something that is not a demo: choose another with --data.")
    if holds and fresh:
        _empty(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / "cluster").exists() and not (folder / "pepper").is_file():
        raise DemoError(f"The pepper of the demo in {folder} is gone, so nothing in it opens: start it with --fresh.")
    mark(folder)
    environment.ensure_folder(folder)
    (folder / "logs").mkdir(mode=0o700, exist_ok=True)


def mark(folder: Path) -> None:
    """Leave the note that says that this folder is a demo's."""
    (folder / MARKER).write_text("Synthetic data only. ./ruang demo --fresh empties this folder.\n")


def note_restored(server: Postgres) -> None:
    """Mark a database that a demo's backup was put into: it is filled, and its tables are up to date."""
    _note(server.conninfo(), _STATE, "filled")
    _note(server.conninfo(), _SCHEMA, schema_digest())


def _empty(folder: Path) -> None:
    with contextlib.closing(postgres.take(folder)):
        for each in folder.iterdir():
            if each.name in (MARKER, "lock"):
                continue
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()


def fill(server: Postgres, folder: Path, *, cases: int = CASES) -> None:
    """Bring the database to what this version wants: roles, database, migrations, and the city if it is not there.

    A filling that was interrupted is thrown away and begun again. A city that is there keeps its size.

    Raises:
        DemoError: the database is not a demo's, or a step failed.
    """
    admin = server.conninfo()
    roles.ensure_roles(admin)
    state = _state(admin)
    if state == "real":
        raise DemoError(f"The database in {folder} holds data that no demo made: choose another folder with --data.")
    if state == "unfinished":
        roles.drop_database(admin, DATABASE)
    if state != "filled":
        roles.ensure_database(admin, DATABASE)
        _note(admin, _STATE, "unfinished")
    wanted = schema_digest()
    if _noted(admin, _SCHEMA) != wanted:
        with step("Bringing the tables up to date"):
            _run(server, folder, "migrate", ["-m", "django", "migrate", "--verbosity=0", "--skip-checks"])
        _note(admin, _SCHEMA, wanted)
    if state != "filled":
        with step("Filling a synthetic city (once; a minute or two)"):
            words = ["-m", "ruangaman.ops.commands.fill", str(folder / "receipts.json"), str(cases)]
            _run(server, folder, "seed", words)
        _note(admin, _STATE, "filled")


def schema_digest() -> str:
    """Fingerprint of every migration there is, ours and the packages': the same one needs no look at the tables."""
    digest = hashlib.sha256()
    for path in sorted(environment.SOURCE.glob("ruangaman/*/migrations/*.py")):
        digest.update(f"{path.relative_to(environment.SOURCE)}\n".encode() + path.read_bytes())
    for name in _WITH_MIGRATIONS:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return digest.hexdigest()


def receipts(folder: Path) -> list[str]:
    """Working receipts of some of the synthetic reports."""
    path = folder / "receipts.json"
    return [str(each) for each in json.loads(path.read_text())] if path.is_file() else []


def web_command(port: int, *, workers: int, host: str = "127.0.0.1") -> list[str]:
    """Words for the interpreter: look at the environment and the pepper once, then become the server."""
    return (
        "-m ruangaman.config.startup -m granian ruangaman.config.wsgi:application"
        f" --interface wsgi --host {host} --port {port} --http 1 --no-ws"
        f" --workers {workers} --blocking-threads {_BLOCKING_THREADS} --backpressure {_BACKPRESSURE}"
        " --respawn-failed-workers --respawn-interval 0.5 --workers-kill-timeout 4"
    ).split()


def children(server: Postgres, folder: Path, port: int) -> list[Child]:
    """The web server and the worker, not yet started."""
    commands = {"web": web_command(port, workers=web_workers()), "worker": ["-m", "ruangaman.ops.cli", "worker"]}
    return [
        Child(
            name,
            [sys.executable, "-P", *command],
            {**_env(server, folder, name), "RUANGAMAN_URL": f"http://127.0.0.1:{port}"},
            folder / "logs" / f"{name}.log",
            # A worker that is asked to end waits for the database, which then goes as well. A job may be cut off.
            when_orphaned=signal.SIGKILL if name == "worker" else signal.SIGTERM,
        )
        for name, command in commands.items()
    ]


def is_live(port: int, address: str = "/livez") -> bool:
    """Whether the web server answers; at `/readyz`, whether it reaches the database too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", address)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_live(port: int, web: Child, *, seconds: float = 90) -> None:
    """Wait for the first answer.

    Raises:
        DemoError: the web process ended, or said nothing in time.
        Refused: it may not start as it was told.
    """
    end = time.monotonic() + seconds
    while not is_live(port):
        web.require_willing()
        if web.is_gone() or time.monotonic() > end:
            raise DemoError(f"The web server did not come up: see {web.log}.")
        time.sleep(0.1)


def _env(server: Postgres, folder: Path, process: str) -> dict[str, str]:
    if server.socket is None:
        raise DemoError("PostgreSQL is not running.")
    return _environment(server.socket, folder, process)


def _environment(socket: Path, folder: Path, process: str) -> dict[str, str]:
    more = {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
    more |= {"RUANGAMAN_DEMO": "1", "RUANGAMAN_DEBUG": "1"}
    return environment.for_process(process, socket=socket, database=DATABASE, folder=folder, **more)


def _run(server: Postgres, folder: Path, process: str, arguments: list[str]) -> None:
    if server.socket is None:
        raise DemoError("PostgreSQL is not running.")
    run_step(server.socket, folder, process, arguments)


def run_step(socket: Path, folder: Path, process: str, arguments: list[str], database: str = DATABASE) -> None:
    """Run one step in a process of its own. Raises DemoError: it failed."""
    log = folder / "logs" / f"{process}.log"
    env = {**_environment(socket, folder, process), "RUANGAMAN_PG_DATABASE": database}
    with log.open("wb") as out:
        done = subprocess.run([sys.executable, "-P", *arguments], env=env, stdout=out, check=False)
    if done.returncode:
        raise DemoError(f"The step `{process}` of the demo failed, see above and {log}.")


def _state(admin: str) -> str:
    """`absent`, `unfinished`, `filled`, or `real`: a database without the demo's mark."""
    with psycopg.connect(admin) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return "absent"
    return _noted(admin, _STATE) or "real"


def _noted(admin: str, setting: str) -> str:
    with psycopg.connect(psycopg.conninfo.make_conninfo(admin, dbname=DATABASE)) as connection:
        row = connection.execute("SELECT current_setting(%s, true)", [setting]).fetchone()
    return str(row[0] or "") if row else ""


def _note(admin: str, setting: str, value: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        mark = sql.SQL("ALTER DATABASE {} SET {} = {}")
        names = sql.SQL(".").join(map(sql.Identifier, setting.split(".")))
        connection.execute(mark.format(sql.Identifier(DATABASE), names, sql.Literal(value)))

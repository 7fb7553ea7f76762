"""The stage on which the suite plays: a PostgreSQL of its own, secrets, and the environment that settings read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from ruangaman.ops import environment, roles
from ruangaman.ops.postgres import Postgres, conninfo

TEMPLATE = "ra_template"
_LOCK = 0x7465737473  # workers that start together migrate the template once


class Stage:
    """What `prepare` set up, and how to take it down again."""

    def __init__(self) -> None:
        """Nothing is set up yet."""
        self.server: Postgres | None = None
        self.folder: Path | None = None

    def prepare(self) -> None:
        """Start PostgreSQL unless someone above did, and set the environment. Before Django's settings are read."""
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        if "RUANGAMAN_TEST_FOLDER" not in os.environ:
            self.folder = Path(tempfile.mkdtemp(prefix="ra-tests-"))
            os.environ["RUANGAMAN_TEST_FOLDER"] = str(self.folder)
        folder = Path(os.environ["RUANGAMAN_TEST_FOLDER"])
        if "RUANGAMAN_PG_SOCKET" not in os.environ:
            self.server = Postgres(folder / "postgres", durable=False)
            self.server.start()
            os.environ["RUANGAMAN_PG_SOCKET"] = str(self.server.socket)
        environment.ensure_folder(folder / worker)
        os.environ.update(process_environment("test", database=f"ra_test_{worker}", folder=folder / worker))

    def clear(self) -> None:
        """Stop what `prepare` started."""
        if self.server is not None:
            self.server.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def socket() -> Path:
    """Folder of the server's socket."""
    return Path(os.environ["RUANGAMAN_PG_SOCKET"])


def process_environment(process: str, *, database: str, folder: Path) -> dict[str, str]:
    """Environment of a process on the test server."""
    keep = os.environ["RUANGAMAN_TEST_FOLDER"]
    return environment.for_process(
        process, socket=socket(), database=database, folder=folder, RUANGAMAN_TEST_FOLDER=keep, RUANGAMAN_DEBUG="1"
    )


def ensure_template() -> None:
    """Make the migrated template database once for all workers, by the same command as everywhere else."""
    server = conninfo(socket())
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            return
        unfinished = f"{TEMPLATE}_new"
        roles.ensure_roles(server)
        roles.drop_database(server, unfinished)
        roles.ensure_database(server, unfinished)
        migrate(unfinished)
        connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {TEMPLATE}")


def migrate(database: str) -> None:
    """Run all migrations on a database, as the login that may. Raises RuntimeError with what it said."""
    folder = Path(os.environ["RUANGAMAN_DATA"]).parent
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
        env={
            **process_environment("migrate", database=database, folder=folder),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The migrations failed:\n{done.stdout}{done.stderr}")


def clone(name: str) -> None:
    """Put a fresh copy of the template in place of the database `name`."""
    roles.clone_database(conninfo(socket()), TEMPLATE, name)

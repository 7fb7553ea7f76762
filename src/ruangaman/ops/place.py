"""Django in this process, on the production database or on a demo's: for commands that ask one thing and end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruangaman.config.env import URL_NAMES
from ruangaman.ops import demo, environment, postgres
from ruangaman.ops.demo import DemoError
from ruangaman.ops.postgres import Postgres


@contextmanager
def django_on(folder: Path, *, process: str) -> Iterator[None]:
    """Set Django up as `process`. A city that the environment names wins; else the demo in `folder`, running or not.

    Raises:
        DemoError: there is neither.
        EnvError: a city is named, but not by the address of this process.
    """
    if any(os.environ.get(name) for name in URL_NAMES.values()):
        with django_named(process):
            yield
        return
    with demo_server(folder) as socket, on_socket(socket, folder, process):
        yield


@contextmanager
def django_named(process: str) -> Iterator[None]:
    """Set Django up as `process` on the database that the environment names."""
    os.environ["RUANGAMAN_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
    with _django():
        yield


@contextmanager
def demo_server(folder: Path) -> Iterator[Path]:
    """Yield the socket folder of a demo's PostgreSQL: the one that runs, or one that runs as long as the context.

    Raises:
        DemoError: there is no demo.
    """
    if not (folder / demo.MARKER).is_file():
        raise DemoError(
            f"There is no demo in {folder}: start ./ruang demo, name its folder with --data, or DATABASE_URL."
        )
    running = postgres.attach(folder)
    if running is not None:
        yield running
        return
    with Postgres(folder) as server:
        if server.socket is None:
            raise DemoError("PostgreSQL is not running.")
        yield server.socket


@contextmanager
def django_without_database(folder: Path) -> Iterator[None]:
    """Set Django up for what only looks at code; a query would fail.

    Args:
        folder: made ready by `environment.ensure_folder`.
    """
    with on_socket(folder, folder, "test"):
        yield


@contextmanager
def on_socket(socket: Path, folder: Path, process: str) -> Iterator[None]:
    """Set Django up as `process` on a demo's database."""
    os.environ.update(
        environment.for_process(
            process, socket=socket, database=demo.DATABASE, folder=folder, RUANGAMAN_DEMO="1", RUANGAMAN_DEBUG="1"
        )
    )
    with _django():
        yield


@contextmanager
def _django() -> Iterator[None]:
    import django
    from django.db import connections

    django.setup()
    try:
        yield
    finally:
        connections.close_all()

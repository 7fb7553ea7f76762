"""Django in this process, on the production database or on a demo's: for commands that ask one thing and end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruangaman.ops import demo, environment, postgres
from ruangaman.ops.demo import DemoError
from ruangaman.ops.postgres import Postgres


@contextmanager
def django_on(folder: Path, *, process: str) -> Iterator[None]:
    """Set Django up as `process`. `DATABASE_URL` wins; else the demo in `folder`, whether it runs now or not.

    Raises:
        DemoError: there is neither.
    """
    if os.environ.get("DATABASE_URL"):
        os.environ["RUANGAMAN_PROCESS"] = process
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
        with _django():
            yield
        return
    if not (folder / demo.MARKER).is_file():
        raise DemoError(
            f"There is no demo in {folder}: start ./ruang demo, name its folder with --data, or DATABASE_URL."
        )
    running = postgres.attach(folder)
    if running is not None:
        with _on_socket(running, folder, process):
            yield
        return
    with Postgres(folder) as server:
        if server.socket is None:
            raise DemoError("PostgreSQL is not running.")
        with _on_socket(server.socket, folder, process):
            yield


@contextmanager
def django_without_database(folder: Path) -> Iterator[None]:
    """Set Django up for what only looks at code; a query would fail.

    Args:
        folder: made ready by `environment.ensure_folder`.
    """
    with _on_socket(folder, folder, "test"):
        yield


@contextmanager
def _on_socket(socket: Path, folder: Path, process: str) -> Iterator[None]:
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

"""One city for all tests that need a real one: set up once, through the terminal, on a PostgreSQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ruangaman.ops.postgres import Postgres
from tests.support.town import Town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever needs the city goes to the one worker that has it."""
    for item in items:
        if {"town", "town_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("town"))


@pytest.fixture(scope="session")
def town_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A durable server without any role of ours."""
    folder: Path = tmp_path_factory.mktemp("town-postgres")
    with Postgres(folder) as server:
        yield server


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, town_server: Postgres) -> Town:
    """The city, as its first people left it."""
    found = Town(tmp_path_factory.mktemp("town"), town_server)
    found.set_up()
    return found

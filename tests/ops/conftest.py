"""What tests of commands share: a real city, set up once through the terminal, and a database to make backups of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ruangaman.ops import roles
from ruangaman.ops.postgres import Postgres, conninfo
from tests.factories import backups
from tests.factories.backups import Stock
from tests.support import stage
from tests.support.town import Town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever needs the city goes to the one worker that has it."""
    for item in items:
        if "ops" in item.path.parts and {"town", "town_server"} & set(getattr(item, "fixturenames", ())):
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


@pytest.fixture(scope="module")
def stock(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """A database with three reports in it."""
    with django_db_blocker.unblock():
        made = backups.make_stock(tmp_path_factory.mktemp("stock"))
    yield made
    roles.drop_database(conninfo(stage.socket()), made.database)
    roles.drop_database(conninfo(stage.socket()), backups.worker_name(backups.EMPTY))

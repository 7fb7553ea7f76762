"""The suite's ground: real PostgreSQL, a database cloned from a migrated template, the network closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.stage import Stage

_stage = Stage()
_stage.prepare()  # before Django's settings are read

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # an open browser leaves an event loop in its thread

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.utils.functional import empty  # noqa: E402

if settings.configured:  # a worker of xdist: read once already, with the environment that it inherited
    settings._wrapped = empty
    sys.modules.pop("ruangaman.config.settings", None)
django.setup()

from django.db import connection, connections  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from django.utils import translation  # noqa: E402

connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"]

from ruangaman.ops import binaries  # noqa: E402
from ruangaman.ops.postgres import Postgres  # noqa: E402
from tests.architecture.world import World, make_world  # noqa: E402
from tests.factories.accounts import Office, make_office  # noqa: E402
from tests.factories.cases import Team, make_team  # noqa: E402
from tests.factories.desk import Counter, make_counter  # noqa: E402
from tests.support import lean, stage  # noqa: E402
from tests.support.once import left_as_it_was, note_files_that_commit, once_a_file, one_transaction  # noqa: E402


def pytest_unconfigure() -> None:
    """Stop the server if this process started it."""
    _stage.clear()


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A committed test is a `django_db` test with real transactions, without having to say so twice.

    The journeys share one running installation, so one worker does them all, but for those that name another group.
    """
    for item in items:
        if "e2e" in item.path.parts and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("e2e"))
        if item.get_closest_marker("committed"):
            item.add_marker(pytest.mark.django_db(transaction=True))
    if items:
        note_files_that_commit(items[0].config, items)


def pytest_collection_finish() -> None:
    """From here on nothing is loaded any more."""
    lean.collect_seldom()


@pytest.fixture(scope="session", autouse=True)
def _lean(django_test_environment: None) -> None:
    """After Django has prepared what none of our tests looks at."""
    lean.be_lean()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A database of this worker, cloned from the template; nothing is ever flushed."""
    name = connection.settings_dict["NAME"]
    stage.ensure_template()
    stage.clone(name)
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Two offices with everybody in them, once for a file."""
    with one_transaction(django_db_blocker):
        yield make_world()


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """The same for each test."""
    with left_as_it_was():
        yield made


new_office = once_a_file(make_office)


@pytest.fixture
def office(new_office: Callable[[], Office], db: None) -> Office:
    """An office with its two key officers."""
    return new_office()


new_team = once_a_file(make_team)


@pytest.fixture
def team(new_team: Callable[[], Team], db: None) -> Team:
    """One person of each role that works on cases."""
    return new_team()


new_counter = once_a_file(make_counter)


@pytest.fixture
def counter(new_counter: Callable[[], Counter], db: None) -> Counter:
    """A desk with two officers, in the office of such a team."""
    return new_counter()


@pytest.fixture(autouse=True)
def _database_role(request: pytest.FixtureRequest) -> Iterator[None]:
    """The body of a database test runs as `ra_migrate`, never as the superuser; a committed test clones again after."""
    marker = request.node.get_closest_marker("django_db")
    names = set(request.fixturenames)
    if not marker and not names & {"db", "transactional_db", "_django_db_helper"}:
        yield
        return
    request.getfixturevalue("_django_db_helper")
    if "transactional_db" in names or (marker and marker.kwargs.get("transaction")):
        yield from _committed()
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE ra_migrate")
    yield


@pytest.fixture(autouse=True)
def _source_language() -> Iterator[None]:
    """Each test begins in Indonesian, whatever language the one before it ended in."""
    translation.activate("id")
    yield
    translation.activate("id")


def _committed() -> Iterator[None]:
    connections.close_all()
    connection_created.connect(_take_role)
    yield
    connection_created.disconnect(_take_role)
    connections.close_all()
    stage.clone(connection.settings_dict["NAME"])


def _take_role(connection: Any, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE ra_migrate")


@pytest.fixture(scope="session")
def host_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server made of the machine's own PostgreSQL, older than the wheel's."""
    programs = binaries.host()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL of its own (Debian: apt-get install postgresql)")
    folder: Path = tmp_path_factory.mktemp("host-postgres")
    with Postgres(folder, durable=False, programs=programs) as server:
        yield server

"""What many tests look at, made once for a file in one transaction that is rolled back; each test gets a copy."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

from ruangaman.intake.selectors import reception
from ruangaman.vault import directory

T = TypeVar("T")
_WORLDS = pytest.StashKey[set[str]]()
_FILES = pytest.StashKey[set[Any]]()


@contextmanager
def one_transaction(blocker: Any) -> Iterator[None]:
    """Be the owner inside a transaction. What was remembered of another database is forgotten before and after."""
    with blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE ra_migrate")
        forget()
        yield
        forget()
        transaction.set_rollback(True)


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """Undo at the end whatever is done in it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def once_a_file(make: Callable[[], T]) -> Any:
    """Return the fixture that makes a world once for a file and hands out copies of it.

    `db` of each test undoes what that test does. In a file where a test commits for real, nothing can stay open from
    one to the next: there it is made each time. One such world a file: two offices of one name are none.
    """

    @pytest.fixture(scope="module")
    def new(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], T]]:
        module, worlds = request.node, request.node.stash.setdefault(_WORLDS, set())
        worlds.add(make.__name__)
        if len(worlds) > 1:
            raise AssertionError(f"{module.name}: one world for a file, not {' and '.join(sorted(worlds))}.")
        if module.path in module.config.stash[_FILES]:
            yield make
            return
        with one_transaction(django_db_blocker):
            made = make()

            def again() -> T:
                forget()
                return copy.deepcopy(made)  # down to rows and keyrings: no test changes what the next one gets

            yield again

    return new


def note_files_that_commit(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember the files in which some test commits."""
    config.stash[_FILES] = {
        item.path
        for item in items
        if "transactional_db" in getattr(item, "fixturenames", ())
        or any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    }


def forget() -> None:
    """Forget what a process remembers of the database for some seconds."""
    reception.forget()
    directory.forget()

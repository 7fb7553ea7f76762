"""Connections from the pool: a dead one is not handed out, a living one is not asked."""

from __future__ import annotations

import select
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from ruangaman.config.postgresql.base import DatabaseWrapper, look_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    """Django's connection as a web process has it: from a pool."""
    settings = {**connection.settings_dict, "OPTIONS": {"pool": {"min_size": 1, "max_size": 1, "timeout": 5.0}}}
    wrapper = DatabaseWrapper(settings, alias="default")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def one(wrapper: DatabaseWrapper) -> tuple[Any, ...]:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def let_end(wrapper: DatabaseWrapper) -> None:
    """Have the server end this connection in a moment, and wait for its farewell."""
    with wrapper.cursor() as cursor:
        cursor.execute("SET idle_session_timeout = 20")
    assert select.select([wrapper.connection.fileno()], [], [], 10)[0]


def test_a_living_connection_is_handed_out_again_and_passes(pooled: DatabaseWrapper) -> None:
    first = one(pooled)
    look_at(pooled.connection)
    pooled.close()

    assert one(pooled) == first


def test_one_that_the_server_ended_in_the_pool_is_replaced_before_anybody_uses_it(pooled: DatabaseWrapper) -> None:
    (pid,) = one(pooled)
    let_end(pooled)
    pooled.close()

    assert one(pooled) != (pid,)


def test_a_farewell_is_noticed(pooled: DatabaseWrapper) -> None:
    let_end(pooled)

    with pytest.raises(psycopg.OperationalError):
        look_at(pooled.connection)


def test_a_notice_is_no_farewell(pooled: DatabaseWrapper) -> None:
    (pid,) = one(pooled)
    with pooled.cursor() as cursor:
        cursor.execute("LISTEN morning")
    speaker = DatabaseWrapper(connection.settings_dict, alias="default")
    with speaker.cursor() as cursor:
        cursor.execute("NOTIFY morning")
    speaker.close()
    assert select.select([pooled.connection.fileno()], [], [], 10)[0], "control: something is to be read"

    look_at(pooled.connection)
    assert one(pooled) == (pid,)

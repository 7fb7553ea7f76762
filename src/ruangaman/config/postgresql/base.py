"""The name and place by which Django finds a database engine (`DATABASES["default"]["ENGINE"]`)."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes only living connections from the pool, without a question to the server before every page."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """Return a connection that lives. Raises OperationalError, PoolTimeout: none is to be had."""
        while True:
            connection: Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None:
                return connection
            try:
                look_at(connection)
            except OperationalError:
                connection.close()
                self.pool.putconn(connection)  # it opens another one in its place
            else:
                return connection


def look_at(connection: Connection[Any]) -> None:
    """Pass when nothing waits to be read; a server that ended the connection has left its farewell there.

    One that went away without a word is noticed by `tcp_user_timeout`, as it would be by a question.

    Raises:
        OperationalError: it is dead.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)  # a farewell, or only a notice

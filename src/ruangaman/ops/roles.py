"""Database roles and databases. Roles belong to the whole cluster, so they are made here and not by migrations."""

from __future__ import annotations

import psycopg
from psycopg import sql

GROUPS = ("ra_public", "ra_web", "ra_worker", "ra_sender", "ra_audit", "ra_migrate", "ra_backup")
LOGINS = {
    "ra_login_web": ("ra_public", "ra_web", "ra_audit"),
    "ra_login_worker": ("ra_worker",),
    "ra_login_sender": ("ra_sender",),
    "ra_login_migrate": ("ra_migrate",),
    "ra_login_backup": ("ra_backup",),
}
PATIENCE = {"lock_timeout": "10s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "20s"}
"""How long a web server may wait for a row, work, or hold a transaction open and say nothing.

One that was stopped or lost in the middle of a report would else hold the trail's lane for ever. What it still
wants to write when it goes on is refused.
"""
_PLAIN = sql.SQL("NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")
_LOCK = 0x5275616E67  # two starts at once make the roles one after another


def ensure_roles(conninfo: str) -> None:
    """Make the roles and their memberships, or bring them back to what they should be. Connects as a superuser.

    Logins do not inherit: a session has only the rights of the role that it takes on, and of no role before that.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        have = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'ra\\_%'")}
        for name in (*GROUPS, *LOGINS):
            if name not in have:
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
            login = sql.SQL("LOGIN" if name in LOGINS else "NOLOGIN")
            connection.execute(sql.SQL("ALTER ROLE {} {} {}").format(sql.Identifier(name), login, _PLAIN))
        for login_name, groups in LOGINS.items():
            _set_memberships(connection, login_name, groups)
        for setting, value in PATIENCE.items():
            limit = sql.SQL("ALTER ROLE ra_login_web SET {} = {}")
            connection.execute(limit.format(sql.Identifier(setting), sql.Literal(value)))


def _set_memberships(connection: psycopg.Connection, login: str, groups: tuple[str, ...]) -> None:
    held = connection.execute(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = %s::regrole",
        [login],
    )
    have = {name for (name,) in held}
    for group in sorted(have - set(groups)):
        connection.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(group), sql.Identifier(login)))
    for group in sorted(set(groups) - have):
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(login)))


def ensure_database(conninfo: str, name: str) -> bool:
    """Make a database of ours, owned by `ra_migrate` and closed to everyone else; tells whether it was new.

    Args:
        conninfo: of a superuser, to any other database of the cluster.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        make = sql.SQL("CREATE DATABASE {} OWNER ra_migrate TEMPLATE template0 ENCODING 'UTF8'")
        connection.execute(make.format(sql.Identifier(name)))
        _close_database(connection, name)
    with psycopg.connect(psycopg.conninfo.make_conninfo(conninfo, dbname=name)) as connection:
        _close_schema(connection)
    return True


def clone_database(conninfo: str, template: str, name: str) -> None:
    """Make `name` a copy of `template`, in place of what was there. Sessions on it are ended."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        drop_database(conninfo, name)
        make = sql.SQL("CREATE DATABASE {} OWNER ra_migrate TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        _close_database(connection, name)  # rights and settings of a database are not copied with it


def drop_database(conninfo: str, name: str) -> None:
    """Drop a database if it is there, ending the sessions on it."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _close_database(connection: psycopg.Connection, name: str) -> None:
    database = sql.Identifier(name)
    logins = sql.SQL(", ").join(map(sql.Identifier, LOGINS))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins))
    for setting, value in (("synchronous_commit", "on"), ("timezone", "UTC"), ("search_path", "public")):
        connection.execute(sql.SQL("ALTER DATABASE {} SET {} = {}").format(database, sql.Identifier(setting), value))


def _close_schema(connection: psycopg.Connection) -> None:
    groups = sql.SQL(", ").join(map(sql.Identifier, GROUPS))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute("ALTER SCHEMA public OWNER TO ra_migrate")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(groups))
    # PostgreSQL lets everyone call a new function; ours run with their owner's rights, so each one is granted by name.
    connection.execute("ALTER DEFAULT PRIVILEGES FOR ROLE ra_migrate REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")

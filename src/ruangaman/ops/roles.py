"""Database roles and databases. Roles belong to the whole cluster, so they are made here and not by migrations."""

from __future__ import annotations

import psycopg
from psycopg import sql

GROUPS = ("ra_public", "ra_web", "ra_worker", "ra_sender", "ra_audit", "ra_migrate", "ra_backup")
LOGINS = {
    "ra_login_web": ("ra_public", "ra_web", "ra_audit"),
    "ra_login_worker": ("ra_worker",),
    "ra_login_sender": ("ra_sender",),
    "ra_login_migrate": ("ra_migrate", "ra_audit"),
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


def script(name: str) -> str:
    """Return the same as SQL for psql, for whoever may make roles when we may not: `psql -d postgres -f FILE`."""
    makes = "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') THEN CREATE ROLE {0}; END IF; END$$;"
    lines = [makes.format(role) for role in (*GROUPS, *LOGINS)]
    lines += [
        f"ALTER ROLE {role} {'LOGIN' if role in LOGINS else 'NOLOGIN'} {_PLAIN.as_string()};"
        for role in (*GROUPS, *LOGINS)
    ]
    lines += [f"GRANT {', '.join(groups)} TO {login};" for login, groups in LOGINS.items()]
    database = sql.Identifier(name).as_string()
    lines.append(f"CREATE DATABASE {database} OWNER ra_migrate TEMPLATE template0 ENCODING 'UTF8';")
    lines += [statement.as_string() + ";" for statement in _database_rights(name)]
    lines.append(f"\\connect {database}")
    lines += [statement.as_string() + ";" for statement in _schema_rights()]
    lines += [f"\\password {login}" for login in LOGINS]
    return "\n".join(lines) + "\n"


def set_password(conninfo: str, login: str, password: str) -> None:
    """Give a login its password. Only its SCRAM verifier goes to the server, so no log ever holds it."""
    with psycopg.connect(conninfo) as connection:
        verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(login), sql.Literal(verifier)))


def drop_database(conninfo: str, name: str) -> None:
    """Drop a database if it is there, ending the sessions on it."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _close_database(connection: psycopg.Connection, name: str) -> None:
    for statement in _database_rights(name):
        connection.execute(statement)


def _close_schema(connection: psycopg.Connection) -> None:
    for statement in _schema_rights():
        connection.execute(statement)


def _database_rights(name: str) -> list[sql.Composed]:
    database = sql.Identifier(name)
    logins = sql.SQL(", ").join(map(sql.Identifier, LOGINS))
    settings = (("synchronous_commit", "on"), ("timezone", "UTC"), ("search_path", "public"))
    return [
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins),
        *(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(database, sql.Identifier(setting), value)
            for setting, value in settings
        ),
    ]


def _schema_rights() -> list[sql.SQL | sql.Composed]:
    groups = sql.SQL(", ").join(map(sql.Identifier, GROUPS))
    return [
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
        sql.SQL("ALTER SCHEMA public OWNER TO ra_migrate"),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(groups),
        # PostgreSQL lets everyone call a new function; ours run with their owner's rights: each is granted by name.
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE ra_migrate REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"),
    ]

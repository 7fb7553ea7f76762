"""The database roles: who may become whom, and what a fresh database lets them do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from ruangaman.ops import roles
from ruangaman.ops.postgres import conninfo
from tests.support import stage

pytestmark = pytest.mark.sql
NAME = f"ra_test_roles_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
def database() -> Iterator[str]:
    server = conninfo(stage.socket())
    roles.ensure_roles(server)
    roles.drop_database(server, NAME)
    assert roles.ensure_database(server, NAME)
    yield NAME
    roles.drop_database(server, NAME)


def connect(login: str) -> psycopg.Connection:
    return psycopg.connect(conninfo(stage.socket(), NAME, login))


def test_making_roles_and_database_twice_changes_nothing(database: str) -> None:
    roles.ensure_roles(conninfo(stage.socket()))
    assert not roles.ensure_database(conninfo(stage.socket()), database)


def test_a_role_that_was_bent_is_brought_back(database: str) -> None:
    server = conninfo(stage.socket())
    with psycopg.connect(server) as connection:
        connection.execute("ALTER ROLE ra_web BYPASSRLS")
        connection.execute("GRANT ra_migrate TO ra_login_web")

    roles.ensure_roles(server)

    with psycopg.connect(server) as connection:
        row = connection.execute(
            "SELECT rolbypassrls, pg_has_role('ra_login_web', 'ra_migrate', 'MEMBER')"
            " FROM pg_roles WHERE rolname = 'ra_web'"
        ).fetchone()
    assert row == (False, False)


@pytest.mark.parametrize(("login", "groups"), roles.LOGINS.items())
def test_a_login_becomes_its_groups_and_no_other(database: str, login: str, groups: tuple[str, ...]) -> None:
    with connect(login) as connection:
        for group in groups:
            connection.execute(f"SET ROLE {group}")
            connection.execute("RESET ROLE")
        connection.commit()
        for group in set(roles.GROUPS) - set(groups):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SET ROLE {group}")
            connection.rollback()


def test_a_login_has_no_right_before_it_takes_a_role(database: str) -> None:
    with connect("ra_login_migrate") as connection:
        connection.execute("SET ROLE ra_migrate")
        connection.execute("CREATE TABLE thing (id int)")
        connection.execute("GRANT SELECT ON thing TO ra_web")
    with connect("ra_login_web") as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):  # it may not even look into the schema
            connection.execute("SELECT * FROM thing")
        connection.rollback()
        connection.execute("SET ROLE ra_web")
        assert connection.execute("SELECT * FROM thing").fetchall() == []


@pytest.mark.parametrize("statement", ["CREATE TABLE t (id int)", "CREATE TEMP TABLE t (id int)", "CREATE SCHEMA s"])
def test_an_app_role_makes_nothing_in_the_database(database: str, statement: str) -> None:
    with connect("ra_login_web") as connection:
        connection.execute("SET ROLE ra_web")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_a_new_function_is_callable_only_by_whom_it_is_granted_to(database: str) -> None:
    with connect("ra_login_migrate") as connection:
        connection.execute("SET ROLE ra_migrate")
        connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    with connect("ra_login_web") as connection:
        connection.execute("SET ROLE ra_web")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT one()")


def test_a_clone_is_as_closed_as_its_template(database: str) -> None:
    server = conninfo(stage.socket())
    roles.clone_database(server, database, "ra_test_roles_copy")
    with psycopg.connect(server) as connection:
        row = connection.execute(
            "SELECT has_database_privilege('ra_web', datname, 'CONNECT'),"
            " has_database_privilege('ra_login_web', datname, 'CONNECT'), pg_get_userbyid(datdba)"
            " FROM pg_database WHERE datname = 'ra_test_roles_copy'"
        ).fetchone()
    roles.drop_database(server, "ra_test_roles_copy")
    assert row == (False, True, "ra_migrate")

"""`serve`, `worker` and `migrate` where they may not: one sentence, and no process stays."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ruangaman.config.env import REFUSED
from ruangaman.ops import demo, environment, roles
from tests.support.conversation import Conversation
from tests.support.town import Town

OLDER = "The tables of this database are older than this version: stop every process, run ./ruang migrate, then start."
EMPTY = "This database was not set up: run ./ruang setup first."
DEMO = "This database holds the demo's invented city: make an empty one and run ./ruang setup."
WRONG_PEPPER = "The pepper file is not the one this database was made with; with it nothing would open."
SERVE, WORKER = ("serve", "--port", "{port}"), ("worker",)


@pytest.fixture(scope="module")
def bare(tmp_path_factory, town_server):
    """A town with roles, secrets and tables, where `setup` was never run."""
    found = Town(tmp_path_factory.mktemp("bare"), town_server, "kosong")
    admin = town_server.conninfo()
    roles.ensure_roles(admin)
    roles.ensure_database(admin, found.database)
    Path(found.env["RUANGAMAN_DATA"]).mkdir()
    for name in ("RUANGAMAN_PEPPER_FILE", "RUANGAMAN_SECRET_KEY_FILE", "RUANGAMAN_CHECKPOINT_KEY_FILE"):
        Path(found.env[name]).parent.mkdir(exist_ok=True)
        environment.make_secret(Path(found.env[name]))
    assert refusal(found, WORKER) == OLDER
    done = found.run("migrate")
    assert done.returncode == 0, done.stderr
    return found


def refusal(town, words, **changes):
    """What a command says in refusing; it must be one sentence and nothing may listen afterwards."""
    port = demo.choose_port(0)
    done = town.run(*(word.format(port=port) for word in words), **changes)
    assert done.returncode == REFUSED, done.stderr
    assert not demo.is_live(port)
    said = (done.stdout + done.stderr).strip()
    assert "\n" not in said
    return said


@pytest.mark.parametrize("words", [SERVE, WORKER], ids=["serve", "worker"])
def test_a_database_that_was_not_set_up(bare, words):
    assert refusal(bare, words) == EMPTY


@pytest.mark.parametrize("words", [SERVE, WORKER], ids=["serve", "worker"])
def test_tables_of_an_earlier_version(bare, words):
    with psycopg.connect(bare.server.conninfo(bare.database)) as connection:
        row = connection.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)"
            " RETURNING app, name, applied"
        ).fetchone()
    try:
        assert refusal(bare, words) == OLDER
    finally:
        with psycopg.connect(bare.server.conninfo(bare.database)) as connection:
            connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)


def test_a_demo_s_database(bare):
    with psycopg.connect(bare.server.conninfo(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {bare.database} SET ruangaman.demo = 'filled'")
        try:
            assert refusal(bare, SERVE) == DEMO
        finally:
            connection.execute(f"ALTER DATABASE {bare.database} RESET ruangaman.demo")


def test_a_login_that_may_not_take_the_role(bare):
    said = refusal(bare, SERVE, DATABASE_URL=bare.url("ra_login_worker"))

    assert said == "The login of DATABASE_URL lacks its rights in this database: run ./ruang setup or ./ruang migrate."


@pytest.mark.parametrize("words", [SERVE, WORKER], ids=["serve", "worker"])
def test_another_pepper(town, words, tmp_path):
    environment.make_secret(tmp_path / "pepper")

    assert refusal(town, words, RUANGAMAN_PEPPER_FILE=str(tmp_path / "pepper")) == WRONG_PEPPER


def test_nobody_is_brought_back_where_no_city_is(bare):
    with Conversation(["recover", "--user", "maya"], bare.env) as talk:
        talk.hear(EMPTY)
        assert talk.end() == REFUSED


@pytest.mark.parametrize("words", [SERVE, WORKER, ("migrate",)], ids=["serve", "worker", "migrate"])
def test_no_pepper(town, words):
    assert refusal(town, words, RUANGAMAN_PEPPER_FILE=None).startswith("RUANGAMAN_PEPPER_FILE must name")


@pytest.mark.parametrize(
    ("words", "name"),
    [(SERVE, "DATABASE_URL"), (WORKER, "DATABASE_URL_WORKER"), (("migrate",), "DATABASE_URL_MIGRATE")],
    ids=["serve", "worker", "migrate"],
)
def test_no_address_of_the_database(town, words, name):
    assert refusal(town, words, **{name: None}) == f"{name} must say where PostgreSQL is."


def test_an_unsafe_setting_reaches_the_person_who_starts_it(town):
    said = refusal(town, SERVE, RUANGAMAN_URL="http://lapor.example")

    assert said.startswith("RUANGAMAN_URL must be the https address")


@pytest.mark.parametrize(
    ("words", "name"),
    [(WORKER, "DATABASE_URL_WORKER"), (("migrate",), "DATABASE_URL_MIGRATE")],
    ids=["worker", "migrate"],
)
def test_a_database_that_does_not_answer(town, words, name):
    done = town.run(*words, **{name: "postgresql://ra@127.0.0.1:1/kota"})

    assert done.returncode == 1, "it may answer later: whoever watches starts it again"
    assert done.stderr.startswith(f"{name}: ")
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_URL_WORKER", "DATABASE_URL_MIGRATE"])
def test_no_invented_people_come_where_a_city_is_named(bare, name):
    others = {each: None for each in bare.env if each.startswith("DATABASE_URL") and each != name}

    done = bare.run("seed", "--cases", "1", **others)

    assert done.returncode == 2
    assert done.stderr.strip() == f"seed only adds to a demo, never to the database of {name}: unset it."

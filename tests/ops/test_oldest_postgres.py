"""Our SQL on the oldest PostgreSQL that we support, as far as this machine has one."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from ruangaman.ops.environment import SOURCE
from ruangaman.ops.paths import ROOT
from ruangaman.ops.postgres import Postgres, conninfo
from tests.support import stage


@pytest.mark.sql
def test_the_template_is_migrated_and_owned_by_the_migrating_role() -> None:
    stage.ensure_template()
    with psycopg.connect(conninfo(stage.socket(), stage.TEMPLATE)) as connection:
        strangers = connection.execute(
            "SELECT relname FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relowner <> 'ra_migrate'::regrole"
        ).fetchall()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert strangers == []
    assert tables
    assert tables[0] > 10


def test_migrations_and_sql_tests_pass_on_the_machines_own_postgresql(host_postgres: Postgres) -> None:
    ours = ("RUANGAMAN_", "DJANGO_", "PYTEST_", "COV_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env |= {"RUANGAMAN_PG_SOCKET": str(host_postgres.socket), "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "pytest", "-m", "sql", "-q", "-p", "no:cacheprovider"]

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

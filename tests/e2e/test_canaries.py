"""A canary in every sealed field, the main job run; then dump, disk, logs, jobs, mail and spool are searched: none."""

from __future__ import annotations

import base64
import subprocess

import psycopg
import pytest

from ruangaman.ops import binaries
from ruangaman.ops.running import RunningDemo
from tests.e2e.canaries import FLOCK, Flock, pattern, search, search_folder, spellings
from tests.e2e.canary_walk import Walk
from tests.e2e.conftest import NewVisitor

pytestmark = pytest.mark.slow
CONTROL = "kenari kendali di kolom terang"


def dump(house: RunningDemo) -> bytes:
    """Everything in the database, as text: every table, the jobs among them."""
    program = binaries.find().program("pg_dump")
    done = subprocess.run([program, "--format=plain", house.conninfo()], capture_output=True, check=True)
    return done.stdout


def test_no_canary_is_found_outside_the_vault(house: RunningDemo, new_visitor: NewVisitor):
    flock = Flock()
    Walk(house, new_visitor, flock).run()
    with psycopg.connect(house.conninfo(), autocommit=True) as connection:
        before = connection.execute("SELECT display_name FROM accounts_user WHERE username = 'polisi'").fetchone()
        connection.execute("UPDATE accounts_user SET display_name = %s WHERE username = 'polisi'", [CONTROL])
        connection.execute("CHECKPOINT")

    text, looked_for, control = dump(house), pattern(flock.secrets()), pattern([CONTROL])
    found = [*search(looked_for, text, "dump"), *search_folder(looked_for, house.folder)]
    seen = {where.split(" at ")[0] for where in search_folder(control, house.folder)}

    with psycopg.connect(house.conninfo(), autocommit=True) as connection:
        connection.execute("UPDATE accounts_user SET display_name = %s WHERE username = 'polisi'", before)
    assert len(flock.birds) > 30
    assert list(search(control, text, "dump")), "a plain column is found in the dump, so a canary would be"
    assert any(name.startswith("data/cluster/base/") for name in seen), "… and on the disk"
    assert any(name.startswith("data/cluster/pg_wal/") for name in seen), "… and in the write-ahead log"
    assert b"procrastinate_jobs" in text
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_every_spelling_is_found(before: str):
    looked_for = pattern([FLOCK])
    inside = f"{before}{FLOCK} sesudahnya"

    for code in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = inside.encode(code)
        for content in (raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
            assert list(search(looked_for, content, "here")), (code, content)
    assert not list(search(looked_for, b"kanari biasa, bukan dari kawanan ini", "here"))
    assert all(len(one) > 10 for one in spellings(FLOCK))

"""Fault F17: a bit of a data page flips on the disk. PostgreSQL says so instead of giving out something else."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ruangaman.ops.postgres import Postgres


def test_a_flipped_bit_is_an_error_and_only_of_its_own_page(tmp_path: Path):
    folder = tmp_path / "server"
    with Postgres(folder, durable=False) as server, psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE hurt AS SELECT repeat('x', 500) AS words FROM generate_series(1, 50)")
        connection.execute("CREATE TABLE whole AS TABLE hurt")
        row = connection.execute("SELECT pg_relation_filepath('hurt')").fetchone()
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
    page = folder / "cluster" / str(row[0] if row else "")
    data = bytearray(page.read_bytes())
    data[5000] ^= 1
    page.write_bytes(data)

    with Postgres(folder, durable=False) as server, psycopg.connect(server.conninfo(), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DataCorrupted):
            connection.execute("SELECT count(words) FROM hurt")
        assert connection.execute("SELECT count(words) FROM whole").fetchone() == (50,)

"""A new city from the first command to the first report read by its desk, through real terminals and processes."""

from __future__ import annotations

import pytest

from ruangaman.ops.postgres import Postgres
from tests.support.town import make_town


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture(scope="module")
def town(tmp_path_factory, server):
    found = make_town(tmp_path_factory.mktemp("town"), server)
    found.set_up()
    return found


def test_it(town):
    assert len(town.shares) == 5

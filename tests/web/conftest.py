"""What the tests of the queue share: a counter with two officers."""

from __future__ import annotations

import pytest

from tests.factories.desk import Counter, make_counter


@pytest.fixture
def counter(db: None) -> Counter:
    return make_counter()

"""What the suite promises about itself."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.xdist_group("marked")


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="only where workers share the suite")
def test_a_group_of_tests_reaches_the_scheduler(request: pytest.FixtureRequest):
    """Otherwise each worker fills a house of its own, and nothing says so."""
    assert request.node.nodeid.endswith("@marked")

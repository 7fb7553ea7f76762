"""The journeys share a house: the worker that has it does them all."""

from __future__ import annotations

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="only where workers share the suite")
def test_the_group_of_the_journeys_reaches_the_scheduler(request: pytest.FixtureRequest):
    """Otherwise each worker fills a house of its own, and nothing says so."""
    assert request.node.nodeid.endswith("@e2e")

"""What the tests of cases share: one team a test."""

from __future__ import annotations

import pytest

from tests.factories.cases import Team, make_team


@pytest.fixture
def team(db: None) -> Team:
    """One person of each role that works on cases."""
    return make_team()

"""Opening one case with the unit's emergency key: who asks, agrees, reads, ends and reviews."""

from __future__ import annotations

import pytest
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.cases import selectors
from tests.factories.accounts import working
from tests.factories.cases import STORY, Team
from tests.factories.glass import broken, fresh, make_holder


@pytest.fixture
def holder(team: Team) -> User:
    """Holds the emergency key, manages other cases, and has nothing to do with this one."""
    return make_holder(team)


def read(glass, who):
    with working(who):
        return selectors.read_through_glass(glass=fresh(glass), viewer=who, at=timezone.now())


def test_a_case_is_read_while_the_glass_is_broken(team: Team, holder: User):
    case = team.open(at=timezone.now())
    glass = broken(case, holder)
    page = read(glass, holder)
    assert page.name == "NAMA-UJI Melati"
    assert STORY in [note.text for drawer in page.drawers for note in drawer.notes]

"""What the tests of lists share: an office with an administrator."""

from __future__ import annotations

import pytest

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from tests.factories.accounts import Office


@pytest.fixture
def admin(office: Office) -> User:
    """Who keeps the lists."""
    return office.user(Role.ADMIN)

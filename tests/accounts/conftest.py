"""What the tests of signing in share: an office, and a clock that one can turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from allauth.account import models as allauth_models
from allauth.account.internal import stagekit
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.vault import services as vault
from tests.factories.accounts import JAN_5, Office, working


class Clock:
    """The time that the product sees."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **span: float) -> datetime:
        """Let time pass and return the new moment."""
        self.moment += timedelta(**span)
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is turned."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    seconds = SimpleNamespace(time=lambda: clock.moment.timestamp())
    monkeypatch.setattr(stagekit, "time", seconds)
    monkeypatch.setattr(allauth_models, "time", seconds)
    return clock


@pytest.fixture
def admin(office: Office) -> User:
    """The administrator of that office."""
    return office.user(Role.ADMIN, username="admin")


@pytest.fixture
def safe(office: Office) -> Office:
    """An office with a recovery key, without which no dossier is made."""
    with working(role=DatabaseRole.MIGRATE):
        recovery, _shares = vault.create_recovery(at=JAN_5)
    for officer in (office.head, office.guard):
        with working(officer):
            vault.sign_key(principal_id=recovery, by=officer, at=JAN_5)
    return office

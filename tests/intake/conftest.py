"""What the tests of intake share: an office with two desks, and a browser that talks to the real door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from hypothesis import settings

from ruangaman.intake.selectors import reception
from tests.factories.intake import Browser, Office, make_office

settings.register_profile("intake", deadline=None)
settings.load_profile("intake")


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    """An office that takes reports, inside the test's transaction."""
    yield from _open()


@pytest.fixture
def real_office(transactional_db: None) -> Iterator[Office]:
    """The same, committed."""
    yield from _open()


def _open() -> Iterator[Office]:
    reception.forget()
    yield make_office()
    reception.forget()


@pytest.fixture
def browser() -> Browser:
    """A browser that keeps its cookies."""
    return Browser(Client(enforce_csrf_checks=True))


@pytest.fixture
def shy() -> Browser:
    """A browser that refuses cookies."""
    return Browser(Client(enforce_csrf_checks=True), refuses=True)

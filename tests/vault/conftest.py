"""What the vault's own tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import settings

from ruangaman.vault import directory
from tests.factories.vault import Person, Town, make_town
from tests.vault import fixed

settings.register_profile("vault", deadline=None)  # a busy machine is no failure
settings.load_profile("vault")


@pytest.fixture(scope="module")
def fixed_pepper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a module a fixed pepper, cheap doors and a spool of its own; returns the spool's folder."""
    spool = tmp_path_factory.mktemp("spool")
    with override_settings(
        RUANGAMAN_PEPPER=fixed.PEPPER,
        RUANGAMAN_SPOOL=spool,
        RUANGAMAN_DOOR_PARAMS=fixed.CHEAP,
        RUANGAMAN_RECEIPT_PARAMS=fixed.CHEAP,
    ):
        yield spool


@pytest.fixture(autouse=True)
def _forget_directory() -> None:
    """Public keys that an earlier test read are not there any more."""
    directory.forget()


@pytest.fixture
def town(db: None) -> Town:
    """Two key officers and a recovery key."""
    return make_town()


@pytest.fixture
def lead(town: Town) -> Person:
    """Somebody who holds dossiers and acts on them."""
    return town.person()


@pytest.fixture
def ledger_file(tmp_path: Path) -> Iterator[Path]:
    """A ledger of erasures of the test's own."""
    path = tmp_path / "erasure.ledger"
    with override_settings(RUANGAMAN_LEDGER=path):
        yield path

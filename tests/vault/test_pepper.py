"""Keys from the pepper: one for each use."""

from __future__ import annotations

import pytest
from django.test import override_settings

from ruangaman.vault import pepper
from tests.vault import fixed

pytestmark = pytest.mark.usefixtures("fixed_pepper")


def test_every_use_has_a_key_of_its_own() -> None:
    keys = {pepper.key(name) for name in pepper.Label}

    assert len(keys) == len(pepper.Label)
    assert fixed.PEPPER not in keys


def test_another_pepper_is_another_installation() -> None:
    here, check = pepper.installation(), pepper.check_value()

    with override_settings(RUANGAMAN_PEPPER=fixed.OTHER_PEPPER):
        assert pepper.installation() != here
        assert pepper.check_value() != check
    assert len(here) == len(check) == 16


def test_a_mac_holds_for_its_use_and_its_bytes_only() -> None:
    tag = pepper.mac(pepper.Label.GRANT, b"words")

    assert pepper.is_mac(pepper.Label.GRANT, b"words", tag)
    assert not pepper.is_mac(pepper.Label.GRANT, b"Words", tag)
    assert not pepper.is_mac(pepper.Label.DIRECTORY, b"words", tag)
    assert not pepper.is_mac(pepper.Label.GRANT, b"words", b"")

"""The tag of a number, byte for byte: an index that is there already has to be found in by every later release."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from ruangaman.vault import blind, pepper
from ruangaman.vault.blind import Probe
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.types import Compartment, IdentifierKind
from tests.vault import fixed

NIK = "6471035001900001"
KEYS = EpochKeys(None, {Compartment.WORK: fixed.DATA_KEY})


@pytest.fixture(autouse=True)
def _fixed_installation(fixed_pepper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pepper, the cost and the name of the installation are the same in every run."""
    monkeypatch.setattr(pepper, "installation", lambda: fixed.DOSSIER.bytes)
    monkeypatch.setattr(blind.settings, "RUANGAMAN_INDEX_PARAMS", fixed.CHEAP)


def stretched(text: str = NIK, kind: IdentifierKind = IdentifierKind.NIK) -> bytes:
    """Stretch a number under what is set."""
    probe = blind.stretch(kind, text)
    assert probe is not None
    return probe.stretched


def tag(probe: Probe, *, epoch: int = 1) -> str | None:
    """Return its tag in the fixed index."""
    found = blind.tag_of(probe, KEYS, index_id=fixed.DOSSIER, epoch=epoch)
    return found.hex() if found else None


def test_a_number_is_stretched_to_these_bytes() -> None:
    assert stretched().hex() == "4b41057e4ab110bb945f79abf6ed35cb4b5984687626045920723f94a82fc77c"
    assert stretched("64 7103 500190 0001") == stretched()


def test_the_pepper_the_kind_and_the_number_are_in_it() -> None:
    phone = stretched("081234567890", IdentifierKind.PHONE)
    with override_settings(RUANGAMAN_PEPPER=fixed.OTHER_PEPPER):
        elsewhere = stretched()

    assert len({stretched(), stretched("6471035001900002"), phone, elsewhere}) == 4


def test_its_tag_in_an_epoch_is_this_one() -> None:
    probe = Probe(IdentifierKind.NIK, bytes(range(32)))

    assert tag(probe) == "5ef09bd355138ba2bd8c14a0f9e666a5699b6685c83fe46659510532d58ff30e"
    assert len({tag(probe), tag(probe, epoch=2), tag(Probe(IdentifierKind.NIK, bytes(32)))}) == 3


def test_without_the_key_there_is_no_tag() -> None:
    other = EpochKeys(None, {Compartment.IDENTITY: fixed.DATA_KEY})
    assert blind.tag_of(Probe(IdentifierKind.NIK, bytes(32)), other, index_id=fixed.DOSSIER, epoch=1) is None

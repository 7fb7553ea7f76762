"""Sessions at rest: the row alone opens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ruangaman.vault import sealing, sessions_crypto
from ruangaman.vault.errors import Tampered

pytestmark = pytest.mark.usefixtures("fixed_pepper")

KEY = "k" * 32


def test_a_session_opens_by_its_cookie_only() -> None:
    sealed = sessions_crypto.seal_session(KEY, b"isi")

    assert sessions_crypto.open_session(KEY, sealed) == b"isi"
    with pytest.raises(Tampered):
        sessions_crypto.open_session("l" * 32, sealed)
    with pytest.raises(Tampered):
        sessions_crypto.open_session(sessions_crypto.row_id(KEY), sealed)


def test_a_thief_of_cookie_and_row_needs_the_pepper_too(settings: Any) -> None:
    sealed = sessions_crypto.seal_session(KEY, b"isi")
    place = sessions_crypto._place(KEY)
    settings.RUANGAMAN_PEPPER = b"other pepper, thirty-two bytes !"

    with pytest.raises(Tampered):
        sealing.open_bytes(sessions_crypto._key(KEY), sealed, place)


def test_a_row_is_named_by_the_hash_of_its_key() -> None:
    assert len(sessions_crypto.row_id(KEY)) == 64
    assert KEY not in sessions_crypto.row_id(KEY)
    assert sessions_crypto.row_id(KEY) != sessions_crypto.row_id("l" * 32)

"""Commands speak Indonesian, or English from the catalogue of the screens, before Django is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ruangaman.ops import words


@pytest.fixture(autouse=True)
def _indonesian_again() -> Iterator[None]:
    yield
    words.speak("id")


def test_without_a_word_they_speak_indonesian():
    assert words.translate("Kata sandi") == "Kata sandi"


def test_english_is_the_one_of_the_screens():
    words.speak("en")

    assert words.translate("Kata sandi") == "Password"

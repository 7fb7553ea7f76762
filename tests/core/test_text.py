"""One cleaning for every field that takes text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ruangaman.core.text import BIDI_CONTROLS, INVISIBLE, TextError, clean

ANYTHING = st.text(max_size=400)


@given(ANYTHING)
def test_cleaning_twice_is_cleaning_once(text):
    try:
        once = clean(text, max_length=500)
    except TextError:
        return
    assert clean(once, max_length=500) == once


@given(ANYTHING, st.booleans())
def test_nothing_hidden_is_left(text, multiline):
    try:
        kept = clean(text, max_length=500, multiline=multiline)
    except TextError:
        assume(False)
    assert not set(kept) & (BIDI_CONTROLS | INVISIBLE)
    assert all(char in "\n\t" or unicodedata.category(char) != "Cc" for char in kept)
    assert kept == kept.strip()
    if not multiline:
        assert "\n" not in kept


def test_letters_of_every_script_and_joined_emoji_stay():
    words = "Dahlia, ᮞᮥᮔ᮪ᮓ, 阿妹, ‌نام, 👩‍👧 aman"

    assert clean(words, max_length=200) == unicodedata.normalize("NFC", words)


def test_a_reordering_mark_cannot_turn_a_sentence_round():
    assert clean("dia \u202ebaik\u202c sekali", max_length=50) == "dia baik sekali"


def test_windows_and_old_mac_line_ends_become_plain_ones():
    assert clean("a\r\nb\rc", max_length=10) == "a\nb\nc"


def test_a_limit_counts_what_is_kept():
    assert clean("\u200b" * 50 + "aman", max_length=4) == "aman"
    with pytest.raises(TextError, match="Terlalu panjang") as refusal:
        clean("lima!", max_length=4)
    assert refusal.value.key == "too_long"


@pytest.mark.parametrize("text", ["a" + chr(0xFFFD) + "b", "a" + chr(0xD800) + "b"])
def test_a_wrong_encoding_is_said_not_kept(text):
    with pytest.raises(TextError) as refusal:
        clean(text, max_length=10)
    assert refusal.value.key == "encoding"

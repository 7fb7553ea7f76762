"""The recovery key: three custodians of five, whichever they are."""

from __future__ import annotations

from itertools import combinations

import pytest

from ruangaman.vault import recovery
from ruangaman.vault.errors import WrongKey

MADE = recovery.make_recovery()


@pytest.mark.parametrize("chosen", list(combinations(range(5), 3)))
def test_any_three_shares_make_the_key(chosen: tuple[int, ...]) -> None:
    assert recovery.combine([MADE.shares[index] for index in chosen]).public() == MADE.public


def test_shares_are_read_as_they_are_typed_and_more_than_three_do_no_harm() -> None:
    typed = [f"  {share.upper()}\n".replace(" ", "  ") for share in MADE.shares]

    assert recovery.combine(typed).public() == MADE.public


def test_two_shares_or_the_same_one_thrice_are_not_enough() -> None:
    for shares in ([], MADE.shares[:2], [MADE.shares[0]] * 3):
        with pytest.raises(WrongKey):
            recovery.combine(shares)


def test_a_misspelt_share_and_one_of_another_set_are_refused() -> None:
    words = MADE.shares[0].split()
    words[7] = "academic" if words[7] != "academic" else "acid"

    for broken in (" ".join(words), "bukan kata dari daftar", recovery.make_recovery().shares[0]):
        with pytest.raises(WrongKey):
            recovery.combine([broken, *MADE.shares[1:3]])


def test_shares_have_33_words_and_are_not_shown() -> None:
    assert {len(share.split()) for share in MADE.shares} == {33}
    assert MADE.shares[0] not in repr(MADE)

"""The recovery key: three custodians of five, whichever they are."""

from __future__ import annotations

from itertools import combinations

import pytest

from ruangaman.vault import recovery, wrapping
from ruangaman.vault.errors import WrongKey
from tests.vault import fixed

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


def test_a_false_share_among_many_is_named_whatever_the_order() -> None:
    ours, others = recovery.make_recovery(), recovery.make_recovery()
    publics = {ours.public.to_bytes()}
    shares = {1: ours.shares[0], 2: ours.shares[1], 4: ours.shares[3], 5: ours.shares[4], 3: others.shares[2]}
    for order in (sorted(shares), sorted(shares, reverse=True)):
        private, false = recovery.assemble({number: shares[number] for number in order}, publics) or (None, None)
        assert private is not None
        assert private.public() == ours.public
        assert false == {3}
    assert recovery.assemble({number: shares[number] for number in (1, 2, 3)}, publics) is None


def test_the_fingerprint_of_a_recovery_key_is_part_of_the_layout() -> None:
    """It stands on paper: a later release has to say the same."""
    assert recovery.fingerprint(wrapping.from_seed(fixed.SEED).public()) == "7166 2dbf f735 69c2 d15b"

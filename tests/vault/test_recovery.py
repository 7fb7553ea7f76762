"""The recovery key: three custodians of five, whichever they are."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from ruangaman.vault import recovery, wrapping
from ruangaman.vault.errors import WrongKey
from tests.vault import fixed

MADE = recovery.make_recovery()
SHARES = dict(enumerate(MADE.shares, start=1))
PUBLIC = {MADE.public.to_bytes()}


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


# --- one share, and which of them is false --------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", list(combinations(range(1, 6), 3)))
def test_each_three_of_five_open_and_each_two_never(chosen):
    private, false = recovery.assemble({number: SHARES[number] for number in chosen}, PUBLIC)

    assert (private.public(), false) == (MADE.public, frozenset())
    for two in combinations(chosen, 2):
        assert recovery.assemble({number: SHARES[number] for number in two}, PUBLIC) is None


@pytest.mark.parametrize("bad", range(1, 6))
def test_a_share_of_another_splitting_is_named_once_three_good_ones_are_there(bad):
    others = recovery.make_recovery().shares
    given = {**SHARES, bad: others[bad - 1]}
    three = dict(list({bad: given[bad], **given}.items())[:3])

    assert recovery.assemble(three, PUBLIC) is None
    private, false = recovery.assemble(given, PUBLIC)

    assert (private.public(), false) == (MADE.public, {bad})
    assert recovery.read_share(others[bad - 1]).splitting != recovery.read_share(SHARES[bad]).splitting


def test_shares_of_a_whole_other_key_open_nothing_here():
    other = recovery.make_recovery()

    assert recovery.assemble(dict(enumerate(other.shares, start=1)), PUBLIC) is None


def test_each_share_says_which_of_the_five_it_is():
    assert [recovery.read_share(f" {share.upper()} ").number for share in MADE.shares] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("place", range(33))
def test_a_share_with_a_wrong_word_is_refused_by_itself(place):
    words = MADE.shares[0].split()
    words[place] = "academic" if words[place] != "academic" else "acid"

    with pytest.raises(WrongKey):
        recovery.read_share(" ".join(words))


def test_the_refusal_of_a_share_says_where_to_look():
    words = MADE.shares[0].split()

    with pytest.raises(WrongKey, match=r"Kata nomor 3, 5 tidak ada di daftar\.$"):
        recovery.read_share(" ".join([*words[:2], "kunci", words[3], "pintu", *words[5:]]))
    with pytest.raises(WrongKey, match="punya 33 kata; ini 32"):
        recovery.read_share(" ".join(words[1:]))


def test_two_keys_are_told_apart_by_their_fingerprint_and_one_is_always_the_same():
    printed = recovery.fingerprint(MADE.public)

    assert re.fullmatch(r"[0-9a-f]{4}( [0-9a-f]{4}){4}", printed)
    assert recovery.fingerprint(recovery.combine(MADE.shares[2:5]).public()) == printed
    assert recovery.fingerprint(recovery.make_recovery().public) != printed

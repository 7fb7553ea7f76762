"""Receipts: minted here, the same for the same form, readable as people type them, and found by nobody else."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from ruangaman.vault import receipts, wrapping
from ruangaman.vault.errors import WrongKey
from tests.vault import fixed

pytestmark = pytest.mark.usefixtures("fixed_pepper")

DIGITS = st.text("0123456789", min_size=20, max_size=20)
BETWEEN = st.text(" -.·\t\n\u2013\u2011\u00a0\u202f\u200b\u2060_", max_size=3)


@pytest.mark.parametrize("cookie", ["kue", None])
def test_a_minted_key_is_known_and_no_other_is_like_it(cookie: str | None) -> None:
    key = receipts.mint_key(cookie)
    facts = receipts.check_key(key)

    assert facts is not None
    assert facts.key_hmac == receipts.key_hmac(key) != receipts.key_hmac(receipts.mint_key(cookie))


@given(st.integers(0, 63), st.sampled_from("ABCDEFabcdef0189-_"))
def test_a_changed_key_is_not_known(at: int, letter: str) -> None:
    key = receipts.mint_key("kue")
    changed = key[:at] + letter + key[at + 1 :]

    assert (receipts.check_key(changed) is None) == (changed != key)


@pytest.mark.parametrize("key", ["", "x", "é" * 64, "A" * 64, "A" * 63, "=" * 64, "A" * 400, "\ud800"])
def test_a_foreign_key_is_not_known(key: str) -> None:
    assert receipts.check_key(key) is None
    if key.isascii():
        with pytest.raises(WrongKey):
            receipts.derive_receipt(key)


def test_a_key_has_one_spelling() -> None:
    keys = (receipts.mint_key("kue") for _ in range(1000))
    key = next(key for key in keys if "-" in key and "_" in key)

    assert receipts.check_key(key) is not None
    assert receipts.check_key(key.replace("-", "+")) is None
    assert receipts.check_key(key.replace("_", "/")) is None
    assert receipts.check_key(key + "\n") is None


def test_a_key_of_another_version_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ruangaman.vault.layout.VERSION", 2)
    key = receipts.mint_key("kue")
    monkeypatch.undo()

    assert receipts.check_key(key) is None


def test_a_key_of_another_installation_is_not_known() -> None:
    with override_settings(RUANGAMAN_PEPPER=fixed.OTHER_PEPPER):
        key = receipts.mint_key("kue")

    assert receipts.check_key(key) is None


def test_the_same_key_gives_the_same_receipt_and_another_key_another() -> None:
    key = receipts.mint_key("kue")

    assert receipts.derive_receipt(key) == receipts.derive_receipt(key)
    assert receipts.derive_receipt(key) == receipts.receipt_from_digits(receipts.digits_of(key))
    assert receipts.derive_receipt(receipts.mint_key("kue")).locator != receipts.derive_receipt(key).locator


def test_nothing_stored_leads_to_the_digits() -> None:
    receipt = receipts.derive_receipt(receipts.mint_key("kue"))

    assert repr(receipt) == "Receipt()"
    assert receipt.locator not in receipt.seed
    assert receipt.public() == wrapping.from_seed(receipt.seed).public()
    assert receipts.cookie_hmac("kue") != receipts.key_hmac("kue")
    with override_settings(RUANGAMAN_PEPPER=fixed.OTHER_PEPPER):
        assert receipts.receipt_from_digits(receipt.digits).locator != receipt.locator


def test_digits_are_spread_evenly() -> None:
    numbers = [receipts.digits_of(str(index)) for index in range(3000)]

    assert len(set(numbers)) == len(numbers)
    assert {len(number) for number in numbers} == {20}
    for position in range(20):
        counts = Counter(number[position] for number in numbers)
        chi_squared = sum((counts[digit] - 300) ** 2 / 300 for digit in "0123456789")
        assert chi_squared < 40


@settings(max_examples=200)
@given(DIGITS, st.lists(BETWEEN, min_size=21, max_size=21), st.booleans())
def test_digits_are_read_however_they_are_typed(digits: str, between: list[str], full_width: bool) -> None:
    shown = [chr(0xFF10 + int(digit)) if full_width else digit for digit in digits]
    typed = "".join(gap + digit for gap, digit in zip(between, [*shown, ""], strict=True))

    assert receipts.normalise_digits(typed) == digits


@given(DIGITS)
def test_grouping_and_reading_are_inverse(digits: str) -> None:
    assert [len(part) for part in receipts.group(digits).split()] == [4] * 5
    assert receipts.normalise_digits(receipts.group(digits)) == digits


@pytest.mark.parametrize("text", ["", "1" * 19, "1" * 21, "1" * 19 + "a", "١" * 20, "²" * 19, "1" * 20 + "x",
                                  "1" * 20 + " " * 181])  # fmt: skip
def test_what_is_no_receipt_number_is_none(text: str) -> None:
    assert receipts.normalise_digits(text) is None


def test_what_was_pasted_with_much_white_space_is_read_to_the_last_sign() -> None:
    assert receipts.normalise_digits("1" * 20 + " " * 180) == "1" * 20


def test_a_decoy_is_a_receipt_like_any_other() -> None:
    assert receipts.normalise_digits(receipts.DECOY_DIGITS) == receipts.DECOY_DIGITS
    assert receipts.decoy() == receipts.receipt_from_digits(receipts.DECOY_DIGITS)

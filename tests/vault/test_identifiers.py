"""One number has one spelling, however it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.vault import blind, identifiers
from ruangaman.vault.identifiers import guess, normal_nik, normal_phone
from ruangaman.vault.types import IdentifierKind

DIGITS = st.text("0123456789", min_size=16, max_size=16)
MOBILE = st.text("0123456789", min_size=7, max_size=10).map(lambda rest: "8" + rest)
BETWEEN = st.sampled_from(["", " ", "-", ".", "\u2009", "\u200b", "\u2013", "\u00a0"])
WIDE = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")


def spread(digits: str, between: list[str]) -> str:
    """Put something between digits, as keyboards and papers do."""
    return "".join(digit + (between[index % len(between)] if between else "") for index, digit in enumerate(digits))


@given(DIGITS, st.lists(BETWEEN, max_size=4))
def test_a_nik_is_the_same_however_it_is_typed(digits: str, between: list[str]) -> None:
    assert normal_nik(spread(digits, between)) == digits
    assert normal_nik(digits.translate(WIDE)) == digits


@given(MOBILE, st.lists(BETWEEN, max_size=4))
def test_a_number_of_this_country_is_the_same_with_and_without_its_code(own: str, between: list[str]) -> None:
    spellings = [own, f"0{own}", f"62{own}", f"+62{own}", f"0062{own}", f"+62 0{own}", f"(0{own[:3]}) {own[3:]}"]

    assert {normal_phone(spread(one, between)) for one in spellings} == {f"+62{own}"}


@given(st.text(max_size=40))
def test_what_came_out_comes_out_again(text: str) -> None:
    for normal in (normal_nik, normal_phone):
        found = normal(text)
        assert found is None or normal(found) == found


@given(st.text("0123456789+ -", max_size=20))
def test_no_number_is_both(text: str) -> None:
    assert normal_nik(text) is None or normal_phone(text) is None


@given(DIGITS, DIGITS)
def test_two_numbers_are_never_one(first: str, second: str) -> None:
    assert (normal_nik(first) == normal_nik(second)) == (first == second)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0541 123456", "+62541123456"),
        ("+1 415 555 2671", "+14155552671"),
        ("62-812-3456-789", "+628123456789"),
        ("0812", None),
        ("", None),
        ("+", None),
        ("+0812345678", None),
        ("0812345678901234", None),
        ("nomor 08123456789", None),
        ("8" * 65, None),
        ("0812345678" + " " * 54, "+62812345678"),
        ("0812345678" + " " * 55, None),
        ("0014155552671", "+14155552671"),
        ("+006281234567", None),
        ("+1234567", None),
        ("+12345678", "+12345678"),
        ("+123456789012345", "+123456789012345"),
        ("+1234567890123456", None),
        ("054123", None),
        ("0541234", "+62541234"),
        ("08123456789012", "+628123456789012"),
        ("081234567890123", None),
        ("62123456", "+6262123456"),
        ("621234567", "+62621234567"),
        ("6212345678", "+6212345678"),
        ("+62123456", "+62123456"),
    ],
)
def test_phone_numbers_by_example(typed: str, number: str | None) -> None:
    assert normal_phone(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "647103500190000", "64710350019000011", "64710350019000O1", "٦٤٧١٠٣٥٠٠١٩٠٠٠٠١", "6471035001900001" + " " * 49],
)
def test_what_is_no_nik(typed: str) -> None:
    assert normal_nik(typed) is None


def test_the_kind_shows_in_the_number() -> None:
    assert guess("6471 0350 0190 0001") == (IdentifierKind.NIK, "6471035001900001")
    assert guess("0812-3456-7890") == (IdentifierKind.PHONE, "+6281234567890")
    assert guess("Melati") is None


def test_what_cannot_be_a_number_is_not_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[object] = []
    monkeypatch.setattr(blind.hashing, "run_search", hashed.append)

    assert blind.stretch(IdentifierKind.NIK, "abc") is None
    assert hashed == []
    blind.stretch(IdentifierKind.NIK, "6471035001900001")
    assert len(hashed) == 1, "and a number is"


def test_a_stretched_number_is_that_of_its_kind_alone() -> None:
    # A number that could be read as both would still have two tags: the kind is in the hashed bytes.
    phone = blind.stretch(IdentifierKind.PHONE, "081234567890")
    again = blind.stretch(IdentifierKind.PHONE, "+62 812 3456 7890")
    other = blind.stretch(IdentifierKind.PHONE, "081234567891")

    assert phone is not None
    assert phone == again
    assert phone != other
    assert phone.stretched.hex() not in repr(phone)
    assert identifiers.normalise(IdentifierKind.NIK, "081234567890") is None

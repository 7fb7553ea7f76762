"""Numbers and ages of people: what is odd is said, nothing is refused, and what is known roughly stays rough."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.cases.types import age_on, age_words, birth_text, born_between, exact_birth, nik_warnings, phone_e164
from ruangaman.cases.types.ages import BOUNDS, age_in_group, group_of
from ruangaman.cases.types.gbvims import Age
from ruangaman.cases.types.identifiers import NikWarning, digits_of, nik_birth_date
from ruangaman.core.codelists import AgeGroup

TODAY = date(2026, 2, 3)
WOMAN = "6471995703980001"
"""District 99, born 17 March 1998, a woman."""


def odd(nik: str, **facts: object) -> list[str]:
    """What is odd about a NIK, in the synthetic city."""
    return [str(one) for one in nik_warnings(nik, **{"today": TODAY, "allow_synthetic": True, **facts})]


def test_nothing_is_odd_about_a_number_that_fits():
    assert odd(WOMAN, sex="P", birth_date=date(1998, 3, 17)) == []
    assert odd("6471991703980001", sex="L", birth_date=date(1998, 3, 17)) == []
    assert odd("") == []


@pytest.mark.parametrize(
    ("nik", "facts", "warning"),
    [
        (WOMAN[:15], {}, "length"),
        (WOMAN + "1", {}, "length"),
        ("64719957039800AB", {}, "length"),
        ("٦471995703980001", {}, "length"),
        ("0071995703980001", {}, "place"),
        ("6400995703980001", {}, "place"),
        (WOMAN, {"allow_synthetic": False}, "synthetic"),
        ("6471997203980001", {}, "date"),
        ("6471990003980001", {}, "date"),
        ("6471994003980001", {}, "date"),
        ("6471993102980001", {}, "date"),
        ("6471991713980001", {}, "date"),
        (WOMAN[:12] + "0000", {}, "serial"),
        (WOMAN, {"sex": "L"}, "sex"),
        ("6471991703980001", {"sex": "P"}, "sex"),
        (WOMAN, {"birth_date": date(1998, 3, 18)}, "birth"),
    ],
)
def test_each_oddity_is_told_and_is_the_only_one(nik, facts, warning):
    assert odd(nik, **facts) == [warning]


@pytest.mark.parametrize(
    ("nik", "born"),
    [
        ("6471990302260001", date(2026, 2, 3)),
        ("6471990402260001", date(1926, 2, 4)),
        ("6471992902000001", date(2000, 2, 29)),
        ("6471992902040001", date(2004, 2, 29)),
        ("6471992902010001", None),
        ("6471997112990001", date(1999, 12, 31)),
    ],
)
def test_two_digits_of_a_year_are_the_latest_that_is_past(nik, born):
    assert nik_birth_date(nik, TODAY) == born


@given(st.text(max_size=20))
def test_whatever_is_typed_as_a_nik_is_only_warned_about(text):
    assert all(one in NikWarning for one in nik_warnings(digits_of(text), today=TODAY, sex="P"))


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("62812 3456 7890", "+6281234567890"),
        ("+62 0812 3456 7890", "+6281234567890"),
        ("(0542) 123.4567", "+625421234567"),
        ("+60 12-345 6789", "+60123456789"),
        ("0812345678", "+62812345678"),
        ("081234567", None),
        ("0812345678901234", None),
        ("110", None),
        ("lewat kakaknya", None),
        ("nama@contoh.invalid", None),
        ("", None),
    ],
)
def test_a_phone_number_is_kept_as_machines_dial_it_or_as_it_was_typed(typed, dialled):
    assert phone_e164(typed) == dialled


@given(st.from_regex(r"08[0-9]{8,11}", fullmatch=True))
def test_a_number_that_was_read_is_read_the_same_again(typed):
    once = phone_e164(typed)

    assert once is not None
    assert phone_e164(once) == once


def test_a_birth_date_is_as_precise_as_it_is_known():
    assert [birth_text(1998), birth_text(1998, 3), birth_text(1998, 3, 17), birth_text(None)] == [
        "1998", "1998-03", "1998-03-17", "",
    ]  # fmt: skip
    assert born_between("1998") == (date(1998, 1, 1), date(1998, 12, 31))
    assert born_between("2000-02") == (date(2000, 2, 1), date(2000, 2, 29))
    assert exact_birth("1998-03-17") == date(1998, 3, 17)
    assert (
        exact_birth("1998-03") is exact_birth("") is born_between("kira-kira 1998") is born_between("1998-13") is None
    )


@pytest.mark.parametrize("parts", [(None, 3, None), (1998, None, 17), (1998, 2, 30), (1998, 13, None)])
def test_a_birth_date_that_cannot_be_is_refused(parts):
    with pytest.raises(ValueError):
        birth_text(*parts)


@pytest.mark.parametrize(
    ("birth", "on", "age", "words"),
    [
        ("2008-02-03", date(2026, 2, 2), Age(17, 17), "17 tahun"),
        ("2008-02-03", date(2026, 2, 3), Age(18, 18), "18 tahun"),
        ("2008-02-29", date(2026, 2, 28), Age(17, 17), "17 tahun"),
        ("2008-02-29", date(2026, 3, 1), Age(18, 18), "18 tahun"),
        ("2008", date(2026, 2, 3), Age(17, 18), "17 atau 18 tahun"),
        ("2008-02", date(2026, 2, 3), Age(17, 18), "17 atau 18 tahun"),
        ("2008-01", date(2026, 2, 3), Age(18, 18), "18 tahun"),
        ("2026", date(2026, 2, 3), Age(0, 0), "0 tahun"),
        ("2027", date(2026, 2, 3), Age(), ""),
        ("", date(2026, 2, 3), Age(), ""),
    ],
)
def test_an_age_is_as_narrow_as_the_birth_date(birth, on, age, words):
    assert age_on(birth, on) == age
    assert age_words(age) == words


def test_age_groups_meet_without_a_gap_and_an_age_finds_its_own():
    bounds = list(BOUNDS.values())
    assert list(BOUNDS) == list(AgeGroup.values)
    assert all(upper[0] == (lower[1] or 0) + 1 for lower, upper in pairwise(bounds))
    for code in AgeGroup.values:
        found = age_in_group(code)
        assert group_of(Age(found.least, found.most or 99)) == code
    assert group_of(Age(17, 18)) == group_of(Age()) == ""
    assert age_words(age_in_group("60+")) == "60 tahun ke atas"
    assert age_words(age_in_group("13-17")) == "antara 13 dan 17 tahun"


@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.integers(0, 20000))
def test_a_rough_birth_date_never_excludes_the_true_age(born, days):
    on = born + timedelta(days=days)
    exact = age_on(born.isoformat(), on)
    for rough in (born.isoformat()[:7], born.isoformat()[:4]):
        wide = age_on(rough, on)
        assert wide.least is not None
        assert wide.most is not None
        assert exact.least is not None
        assert wide.least <= exact.least <= wide.most

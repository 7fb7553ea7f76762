"""Codes that people read to each other, and the places of the city."""

from __future__ import annotations

import pytest

from ruangaman.core import codes, regions
from ruangaman.core.registry import Registry


def test_codes_have_no_letters_that_are_mistaken_for_others():
    made = {codes.new_report_code() for _ in range(300)} | {codes.new_case_code() for _ in range(300)}

    assert len(made) == 600
    assert all(len(code) == 10 and code[:2] in {"L-", "K-"} for code in made)
    assert not set("ILOU") & {char for code in made for char in code[2:]}


def test_the_city_has_six_districts_and_thirty_four_kelurahan():
    assert len(regions.KECAMATAN) == 6
    assert len(regions.KELURAHAN) == 34
    assert sum(len(names) for _, names in regions.kelurahan_by_kecamatan()) == 34


def test_a_kelurahan_knows_its_district():
    assert regions.kecamatan_of("64.71.06.1005") == "64.71.06"
    assert regions.kecamatan_of("99") == ""


def test_a_key_used_twice_stops_the_start():
    class One:
        key = "a"

    registry: Registry[One] = Registry("test")
    first = registry.add(One())

    assert registry.add(first) is first
    with pytest.raises(RuntimeError, match="Two test entries"):
        registry.add(One())

"""Putting together what two people changed: nothing of either is lost, whatever they did."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.cases.types import Clash, Clashes, Merged, merge

NAMES = ("a", "b", "c", "d")
VALUES = st.tuples(*[st.sampled_from(["", "x", "y", "z"])] * len(NAMES))
RECORD = VALUES.map(lambda values: dict(zip(NAMES, values, strict=True)))
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def changed(base: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in NAMES if base[name] != after[name]}


@patient
@given(RECORD, RECORD, RECORD)
def test_no_change_of_either_is_ever_lost(base: dict[str, str], theirs: dict[str, str], mine: dict[str, str]):
    found = merge(base, theirs, mine)
    asked = {one.name: one for one in found.clashes} if isinstance(found, Clashes) else {}

    for name in changed(base, mine):
        assert found.fields[name] == mine[name] or asked[name].mine == mine[name]
    for name in changed(base, theirs):
        assert found.fields[name] == theirs[name]
    for name in set(NAMES) - changed(base, mine) - changed(base, theirs):
        assert found.fields[name] == base[name]


@patient
@given(RECORD, RECORD, RECORD)
def test_who_is_asked_is_asked_about_exactly_what_both_wrote_differently(
    base: dict[str, str], theirs: dict[str, str], mine: dict[str, str]
):
    both = {name for name in changed(base, theirs) & changed(base, mine) if theirs[name] != mine[name]}
    found = merge(base, theirs, mine)

    assert isinstance(found, Clashes) == bool(both)
    if isinstance(found, Clashes):
        assert {one.name for one in found.clashes} == both
    else:
        assert found.theirs == changed(base, theirs) - changed(base, mine)
        assert found.mine == changed(base, mine) - changed(base, theirs)


@patient
@given(RECORD, RECORD, RECORD)
def test_it_does_not_matter_who_came_first_where_nobody_is_asked(
    base: dict[str, str], one: dict[str, str], other: dict[str, str]
):
    first, second = merge(base, one, other), merge(base, other, one)
    assert isinstance(first, Merged) == isinstance(second, Merged)
    if isinstance(first, Merged):
        assert first.fields == second.fields


@patient
@given(RECORD, RECORD)
def test_alone_one_simply_saves(base: dict[str, str], mine: dict[str, str]):
    assert merge(base, base, mine).fields == mine
    assert merge(base, mine, base).fields == mine, "and whoever changed nothing takes nothing back"


@patient
@given(RECORD, RECORD, RECORD)
def test_what_was_chosen_can_then_be_saved(base: dict[str, str], theirs: dict[str, str], mine: dict[str, str]):
    found = merge(base, theirs, mine)
    if isinstance(found, Clashes):
        chosen = {**found.fields, **{one.name: one.mine for one in found.clashes}}
        again = merge(theirs, theirs, chosen)
        assert isinstance(again, Merged)
        assert again.fields == chosen


def test_a_field_that_the_form_does_not_show_stays_as_it_is():
    found = merge({"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {"a": "3"})
    assert found == Merged({"a": "3", "b": "2"}, frozenset({"b"}), frozenset({"a"}))
    clash = merge({"a": "1"}, {"a": "2"}, {"a": "3"})
    assert clash == Clashes({"a": "2"}, (Clash("a", "1", "2", "3"),))

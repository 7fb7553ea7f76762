"""What follows from the answers: every combination of yes, no and not known, every boundary with one to each side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.cases.types.ages import age_on, is_grown
from ruangaman.cases.types.gbvims import (
    CONTRACEPTION_HOURS,
    INTIMATE,
    ORDER,
    PEP_HOURS,
    SEXUAL,
    Age,
    Answer,
    Context,
    Elapsed,
    GbvType,
    Kin,
    Question,
    Told,
    Window,
    classify,
    contexts,
    elapsed,
    is_child_marriage,
    is_kdrt,
    kdrt_of,
)
from ruangaman.codelists.types import RELATIONS

YES, NO, OPEN = Answer.YES, Answer.NO, Answer.UNKNOWN
ANSWERS = (YES, NO, OPEN)
CHILD, WOMAN, NOBODY_KNOWS = Age(15, 15), Age(30, 30), Age()
EVERY = [Told(*answers) for answers in product(ANSWERS, repeat=len(ORDER))]
"""Each of the 729 ways to answer the six questions that decide."""

answers = st.sampled_from(ANSWERS)
ages = st.one_of(
    st.just(Age()),
    st.integers(0, 90).map(lambda years: Age(years, years)),
    st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda pair: Age(pair[0], pair[0] + pair[1])),
    st.integers(0, 60).map(lambda years: Age(years, None)),
)
everything = st.builds(
    Told, answers, answers, answers, answers, answers, answers, answers, answers, answers,
    kin=st.frozensets(st.sampled_from(Kin)), age=ages,
)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "kind", "still_open"),
    [
        (Told(penetration=YES), GbvType.RAPE, 0),
        (Told(penetration=YES, physical=YES, marriage=YES), GbvType.RAPE, 0),
        (Told(penetration=NO, contact=YES), GbvType.SEXUAL_ASSAULT, 0),
        (Told(penetration=OPEN, contact=YES), GbvType.SEXUAL_ASSAULT, 1),
        (Told(NO, NO, physical=YES, psychological=YES), GbvType.PHYSICAL_ASSAULT, 0),
        (Told(OPEN, OPEN, physical=YES), GbvType.PHYSICAL_ASSAULT, 2),
        (Told(NO, NO, NO, marriage=YES, withheld=YES), GbvType.FORCED_MARRIAGE, 0),
        (Told(NO, NO, NO, NO, withheld=YES), GbvType.DENIAL, 0),
        (Told(NO, NO, NO, NO, NO, YES), GbvType.PSYCHOLOGICAL, 0),
        (Told(NO, NO, NO, NO, NO, NO), GbvType.NOT_GBV, 0),
        (Told(NO, NO, NO, NO, NO, OPEN), None, 1),
        (Told(), None, 6),
    ],
)
def test_the_first_yes_decides_and_what_is_open_before_it_is_said(told, kind, still_open):
    found = classify(told)

    assert (found.type, len(found.open), found.is_final) == (kind, still_open, still_open == 0)


def test_every_combination_of_answers_is_classified_by_its_first_yes():
    assert len(EVERY) == 3**6
    for told in EVERY:
        given_answers = [told.answer(question) for question, _kind in ORDER]
        first = given_answers.index(YES) if YES in given_answers else len(ORDER)
        found = classify(told)
        if first < len(ORDER):
            assert found.type is ORDER[first][1]
        else:
            assert found.type is (None if OPEN in given_answers else GbvType.NOT_GBV)
        assert [question for question, _kind in ORDER[:first] if told.answer(question) is OPEN] == list(found.open)


def test_no_and_not_known_never_make_a_yes():
    """Where the peers' code counted any answer as a yes: nothing is yes when nobody said yes."""
    for told in EVERY:
        for question, kind in ORDER:
            if told.answer(question) is not YES:
                assert classify(told).type is not kind
    for nine in product((NO, OPEN), repeat=9):
        assert contexts(Told(*nine, kin=frozenset(Kin), age=CHILD)) == frozenset()


def test_an_open_question_answered_no_changes_nothing_and_answered_yes_decides():
    for told in EVERY:
        found = classify(told)
        for question in found.open:
            as_no = classify(Told(**{**vars(told), question.value: NO}))
            as_yes = classify(Told(**{**vars(told), question.value: YES}))
            assert as_no.open == tuple(one for one in found.open if one is not question)
            assert as_no.type in {found.type, GbvType.NOT_GBV}
            assert as_yes.type is dict(ORDER)[question]


@pytest.mark.parametrize(
    ("told", "context"),
    [
        (Told(physical=YES, kin=frozenset({Kin.SPOUSE})), Context.INTIMATE_PARTNER),
        (Told(physical=YES, kin=frozenset({Kin.PARTNER})), Context.INTIMATE_PARTNER),
        (Told(physical=YES, kin=frozenset({Kin.OTHER, Kin.FORMER})), Context.INTIMATE_PARTNER),
        (Told(penetration=YES, age=CHILD), Context.CHILD_SEXUAL_ABUSE),
        (Told(contact=YES, age=CHILD), Context.CHILD_SEXUAL_ABUSE),
        (Told(NO, NO, NO, marriage=YES, age=CHILD), Context.EARLY_MARRIAGE),
        (Told(contact=YES, goods=YES), Context.SEXUAL_EXPLOITATION),
        (Told(contact=YES, abduction=YES), Context.SEXUAL_SLAVERY),
        (Told(harmful=YES), Context.HARMFUL_PRACTICE),
    ],
)
def test_each_context_holds_for_its_own_reason_alone(told, context):
    assert contexts(told) == {context}


@pytest.mark.parametrize(
    ("told", "context"),
    [
        (Told(NO, NO, NO, NO, NO, NO, kin=frozenset({Kin.SPOUSE})), Context.INTIMATE_PARTNER),
        (Told(kin=frozenset({Kin.SPOUSE})), Context.INTIMATE_PARTNER),
        (Told(physical=YES, kin=frozenset(Kin) - INTIMATE), Context.INTIMATE_PARTNER),
        (Told(penetration=YES, age=WOMAN), Context.CHILD_SEXUAL_ABUSE),
        (Told(penetration=YES, age=NOBODY_KNOWS), Context.CHILD_SEXUAL_ABUSE),
        (Told(penetration=YES, age=Age(17, 18)), Context.CHILD_SEXUAL_ABUSE),
        (Told(NO, NO, NO, marriage=YES, age=Age(18, 18)), Context.EARLY_MARRIAGE),
        (Told(physical=YES, marriage=YES, age=CHILD), Context.EARLY_MARRIAGE),
        (Told(contact=YES, goods=NO), Context.SEXUAL_EXPLOITATION),
        (Told(contact=YES, goods=OPEN), Context.SEXUAL_EXPLOITATION),
        (Told(physical=YES, goods=YES), Context.SEXUAL_EXPLOITATION),
        (Told(contact=YES, abduction=NO), Context.SEXUAL_SLAVERY),
        (Told(physical=YES, abduction=YES), Context.SEXUAL_SLAVERY),
        (Told(harmful=NO), Context.HARMFUL_PRACTICE),
        (Told(harmful=OPEN), Context.HARMFUL_PRACTICE),
    ],
)
def test_no_context_holds_when_its_reason_is_missing(told, context):
    assert context not in contexts(told)


@given(everything)
def test_contexts_agree_with_the_type_whatever_is_answered(told):
    kind, found = classify(told).type, contexts(told)

    assert (Context.INTIMATE_PARTNER in found) == (kind not in {None, GbvType.NOT_GBV} and bool(INTIMATE & told.kin))
    assert (Context.HARMFUL_PRACTICE in found) == (told.harmful is YES)
    if found & {Context.CHILD_SEXUAL_ABUSE, Context.SEXUAL_EXPLOITATION, Context.SEXUAL_SLAVERY}:
        assert kind in SEXUAL
    if found & {Context.CHILD_SEXUAL_ABUSE, Context.EARLY_MARRIAGE}:
        assert told.age.most is not None
        assert told.age.most < 18


@given(everything, st.sampled_from(Question))
def test_knowing_more_never_takes_a_certain_context_away_but_for_a_stronger_type(told, question):
    """A question that was open becomes «no»: nothing that was certain goes."""
    if told.answer(question) is OPEN:
        assert contexts(told) <= contexts(Told(**{**vars(told), question.value: NO}))


def test_a_child_is_one_until_the_day_before_the_eighteenth_birthday():
    """The day decides, with one to each side; who was born on 29 February has hers on 1 March in other years."""
    for birth, birthday in (("2008-02-03", date(2026, 2, 3)), ("2008-02-29", date(2026, 3, 1))):
        eve = birthday - timedelta(days=1)
        found = {day: contexts(Told(YES, age=age_on(birth, day))) for day in (eve, birthday)}
        assert found == {eve: frozenset({Context.CHILD_SEXUAL_ABUSE}), birthday: frozenset()}
        assert [is_grown(birth, day) for day in (eve, birthday)] == [False, True]
    assert is_child_marriage(YES, age_on("2007-02-03", date(2026, 2, 2))) is YES
    assert is_child_marriage(YES, age_on("2007-02-03", date(2026, 2, 3))) is NO
    assert not is_grown("2008", date(2026, 12, 30)), "the year alone does not say it on that day"
    assert is_grown("2008", date(2026, 12, 31))
    assert not is_grown("", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("age", "years", "answer"),
    [
        (Age(17, 17), 18, YES),
        (Age(18, 18), 18, NO),
        (Age(17, 18), 18, OPEN),
        (Age(18, 18), 19, YES),
        (Age(19, 19), 19, NO),
        (Age(18, 24), 19, OPEN),
        (Age(13, 17), 19, YES),
        (Age(60, None), 19, NO),
        (Age(0, None), 19, OPEN),
        (Age(), 18, OPEN),
    ],
)
def test_an_age_that_is_known_roughly_says_only_what_is_certain(age, years, answer):
    assert age.is_under(years) is answer


KDRT = {
    Kin.SPOUSE: (YES, YES, YES),
    Kin.PARENT: (YES, YES, YES),
    Kin.KIN: (YES, NO, OPEN),
    Kin.EMPLOYER: (YES, NO, OPEN),
    Kin.PARTNER: (NO, NO, NO),
    Kin.FORMER: (NO, NO, NO),
    Kin.OTHER: (OPEN, NO, NO),
    Kin.UNKNOWN: (OPEN, OPEN, OPEN),
}
"""Relation → (lives in, does not, not known). UU 23/2004 art. 2."""


@pytest.mark.parametrize("kin", Kin)
def test_household_violence_follows_from_relation_and_roof(kin):
    assert tuple(is_kdrt(kin, lives) for lives in ANSWERS) == KDRT[kin]


def test_one_perpetrator_of_the_household_is_enough_and_one_doubt_keeps_it_open():
    assert kdrt_of([(Kin.OTHER, NO), (Kin.SPOUSE, NO)]) is YES
    assert kdrt_of([(Kin.OTHER, NO), (Kin.KIN, OPEN)]) is OPEN
    assert kdrt_of([(Kin.OTHER, NO), (Kin.FORMER, YES)]) is NO
    assert kdrt_of([]) is OPEN


def test_every_word_that_a_relation_can_count_as_is_one_that_the_engine_knows():
    assert [value for value, _label in RELATIONS] == [kin.value for kin in Kin]


@pytest.mark.parametrize(
    ("married", "age", "answer"),
    [
        (YES, Age(18, 18), YES),
        (YES, Age(19, 19), NO),
        (YES, Age(18, 19), OPEN),
        (YES, Age(), OPEN),
        (NO, Age(15, 15), NO),
        (OPEN, Age(15, 15), OPEN),
        (OPEN, Age(19, 30), NO),
        (OPEN, Age(), OPEN),
    ],
)
def test_a_marriage_before_nineteen_is_marked(married, age, answer):
    assert is_child_marriage(married, age) is answer


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (0, Elapsed.DAYS_0_3),
        (3, Elapsed.DAYS_0_3),
        (4, Elapsed.DAYS_4_5),
        (5, Elapsed.DAYS_4_5),
        (6, Elapsed.DAYS_6_14),
        (14, Elapsed.DAYS_6_14),
        (15, Elapsed.DAYS_15_30),
        (30, Elapsed.DAYS_15_30),
        (31, Elapsed.MORE),
        (4000, Elapsed.MORE),
        (-1, None),
    ],
)
def test_each_day_belongs_to_one_class(days, kind):
    day = date(2026, 2, 27)

    assert elapsed(day, day + timedelta(days=days)) is kind


def test_an_incident_without_a_day_has_no_class():
    assert elapsed(None, date(2026, 2, 1)) is None


@given(st.integers(0, 2000))
def test_time_goes_through_the_classes_in_order(days):
    day = date(2024, 2, 27)
    order = list(Elapsed)
    now, later = (elapsed(day, day + timedelta(days=one)) for one in (days, days + 1))

    assert now is not None
    assert later is not None
    assert 0 <= order.index(later) - order.index(now) <= 1


@pytest.mark.parametrize("hours", [PEP_HOURS, CONTRACEPTION_HOURS])
def test_a_window_closes_at_its_hour_not_a_second_later(hours):
    at = datetime(2026, 2, 1, 13, 30, tzinfo=UTC)
    window, second = Window.of(at, at, hours), timedelta(seconds=1)

    assert window.is_open(at) is YES
    assert window.is_open(at + timedelta(hours=hours) - second) is YES
    assert window.is_open(at + timedelta(hours=hours)) is NO


def test_a_day_without_an_hour_leaves_its_last_day_open():
    begins = datetime(2026, 2, 1, tzinfo=UTC)
    window = Window.of(begins, begins + timedelta(days=1), PEP_HOURS)
    third = begins + timedelta(hours=PEP_HOURS)

    assert window.is_open(third - timedelta(minutes=1)) is YES
    assert window.is_open(third) is OPEN
    assert window.is_open(third + timedelta(hours=24) - timedelta(minutes=1)) is OPEN
    assert window.is_open(third + timedelta(hours=24)) is NO

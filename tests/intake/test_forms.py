"""Every field of the public forms under bad input: a sentence, the text kept, never an error of ours."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.core.codelists import AgeGroup, ContactWay, Danger, Now, RiskLevel, Who
from ruangaman.core.regions import KELURAHAN
from ruangaman.core.text import BIDI_CONTROLS, INVISIBLE
from ruangaman.intake.forms.public import KINDS, MAX_STORY, MessageForm, ReportForm
from ruangaman.intake.types import (
    LETHAL,
    LIMIT_KEYS,
    TRANSITIONS,
    VULNERABLE,
    WORKED_ON,
    Relation,
    State,
    Step,
    ViolenceForm,
    danger_level,
    size_class,
    state_after,
    steps_from,
)

AVOIDABLE = (("uptd-ppa", "UPTD PPA"), ("polisi", "Polisi"))
SINGLE = ReportForm.single


def form_of(**values: str | list[str]) -> ReportForm:
    """Return the form as sent."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return ReportForm(data, avoidable=AVOIDABLE)


def test_only_the_story_is_needed():
    assert form_of(what="Dia memukul").is_valid()
    assert list(form_of().errors) == ["what"]


@given(st.text(max_size=400))
def test_any_text_is_taken_or_told_and_never_keeps_what_hides(text):
    form = form_of(what=text, when=text, contact_value=text, contact_hours=text, contact_name=text)
    if form.is_valid():
        draft = form.to_draft("web")
        for kept in (draft.what, draft.when, draft.contact_hours, draft.contact_name):
            assert not set(kept) & (BIDI_CONTROLS | INVISIBLE | {"\x00", "\x07", "\r"})
        assert "\n" not in draft.when
    else:
        assert set(form.errors) <= {"what", "when", "contact_value", "contact_hours", "contact_name"}
        assert all(str(message) for messages in form.errors.values() for message in messages)


@given(st.sampled_from(SINGLE), st.text(max_size=30), st.text(max_size=30))
def test_a_doubled_field_is_told_at_the_field(name, first, second):
    values: dict[str, str | list[str]] = {"what": "x", name: [first, second]}
    form = form_of(**values)

    if first == second:
        return
    assert not form.is_valid()
    assert (name if name in form.fields else "__all__") in form.errors


@given(st.sampled_from(["now", "who", "kinds", "dangers", "where", "relation", "age_group", "contact", "avoid"]))
def test_an_unknown_code_is_told_at_the_field(name):
    form = form_of(what="x", **{name: "<b>tak dikenal</b>"})

    assert not form.is_valid()
    assert list(form.errors) == [name]


@pytest.mark.parametrize("length", [MAX_STORY, MAX_STORY + 1, 65_536])
def test_a_long_story_is_taken_up_to_the_limit(length):
    form = form_of(what="a" * length)

    assert form.is_valid() == (length <= MAX_STORY)
    assert "paling banyak" in str(form.errors) or form.is_valid()


def test_a_wrong_encoding_is_told():
    form = form_of(what="Dia \ufffd marah")

    assert "tidak bisa kami baca" in str(form.errors["what"])


def test_more_values_than_any_honest_form_sends():
    assert not form_of(what="x", **{f"f{number}": "x" for number in range(150)}).is_valid()


@pytest.mark.parametrize(
    ("way", "value", "good"),
    [
        ("phone", "0812-3456-7890", True),
        ("whatsapp", "+62 812 3456 7890", True),
        ("phone", "0812-34", False),
        ("phone", "0" * 16, False),
        ("phone", "", False),
        ("email", "a@b.id", True),
        ("email", "a@b", False),
        ("email", "bukan", False),
        ("receipt", "apa saja", True),
        ("none", "", True),
        ("", "", True),
    ],
)
def test_the_address_fits_the_chosen_way(way, value, good):
    form = form_of(what="x", contact=way, contact_value=value)

    assert form.is_valid() == good
    assert good or list(form.errors) == ["contact_value"]


def test_every_code_of_the_lists_is_taken():
    for name, codes in {
        "now": Now.values, "who": Who.values, "relation": Relation.values, "age_group": AgeGroup.values,
        "where": list(KELURAHAN),
    }.items():  # fmt: skip
        assert all(form_of(what="x", **{name: code}).is_valid() for code in codes), name
    assert form_of(what="x", kinds=ViolenceForm.values, dangers=Danger.values, avoid=["polisi", "uptd-ppa"]).is_valid()
    assert {code for code, _words in KINDS} == set(ViolenceForm.values)
    assert set(ContactWay.values) == {"receipt", "whatsapp", "phone", "email", "none"}


def test_a_child_is_asked_in_its_own_words():
    form = ReportForm(QueryDict("what=x"), avoidable=AVOIDABLE, child=True)

    assert form.is_valid()
    assert form.to_draft("web").voice == "child"


def test_what_one_visitor_is_asked_does_not_reach_the_next():
    """Forms share their fields; what one of them changes is its own."""
    child = ReportForm(QueryDict("what=x&avoid=only-hers"), avoidable=[("only-hers", "Hanya dia")], child=True)
    assert child.is_valid()

    next_one = ReportForm(QueryDict("what=x&avoid=only-hers"), avoidable=AVOIDABLE)

    assert "avoid" in next_one.errors
    plain = ReportForm.base_fields
    assert [next_one.fields[name].label for name in plain] == [plain[name].label for name in plain]
    assert next_one.fields["kinds"] is plain["kinds"] is not child.fields["kinds"]


def test_a_message_needs_words_or_a_file():
    assert not MessageForm(QueryDict("message=+")).is_valid()
    assert MessageForm(QueryDict("message="), has_files=True).is_valid()


def test_every_sign_of_danger_weighs_something():
    """A new sign that is in neither set would wait a day."""
    assert set(Danger) == LETHAL | VULNERABLE
    assert not LETHAL & VULNERABLE


@given(st.sampled_from(["", *Now.values]), st.sets(st.sampled_from(Danger.values)), st.sampled_from(["", *Who.values]))
def test_more_danger_never_lowers_the_level(now, dangers, who):
    level = danger_level(now=now, dangers=dangers, who=who)

    assert level in LIMIT_KEYS
    assert all(danger_level(now=now, dangers={*dangers, one}, who=who) >= level for one in Danger.values)
    assert danger_level(now="yes", dangers=dangers, who=who) >= max(level, RiskLevel.TINGGI)


@pytest.mark.parametrize(
    ("now", "dangers", "who", "level"),
    [
        ("yes", ["weapon"], "", RiskLevel.EKSTREM),
        ("yes", [], "", RiskLevel.TINGGI),
        ("no", ["strangled"], "", RiskLevel.TINGGI),
        ("unsure", [], "", RiskLevel.SEDANG),
        ("no", ["pregnant"], "", RiskLevel.SEDANG),
        ("no", [], "child", RiskLevel.SEDANG),
        ("no", [], "self", RiskLevel.RENDAH),
        ("", [], "", RiskLevel.RENDAH),
    ],
)
def test_the_level_at_the_door(now, dangers, who, level):
    assert danger_level(now=now, dangers=dangers, who=who) == level


def test_the_machine_has_no_dead_end_and_no_unknown_step():
    assert {step for _state, step in TRANSITIONS} == set(Step)
    assert steps_from(State.CASE_OPENED) == frozenset()
    assert all(steps_from(state) for state in State if state != State.CASE_OPENED)
    assert state_after("refused", Step.UNDO_REFUSAL) in WORKED_ON
    assert state_after(State.RECEIVED, Step.OPEN_CASE) is None


@given(st.integers(0, 100_000), st.integers(0, 10))
def test_size_grows_with_text_and_files(characters, files):
    assert size_class(characters=characters, files=files) <= size_class(characters=characters + 1, files=files + 1)

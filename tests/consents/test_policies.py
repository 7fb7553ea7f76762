"""Whose word counts: a grown woman's own, a guardian's with the child's, nobody's where a parent is accused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.consents.policies import bases_for, givers_for, may_give
from ruangaman.consents.types import Answer, Basis, Giver, How

ANSWERS = st.builds(
    Answer, basis=st.sampled_from(list(Basis)), giver=st.sampled_from(list(Giver)), how=st.just(How.PAPER),
    is_given=st.booleans(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("is_child", "is_parent_accused", "givers"),
    [
        (False, False, (Giver.SELF,)),
        (False, True, (Giver.SELF,)),
        (True, False, (Giver.BOTH, Giver.GUARDIAN)),
        (True, True, ()),
    ],
)
def test_who_is_asked(is_child: bool, is_parent_accused: bool, givers: tuple[Giver, ...]) -> None:
    assert givers_for(is_child=is_child, is_parent_accused=is_parent_accused) == givers
    bases = bases_for(is_child=is_child, is_parent_accused=is_parent_accused)
    assert (Basis.CONSENT in bases) == bool(givers)
    assert {Basis.VITAL, Basis.DUTY, Basis.PUBLIC} <= set(bases), "help never waits for a signature"


@given(ANSWERS, st.booleans(), st.booleans())
def test_an_answer_counts_when_it_is_of_who_is_asked_or_of_nobody(answer: Answer, child: bool, accused: bool) -> None:
    allowed = may_give(answer, is_child=child, is_parent_accused=accused)
    if answer.basis is not Basis.CONSENT:
        assert allowed == (answer.giver is Giver.NOBODY and answer.is_given)
        return
    assert allowed == may_give(replace(answer, is_given=not answer.is_given), is_child=child, is_parent_accused=accused)
    if child and accused:
        assert not allowed
    elif child:
        assert allowed == (answer.giver in {Giver.BOTH, Giver.GUARDIAN})
    else:
        assert allowed == (answer.giver is Giver.SELF)

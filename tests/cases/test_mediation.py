"""May there be a mediation? Every reason alone closes the gate, and without any of them it is open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.cases.types import AskedBy, MediationFacts, NoMediation, why_no_mediation
from ruangaman.codelists.types import HARMS
from ruangaman.core.codelists import CaseType, RiskLevel

GOOD = MediationFacts(
    asked_by=AskedBy.VICTIM,
    is_assessed=True,
    is_signed=True,
    risk=RiskLevel.SEDANG,
    case_type=CaseType.WOMAN,
    harms=frozenset({"psychological", "neglect"}),
)


def test_with_nothing_against_it_it_may_be_held() -> None:
    assert why_no_mediation(GOOD) == []
    assert why_no_mediation(replace(GOOD, risk=RiskLevel.RENDAH)) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"asked_by": AskedBy.ACCUSED}, NoMediation.NOT_HER_WISH),
        ({"asked_by": AskedBy.FAMILY}, NoMediation.NOT_HER_WISH),
        ({"is_assessed": False}, NoMediation.NOT_ASSESSED),
        ({"is_signed": False}, NoMediation.NOT_SIGNED),
        ({"harms": frozenset({"physical", "sexual"})}, NoMediation.SEXUAL),
        ({"harms": frozenset({"online"})}, NoMediation.SEXUAL),
        ({"harms": frozenset({"trafficking"})}, NoMediation.TRAFFICKING),
        ({"risk": RiskLevel.TINGGI}, NoMediation.DANGEROUS),
        ({"risk": RiskLevel.EKSTREM}, NoMediation.DANGEROUS),
        ({"has_child_victim": True}, NoMediation.CHILD),
        ({"case_type": CaseType.CHILD}, NoMediation.CHILD),
        ({"case_type": CaseType.BOTH}, NoMediation.CHILD),
        ({"harms": frozenset()}, NoMediation.UNKNOWN),
    ],
)
def test_each_reason_alone_is_enough_and_is_named(change: dict[str, object], reason: NoMediation) -> None:
    assert why_no_mediation(replace(GOOD, **change)) == [reason]  # type: ignore[arg-type]  # fields of the facts


@given(st.sets(st.sampled_from([code for code, _words in HARMS])), st.sampled_from(list(RiskLevel)), st.booleans())
def test_sexual_violence_and_trafficking_are_never_mediated(harms: set[str], risk: RiskLevel, signed: bool) -> None:
    said = why_no_mediation(replace(GOOD, harms=frozenset(harms), risk=risk, is_signed=signed))
    if harms & {"sexual", "online", "trafficking"}:
        assert said

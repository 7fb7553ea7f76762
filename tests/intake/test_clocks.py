"""What happens to a report starts and stops its clocks; accepting one starts none."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.intake import services
from tests.factories.cases import FEB_1, FEB_2, FEB_3
from tests.factories.desk import HOUR, KINDS, events_of

FACTS = {
    "case_type": CaseType.WOMAN,
    "risk": RiskLevel.SEDANG,
    "authority": Authority.CITY,
    "why": "Sudah dipastikan lewat telepon",
}


def open_clocks(report):
    found = Clock.objects.open().filter(dossier=report.dossier_id).exclude(kind__key__startswith="decision.")
    return {one.kind.key: one for one in found.select_related("kind")}


def opened(counter, **risk):
    report = counter.send(**KINDS)
    counter.do(services.triage, report, **{**FACTS, **risk})
    counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    return counter.fresh(report)


def test_a_report_that_comes_in_has_its_own_limit_and_no_clock(counter):
    assert open_clocks(counter.send()) == {}


def test_triage_asks_for_a_decision_of_the_desk_and_the_decision_ends_it(counter):
    report = counter.send(**KINDS)
    counter.do(services.triage, report, **FACTS)
    (clock,) = open_clocks(report).values()
    assert (clock.kind.key, clock.desk, clock.owner) == ("desk.decide", counter.desk, counter.first)
    assert clock.unit == counter.office.unit
    counter.do(services.triage, report, **{**FACTS, "risk": RiskLevel.EKSTREM})
    clock.refresh_from_db()
    assert clock.danger == RiskLevel.EKSTREM, "and presses as its danger now says"
    facts = {
        "reason": RefusalReason.SPAM,
        "words": "x",
        "note": "Sudah dipastikan lewat telepon",
        "message_id": uuid4(),
    }
    counter.do(services.refuse, report, **facts)
    assert open_clocks(report) == {}


def test_opening_a_case_ends_the_reports_clocks_and_begins_the_cases(counter):
    report = opened(counter)
    assert open_clocks(report) == {}
    case = Clock.objects.open().filter(dossier=report.case.dossier_id)
    assert {one.owner for one in case} == {counter.manager}
    assert case.filter(kind__key="case.companion").exists()


@pytest.mark.parametrize("ends", ["reply", "acknowledge"])
def test_a_message_into_an_open_case_is_the_managers_turn_until_it_is_read(counter, ends):
    report = opened(counter, risk=RiskLevel.TINGGI)
    counter.write_back(report, "masih ada", at=FEB_3)
    (clock,) = open_clocks(report).values()
    assert (clock.kind.key, clock.owner, clock.lead) == ("desk.answer_again", counter.manager, counter.manager)
    assert (clock.started_at, clock.due_at) == (FEB_3, FEB_3 + 6 * HOUR)
    assert clock.presses_at == clock.due_at - 24 * HOUR
    assert clock.escalates_at == FEB_3 + 4.5 * HOUR
    counter.write_back(report, "lagi", at=FEB_3 + HOUR)
    assert list(open_clocks(report).values()) == [clock], "the first message is the one that waits"
    if ends == "reply":
        counter.do(services.reply, report, by=counter.manager, text="x", message_id=uuid4(), at=FEB_3)
    else:
        counter.do(services.acknowledge, report, by=counter.manager, at=FEB_3)
        counter.do(services.acknowledge, report, by=counter.manager, at=FEB_3)
        assert events_of(report, "intake.acknowledged") == ["intake.acknowledged"]
    assert open_clocks(report) == {}


def test_a_message_while_the_desk_holds_the_report_stands_in_the_reports_own_limit(counter):
    report = counter.send(at=FEB_1)
    counter.write_back(report, "masih ada")
    assert open_clocks(report) == {}

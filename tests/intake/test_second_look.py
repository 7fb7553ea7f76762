"""Less danger than the answers say, or a refusal of them, is a second look and a written reason, never one press."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.intake import services
from ruangaman.intake.errors import NeedsReason
from ruangaman.intake.services.decisions import suggest
from ruangaman.intake.types import State
from ruangaman.vault import services as vault
from ruangaman.vault.types import Purpose
from tests.factories.accounts import working
from tests.factories.cases import FEB_2
from tests.factories.desk import KINDS
from tests.support.signing_in import signed_in

LOW = {"case_type": CaseType.WOMAN, "risk": RiskLevel.RENDAH, "authority": Authority.CITY}
REFUSAL = {"reason": RefusalReason.NOT_VIOLENCE, "words": "KATA-UJI"}


def read(viewer, ref):
    with working(viewer):
        return vault.reveal(ref=ref, purpose=Purpose.TRIAGE, by=viewer, at=FEB_2)


def post(counter, report, step, **data):
    return signed_in(counter.first).post(f"/laporan/{report.code}/{step}", {"once": str(uuid4()), **data})


def test_less_danger_than_the_answers_needs_a_reason_that_is_sealed(counter):
    report = counter.send(now="yes")
    with pytest.raises(NeedsReason):
        counter.do(services.triage, report, **LOW)
    assert counter.fresh(report).state == State.RECEIVED

    counter.do(services.triage, report, why="ALASAN-UJI sudah dipastikan", **LOW)

    fresh = counter.fresh(report)
    assert (fresh.state, fresh.danger) == (State.TRIAGED, RiskLevel.RENDAH)
    assert read(counter.first, fresh.triage_ref) == {"text": "ALASAN-UJI sudah dipastikan"}


def test_as_much_danger_as_the_answers_say_asks_nothing_and_forgets_what_was_said(counter):
    report = counter.send(now="yes")
    counter.do(services.triage, report, why="ALASAN-UJI sudah dipastikan", **LOW)
    for level in (suggest(report).risk, RiskLevel.EKSTREM):
        counter.do(services.triage, report, **{**LOW, "risk": level})
        assert counter.fresh(report).triage_ref is None
    quiet = counter.send()
    counter.do(services.triage, quiet, **LOW)
    assert counter.fresh(quiet).state == State.TRIAGED


def test_the_page_says_which_answers_speak_against_it_and_keeps_what_was_chosen(counter):
    report = counter.send(**KINDS)
    facts = {"case_type": "woman", "risk": "1", "authority": "city"}

    first = post(counter, report, "triase", **facts)

    page = first.content.decode()
    assert first.status_code == 422
    assert "Jawabannya berkata lain: sedang terjadi, " in page
    assert 'name="why"' in page
    assert counter.fresh(report).state == State.RECEIVED
    second = post(counter, report, "triase", why="ALASAN-UJI sudah dipastikan", **facts)
    assert second.status_code == 302
    assert (
        "karena: ALASAN-UJI sudah dipastikan"
        in signed_in(counter.first).get(f"/laporan/{report.code}/").content.decode()
    )


def test_a_report_that_says_danger_is_not_refused_in_one_press(counter):
    report = counter.send(**KINDS)
    with pytest.raises(NeedsReason):
        counter.do(services.refuse, report, note="", message_id=uuid4(), **REFUSAL)
    facts = {**REFUSAL, "note": "CATATAN-UJI sudah dipastikan"}

    first = post(counter, report, "tolak", **facts)

    assert first.status_code == 422
    assert "Jawabannya menyebut bahaya: sedang terjadi, " in first.content.decode()
    assert counter.fresh(report).state == State.RECEIVED
    assert post(counter, report, "tolak", **{**facts, "note": ""}, look="on").status_code == 422
    assert post(counter, report, "tolak", **facts, look="on").status_code == 302
    fresh = counter.fresh(report)
    assert fresh.state == State.REFUSED
    assert read(counter.first, fresh.refusal_ref) == {"text": "CATATAN-UJI sudah dipastikan"}


def test_a_report_without_danger_is_refused_as_before(counter):
    report = counter.send()
    assert post(counter, report, "tolak", **REFUSAL).status_code == 302
    assert counter.fresh(report).state == State.REFUSED


def test_a_reason_goes_with_its_triage(counter):
    report = counter.send(now="yes")
    counter.do(services.triage, report, why="ALASAN-UJI sudah dipastikan", **LOW)
    counter.do(services.refuse, report, note="CATATAN-UJI sudah dipastikan", message_id=uuid4(), **REFUSAL)
    counter.do(services.undo_refusal, report)
    assert counter.fresh(report).triage_ref is None

"""A double is marked once both reports were looked at; whoever was never answered is not forgotten by that."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services as cases
from ruangaman.cases.types import Escort
from ruangaman.clocks.models import Clock
from ruangaman.clocks.services import snooze_clock
from ruangaman.clocks.types import SnoozeReason
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.core.errors import NotAllowed
from ruangaman.intake import services
from ruangaman.intake.errors import NeedsReason, WrongState
from ruangaman.intake.types import State
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3
from tests.factories.desk import HOUR, KINDS, events_of
from tests.support.signing_in import signed_in

ASK_FIRST = "Tanyakan dulu isinya kepada petugas"
FACTS = {"case_type": CaseType.WOMAN, "risk": RiskLevel.TINGGI, "authority": Authority.CITY}


def open_clocks(report):
    found = Clock.objects.open().filter(dossier=report.dossier_id)
    return {one.kind.key: one for one in found.select_related("kind")}


def post(counter, report, step, **data):
    return signed_in(counter.first).post(f"/laporan/{report.code}/{step}", {"once": str(uuid4()), **data})


def test_nothing_is_written_in_the_officers_name_and_who_was_never_answered_waits_on(counter):
    first, second = counter.send(), counter.send()
    due = second.due_at
    counter.do(services.mark_duplicate, second, original=first.code)

    assert second.messages.count() == 0
    clock = open_clocks(second)["report.double_answer"]
    assert (clock.due_at, clock.desk, clock.owner) == (due, counter.desk, counter.first)
    with working(counter.first), pytest.raises(NotAllowed, match="melewati batas"):
        snooze_clock(clock_id=clock.pk, until=due + HOUR, reason=SnoozeReason.AGREED, by=counter.first,
                     at=due - HOUR)  # fmt: skip
    counter.do(services.reply, second, text="x", message_id=uuid4(), at=FEB_1 + 2 * HOUR)
    assert open_clocks(second) == {}
    assert counter.fresh(second).answered_at == FEB_1 + 2 * HOUR


def test_what_the_officer_writes_is_the_answer(counter):
    first, second = counter.send(), counter.send()
    counter.do(services.mark_duplicate, second, original=first.code, words="x", message_id=uuid4())
    assert second.messages.get().author == counter.first
    assert open_clocks(second) == {}
    assert counter.fresh(second).answered_at is not None


def test_no_double_after_all_waits_until_when_it_waited_before(counter):
    first, waiting, answered = counter.send(), counter.send(now="yes"), counter.send(now="yes")
    counter.do(services.reply, answered, text="x", message_id=uuid4())
    before = open_clocks(answered)["report.triage_high"].due_at
    due = waiting.due_at
    for report in (waiting, answered):
        counter.do(services.mark_duplicate, report, original=first.code, has_looked=True, at=FEB_1 + 2 * HOUR)
    counter.write_back(waiting, "x", at=FEB_1 + 3 * HOUR)  # moves the limit of a report that nobody waits for
    for report in (waiting, answered):
        counter.do(services.undo_duplicate, report, at=FEB_1 + 4 * HOUR)

    fresh = counter.fresh(waiting)
    assert (fresh.state, fresh.due_at, open_clocks(waiting)) == (State.RECEIVED, due, {})
    assert open_clocks(answered)["report.triage_high"].due_at == before, "late stays late"


def test_a_triage_that_was_forgotten_leaves_the_danger_of_the_answers(counter):
    first, second = counter.send(), counter.send(now="yes")
    counter.do(services.triage, second, **{**FACTS, "risk": RiskLevel.RENDAH}, why="Sudah dipastikan lewat telepon.")
    counter.do(services.mark_duplicate, second, original=first.code, has_looked=True)
    counter.do(services.undo_duplicate, second)
    assert counter.fresh(second).danger == RiskLevel.TINGGI


def test_a_double_of_less_danger_asks_for_a_look(counter):
    first, second = counter.send(), counter.send(now="yes")
    with pytest.raises(NeedsReason):
        counter.do(services.mark_duplicate, second, original=first.code)
    assert counter.fresh(second).state == State.RECEIVED
    counter.do(services.mark_duplicate, second, original=first.code, has_looked=True)
    assert counter.fresh(second).state == State.DUPLICATE


def test_the_original_takes_over_the_danger_of_its_double(counter):
    waiting, answered = counter.send(), counter.send()
    counter.do(services.reply, answered, text="x", message_id=uuid4())
    for original in (waiting, answered):
        double = counter.send(now="yes")
        counter.do(services.mark_duplicate, double, original=original.code, has_looked=True)
        assert counter.fresh(original).danger == RiskLevel.TINGGI
        assert events_of(original, "intake.danger_raised") == ["intake.danger_raised"]
    assert counter.fresh(waiting).due_at == counter.send(now="yes").due_at, "answered as soon as that danger asks for"
    assert {one.danger for one in open_clocks(answered).values()} == {RiskLevel.TINGGI}


def test_a_double_that_nobody_answered_is_handed_over_as_late(counter):
    first, second = counter.send(), counter.send()
    counter.do(services.mark_duplicate, second, original=first.code)
    page = signed_in(counter.second).get("/serah-terima/").content.decode()
    assert second.code in page
    assert "sudah lewat sejak" in page
    assert "sudah lewat sejak" in post(counter, counter.send(), "ganda", original=first.code).content.decode()


def test_nobody_goes_on_with_what_was_refused_or_has_ended(counter):
    refused, closed, second = counter.send(), counter.send(), counter.send()
    facts = {"reason": "spam", "words": "x", "note": "", "message_id": uuid4()}
    counter.do(services.refuse, refused, **facts)
    counter.do(services.triage, closed, **{**FACTS, "risk": RiskLevel.RENDAH})
    case = counter.do(services.open_case, closed, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    with pytest.raises(WrongState, match="tidak ditangani"):
        counter.do(services.mark_duplicate, second, original=refused.code)
    flow.close(case, by=counter.manager, head=counter.team.head, at=FEB_3)
    with pytest.raises(WrongState, match="sudah ditutup"):
        counter.do(services.mark_duplicate, second, original=closed.code)
    assert events_of(second, "intake.duplicated") == []


def test_the_other_report_is_shown_before_anything_is_marked(counter):
    first, second = counter.send(), counter.send(**KINDS)
    page = post(counter, second, "ganda", original=first.code.lower())
    text = page.content.decode()
    assert page.status_code == 200
    assert f'href="/laporan/{first.code}/"' in text
    assert "sedang terjadi" in text
    assert "belum pernah dijawab" in text
    assert counter.fresh(second).state == State.RECEIVED
    assert post(counter, second, "tandai-ganda", original=first.code).status_code == 422, "more danger is ticked"
    assert post(counter, second, "tandai-ganda", original=first.code, look="on").status_code == 302
    assert counter.fresh(second).duplicate_of == first
    assert "belum pernah dijawab" in signed_in(counter.first).get(f"/laporan/{second.code}/").content.decode()
    wrong = post(counter, first, "ganda", original="L-TIDAKADA")
    assert (wrong.status_code, "Tidak ada laporan lain dengan kode itu" in wrong.content.decode()) == (409, True)


def test_a_triage_waits_no_longer_than_its_danger_allows(counter):
    for answers, key, hours in (
        (KINDS, "extreme", 1), ({"now": "yes"}, "high", 4), ({"now": "unsure"}, "medium", 24), ({}, "low", 72),
    ):  # fmt: skip
        report = counter.send(**answers)
        counter.do(services.reply, report, text="x", message_id=uuid4())
        clock = open_clocks(report)[f"report.triage_{key}"]
        assert clock.due_at - clock.started_at == timedelta(hours=hours)
        counter.do(services.reply, report, text="x", message_id=uuid4(), at=FEB_1 + 2 * HOUR)
        assert list(open_clocks(report).values()) == [clock], "the first answer is the one"
        counter.do(services.triage, report, **{**FACTS, "risk": RiskLevel.EKSTREM})
        assert set(open_clocks(report)) == {"desk.decide"}


@pytest.fixture
def running(counter):
    """A report in middle danger that is a case now."""
    report = counter.send()
    counter.do(services.triage, report, **{**FACTS, "risk": RiskLevel.SEDANG})
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_1)
    return report, case


def told(counter, case):
    with working(counter.manager):
        found = Clock.objects.open().filter(dossier=case.dossier_id, kind__key__startswith="safety.told")
        return {one.kind.key: one for one in found.select_related("kind")}


@pytest.mark.parametrize(
    ("dangers", "key", "hours", "danger"),
    [((), "safety.told", 24, RiskLevel.SEDANG), (("weapon",), "safety.told_high", 1, RiskLevel.EKSTREM)],
)
def test_a_double_of_a_case_is_its_managers_turn_as_pressing_as_the_graver_of_both(
    counter, running, dangers, key, hours, danger
):
    original, case = running
    double = counter.send(dangers=dangers, now="yes" if dangers else "no")
    counter.do(services.mark_duplicate, double, original=original.code, has_looked=True, at=FEB_2)

    (clock,) = told(counter, case).values()
    assert (clock.kind.key, clock.owner, clock.danger) == (key, counter.manager, danger)
    assert clock.due_at == FEB_2 + hours * HOUR
    event = AuditEvent.objects.get(type="cases.reported_again")
    assert event.subject == case.code
    assert event.detail == {"report": double.code, "danger": int(danger if dangers else RiskLevel.RENDAH)}
    with working(counter.first):
        assert not Clock.objects.filter(dossier=case.dossier_id).exists(), "the desk sees nothing of the case"
    client = signed_in(counter.manager)
    assert "tanyakan isinya kepada petugas" in client.get("/kerja/").content.decode()
    page = client.get(f"/kasus/{case.code}/").content.decode()
    assert clock.kind.name in page
    assert double.code not in page

    assert ASK_FIRST in client.get(f"/kasus/{case.code}/aman/").content.decode()
    facts = {"is_safe": True, "escort": Escort.NONE, "words": "x"}
    with working(counter.manager):
        cases.check_safety(code=case.code, by=counter.manager, at=FEB_2 + HOUR, **facts)
    assert told(counter, case) == {}
    assert ASK_FIRST not in client.get(f"/kasus/{case.code}/aman/").content.decode()


def test_a_double_of_what_is_no_case_is_nobody_elses_turn(counter, running):
    _original, case = running
    first, second = counter.send(), counter.send()
    counter.do(services.mark_duplicate, second, original=first.code)
    assert told(counter, case) == {}
    assert not AuditEvent.objects.filter(type="cases.reported_again").exists()


def test_only_who_may_add_to_both_reports_tells_a_case_of_them(counter, running):
    original, case = running
    double = counter.send()
    counter.do(services.mark_duplicate, double, original=original.code, has_looked=True, at=FEB_2)
    Clock.objects.filter(dossier=case.dossier_id).delete()
    for person in (counter.manager, counter.team.companion):
        with working(person), connection.cursor() as cursor:
            cursor.execute("SELECT code FROM intake_told_again(%s, 4, now())", [double.pk])
            assert cursor.fetchall() == []
    assert told(counter, case) == {}


def test_whoever_marks_it_reads_that_the_manager_is_asked(counter, running):
    original, case = running
    double = counter.send(dangers=("weapon",), now="yes")
    page = post(counter, double, "ganda", original=original.code).content.decode()
    assert case.code in page
    assert "Manajernya diminta menanyakan isi laporan ini" in page
    assert "sampaikan sekarang" in page


def test_who_opens_a_case_tells_its_people_which_doubles_there_are(counter):
    first, second = counter.send(), counter.send()
    counter.do(services.mark_duplicate, second, original=first.code)
    counter.do(services.triage, first, **FACTS)
    case = counter.do(services.open_case, first, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    page = signed_in(counter.manager).get(f"/kasus/{case.code}/", {"buka": "narrative"}).content.decode()
    assert "Laporan lain yang sama" in page
    assert second.code in page

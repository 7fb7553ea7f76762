"""What the desk decides against the answers is read by the head, who may send it back and learns nothing else."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.core.errors import Conflict, NotFound
from ruangaman.intake import services
from ruangaman.intake.errors import NeedsReason
from ruangaman.intake.models import Report, Ruling
from ruangaman.intake.services import rulings
from ruangaman.intake.types import State
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2
from tests.factories.desk import HOUR, KINDS, STORY, events_of
from tests.support.signing_in import signed_in

WHY = "ALASAN-UJI sudah dipastikan lewat telepon"
LOW = {"case_type": CaseType.WOMAN, "risk": RiskLevel.RENDAH, "authority": Authority.CITY, "why": WHY}
REFUSAL = {"reason": RefusalReason.NOT_VIOLENCE, "words": "KATA-UJI", "note": WHY}


def lowered(counter, *, answered=False, **answers):
    report = counter.send(**(answers or KINDS))
    if answered:
        counter.do(services.reply, report, text="x", message_id=uuid4())
    counter.do(services.triage, report, **LOW)
    return report, Ruling.objects.get(report=report)


def refused(counter):
    report = counter.send(**KINDS)
    counter.do(services.refuse, report, message_id=uuid4(), **REFUSAL)
    return report, Ruling.objects.get(report=report)


def as_head(counter, act, row, **facts):
    with working(counter.team.head):
        return act(ruling_id=row.pk, by=counter.team.head, at=FEB_2, **facts)


def open_kinds(report):
    return set(Clock.objects.open().filter(dossier=report.dossier_id).values_list("kind__key", flat=True))


@pytest.mark.parametrize("why", ["", "ok", "x" * 19, "1234567890 1234567890 ...."])
def test_a_reason_is_a_sentence(counter, why):
    report = counter.send(**KINDS)
    with pytest.raises(NeedsReason):
        counter.do(services.triage, report, **{**LOW, "why": why})
    with pytest.raises(NeedsReason):
        counter.do(services.refuse, report, message_id=uuid4(), **{**REFUSAL, "note": why})
    assert counter.fresh(report).state == State.RECEIVED
    assert not Ruling.objects.exists()


@pytest.mark.parametrize(("make", "key"), [(lowered, "lowered"), (refused, "refused")])
def test_the_head_reads_why_and_nothing_else(counter, make, key):
    report, row = make(counter)
    head = counter.team.head
    clock = Clock.objects.open().get(dossier=report.dossier_id, kind__key=f"decision.report_{key}")
    assert (clock.owner, clock.anchor, clock.due_at - clock.started_at) == (head, row.pk, 24 * HOUR)
    assert clock.danger == RiskLevel.EKSTREM, "as the answers say"
    page = signed_in(head).get(f"/keputusan/laporan/{row.pk}/").content.decode()
    assert WHY in page
    assert STORY not in page
    with working(head):
        assert not Report.objects.filter(pk=report.pk).exists()

    queue = signed_in(head).get("/kerja/").content.decode()
    assert f"/keputusan/laporan/{row.pk}/" in queue
    as_head(counter, rulings.read_ruling, row)
    as_head(counter, rulings.read_ruling, row)
    assert events_of(report, "intake.ruling_read") == ["intake.ruling_read"]
    assert f"decision.report_{key}" not in open_kinds(report)
    with pytest.raises(Conflict):
        as_head(counter, rulings.send_back, row, word="x")


@pytest.mark.parametrize("answered", [True, False])
def test_sent_back_a_report_is_as_dangerous_as_its_answers_and_waits_at_the_desk(counter, answered):
    report, row = lowered(counter, answered=answered)
    as_head(counter, rulings.send_back, row, word="KATA-KEPALA")

    fresh = counter.fresh(report)
    assert (fresh.state, fresh.danger, fresh.taken_by, fresh.triage_ref) == (
        State.RECEIVED, RiskLevel.EKSTREM, None, None,
    )  # fmt: skip
    assert open_kinds(report) == ({"report.triage_extreme"} if answered else set())
    if answered:
        clock = Clock.objects.open().get(dossier=report.dossier_id)
        assert (clock.danger, clock.desk, clock.due_at) == (RiskLevel.EKSTREM, counter.desk, FEB_2 + HOUR)
    else:
        assert (fresh.limit_key, fresh.due_at) == ("report.extreme", FEB_1)
    assert "KATA-KEPALA" in signed_in(counter.second).get(f"/laporan/{report.code}/").content.decode()


def test_a_refusal_that_is_sent_back_is_open_again(counter):
    report, row = refused(counter)
    as_head(counter, rulings.send_back, row, word="KATA-KEPALA")
    fresh = counter.fresh(report)
    assert (fresh.state, fresh.refusal_reason, fresh.needs_desk) == (State.RECEIVED, "", True)
    page = signed_in(counter.first).get(f"/laporan/{report.code}/").content.decode()
    assert "tulis kepadanya" in page


def test_who_was_refused_is_answered_anew_once_the_head_sends_it_back(counter):
    report = counter.send(now="unsure")
    length = report.due_at - FEB_1
    counter.do(services.refuse, report, message_id=uuid4(), **REFUSAL)
    row = Ruling.objects.get(report=report)
    as_head(counter, rulings.send_back, row, word="KATA-KEPALA")
    fresh = counter.fresh(report)
    assert (fresh.answered_at, fresh.limit_key, fresh.due_at) == (None, "report.medium", FEB_2 + length)
    assert open_kinds(report) == set(), "it stands in the queue as one that nobody has answered"
    assert f"/laporan/{report.code}/" in signed_in(counter.first).get("/kerja/").content.decode()

    counter.do(services.triage, report, at=FEB_2 + HOUR, **LOW)
    assert counter.fresh(report).due_at == FEB_2 + length, "from when it was sent back, and not later for less danger"
    counter.do(services.reply, report, text="x", message_id=uuid4(), at=FEB_2 + 2 * HOUR)
    assert counter.fresh(report).answered_at == FEB_2 + 2 * HOUR


@pytest.mark.parametrize("risk", list(RiskLevel))
def test_less_danger_promises_no_later_answer(counter, risk):
    report = counter.send(now="unsure")
    before = counter.fresh(report).due_at
    for one in (RiskLevel.EKSTREM, risk):
        counter.do(services.triage, report, **{**LOW, "risk": one})
    due = counter.fresh(report).due_at
    assert due < before if risk >= RiskLevel.TINGGI else due == before


@pytest.mark.parametrize("make", [lowered, refused])
def test_the_head_reads_beside_the_reason_what_the_danger_was_seen_from(counter, make):
    _report, row = make(counter)
    page = signed_in(counter.team.head).get(f"/keputusan/laporan/{row.pk}/").content.decode()
    for words in ("Dicekik", "Masih terjadi saat melapor", "Umur", "1 jam"):
        assert words in page
    assert ("KATA-UJI" in page) == (make is refused), "what the reporter reads"
    assert STORY not in page


def test_after_deciding_the_page_says_what_about_which_report_and_what_follows(counter):
    _report, row = refused(counter)
    address = f"/keputusan/laporan/{row.pk}/"
    sent = {"verdict": "returned", "word": "KATA-KEPALA"}
    page = signed_in(counter.team.head).post(address, sent, follow=True).content.decode()
    assert f"laporan {row.code}: dikembalikan ke meja." in page
    assert "ada lagi di antrean meja" in page


def test_what_the_desk_decided_waits_among_the_decisions_of_the_head(counter):
    _report, row = lowered(counter)
    address = f"/keputusan/laporan/{row.pk}/"
    page = signed_in(counter.team.head).get("/kasus/keputusan/").content.decode()
    assert address in page
    assert "Tidak ada yang menunggu" not in page
    as_head(counter, rulings.read_ruling, row)
    assert address not in signed_in(counter.team.head).get("/kasus/keputusan/").content.decode()


def test_what_has_moved_on_is_not_sent_back(counter):
    report, row = lowered(counter)
    counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    with pytest.raises(Conflict, match="sudah bergerak"):
        as_head(counter, rulings.send_back, row, word="x")
    assert Ruling.objects.get(pk=row.pk).verdict == ""


def test_taken_back_by_the_desk_the_head_still_reads_why(counter):
    report, row = refused(counter)
    counter.do(services.undo_refusal, report)
    assert "decision.report_refused" in open_kinds(report), "the desk does not end what the head reads"
    with pytest.raises(Conflict, match="sudah bergerak"):
        as_head(counter, rulings.send_back, row, word="x")
    as_head(counter, rulings.read_ruling, row)
    assert "decision.report_refused" not in open_kinds(report)


def test_strangers_learn_nothing(counter):
    _report, row = lowered(counter)
    for person in (counter.manager, counter.first):
        assert signed_in(person).get(f"/keputusan/laporan/{row.pk}/").status_code == 404
    with working(counter.manager), pytest.raises(NotFound):
        rulings.send_back(ruling_id=row.pk, word="x", by=counter.manager, at=FEB_2)
    assert signed_in(counter.team.head).get(f"/keputusan/laporan/{uuid4()}/").status_code == 404


def test_as_much_danger_as_the_answers_say_asks_the_head_nothing(counter):
    report = counter.send(**KINDS)
    counter.do(services.triage, report, **{**LOW, "risk": RiskLevel.EKSTREM, "why": ""})
    quiet = counter.send()
    counter.do(services.refuse, quiet, message_id=uuid4(), **{**REFUSAL, "note": ""})
    assert not Ruling.objects.exists()

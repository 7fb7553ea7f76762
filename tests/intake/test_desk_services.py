"""The desk's work: opening, holding, answering, deciding, handing over. Everything sealed for real."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases.models import Case, CaseFile, Note, Person
from ruangaman.cases.selectors.shelf import facts_of
from ruangaman.cases.types import PersonKind
from ruangaman.clocks.models import Clock
from ruangaman.clocks.selectors import limit_for
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.intake import services
from ruangaman.intake.errors import AlreadyOpened, AlreadyTaken, WrongState
from ruangaman.intake.models import Message, Report
from ruangaman.intake.selectors import desk as selectors
from ruangaman.intake.selectors import pressing
from ruangaman.intake.services.decisions import suggest
from ruangaman.intake.types import Direction, State
from ruangaman.vault.types import Compartment
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, read
from tests.factories.desk import HOUR, KINDS, STORY, Counter, events_of

TRIAGE = {
    "case_type": CaseType.WOMAN,
    "risk": RiskLevel.TINGGI,
    "authority": Authority.CITY,
    "why": "Sudah dipastikan lewat telepon",
}
REFUSAL = {"reason": RefusalReason.OTHER_OFFICE, "words": "KATA-UJI maaf", "note": "CATATAN-UJI luar kota"}


def answer(counter: Counter, report: Report, **facts: object) -> Message:
    wanted = {"text": "JAWABAN-UJI", "message_id": uuid4(), **facts}
    return counter.do(services.reply, report, **wanted)


def test_opening_shows_her_words_and_is_recorded_once(counter):
    report = counter.send(**KINDS, contact_value="KONTAK-UJI", files=(b"satu", b"dua"))

    opened = counter.do(services.open_report, report)
    again = counter.do(services.open_report, report, at=FEB_2)

    assert opened.answers["what"] == STORY
    assert opened.contact["value"] == "KONTAK-UJI"
    assert [file.facts.size for file in opened.files] == [4, 3]
    assert again.report.opened_at == FEB_1 + HOUR
    assert events_of(report, "intake.opened") == ["intake.opened"]
    reveals = AuditEvent.objects.filter(type="vault.revealed", subject=str(report.dossier_id))
    assert {event.detail["purpose"] for event in reveals} == {"triage"}
    assert reveals.count() == 2


def test_a_stranger_to_the_desk_finds_nothing(counter):
    report = counter.send()
    stranger = counter.office.user(Role.PETUGAS)
    for act in (services.open_report, services.take, services.release, services.settle):
        with pytest.raises(NotFound):
            counter.do(act, report, by=stranger)
    with pytest.raises(NotFound):
        counter.do(services.reply, report, by=stranger, text="x", message_id=uuid4())
    assert counter.fresh(report).opened_at is None


def test_other_roles_do_no_desk_work(counter):
    report = counter.send()
    with pytest.raises(NotAllowed):
        counter.do(services.take, report, by=counter.manager)


def test_locked_keys_open_nothing(counter):
    report = counter.send()
    counter.first.keyring = None
    with pytest.raises(Locked):
        counter.do(services.open_report, report)
    assert counter.fresh(report).opened_at is None


def test_who_takes_it_answers_it_and_the_second_learns_who_has_it(counter):
    report = counter.send()
    counter.do(services.take, report)
    counter.do(services.take, report)

    with pytest.raises(AlreadyTaken, match=counter.first.display_name):
        counter.do(services.take, report, by=counter.second)
    with pytest.raises(AlreadyTaken):
        counter.do(services.reply, report, by=counter.second, text="x", message_id=uuid4())
    with pytest.raises(AlreadyTaken):
        counter.do(services.triage, report, by=counter.second, **TRIAGE)
    with pytest.raises(AlreadyTaken):
        counter.do(services.release, report, by=counter.second)

    assert counter.fresh(report).taken_by == counter.first
    assert events_of(report, "intake.taken") == ["intake.taken"]
    assert not Message.objects.exists()


def test_released_it_is_free_for_the_next(counter):
    report = counter.send()
    counter.do(services.take, report)
    counter.do(services.release, report)
    counter.do(services.release, report)
    counter.do(services.take, report, by=counter.second)
    assert counter.fresh(report).taken_by == counter.second
    assert events_of(report, "intake.released") == ["intake.released"]


def test_taking_over_needs_to_have_seen_who_has_it(counter):
    report = counter.send()
    counter.do(services.take, report)
    with pytest.raises(AlreadyTaken):
        counter.do(services.take, report, by=counter.second, instead_of=counter.manager.pk)
    counter.do(services.take, report, by=counter.second, instead_of=counter.first.pk)
    assert counter.fresh(report).taken_by == counter.second


def test_an_answer_sent_twice_is_one_and_takes_the_report(counter):
    report, once = counter.send(), uuid4()
    first = answer(counter, report, message_id=once)
    second = answer(counter, report, message_id=once, text="lain")

    fresh = counter.fresh(report)
    assert first.pk == second.pk
    assert Message.objects.count() == 1
    assert fresh.answered_at == FEB_1 + HOUR
    assert fresh.taken_by == counter.first
    assert fresh.needs_desk
    opened = counter.do(services.open_report, report)
    assert [one.text for one in opened.messages] == ["JAWABAN-UJI"]


def test_an_id_of_another_conversation_is_refused(counter):
    report, other = counter.send(), counter.send()
    message = answer(counter, report)
    with pytest.raises(Conflict):
        answer(counter, other, message_id=message.pk)


def test_what_the_reporter_wrote_is_read_when_opened_or_answered(counter):
    report, other = counter.send(), counter.send()
    counter.write_back(report, "PESAN-UJI", files=(b"berkas",))
    counter.write_back(other, "PESAN-UJI")
    opened = counter.do(services.open_report, report, at=FEB_3)
    answer(counter, other, at=FEB_3)

    message = next(one for one in opened.messages if one.is_reporter)
    assert message.text == "PESAN-UJI"
    assert [file.facts.size for file in message.files] == [6]
    assert set(Message.objects.filter(direction=Direction.IN).values_list("read_at", flat=True)) == {FEB_3}


def test_triage_sets_the_facts_and_the_limit_until_somebody_answered(counter):
    report = counter.send()
    assert report.danger == RiskLevel.RENDAH
    counter.do(services.triage, report, **TRIAGE)
    fresh = counter.fresh(report)
    assert (fresh.state, fresh.danger, fresh.case_type) == (State.TRIAGED, RiskLevel.TINGGI, CaseType.WOMAN)
    assert fresh.due_at == FEB_1 + timedelta(hours=limit_for("report.high", FEB_1).hours)

    answer(counter, report)
    counter.do(services.triage, report, **{**TRIAGE, "risk": RiskLevel.SEDANG})
    again = counter.fresh(report)
    assert (again.danger, again.due_at) == (RiskLevel.SEDANG, fresh.due_at)
    counter.do(services.triage, report, **{**TRIAGE, "risk": RiskLevel.SEDANG})
    assert events_of(report, "intake.triaged") == ["intake.triaged"] * 2


def test_the_suggestion_says_why_and_is_only_one(counter):
    report = counter.send(**KINDS)
    found = suggest(report)
    assert found.risk == RiskLevel.EKSTREM
    assert "sedang terjadi" in found.why
    assert "dicekik" in found.why
    child = suggest(Report(now="unsure", dangers=[], who="child"))
    assert child.case_type == CaseType.CHILD
    assert "mungkin sedang terjadi" in child.why
    both = suggest(Report(now="no", dangers=["child_present"], who="self"))
    assert both.case_type == CaseType.BOTH
    assert suggest(Report(now="", dangers=[], who="")).case_type is None


def test_a_double_stays_linked_to_the_first_and_can_be_undone(counter):
    first, second = counter.send(), counter.send()
    counter.do(services.mark_duplicate, second, original=first.code)
    counter.do(services.mark_duplicate, second, original=first.code)

    fresh = counter.fresh(second)
    assert (fresh.state, fresh.duplicate_of, fresh.needs_desk) == (State.DUPLICATE, first, False)
    with working(counter.first):
        assert selectors.list_duplicates(report=first) == [second]
    answer(counter, second)

    counter.do(services.undo_duplicate, second)
    counter.do(services.undo_duplicate, second)
    assert (counter.fresh(second).state, counter.fresh(second).needs_desk) == (State.RECEIVED, True)
    assert events_of(second, "intake.unduplicated") == ["intake.unduplicated"]


def test_doubles_of_doubles_and_of_nothing_are_refused(counter):
    first, second, third = counter.send(), counter.send(), counter.send()
    for code in ("L-TIDAKADA", first.code):
        with pytest.raises(NotFound):
            counter.do(services.mark_duplicate, first, original=code)
    counter.do(services.mark_duplicate, second, original=first.code)
    with pytest.raises(WrongState):
        counter.do(services.mark_duplicate, third, original=second.code)
    with pytest.raises(WrongState):
        counter.do(services.mark_duplicate, first, original=third.code)
    with pytest.raises(WrongState):
        counter.do(services.mark_duplicate, second, original=third.code)


def test_a_refusal_is_read_by_the_reporter_and_can_be_taken_back(counter):
    report, once = counter.send(), uuid4()
    counter.do(services.triage, report, **TRIAGE)
    for _ in range(2):
        counter.do(services.refuse, report, message_id=once, **REFUSAL)

    fresh = counter.fresh(report)
    assert (fresh.state, fresh.refusal_reason, fresh.needs_desk) == (State.REFUSED, RefusalReason.OTHER_OFFICE, False)
    assert read(counter.first, fresh.refusal_ref)[fresh.refusal_ref] == {"text": REFUSAL["note"]}
    opened = counter.do(services.open_report, report)
    assert [one.text for one in opened.messages] == [REFUSAL["words"]]

    for _ in range(2):
        counter.do(services.undo_refusal, report, at=FEB_2)
    back = counter.fresh(report)
    assert (back.state, back.needs_desk, back.case_type, back.refusal_ref) == (State.RECEIVED, True, "", None)
    assert Message.objects.count() == 2
    assert events_of(report, "intake.refused", "intake.unrefused") == ["intake.refused", "intake.unrefused"]


def test_the_reporter_reads_the_language_of_the_house_whatever_the_officer_reads_in(counter):
    report = counter.send()
    counter.do(services.refuse, report, message_id=uuid4(), **REFUSAL)
    with translation.override("en"):
        counter.do(services.undo_refusal, report, at=FEB_2)
    opened = counter.do(services.open_report, report)
    assert opened.messages[-1].text.startswith("Kami membaca laporan ini sekali lagi")


def test_a_decided_report_is_not_decided_again(counter):
    report, other = counter.send(), counter.send()
    counter.do(services.refuse, report, message_id=uuid4(), **{**REFUSAL, "note": ""})
    for act, facts in (
        (services.refuse, {"message_id": uuid4(), **REFUSAL}),
        (services.triage, TRIAGE),
        (services.mark_duplicate, {"original": other.code}),
        (services.undo_duplicate, {}),
        (services.open_case, {"manager": counter.manager, "case_id": uuid4()}),
    ):
        with pytest.raises(WrongState):
            counter.do(act, report, **facts)
    assert events_of(report, "intake.triaged", "intake.duplicated") == []


def test_what_comes_after_the_end_returns_to_the_desk_until_settled(counter):
    report = counter.send()
    with pytest.raises(WrongState):
        counter.do(services.settle, report)
    counter.do(services.refuse, report, message_id=uuid4(), **REFUSAL)
    counter.write_back(report, "PESAN-UJI")
    assert counter.fresh(report).needs_desk

    counter.do(services.settle, report, at=FEB_3)
    counter.do(services.settle, report, at=FEB_3)
    assert not counter.fresh(report).needs_desk
    assert events_of(report, "intake.returned") == ["intake.returned"]

    counter.write_back(report, "PESAN-UJI", at=FEB_3)
    answer(counter, report, at=FEB_9)
    assert not counter.fresh(report).needs_desk


def open_case(counter: Counter, report: Report, **facts: object) -> Case:
    wanted = {"manager": counter.manager, "case_id": uuid4(), **facts}
    return counter.do(services.open_case, report, **wanted)


def test_a_case_gets_everything_without_typing_and_its_manager_goes_on_talking(counter):
    report = counter.send(**KINDS, contact_value="", contact_name="NAMA-UJI", age_group="25-44", files=(b"foto",))
    counter.write_back(report, "PESAN-UJI")
    counter.do(services.triage, report, **TRIAGE)
    once = uuid4()
    case = open_case(counter, report, case_id=once)
    with pytest.raises(AlreadyOpened):
        open_case(counter, report, case_id=once)
    assert Case.objects.count() == 1

    fresh = counter.fresh(report)
    assert (fresh.state, fresh.case, fresh.needs_desk) == (State.CASE_OPENED, case, False)
    assert (case.kecamatan, case.risk, case.manager) == ("64.71.03", RiskLevel.TINGGI, counter.manager)
    notes = {note.compartment: note.ref for note in Note.objects.filter(case=case)}
    words = read(counter.manager, *notes.values())
    assert words[notes[Compartment.NARRATIVE]]["text"] == STORY
    assert words[notes[Compartment.THREAD]]["text"] == "PESAN-UJI"
    person = Person.objects.get(case=case)
    assert (person.kind, person.age_group) == (PersonKind.VICTIM, "25-44")
    assert read(counter.manager, person.identity_ref)[person.identity_ref]["chosen_name"] == "NAMA-UJI"
    assert CaseFile.objects.filter(case=case).count() == 1

    with pytest.raises(NotFound):
        read(counter.first, notes[Compartment.NARRATIVE])
    answer(counter, report, by=counter.manager)
    assert counter.fresh(report).taken_by == counter.first


def test_the_signs_of_danger_and_who_must_not_know_go_along_into_the_case(counter):
    report = counter.send(**{**KINDS, "dangers": ("strangled", "child_present")}, avoid=("polisi",))
    counter.do(services.triage, report, **TRIAGE)
    case = open_case(counter, report)
    ref = Note.objects.get(case=case, compartment=Compartment.NARRATIVE).ref
    shown = facts_of(read(counter.manager, ref)[ref])
    assert shown[:2] == [("Tanda bahaya", "Dicekik, Ada anak di rumah"), ("Masih terjadi saat melapor", "Ya")]
    label, kept = shown[2]
    assert label == "Tidak boleh tahu"
    assert kept
    with translation.override("en"):
        assert ("Signs of danger", "Strangled, There are children at home") in facts_of(read(counter.manager, ref)[ref])


def test_a_case_is_sealed_in_the_language_of_the_house_and_read_in_ones_own(counter):
    report = counter.send(**KINDS, age_group="25-44")
    counter.do(services.triage, report, **TRIAGE)
    with translation.override("en"):
        case = open_case(counter, report)
        ref = Note.objects.get(case=case, compartment=Compartment.NARRATIVE).ref
        content = read(counter.manager, ref)[ref]
        shown = facts_of(content)
    assert ["Umur", "25 sampai 44 tahun"] in content["facts"]
    assert ("Age", "25 to 44 years") in shown
    assert ("Umur", "25 sampai 44 tahun") in facts_of(content)


@pytest.mark.parametrize("value", ["kemarin, Fisik", "Seorang anak kecil", ""])
def test_what_somebody_wrote_stays_in_their_words(db, value):
    with translation.override("en"):
        assert facts_of({"facts": [["Kapan", value]]}) == [("When", value)]


def test_somebody_elses_report_names_victim_and_reporter(counter):
    report = counter.send(who="child", age_group="6-12")
    counter.do(services.triage, report, **{**TRIAGE, "case_type": CaseType.CHILD})
    case = open_case(counter, report)
    people = {person.kind: person for person in Person.objects.filter(case=case)}
    assert set(people) == {PersonKind.VICTIM, PersonKind.REPORTER}
    assert people[PersonKind.VICTIM].age_group == "6-12"
    assert case.kecamatan == ""


def test_a_case_needs_triage_and_the_right_to_open(counter):
    report = counter.send()
    with pytest.raises(WrongState):
        open_case(counter, report)
    counter.do(services.triage, report, **TRIAGE)
    with pytest.raises(NotAllowed):
        open_case(counter, report, by=counter.manager)
    with pytest.raises(NotAllowed):
        open_case(counter, report, manager=counter.second)
    assert not Case.objects.exists()
    assert counter.fresh(report).state == State.TRIAGED


def test_files_come_back_bit_for_bit_for_the_desk_and_the_case(counter):
    data = bytes(range(256)) * 5000
    report = counter.send(files=(data,))
    counter.write_back(report, "PESAN-UJI", files=(b"kedua",))
    attachment = report.attachments.get(message=None)
    facts, pieces = counter.do(services.open_attachment, report, attachment_id=attachment.pk)
    assert facts.name == "foto.png"
    assert b"".join(pieces) == data
    with pytest.raises(NotFound):
        counter.do(services.open_attachment, report, attachment_id=uuid4())

    counter.do(services.triage, report, **TRIAGE)
    open_case(counter, report)
    second = report.attachments.exclude(message=None).get()
    _facts, pieces = counter.do(services.open_attachment, report, by=counter.manager, attachment_id=second.pk)
    assert b"".join(pieces) == b"kedua"


def test_the_case_acknowledges_without_answering(counter):
    report = counter.send()
    counter.do(services.triage, report, **TRIAGE)
    open_case(counter, report)
    counter.write_back(report, "PESAN-UJI")
    assert not counter.fresh(report).needs_desk
    told = Clock.objects.filter(subject=report.code, kind__key=selectors.ANSWER_AGAIN)
    assert [one.owner for one in told.running()] == [counter.manager]

    counter.do(services.acknowledge, report, by=counter.manager, at=FEB_3)
    assert Message.objects.get(direction=Direction.IN).read_at == FEB_3
    assert not told.running().exists()


def test_an_overseer_does_not_answer(counter):
    report = counter.send()
    with pytest.raises(NotFound):
        counter.do(services.reply, report, by=counter.office.head, text="x", message_id=uuid4())


def test_new_since_counts_reports_and_messages(counter):
    old, new = counter.send(at=FEB_1), counter.send(at=FEB_2)
    with working(counter.first):
        assert selectors.count_new(viewer=counter.first, since=FEB_1 + HOUR) == 1
        assert len(pressing.list_pressing(viewer=counter.first, at=FEB_3, limit=9)) == 2
    counter.write_back(old, "PESAN-UJI", at=FEB_3)
    with working(counter.first):
        assert selectors.count_new(viewer=counter.first, since=FEB_1 + HOUR) == 2
        found = pressing.list_pressing(viewer=counter.first, at=FEB_3, limit=9)
        assert {one.code: one.has_unread for one in found} == {old.code: True, new.code: False}


def test_candidates_for_a_double_are_near_and_not_doubles(counter):
    first, near = counter.send(at=FEB_1), counter.send(at=FEB_2)
    counter.send(at=FEB_1 + timedelta(days=60))
    with working(counter.first):
        assert selectors.list_candidates(report=first, viewer=counter.first) == [near]

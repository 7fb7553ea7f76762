"""Whoever writes in the conversation is not out of reach; the turn to answer follows the case, until answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts.models import Unit, User
from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.errors import EvidenceMissing
from ruangaman.cases.models import Case, ClosingAssessment
from ruangaman.cases.selectors.facts import Known, known_of
from ruangaman.cases.selectors.weighing import list_tries, stand, stand_of
from ruangaman.cases.types import ApprovalKind, Doubt, Fact
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import SnoozeReason
from ruangaman.core.codelists import Authority, CaseType, ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.intake import services
from ruangaman.intake.models import Message, Report
from ruangaman.ui.moments import short
from tests.cases.test_views import page
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9
from tests.factories.desk import HOUR, KINDS

FACTS = {
    "case_type": CaseType.WOMAN,
    "risk": RiskLevel.SEDANG,
    "authority": Authority.CITY,
    "why": "Sudah dipastikan lewat telepon",
}
KEY = "desk.answer_again"
DAY = timedelta(days=1)
LATER = FEB_9 + DAY
R = ClosingReason


@pytest.fixture
def opened(counter) -> tuple[Report, Case]:
    return open_one(counter)


def open_one(counter, *, at: datetime = FEB_1 + 2 * HOUR) -> tuple[Report, Case]:
    """A case of a report that the desk has answered, so that nothing waits."""
    report = counter.send(at=at - HOUR, **KINDS)
    counter.do(services.triage, report, at=at, **FACTS)
    answer(counter, report, by=counter.first, at=at)
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=at)
    return counter.fresh(report), case


def answer(counter, report, *, by=None, at=FEB_3):
    return counter.do(services.reply, report, by=by or counter.manager, text="x", message_id=uuid4(), at=at)


def acknowledge(counter, report, *, by=None, at=FEB_3):
    return counter.do(services.acknowledge, report, by=by or counter.manager, at=at)


def try_all(counter, case, *, at: datetime = FEB_9) -> None:
    """Try on three days of a week, the last of them at a moment."""
    for days in (7, 4, 0):
        flow.try_contact(case, by=counter.manager, at=at - days * DAY)


def known(by: User, case: Case, at: datetime = LATER) -> Known:
    with working(by):
        return known_of(case, at)


def doubts(by: User, case: Case, at: datetime = LATER) -> frozenset[Doubt]:
    with working(by):
        return stand(case=case, at=at, risk=RiskLevel.RENDAH, goals=(1, 1)).doubts


def turn(report: Report) -> Clock | None:
    """What asks for another answer in the conversation."""
    return Clock.objects.filter(dossier=report.dossier_id, kind__key=KEY).open().first()


def heard(by: User, case: Case) -> dict[str, str | None]:
    """What the door says, asked raw."""
    with working(by), connection.cursor() as cursor:
        cursor.execute("SELECT intake_heard(%s) ->> 'last', intake_heard(%s) ->> 'unread'", [case.pk, case.pk])
        found = cursor.fetchone()
        assert found is not None
        return {"last": found[0], "unread": found[1]}


# Out of reach.


@pytest.mark.parametrize("is_read", [True, False])
def test_whoever_writes_begins_the_count_anew(counter, opened, is_read):
    report, case = opened
    try_all(counter, case)
    assert Fact.TRIED in known(counter.manager, case).facts, "the control: nobody wrote"
    counter.write_back(report, "masih di sini", at=FEB_9 + HOUR)
    if is_read:
        acknowledge(counter, report, at=FEB_9 + 2 * HOUR)
    now = known(counter.manager, case)
    assert Fact.TRIED not in now.facts
    assert (now.tried, now.wrote_at) == ((), FEB_9 + HOUR)
    wrote = short(FEB_9 + HOUR)
    missing = f"0 dari 3 hari; yang berikut paling cepat hari ini; dihitung sejak pelapor menulis {wrote}"
    unread = f"0 dari 3 hari; pelapor menulis {wrote}, belum dibaca: baca dulu, baru dihitung"
    assert now.tries(LATER).missing() == (missing if is_read else unread)
    with working(counter.manager):
        assert not any(one.counts for one in list_tries(case, now))
    try_all(counter, case, at=LATER + 8 * DAY)
    if not is_read:
        now = known(counter.manager, case, LATER + 8 * DAY)
        assert Fact.TRIED not in now.facts
        assert now.tries(LATER + 8 * DAY).missing() == unread, "what the list calls uncounted is not counted above it"
        with working(counter.manager):
            held = [one.why_not for one in list_tries(case, now)][-3:]
        assert held == ["pesan pelapor belum dibaca"] * 3
        acknowledge(counter, report, at=LATER + 8 * DAY)
    assert Fact.TRIED in known(counter.manager, case, LATER + 8 * DAY).facts, "and who writes no more is tried again"


def test_what_was_written_before_the_first_try_changes_nothing(counter, opened):
    report, case = opened
    counter.write_back(report, "masih di sini", at=FEB_2 - HOUR)
    acknowledge(counter, report, at=FEB_2 - HOUR)
    try_all(counter, case)
    now = known(counter.manager, case)
    assert Fact.TRIED in now.facts
    assert now.wrote_at is None, "so nothing is said of it"


def test_a_message_after_the_heads_yes_holds_the_closing(counter, opened):
    report, case = opened
    flow.open_for_closing(case, by=counter.manager, head=counter.team.head, at=FEB_9, reason=R.UNREACHABLE)
    counter.write_back(report, "masih di sini", at=FEB_9 + HOUR)
    acknowledge(counter, report, at=FEB_9 + HOUR)
    facts = {"code": case.code, "reason": R.UNREACHABLE, "explanation": "x", "by": counter.manager, "at": LATER}
    words = r"upaya menghubungi: 0 dari 3 hari.*dihitung sejak pelapor menulis"
    with working(counter.manager), pytest.raises(EvidenceMissing, match=words):
        cases.close_case(**facts)
    _report, other = open_one(counter)
    flow.open_for_closing(other, by=counter.manager, head=counter.team.head, at=FEB_9, reason=R.UNREACHABLE)
    with working(counter.manager):
        assert cases.close_case(**{**facts, "code": other.code}).closed_at == LATER, "the control: nobody wrote"


def test_what_is_written_under_a_second_report_of_the_same_counts_too(counter, opened):
    report, case = opened
    twin = counter.send(at=FEB_2, **KINDS)
    counter.do(services.mark_duplicate, twin, original=report.code, has_looked=True, at=FEB_2)
    try_all(counter, case)
    counter.write_back(twin, "masih di sini", at=FEB_9 + HOUR)
    now = known(counter.manager, case)
    assert Fact.TRIED not in now.facts
    assert (now.wrote_at, now.unread) == (FEB_9 + HOUR, None), "to be read it is the desk's"
    _report, other = open_one(counter)
    try_all(counter, other)
    assert Fact.TRIED in known(counter.manager, other).facts, "the control: another case"


def test_it_holds_without_the_keys_of_the_conversation_and_a_stranger_learns_nothing(counter, opened):
    report, case = opened
    try_all(counter, case)
    counter.write_back(report, "masih di sini", at=FEB_9 + HOUR)
    team = counter.team
    other = team.office.user(Role.MANAJER)
    assert known(team.head, case).wrote_at == FEB_9 + HOUR, "the head holds no key at all"
    with working(counter.manager):
        cases.change_manager(code=case.code, to=other, by=counter.manager, at=LATER)
    report.dossier.grants.filter(principal=other.principal)._raw_delete("default")
    with working(other):
        assert not Message.objects.exists(), "the control: of the conversation nothing is seen"
    assert known(other, case).wrote_at == FEB_9 + HOUR
    assert heard(other, case)["last"] is not None
    unit = Unit.objects.create(agency=counter.office.agency, code="unit-lain", name="Unit lain")
    elsewhere = counter.office.user(Role.KEPALA, unit=unit)
    nothing = {"last": None, "unread": None}
    for stranger in (counter.manager, team.lawyer, counter.first, elsewhere):
        assert heard(stranger, case) == nothing, stranger.role
    assert heard(other, Case(pk=uuid4())) == nothing, "as of a case that does not exist"


def test_it_is_asked_in_the_same_statement_as_the_facts(counter, opened):
    _report, case = opened
    with working(counter.manager):
        known_of(case, LATER)
        with CaptureQueriesContext(connection) as seen:
            known_of(case, LATER)
    assert len(seen) == 1


# Unread.


@pytest.mark.parametrize("ends", [answer, acknowledge])
def test_an_unread_message_speaks_against_closing_until_it_is_answered_or_read(counter, opened, ends):
    report, case = opened
    assert Doubt.UNREAD not in doubts(counter.manager, case)
    counter.write_back(report, "masih di sini", at=FEB_2)
    for who in (counter.manager, counter.team.head):
        assert Doubt.UNREAD in doubts(who, case)
    with pytest.raises(DomainError, match=r"pelapor menulis 2 Feb .*, belum dijawab atau ditandai terbaca"):
        flow.assess_closing(case, by=counter.manager, at=FEB_3, despite=" ")
    ends(counter, report, at=FEB_3)
    assert Doubt.UNREAD not in doubts(counter.manager, case)


def test_a_closing_knows_nothing_of_what_is_written_after_it(counter, opened):
    report, case = opened
    counter.write_back(report, "PERTAMA", at=FEB_2)
    row = flow.assess_closing(case, by=counter.manager, at=FEB_3)
    assert "unread" in row.doubts
    assert Fact.DOUBTS_ANSWERED in known(counter.manager, case).facts
    counter.write_back(report, "KEDUA", at=FEB_9)
    assert Fact.DOUBTS_ANSWERED not in known(counter.manager, case).facts
    with working(counter.manager):
        standing = stand_of(ClosingAssessment.objects.get(), case=case, at=LATER)
    assert (f"Pelapor menulis {short(FEB_9)}, belum dijawab atau ditandai terbaca", False) in standing.lines
    with pytest.raises(EvidenceMissing, match="alasan mengapa tetap ditutup"):
        flow.ask(case, ApprovalKind.CLOSING, by=counter.manager, at=LATER)
    flow.assess_closing(case, by=counter.manager, at=LATER)
    assert flow.ask(case, ApprovalKind.CLOSING, by=counter.manager, at=LATER).pk


def test_the_pages_of_the_end_say_when_the_reporter_wrote(counter):
    now = timezone.now()
    report, case = open_one(counter, at=now - 20 * DAY)
    try_all(counter, case, at=now - DAY)
    flow.assess_closing(case, by=counter.manager, at=now - DAY, reason=R.UNREACHABLE)
    asked = flow.ask(case, ApprovalKind.CLOSING, by=counter.manager, at=now - DAY)
    head, closing = f"/kasus/keputusan/{asked.pk}/", f"/kasus/{case.code}/penutupan/"
    addresses = [(counter.manager, f"/kasus/{case.code}/tutup/"), (counter.manager, closing), (counter.team.head, head)]
    for who, address in addresses:
        assert "elapor menulis" not in page(who, address), "the control"
    counter.write_back(report, "masih di sini", at=now - HOUR)
    for who, address in addresses:
        assert "belum dijawab atau ditandai terbaca" in page(who, address)
    assert "belum dibaca: baca dulu, baru dihitung" in page(counter.manager, f"/kasus/{case.code}/tutup/")
    assert "upaya sebelum itu tidak dihitung" in page(counter.team.head, head)
    assert "belum dibaca: baca dulu, baru dihitung" in page(counter.manager, f"/kasus/{case.code}/upaya/")


# Whose turn it is.


def test_the_turn_follows_the_manager_and_comes_back_from_who_leaves(counter, opened):
    report, case = opened
    elsewhere, _case = open_one(counter)
    for one in (report, elsewhere):
        counter.write_back(one, "masih di sini", at=FEB_2)
    team = counter.team
    team.assign(case, team.companion)
    clock = turn(report)
    assert clock is not None
    with working(counter.manager):
        clocks.hand_clock_to(clock_id=clock.pk, owner=team.companion, by=counter.manager, at=FEB_3)
        part = case.assignments.get(user=team.companion)
    with working(team.companion):
        reason = next(iter(SnoozeReason))
        until = clock.due_at  # somebody waits: no longer than that
        clocks.snooze_clock(clock_id=clock.pk, until=until, reason=reason, by=team.companion, at=FEB_2 + HOUR)
    with working(counter.manager):
        cases.unassign(code=case.code, assignment_id=part.pk, by=counter.manager, at=FEB_3, is_confirmed=True)
    clock.refresh_from_db()
    assert (clock.owner, clock.lead, clock.snoozed_until) == (counter.manager, counter.manager, None)
    other = team.office.user(Role.MANAJER)
    with working(counter.manager):
        cases.change_manager(code=case.code, to=other, by=counter.manager, at=FEB_3)
    clock.refresh_from_db()
    assert (clock.owner, clock.lead) == (other, other)
    stays = turn(elsewhere)
    assert stays is not None
    assert (stays.owner, stays.lead) == (counter.manager, counter.manager), "the control: of another case"
    answer(counter, report, by=other, at=FEB_9)
    assert turn(report) is None


def test_the_turn_follows_also_when_who_names_the_manager_holds_nothing_of_the_conversation(counter, opened):
    report, case = opened
    counter.write_back(report, "masih di sini", at=FEB_2)
    team = counter.team
    team.assign(case, team.lawyer)
    report.dossier.grants.filter(principal=team.lawyer.principal)._raw_delete("default")
    User.objects.filter(pk=counter.manager.pk).update(is_active=False)
    other = team.office.user(Role.MANAJER)
    with working(team.lawyer):
        assert not Clock.objects.filter(kind__key=KEY).exists(), "the control"
        cases.change_manager(code=case.code, to=other, by=team.lawyer, at=FEB_3)
    clock = turn(report)
    assert clock is not None
    assert (clock.owner, clock.lead) == (other, other)


def test_nobody_hands_on_a_turn_of_who_has_a_part_or_of_a_case_that_is_not_theirs(counter, opened):
    report, case = opened
    counter.write_back(report, "masih di sini", at=FEB_2)
    team = counter.team
    team.assign(case, team.companion)
    Clock.objects.filter(kind__key=KEY).update(owner=team.lawyer)
    hand = "SELECT intake_hand_turns(%s, %s)"

    def try_to(by, gone):
        with working(by), connection.cursor() as cursor:
            cursor.execute(hand, [case.pk, gone.pk])
        clock = turn(report)
        assert clock is not None
        return clock.owner

    assert try_to(team.shelter, team.lawyer) == team.lawyer, "a stranger to the case"
    Clock.objects.filter(kind__key=KEY).update(owner=team.companion)
    assert try_to(counter.manager, team.companion) == team.companion, "who has a part keeps the turn"
    Clock.objects.filter(kind__key=KEY).update(owner=team.lawyer)
    assert try_to(team.companion, team.lawyer) == counter.manager, "the control"


@pytest.mark.parametrize("who", ["desk", "manager", "companion"])
@pytest.mark.parametrize("ends", [answer, acknowledge])
def test_the_turn_ends_whoever_answers(counter, opened, who, ends):
    report, case = opened
    team = counter.team
    team.assign(case, team.companion)
    counter.write_back(report, "masih di sini", at=FEB_2)
    ends(counter, report, by={"desk": counter.first, "manager": team.manager, "companion": team.companion}[who])
    assert turn(report) is None
    clock = Clock.objects.get(kind__key=KEY)
    assert clock.stopped_at == FEB_3
    assert clock.stopped_on == ("intake.replied" if ends is answer else "intake.acknowledged")


def test_that_the_desk_looked_is_not_yet_that_the_case_read_it(counter, opened):
    report, case = opened
    counter.write_back(report, "masih di sini", at=FEB_2)
    counter.do(services.open_report, report, at=FEB_3)
    assert report.messages.get(direction="in").read_at is None
    assert turn(report) is not None
    assert "Sudah dibaca, tidak perlu dijawab" in page(counter.manager, f"/kasus/{case.code}/")
    acknowledge(counter, report)
    assert turn(report) is None


def test_a_stranger_to_the_conversation_ends_no_turn_and_nobody_while_something_is_unread(counter, opened):
    report, _case = opened
    counter.write_back(report, "masih di sini", at=FEB_2)

    def end(by: User, event: str = "intake.replied") -> bool:
        with working(by), connection.cursor() as cursor:
            cursor.execute("SELECT intake_end_turns(%s, %s, %s)", [report.pk, event, FEB_3])
        return turn(report) is None

    assert not end(counter.first), "something is unread"
    report.messages.filter(direction="in").update(read_at=FEB_3)
    assert not end(counter.team.lawyer)
    assert not end(counter.first, "intake.written"), "and only an answer ends it"
    assert end(counter.first), "the control"


# What stood there before.


def test_turns_that_were_there_are_put_right_once(counter):
    other = counter.team.office.user(Role.MANAJER)
    (answered, _), (looked, _), (left, left_case), (kept, _) = (open_one(counter) for _ in range(4))
    for one in (answered, looked, left, kept):
        counter.write_back(one, "masih di sini", at=FEB_2)
    answered.messages.create(direction="out", ref=uuid4(), sent_at=FEB_3, author=counter.first)
    Message.objects.filter(report__in=[answered, looked], direction="in").update(read_at=FEB_3)
    Case.objects.filter(pk=left_case.pk).update(manager=other)
    left_case.assignments.update(until=FEB_3, until_by=counter.manager)
    before = turn(kept)
    assert before is not None
    migration = import_module("ruangaman.intake.migrations.0015_heard")
    for _twice in range(2):
        with connection.cursor() as cursor:
            for sql in (migration.ANSWERED, migration.UNREAD, migration.HANDED):
                cursor.execute(sql)
    ended = Clock.objects.get(dossier=answered.dossier_id, kind__key=KEY)
    assert (ended.stopped_at, ended.stopped_on) == (FEB_3, "intake.replied")
    assert turn(looked) is not None
    assert looked.messages.get(direction="in").read_at is None
    assert answered.messages.get(direction="in").read_at == FEB_3
    moved = turn(left)
    assert moved is not None
    assert (moved.owner, moved.lead) == (other, other)
    after = turn(kept)
    assert after is not None
    assert (after.owner, after.lead, after.due_at) == (before.owner, before.lead, before.due_at)

"""Trying to reach her: by the way and at the hours that she permits, or knowing what it may do to her."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ruangaman.cases import services
from ruangaman.cases.models import Case, ContactTry
from ruangaman.cases.selectors.facts import known_of
from ruangaman.cases.selectors.weighing import list_tries, stand
from ruangaman.cases.types import (
    ApprovalKind,
    Doubt,
    Fact,
    NewPerson,
    PersonKind,
    Reached,
    SafeContact,
    TryFault,
    Way,
    note_content,
    permitted_way,
)
from ruangaman.cases.types.people import FactKey
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.vault.types import Compartment
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, VICTIM, Team, read

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def try_one(team: Team, case: Case, *, at: Any = FEB_2, by: Any = None, **facts: Any) -> ContactTry:
    wanted: dict[str, Any] = {"way": Way.CHAT, "result": Reached.NO_ANSWER, "words": "", "is_in_hours": True, **facts}
    user = by or team.manager
    with working(user):
        return services.try_contact(code=case.code, by=user, at=at, **wanted)


def with_contact(team: Team, contact: SafeContact | None, **facts: Any) -> Case:
    return team.open(people=[replace(VICTIM, contact=contact)], **facts)


def is_tried(team: Team, case: Case) -> bool:
    with working(team.manager):
        return Fact.TRIED in known_of(case, FEB_9 + DAY).facts


@pytest.mark.parametrize(
    ("contact", "way"),
    [
        (None, None),
        (SafeContact(value="x"), None),
        (SafeContact(way="whatsapp", value="x"), Way.CHAT),
        (SafeContact(way="phone", value="x"), Way.PHONE),
        (SafeContact(way="email", value="x"), Way.EMAIL),
        (SafeContact(way="receipt"), Way.THREAD),
        (SafeContact(way="none"), Way.THREAD),
        (SafeContact(never="Jangan dihubungi selain lewat tanda terimanya."), Way.THREAD),
        (SafeContact(way="phone", value="x", never="telepon rumah"), Way.PHONE),
    ],
)
def test_one_way_alone_is_permitted(contact: SafeContact | None, way: Way | None) -> None:
    assert permitted_way(contact) is way


def test_another_way_asks_for_a_word_and_says_nothing_of_whether_she_can_be_reached(team: Team) -> None:
    case = team.open()
    for facts in ({}, {"knows_danger": True}, {"knows_danger": True, "why": " "}, {"why": "SEBAB-UJI"}):
        with pytest.raises(DomainError, match="Cara ini tidak ia izinkan"):
            try_one(team, case, way=Way.PHONE, **facts)
    assert not ContactTry.objects.exists()
    row = try_one(team, case, way=Way.PHONE, knows_danger=True, why="SEBAB-UJI", words="x")
    assert row.faults == [TryFault.WAY]
    assert read(team.manager, row.ref)[row.ref]["facts"] == [["Mengapa lewat cara lain", "SEBAB-UJI"]]
    for at in (FEB_1, FEB_3, FEB_9):
        try_one(team, case, at=at, way=Way.PHONE, knows_danger=True, why="SEBAB-UJI")
    assert not is_tried(team, case)
    other = team.open()
    for at in (FEB_1, FEB_3, FEB_9):
        try_one(team, other, at=at)
    assert is_tried(team, other), "the control: as she permits"


def test_outside_her_hours_it_does_not_count_and_nobody_may_keep_silent_of_it(team: Team) -> None:
    case = team.open()
    with pytest.raises(DomainError, match="pada jam yang ia sebut"):
        try_one(team, case, is_in_hours=None)
    for at in (FEB_1, FEB_3, FEB_9):
        row = try_one(team, case, at=at, is_in_hours=False)
    assert row.faults == [TryFault.HOURS]
    assert not is_tried(team, case)
    free = with_contact(team, SafeContact(way="whatsapp", value="x"))
    assert try_one(team, free, is_in_hours=None).faults == [], "the control: no hours are known"


def test_what_only_waits_for_her_to_look_needs_no_word_and_does_not_count_for_another_way(team: Team) -> None:
    case = team.open()
    assert try_one(team, case, way=Way.THREAD, is_in_hours=None).faults == [TryFault.WAY]
    quiet = with_contact(team, SafeContact(way="none"))
    assert try_one(team, quiet, way=Way.THREAD, is_in_hours=None).faults == []
    with pytest.raises(DomainError, match="tidak ia izinkan"):
        try_one(team, quiet, way=Way.CHAT)


def test_who_cannot_read_how_she_may_be_reached_counts_nothing(team: Team) -> None:
    case = team.open()
    team.assign(case, team.psychologist)
    assert try_one(team, case, by=team.psychologist).faults == [TryFault.BLIND]
    nothing = with_contact(team, None)
    team.assign(nothing, team.psychologist)
    assert try_one(team, nothing, by=team.psychologist).faults == [TryFault.BLIND], "nor learns whether one is known"
    assert try_one(team, nothing).faults == [], "the control: nobody knows a way"


def test_a_try_of_yesterday_is_dated_within_three_days_and_after_she_was_reached(team: Team) -> None:
    case = team.open(at=FEB_1)
    row = try_one(team, case, at=FEB_3, tried_at=FEB_2)
    assert (row.at, row.noted_at) == (FEB_2, FEB_3)
    assert try_one(team, case, at=FEB_3).noted_at is None
    with pytest.raises(DomainError, match="setelah dilakukan"):
        try_one(team, case, at=FEB_3, tried_at=FEB_3 + HOUR)
    with pytest.raises(DomainError, match="paling lama tiga hari"):
        try_one(team, case, at=FEB_9, tried_at=FEB_9 - 3 * DAY - HOUR)
    with pytest.raises(DomainError, match="belum dibuka"):
        try_one(team, case, at=FEB_2, tried_at=FEB_1 - HOUR)
    try_one(team, case, at=FEB_9, result=Reached.REACHED)
    with pytest.raises(DomainError, match="terakhir terhubung"):
        try_one(team, case, at=FEB_9 + HOUR, tried_at=FEB_9 - HOUR)
    assert try_one(team, case, at=FEB_9 + 3 * HOUR, tried_at=FEB_9 + HOUR).pk


def test_one_that_was_stopped_as_not_safe_is_a_doubt_until_somebody_looks_and_asks_to_look(team: Team) -> None:
    case = team.open(risk=RiskLevel.SEDANG)
    again = Clock.objects.open().filter(dossier=case.dossier_id, kind__key="case.safety_again")
    try_one(team, case)
    assert not again.exists()
    try_one(team, case, at=FEB_3, result=Reached.UNSAFE)
    assert again.get().started_at == FEB_3
    facts: dict[str, Any] = {"case": case, "risk": RiskLevel.SEDANG, "goals": None}
    with working(team.manager):
        standing = stand(at=FEB_3, **facts)
    assert Doubt.TRY_UNSAFE in standing.doubts
    assert standing.is_grave
    with pytest.raises(DomainError, match="dihentikan karena tidak aman"):
        flow.assess_closing(case, by=team.manager, at=FEB_3, despite=" ")
    flow.check_safety(case, by=team.manager, at=FEB_9)
    assert not again.exists()
    with working(team.manager):
        assert Doubt.TRY_UNSAFE not in stand(at=FEB_9, **facts).doubts


def test_a_closing_knows_nothing_of_one_that_was_stopped_after_it(team: Team) -> None:
    case = team.open()
    try_one(team, case, at=FEB_2, result=Reached.UNSAFE)
    flow.assess_closing(case, by=team.manager, at=FEB_3)
    with working(team.manager):
        assert Fact.DOUBTS_ANSWERED in known_of(case, FEB_9).facts
    try_one(team, case, at=FEB_9, result=Reached.UNSAFE)
    with working(team.manager):
        assert Fact.DOUBTS_ANSWERED not in known_of(case, FEB_9).facts
    with pytest.raises(DomainError, match="mengapa tetap ditutup"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_9)


def test_each_try_says_whether_it_counts_and_why_not(team: Team) -> None:
    case = team.open(at=FEB_1)
    try_one(team, case, at=FEB_1)
    try_one(team, case, at=FEB_2, result=Reached.REACHED)
    try_one(team, case, at=FEB_3, result=Reached.UNSAFE)
    try_one(team, case, at=FEB_3 + HOUR, is_in_hours=False)
    try_one(team, case, at=FEB_9)
    try_one(team, case, at=FEB_9 + HOUR)
    with working(team.manager):
        found = list_tries(case, known_of(case, FEB_9 + DAY))
    assert [(one.counts, one.why_not) for one in found] == [
        (False, "sesudahnya ia terhubung"), (False, "terhubung"), (False, "dihentikan karena tidak aman"),
        (False, "di luar jam yang ia sebut"), (True, ""), (False, "upaya lain pada hari yang sama"),
    ]  # fmt: skip


def test_the_page_offers_the_permitted_way_first_and_says_whose_it_is(team: Team) -> None:
    now = timezone.now()
    danger = note_content("x", [("Tanda bahaya", "Dicekik", FactKey.DANGER.value)])
    case = team.open(at=now - DAY, contents={Compartment.NARRATIVE: [danger]})
    address = f"/kasus/{case.code}/upaya/"
    text = page(team.manager, address)
    assert text.index('value="chat"') < text.index('value="phone"')
    for words in (
        "Yang ia izinkan",
        "Yang tidak ia izinkan",
        "Ini kontaknya sendiri",
        "Yang ia sebut: 09.00",
        "Dicekik",
    ):
        assert words in text
    data = {"way": "phone", "result": "no_answer", "in_hours": "yes"}
    answer = send(team.manager, address, **data)
    assert answer.status_code == 422
    assert "Tulis mengapa lewat cara ini" in answer.content.decode()
    assert send(team.manager, address, **data, knows="on", why="SEBAB-UJI").status_code == 302
    text = page(team.manager, address)
    assert "tidak dihitung: bukan cara yang ia izinkan" in text
    assert "SEBAB-UJI" in text
    assert send(team.manager, address, way="chat", result="no_answer").status_code == 422
    earlier = [f"{timezone.localtime(now - 2 * HOUR):%Y-%m-%d %H:%M}"]
    data = {"way": "chat", "result": "no_answer", "in_hours": "yes"}
    assert send(team.manager, address, **data, tried_at=earlier).status_code == 302
    assert "dicatat hari ini" in page(team.manager, address)


def test_the_page_says_that_it_is_the_reporters_contact(team: Team) -> None:
    reporter = NewPerson(kind=PersonKind.REPORTER, contact=SafeContact(way="phone", value="PELAPOR-UJI"))
    case = team.open(at=timezone.now(), people=[replace(VICTIM, contact=None), reporter])
    assert "Ini kontak pelapor" in page(team.manager, f"/kasus/{case.code}/upaya/")


def test_a_closing_as_out_of_reach_needs_tries_that_count(team: Team) -> None:
    case = team.open()
    for at in (FEB_1, FEB_3, FEB_9):
        try_one(team, case, at=at, is_in_hours=False)
    flow.assess_closing(case, by=team.manager, at=FEB_9, reason=ClosingReason.UNREACHABLE)
    with pytest.raises(DomainError, match="0 dari 3 hari"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_9)

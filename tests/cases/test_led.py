"""What somebody finds at night is somebody's turn at once; what is known last is not talked away at the next page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.errors import EvidenceMissing
from ruangaman.cases.models import Aftercare, Case, ClosingAssessment, SafetyCheck
from ruangaman.cases.selectors.facts import known_of
from ruangaman.cases.selectors.weighing import stand_of
from ruangaman.cases.types import ApprovalKind, CaseState, Doing, Doubt, Escort, Outcome, Reached, Way
from ruangaman.clocks import selectors as clock_reads
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import Turn
from ruangaman.core.clock import end_of_day
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import Conflict, DomainError, NotAllowed
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, Team, read
from tests.support.signing_in import signed_in

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def case(team: Team) -> Case:
    """A case in low danger with its companion."""
    case = team.open(at=FEB_1, risk=RiskLevel.RENDAH)
    team.assign(case, team.companion)
    return case


def act(by: Any, service: Any, case: Case, **facts: Any) -> Any:
    with working(by):
        return service(code=case.code, by=by, **{"at": FEB_9, **facts})


def look(by: Any, case: Case, *, is_safe: bool, at: Any = FEB_2) -> SafetyCheck:
    found: SafetyCheck = act(
        by, services.check_safety, case, is_safe=is_safe, escort=Escort.NONE, words="DI-UJI", at=at
    )
    return found


def closed(team: Team, case: Case, *months: int, at: Any = FEB_3) -> Any:
    """Close it and plan contacts, thirty days a month."""
    flow.close(case, by=team.manager, head=team.head, at=at)
    days = {month: (at + 30 * month * DAY).date() for month in months}
    return act(team.manager, services.plan_aftercare, case, days=days, at=at)


def alarmed(team: Team, case: Case) -> None:
    """Closed, and its companion finds her unsafe."""
    (row,) = closed(team, case, 1)
    act(team.companion, services.contact_after, case, contact_id=row.pk, doing=Doing.DANGER, words="")


# Opening again.


def test_safe_after_unsafe_says_where_also_when_it_is_opened_again(team: Team, case: Case) -> None:
    alarmed(team, case)
    again: dict[str, Any] = {"reason": "LAGI-UJI", "risk": RiskLevel.RENDAH, "is_safe": True}
    with pytest.raises(DomainError, match="di mana ia sekarang"):
        act(team.manager, services.reopen_case, case, **again)
    assert (team.fresh(case).state, team.fresh(case).unsafe_at) == ("closed", FEB_9), "nothing of it holds"
    act(team.manager, services.reopen_case, case, words="DI-RUMAH-IBU", **again)
    row = team.fresh(case)
    assert (row.state, row.unsafe_at, row.risk) == ("assessment", None, RiskLevel.TINGGI), "a review lowers it"
    check = SafetyCheck.objects.get(case=case)
    assert read(team.manager, check.ref)[check.ref]["text"] == "DI-RUMAH-IBU"


def test_the_page_asks_where_she_is_and_says_what_is_known(team: Team) -> None:
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, at=timezone.now())
    address = f"/kasus/{case.code}/buka-lagi/"
    at = timezone.now()
    (row,) = closed(team, case, 1, at=at)
    act(team.companion, services.contact_after, case, contact_id=row.pk, doing=Doing.DANGER, words="", at=at)
    text = page(team.manager, address)
    assert "belum aman. Bila sekarang aman, tulis di mana" in text
    data = {"reason": "x", "risk": "1", "is_safe": "yes"}
    answer = send(team.manager, address, **data, words="")
    assert (answer.status_code, "di mana ia sekarang" in answer.content.decode()) == (422, True)
    assert send(team.manager, address, **data, words="DI-UJI").status_code == 302


def test_the_companion_opens_it_again_while_she_was_found_unsafe_since(team: Team, case: Case) -> None:
    again: dict[str, Any] = {"reason": "LAGI-UJI", "risk": RiskLevel.TINGGI, "is_safe": False}
    team.assign(case, team.shelter)
    alarmed(team, case)
    with pytest.raises(NotAllowed):
        act(team.shelter, services.reopen_case, case, **again)
    act(team.companion, services.reopen_case, case, **again)
    row = team.fresh(case)
    assert (row.state, row.manager_id) == (CaseState.EMERGENCY, team.manager.pk)
    turns = Clock.objects.open().filter(dossier=case.dossier_id, owner=team.manager)
    keys = set(turns.values_list("kind__key", flat=True))
    assert {"case.emergency", "safety.led"} <= keys
    assert "aftercare.unsafe" not in keys


def test_without_such_a_finding_the_companion_does_not(team: Team, case: Case) -> None:
    look(team.companion, case, is_safe=False)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3, reason=ClosingReason.CLIENT_ENDS)
    with pytest.raises(NotAllowed):
        act(team.companion, services.reopen_case, case, reason="x", risk=RiskLevel.TINGGI, is_safe=False)


def test_the_pages_lead_the_companion_to_it_only_then(team: Team) -> None:
    case, at = team.open(at=timezone.now()), timezone.now()
    team.assign(case, team.companion, team.shelter, at=at)
    base = f"/kasus/{case.code}/"
    (row,) = closed(team, case, 1, at=at)
    assert signed_in(team.companion).get(base + "buka-lagi/").status_code == 404
    assert "buka-lagi/" not in page(team.companion, base + "aman/")
    assert send(team.companion, f"{base}pasca/{row.pk}/", doing="danger").status_code == 302
    for step in ("", "aman/"):
        assert f'href="{base}buka-lagi/"' in page(team.companion, base + step)
        assert f'href="{base}buka-lagi/"' not in page(team.shelter, base)
    data = {"reason": "x", "risk": "3", "is_safe": "no", "words": "DI-UJI"}
    assert send(team.companion, base + "buka-lagi/", **data).status_code == 302
    assert team.fresh(case).state == CaseState.EMERGENCY


# The manager's own turn.


def mine(team: Team, at: Any) -> set[str]:
    """What stands in the manager's own queue."""
    with working(team.manager):
        return {one.kind.key for one in clock_reads.list_branch(viewer=team.manager, turn=Turn.MINE, at=at)}


def test_what_the_companion_finds_is_the_managers_turn_until_she_looks(team: Team, case: Case) -> None:
    look(team.companion, case, is_safe=False)
    assert "safety.led" in mine(team, FEB_2)
    row = Clock.objects.open().get(kind__key="safety.led")
    assert (row.due_at, row.is_binding) == (FEB_2 + HOUR, False)
    look(team.companion, case, is_safe=False, at=FEB_2 + HOUR)
    assert Clock.objects.open().get(kind__key="safety.led").due_at == FEB_2 + HOUR, "the next look renews nothing"
    look(team.manager, case, is_safe=False, at=FEB_2 + 2 * HOUR)
    assert "safety.led" not in mine(team, FEB_2 + 2 * HOUR), "she saw to it herself"
    look(team.companion, case, is_safe=False, at=FEB_2 + 3 * HOUR)
    look(team.companion, case, is_safe=True, at=FEB_2 + 4 * HOUR)
    assert "safety.led" not in mine(team, FEB_2 + 4 * HOUR)


# Ends that say little.


@pytest.mark.parametrize("is_safe", [True, False])
def test_whoever_closes_for_death_says_why_of_who_was_found_alive(team: Team, case: Case, is_safe: bool) -> None:
    look(team.companion, case, is_safe=is_safe)
    with pytest.raises(DomainError, match="dan aman" if is_safe else "dan belum aman"):
        flow.assess_closing(case, by=team.manager, at=FEB_3, reason=ClosingReason.DIED, despite="")
    row = flow.assess_closing(case, by=team.manager, at=FEB_3, reason=ClosingReason.DIED)
    assert Doubt.SEEN_ALIVE in row.doubts
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3)
    with working(team.head):
        standing = stand_of(row, case=team.fresh(case), at=FEB_3)
        assert "dicek 2 Feb" in standing.sentence
    with working(team.head), pytest.raises(DomainError):
        services.decide_approval(
            approval_id=asked.pk, outcome=Outcome.APPROVED, despite=standing.doubts - {Doubt.SEEN_ALIVE}, by=team.head,
            at=FEB_3,
        )  # fmt: skip
    look(team.companion, case, is_safe=True, at=FEB_3 + HOUR)
    with working(team.head):
        later = stand_of(row, case=team.fresh(case), at=FEB_9)
        assert Doubt.SEEN_ALIVE in later.doubts - (later.answered or frozenset()), "a later look is not explained"
    with working(team.manager):
        assert "doubts_answered" not in known_of(team.fresh(case), FEB_9).facts


def test_whoever_was_never_looked_at_needs_no_such_word(team: Team, case: Case) -> None:
    row = flow.assess_closing(case, by=team.manager, at=FEB_3, reason=ClosingReason.DIED)
    assert Doubt.SEEN_ALIVE not in row.doubts


def test_moved_without_a_receipt_is_said_to_the_head(team: Team, case: Case) -> None:
    row = flow.assess_closing(case, by=team.manager, at=FEB_3, reason=ClosingReason.MOVED)
    assert Doubt.NOT_RECEIVED in row.doubts
    flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3)
    with working(team.head):
        assert "belum ada lembaga yang menerima" in stand_of(row, case=team.fresh(case), at=FEB_3).sentence
    with working(team.manager), pytest.raises(EvidenceMissing):
        services.close_case(code=case.code, reason=ClosingReason.MOVED, explanation="x", by=team.manager, at=FEB_3)
    flow.transfer(case, by=team.manager, at=FEB_3)
    row = flow.assess_closing(case, by=team.manager, at=FEB_9, reason=ClosingReason.MOVED)
    assert Doubt.NOT_RECEIVED not in row.doubts, "the control: a receipt is there"


def test_the_closing_form_weighs_no_danger_beforehand(team: Team) -> None:
    case = team.open(at=timezone.now(), risk=RiskLevel.TINGGI)
    text = page(team.manager, f"/kasus/{case.code}/penutupan/")
    assert 'name="risk"' in text
    assert re.search(r'name="risk"[^>]*checked', text) is None
    assert not ClosingAssessment.objects.exists()


def test_what_stands_still_is_not_said_to_run(team: Team) -> None:
    case = team.open(at=timezone.now())
    at = timezone.now()
    row = Clock.objects.open().filter(dossier=case.dossier_id, kind__is_pausable=True, due_at__gt=at).first()
    assert row is not None
    Clock.objects.filter(dossier=case.dossier_id).exclude(pk=row.pk).update(stopped_at=at, stopped_on="x")
    address = f"/kasus/{case.code}/penutupan/"
    assert re.search(r'class="mute">sampai', page(team.manager, address))
    Clock.objects.filter(pk=row.pk).update(paused_at=at, pause_reason="other_office")
    text = page(team.manager, address)
    assert 'class="mute">dijeda<' in text
    assert re.search(r'class="mute">sampai', text) is None


# Contacts afterwards.


def test_nobody_reached_is_recorded_and_the_contact_stays_due(team: Team, case: Case) -> None:
    first, second = closed(team, case, 1, 3)
    tomorrow = (FEB_9 + DAY).date()
    facts: dict[str, Any] = {"contact_id": first.pk, "again_on": tomorrow, "words": "TAK-ANGKAT"}
    for _ in range(2):
        act(team.companion, services.try_after, case, **facts)
    row = Aftercare.objects.get(pk=first.pk)
    assert (row.tries, row.tried_at, row.due_on, row.held_at) == (1, FEB_9, tomorrow, None)
    clock = Clock.objects.open().get(dossier=case.dossier_id, kind__key="aftercare.month_1")
    assert clock.due_at == end_of_day(tomorrow)
    assert AuditEvent.objects.get(type="cases.aftercare_tried").detail["month"] == 1
    note = case.notes.get(at=FEB_9)
    assert read(team.companion, note.ref)[note.ref]["text"] == "TAK-ANGKAT"
    with pytest.raises(DomainError, match="akan datang"):
        act(team.companion, services.try_after, case, **{**facts, "again_on": FEB_9.date()})
    with pytest.raises(Conflict, match="sebelumnya"):
        act(team.companion, services.try_after, case, **{**facts, "again_on": second.due_on})
    act(team.companion, services.contact_after, case, contact_id=first.pk, doing=Doing.WELL, words="")
    with pytest.raises(Conflict):
        act(team.companion, services.try_after, case, **{**facts, "again_on": (FEB_9 + 2 * DAY).date()})


def test_the_page_takes_nobody_reached_for_an_answer(team: Team) -> None:
    case, at = team.open(at=timezone.now()), timezone.now()
    team.assign(case, team.companion, at=at)
    (row,) = closed(team, case, 1, at=at)
    address = f"/kasus/{case.code}/pasca/"
    assert send(team.companion, f"{address}{row.pk}/", doing="missed").status_code == 422, "on which day again?"
    tomorrow = timezone.localdate(at) + DAY
    assert f'value="{tomorrow.isoformat()}"' in page(team.companion, f"{address}{row.pk}/")
    data = {"doing": "missed", "again_on": tomorrow.isoformat()}
    assert send(team.companion, f"{address}{row.pk}/", **data).status_code == 302
    text = page(team.companion, address)
    assert "belum terhubung, 1 kali dicoba" in text
    assert "Catat kontak" in text, "it is still to be made"


def test_closed_unsafe_she_is_asked_after_a_week(team: Team) -> None:
    case, at = team.open(at=timezone.now()), timezone.now()
    address = f"/kasus/{case.code}/pasca/"
    look(team.manager, case, is_safe=False, at=at)
    flow.close(case, by=team.manager, head=team.head, at=at, reason=ClosingReason.CLIENT_ENDS)
    week = timezone.localdate(at) + 7 * DAY
    assert f'value="{week.isoformat()}"' in page(team.manager, address)


# Tries.


def test_before_this_episode_is_said_as_such(team: Team, case: Case) -> None:
    facts: dict[str, Any] = {"way": Way.CHAT, "result": Reached.NO_ANSWER, "words": "", "is_in_hours": True}
    with pytest.raises(DomainError, match="belum dibuka"):
        act(team.manager, services.try_contact, case, **facts, tried_at=FEB_1 - HOUR, at=FEB_1)
    flow.close(case, by=team.manager, head=team.head, at=FEB_2)
    flow.reopen(case, by=team.manager, at=FEB_3)
    with pytest.raises(DomainError, match="Episode ini dimulai"):
        act(team.manager, services.try_contact, case, **facts, tried_at=FEB_3 - HOUR, at=FEB_3)

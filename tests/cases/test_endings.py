"""What an end does not lose: the clocks of law and medicine, what somebody may be told, what was planned by mistake."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from ruangaman.accounts.models import Agency, User
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.errors import CaseClosed, EvidenceMissing
from ruangaman.cases.models import Aftercare, Approval, Case, ClosingAssessment, Review, SafetyCheck, Transfer
from ruangaman.cases.selectors.aftercare import open_aftercare
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.selectors.listing import list_assigned, list_overseen
from ruangaman.cases.selectors.page import get_case_page
from ruangaman.cases.selectors.sentences import sentence_of
from ruangaman.cases.selectors.steps import seen_of
from ruangaman.cases.selectors.weighing import list_running, weigh
from ruangaman.cases.types import Agreed, ApprovalKind, CaseFilters, CaseState, Doing, Domain, Fact, Seen
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock, ClockKind, Limit
from ruangaman.clocks.selectors import WITH
from ruangaman.clocks.types import SnoozeReason, Tell, is_binding
from ruangaman.consents.types import Basis, ConsentPurpose
from ruangaman.core.clock import end_of_day
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import Conflict, DomainError, NotAllowed
from ruangaman.web.services.rows import rows_of
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9, Team, add_incident, read

DAY = timedelta(days=1)


def keys(case: Case) -> set[str]:
    """The kinds of clock that run."""
    return set(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", flat=True))


def sexual(team: Team, at: Any = FEB_2) -> Case:
    """A case in which something sexual happened that nobody knows the day of."""
    case = team.open()
    with working(team.manager):
        add_incident(case, by=team.manager, at=at, forms=("SEKSUAL",))
    return case


def act(by: Any, service: Any, case: Case, **facts: Any) -> Any:
    with working(by):
        return service(code=case.code, by=by, **{"at": FEB_3, **facts})


# Clocks of law and medicine.


def test_the_database_and_the_program_mean_the_same_clocks(db: None) -> None:
    limits = {one.key: one for one in Limit.objects.all()}
    said = {
        kind.key
        for kind in ClockKind.objects.filter(stops_on__contains=["cases.closed"])
        if is_binding(
            key=kind.key, from_occurrence=kind.from_occurrence,
            basis=limits[kind.limit_key].legal_basis if kind.limit_key else "",
        )
    }  # fmt: skip
    assert {"clinical.ask", "clinical.pep", "evidence.physical", "tpks.report", "court.order"} <= said
    assert not {"task", "case.plan", "case.review", "case.safety_again"} & said


def test_clocks_are_found_as_binding_by_both(team: Team) -> None:
    sexual(team)
    found = Clock.objects.open().binding(event="cases.closed")
    assert {one.kind.key for one in found} == {
        one.kind.key for one in Clock.objects.open().select_related("kind", "limit") if one.is_binding
    }
    assert {one.kind.key for one in found} == {
        "tpks.report", "clinical.pep", "clinical.contraception", "evidence.sexual"
    }  # fmt: skip


def test_a_closing_that_would_end_them_says_why_and_the_reason_is_sealed(team: Team) -> None:
    case = sexual(team)
    with pytest.raises(DomainError, match="Jam hukum atau kesehatan masih berjalan"):
        flow.assess_closing(case, by=team.manager, at=FEB_3, why=" ")
    assert not ClosingAssessment.objects.exists()
    row = flow.assess_closing(case, by=team.manager, at=FEB_3, why="ALASAN-JAM")
    assert set(row.covers) == set(Clock.objects.binding(event="cases.closed").values_list("pk", flat=True))
    facts = dict(read(team.manager, row.ref)[row.ref]["facts"])
    assert facts["Mengapa tidak perlu lagi"] == "ALASAN-JAM"
    assert "Lapor polisi" in facts["Jam yang diakhiri"]
    assert "ALASAN-JAM" not in str(AuditEvent.objects.get(type="cases.closing_assessed").detail)


def test_a_closing_without_such_clocks_needs_no_word_about_them(team: Team) -> None:
    row = flow.assess_closing(team.open(), by=team.manager, at=FEB_3, why="")
    assert row.covers == []


def test_a_clock_that_begins_after_the_head_said_yes_holds_the_closing(team: Team) -> None:
    case = team.open()
    flow.open_for_closing(case, by=team.manager, head=team.head, at=FEB_3)
    with working(team.manager):
        add_incident(case, by=team.manager, at=FEB_3, forms=("FISIK",))
    facts: dict[str, Any] = {"reason": ClosingReason.GOALS_MET, "explanation": "x"}
    with pytest.raises(EvidenceMissing, match="jam hukum dan kesehatan"):
        act(team.manager, services.close_case, case, **facts)
    assert "evidence.physical" in keys(case)
    flow.close(case, by=team.manager, head=team.head, at=FEB_9)
    assert keys(case) == {"aftercare.plan"}


def test_what_is_not_answered_is_not_asked_of_the_head(team: Team) -> None:
    case = team.open()
    flow.assess_closing(case, by=team.manager, at=FEB_2)
    with working(team.manager):
        add_incident(case, by=team.manager, at=FEB_2, forms=("SEKSUAL",))
    with pytest.raises(EvidenceMissing, match="Sebelum diajukan"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3)
    flow.assess_closing(case, by=team.manager, at=FEB_3)
    assert flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3).pk


def test_the_page_names_what_runs_and_the_head_sees_it_without_a_key(team: Team) -> None:
    case = sexual(team)
    row = flow.assess_closing(case, by=team.manager, at=FEB_3)
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3)
    with working(team.head):
        approval = Approval.objects.select_related("case").get(pk=asked.pk)
        seen = weigh(approval=approval, at=FEB_9, closing=row)
        binding = [one for one in seen.running if one.is_binding]
        assert [one.row.kind.key for one in binding] == [
            one.row.kind.key for one in list_running(case=case, at=FEB_9) if one.is_binding
        ]
    assert all(one.is_answered and one.is_late for one in binding)
    assert {one.row.kind.key for one in seen.running if not one.is_binding} == {
        "case.assess_medium",
        "case.companion",
        "case.step",
    }
    assert (len(binding), seen.forms, seen.waits) == (4, ["Seksual"], "6 hari")


def test_tasks_are_told_together_by_the_one_that_presses_first(team: Team) -> None:
    case = team.open()
    for due_at in (FEB_9, FEB_3):
        act(team.manager, services.add_task, case, title="x", owner=team.manager, due_at=due_at, at=FEB_2)
    with working(team.manager):
        (tasks,) = [one for one in list_running(case=case, at=FEB_2) if one.is_task]
    assert (tasks.count, tasks.row.due_at, tasks.is_binding) == (2, FEB_3, False)


def test_opening_again_brings_back_what_was_not_done_with_the_time_it_had(team: Team) -> None:
    case = sexual(team)
    before = dict(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", "due_at"))
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    assert keys(case) == {"aftercare.plan"}
    flow.reopen(case, by=team.manager, at=FEB_9)
    after = dict(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", "due_at"))
    assert after.pop("case.review") > FEB_9, "of the new episode"
    assert after == before, "late as it was"
    assert Clock.objects.filter(kind__key="tpks.report").count() == 2, "that it had ended can still be told"
    assert AuditEvent.objects.get(type="cases.reopened").detail["clocks"] == len(before)


def test_the_review_begins_anew_with_the_episode(team: Team) -> None:
    case = flow.advance(team.open(), CaseState.MONITORING, by=team.manager, head=team.head, at=FEB_2)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    flow.reopen(case, by=team.manager, at=FEB_9 + 60 * DAY)
    assert Clock.objects.open().get(kind__key="case.review").due_at > FEB_9 + 80 * DAY, "not as late as it was"


def test_what_was_done_before_the_closing_does_not_come_back(team: Team) -> None:
    case = sexual(team)
    flow.assess(case, by=team.manager, at=FEB_2)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    flow.reopen(case, by=team.manager, at=FEB_9)
    clock = Clock.objects.open().get(kind__key="case.assess_medium")
    assert (clock.started_at, clock.due_at > FEB_9) == (FEB_9, True), "a new one, for a new episode"


def test_a_closing_again_has_to_answer_again(team: Team) -> None:
    case = sexual(team)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    flow.reopen(case, by=team.manager, at=FEB_9)
    with working(team.manager):
        assert Fact.CLOCKS_ANSWERED not in facts_of(team.fresh(case), FEB_9)
    flow.close(case, by=team.manager, head=team.head, at=FEB_9 + DAY)
    flow.reopen(case, by=team.manager, at=FEB_9 + 2 * DAY)
    assert "tpks.report" in keys(case)


# Opening again.


def test_the_danger_goes_up_with_opening_again_and_not_down(team: Team) -> None:
    case = team.open(risk=RiskLevel.SEDANG)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    flow.reopen(case, by=team.manager, at=FEB_9, risk=RiskLevel.RENDAH)
    assert team.fresh(case).risk == RiskLevel.SEDANG
    flow.close(case, by=team.manager, head=team.head, at=FEB_9)
    flow.reopen(case, by=team.manager, at=FEB_9 + DAY, risk=RiskLevel.EKSTREM, is_safe=False)
    assert team.fresh(case).risk == RiskLevel.EKSTREM
    assert AuditEvent.objects.get(type="cases.risk_changed").detail == {"risk": 4, "before": 2}
    assert set(Clock.objects.open().filter(dossier=case.dossier_id).values_list("danger", flat=True)) == {4}
    assert list(SafetyCheck.objects.order_by("at").values_list("is_safe", flat=True)) == [True, False]
    assert Clock.objects.open().get(kind__key="case.safety_again").due_at == FEB_9 + DAY + timedelta(hours=2)


def test_not_safe_and_in_low_danger_is_not_opened_again(team: Team) -> None:
    case = team.open(risk=RiskLevel.RENDAH)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    with pytest.raises(DomainError, match="Belum aman"):
        flow.reopen(case, by=team.manager, at=FEB_9, is_safe=False)
    assert team.fresh(case).state == CaseState.CLOSED
    flow.reopen(case, by=team.manager, at=FEB_9, is_safe=False, risk=RiskLevel.SEDANG)
    assert team.fresh(case).state == CaseState.EMERGENCY, "who is not safe is made safe before anything is asked"


# Not safe.


def test_not_safe_asks_again_soon_until_she_is(team: Team) -> None:
    case = team.open()
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    assert Clock.objects.open().get(kind__key="case.safety_again").due_at == FEB_2 + timedelta(hours=2)
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=False)
    assert Clock.objects.open().get(kind__key="case.safety_again").due_at == FEB_3 + timedelta(hours=2)
    flow.check_safety(case, by=team.manager, at=FEB_9)
    assert "case.safety_again" not in keys(case)


# A plan in high danger.


@pytest.mark.parametrize(
    ("facts", "words"), [({"safety": ""}, "rencana keselamatan"), ({"agreed": Agreed.NOT_YET}, "kesepakatannya")]
)
def test_a_plan_in_high_danger_is_asked_about_once_it_is_whole(team: Team, facts: dict[str, Any], words: str) -> None:
    case = team.open(risk=RiskLevel.TINGGI)
    flow.plan(case, by=team.manager, at=FEB_2, **facts)
    with pytest.raises(EvidenceMissing, match=words):
        flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2)
    flow.plan(case, by=team.manager, at=FEB_3)
    assert flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_3).pk


def test_a_legal_basis_stands_for_her_word_where_she_cannot_be_asked(team: Team) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.consent(case, by=team.manager, at=FEB_2, answer=flow.VITAL)
    flow.plan(case, by=team.manager, at=FEB_2, agreed=Agreed.NOT_YET)
    assert flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2).pk


def test_a_plan_in_low_danger_may_be_asked_about_as_it_is(team: Team) -> None:
    case = team.open(risk=RiskLevel.SEDANG)
    flow.plan(case, by=team.manager, at=FEB_2, safety="", agreed=Agreed.NOT_YET)
    assert flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2).pk


# Transfers.


def agency(code: str) -> Agency:
    return Agency.objects.create(code=f"{code}-uji", name=f"LEMBAGA {code}")


def send(team: Team, case: Case, **facts: Any) -> Transfer:
    wanted: dict[str, Any] = {"to": None, "name": "", "letter": "SURAT-UJI", "words": ""}
    found: Transfer = act(team.manager, services.send_transfer, case, **{**wanted, **facts})
    return found


def test_a_case_is_handed_only_to_whom_she_agreed_or_the_law_allows(team: Team) -> None:
    case, hospital = team.open(), agency("rs")
    with pytest.raises(DomainError, match="Belum ada persetujuan"):
        send(team, case, to=hospital)
    with pytest.raises(DomainError, match="Catat dulu persetujuannya"):
        send(team, case, to=hospital, basis=Basis.CONSENT, why="katanya boleh")
    with pytest.raises(DomainError, match="Belum ada persetujuan"):
        send(team, case, to=hospital, basis=Basis.VITAL, why=" ")
    flow.consent(case, by=team.manager, at=FEB_2, purpose=ConsentPurpose.HEALTH, recipient=agency("lain"))
    with pytest.raises(DomainError, match="Belum ada persetujuan"):
        send(team, case, to=hospital)
    assert not Transfer.objects.exists()
    flow.consent(case, by=team.manager, at=FEB_2, purpose=ConsentPurpose.HEALTH, recipient=hospital)
    assert send(team, case, to=hospital).basis == Basis.CONSENT
    assert send(team, team.open(), to=hospital, basis=Basis.DUTY, why="PASAL-UJI").basis == Basis.DUTY


def test_an_office_outside_of_the_list_needs_a_basis_too(team: Team) -> None:
    case = team.open()
    with pytest.raises(DomainError, match="Belum ada persetujuan"):
        send(team, case, name="LEMBAGA-UJI")
    row = send(team, case, name="LEMBAGA-UJI", basis=Basis.CONSENT, why="KERTAS-UJI")
    assert ["Dasar pelimpahan", "KERTAS-UJI"] in read(team.manager, row.ref)[row.ref]["facts"]


def test_a_wrong_transfer_is_taken_back_and_stays_in_the_history(team: Team) -> None:
    case = team.open()
    sent = flow.transfer(case, by=team.manager, at=FEB_2)
    team.assign(case, team.companion)
    with working(team.manager):
        assert Fact.TRANSFERRED in facts_of(team.fresh(case), FEB_3)
    facts = {"transfer_id": sent.pk, "reason": "SALAH-UJI"}
    with pytest.raises(NotAllowed):
        act(team.companion, services.withdraw_transfer, case, **facts)
    with pytest.raises(DomainError, match="Tulis alasannya"):
        act(team.manager, services.withdraw_transfer, case, transfer_id=sent.pk, reason=" ")
    row = act(team.manager, services.withdraw_transfer, case, **facts)
    assert read(team.manager, row.withdrawn_ref)[row.withdrawn_ref]["text"] == "SALAH-UJI"
    assert act(team.manager, services.withdraw_transfer, case, **facts).withdrawn_at == FEB_3
    with working(team.manager):
        assert Fact.TRANSFERRED not in facts_of(team.fresh(case), FEB_3)
    assert AuditEvent.objects.filter(type="cases.transfer_withdrawn").count() == 1


# Reviews and contacts.


@pytest.mark.parametrize(
    ("risk", "days", "is_taken"),
    [
        (RiskLevel.TINGGI, 7, True), (RiskLevel.TINGGI, 8, False),
        (RiskLevel.RENDAH, 28, True), (RiskLevel.RENDAH, 29, False),
    ],
)  # fmt: skip
def test_the_next_review_is_as_soon_as_the_danger_asks(team: Team, risk: RiskLevel, days: int, is_taken: bool) -> None:
    case, facts = team.open(), {"risk": risk, "reason": "x", "next_on": (FEB_3 + days * DAY).date()}
    if is_taken:
        assert act(team.manager, services.review, case, **facts).pk
        return
    with pytest.raises(DomainError, match="paling lambat"):
        act(team.manager, services.review, case, **facts)


def days_of(*days: int) -> dict[int, Any]:
    return {month: (FEB_9 + day * DAY).date() for month, day in zip((1, 3, 6), days, strict=False)}


def test_contacts_are_planned_once_and_one_can_be_taken_away(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    rows = act(team.manager, services.plan_aftercare, case, days=days_of(30, 90, 180), at=FEB_9)
    assert act(team.manager, services.plan_aftercare, case, days=days_of(30, 90, 180), at=FEB_9) == []
    with pytest.raises(Conflict, match="sudah dijadwalkan"):
        act(team.manager, services.plan_aftercare, case, days=days_of(31), at=FEB_9)
    for row in rows:
        act(team.manager, services.cancel_aftercare, case, contact_id=row.pk, reason="KELIRU-UJI", at=FEB_9)
    assert read(team.manager, *[row.cancelled_ref for row in Aftercare.objects.all()])
    with working(team.manager):
        assert Fact.AFTERCARE_PLANNED not in facts_of(team.fresh(case), FEB_9)
    assert len(act(team.manager, services.plan_aftercare, case, days=days_of(30), at=FEB_9)) == 1, "the same day again"


def test_a_contact_that_was_taken_away_is_planned_anew_and_its_clock_runs_on(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    first, *_rest = act(team.manager, services.plan_aftercare, case, days=days_of(30, 90, 180), at=FEB_9)
    act(team.manager, services.move_state, case, target=CaseState.AFTERCARE, reason="x", at=FEB_9)
    act(team.manager, services.cancel_aftercare, case, contact_id=first.pk, reason="KELIRU-UJI", at=FEB_9)
    assert keys(case) == {"aftercare.month_3", "aftercare.month_6"}

    with pytest.raises(Conflict, match="sudah dijadwalkan"):  # those that wait are not
        act(team.manager, services.plan_aftercare, case, days={3: days_of(40)[1]}, at=FEB_9)
    with pytest.raises(Conflict, match="kontak yang lain"):
        act(team.manager, services.plan_aftercare, case, days={1: days_of(90)[1]}, at=FEB_9)
    assert not Clock.objects.open().filter(kind__key="aftercare.month_1").exists(), "a refusal begins nothing"

    (again,) = act(team.manager, services.plan_aftercare, case, days=days_of(40), at=FEB_9)
    assert (again.month, again.due_on) == (1, days_of(40)[1])
    assert keys(case) == {"aftercare.month_1", "aftercare.month_3", "aftercare.month_6"}
    assert Clock.objects.open().get(kind__key="aftercare.month_1").due_at == end_of_day(days_of(40)[1])

    contact: dict[str, UUID] = {"contact_id": again.pk}
    act(team.manager, services.contact_after, case, doing=Doing.WELL, words="", at=FEB_9, **contact)
    with pytest.raises(Conflict, match="sudah dijadwalkan"):  # nor what was held
        act(team.manager, services.plan_aftercare, case, days=days_of(50), at=FEB_9)


def test_the_clock_of_a_month_ends_on_the_day_that_is_planned_also_before_the_case_moves_on(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    assert Clock.objects.open().get(kind__key="aftercare.plan").due_at == FEB_3 + 7 * DAY
    first, *_rest = act(team.manager, services.plan_aftercare, case, days=days_of(30, 90, 180), at=FEB_9)
    ends = {f"aftercare.month_{month}": end_of_day(day) for month, day in days_of(30, 90, 180).items()}
    assert dict(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", "due_at")) == ends
    contact: dict[str, UUID] = {"contact_id": first.pk}
    act(team.manager, services.contact_after, case, doing=Doing.WELL, words="", at=FEB_9, **contact)
    assert keys(case) == {"aftercare.month_3", "aftercare.month_6"}, "in terminasi, and no other month's"
    flow.reopen(case, by=team.manager, at=FEB_9)
    assert not {"aftercare.month_3", "aftercare.month_6"} & keys(case)
    flow.close(case, by=team.manager, head=team.head, at=FEB_9 + DAY)
    del ends["aftercare.month_1"]
    again = Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", "due_at")
    assert dict(again) == ends, "what waits is waited for again, and nobody is asked to plan"


@pytest.mark.parametrize("reason", [ClosingReason.DIED, ClosingReason.MOVED, ClosingReason.OUTSIDE])
def test_an_end_without_aftercare_asks_for_none(team: Team, reason: ClosingReason) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_9, reason=reason)
    assert "aftercare.plan" not in keys(case)


def test_contacts_come_in_the_order_of_their_months_and_a_cancelled_day_is_free(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    with pytest.raises(DomainError, match="berurutan"):
        act(team.manager, services.plan_aftercare, case, days=days_of(90, 30, 180), at=FEB_9)
    first, second = act(team.manager, services.plan_aftercare, case, days=days_of(30, 90), at=FEB_9)
    with pytest.raises(DomainError, match="berurutan"):
        act(team.manager, services.plan_aftercare, case, days={6: days_of(60)[1]}, at=FEB_9)
    act(team.manager, services.cancel_aftercare, case, contact_id=second.pk, reason="BATAL-UJI", at=FEB_9)
    assert len(act(team.manager, services.plan_aftercare, case, days={6: second.due_on}, at=FEB_9)) == 1
    with working(team.manager):
        rows = open_aftercare(case=team.fresh(case), viewer=team.manager, at=FEB_9)
    assert [one.text for one in rows if one.row.cancelled_at] == ["BATAL-UJI"]
    assert {one.row.pk for one in rows if one.waits} == {first.pk, *(one.row.pk for one in rows if one.row.month == 6)}


def found_unsafe(team: Team, *, by: Any = None) -> tuple[Case, Aftercare]:
    """A closed case whose companion finds her unsafe at the first of two contacts; the second one waits."""
    case = team.open(risk=RiskLevel.RENDAH)
    team.assign(case, team.companion)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    first, second = act(team.manager, services.plan_aftercare, case, days=days_of(30, 90), at=FEB_9)
    contact: dict[str, UUID] = {"contact_id": first.pk}
    act(by or team.companion, services.contact_after, case, doing=Doing.DANGER, words="", at=FEB_9, **contact)
    return case, second


def test_unsafe_after_the_closing_raises_an_alarm_until_she_is_well(team: Team) -> None:
    case, second = found_unsafe(team)
    clock = Clock.objects.open().get(kind__key="aftercare.unsafe")
    assert (clock.owner_id, clock.due_at) == (team.manager.pk, FEB_9 + timedelta(hours=2))
    assert (clock.danger, team.fresh(case).risk, team.fresh(case).unsafe_at) == (3, 3, FEB_9)
    assert AuditEvent.objects.get(type="cases.risk_changed").detail == {"risk": 3, "before": 1}
    with working(team.manager), pytest.raises(NotAllowed, match="melewati batas waktunya"):
        clocks.snooze_clock(clock_id=clock.pk, until=FEB_9 + DAY, reason=SnoozeReason.ANSWER, by=team.manager, at=FEB_9)
    with pytest.raises(NotAllowed, match="menunggu keselamatannya"), working(team.manager):
        clocks.drop_clock(
            clock_id=clock.pk, dossier_id=case.dossier_id, event="x", is_safe=False, by=team.manager, at=FEB_9
        )
    contact: dict[str, UUID] = {"contact_id": second.pk}
    with pytest.raises(DomainError, match="di mana ia sekarang"):
        act(team.companion, services.contact_after, case, doing=Doing.WELL, words="", at=FEB_9 + DAY, **contact)
    assert "aftercare.unsafe" in keys(case)
    act(team.companion, services.contact_after, case, doing=Doing.WELL, words="di rumah", at=FEB_9 + DAY, **contact)
    assert ("aftercare.unsafe" in keys(case), team.fresh(case).unsafe_at) == (False, None)
    assert team.fresh(case).risk == 3, "a review lowers it, nobody else"


def test_the_alarm_ends_with_opening_again(team: Team) -> None:
    case, _second = found_unsafe(team)
    flow.reopen(case, by=team.manager, at=FEB_9 + DAY, risk=RiskLevel.TINGGI, is_safe=False)
    assert {"aftercare.unsafe"}.isdisjoint(keys(case))
    assert {"case.emergency", "case.safety_again", "case.review_high"} <= keys(case)


def test_the_alarm_is_the_heads_where_the_manager_has_gone(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    (row,) = act(team.manager, services.plan_aftercare, case, days=days_of(30), at=FEB_9)
    User.objects.filter(pk=team.manager.pk).update(is_active=False)
    contact: dict[str, UUID] = {"contact_id": row.pk}
    act(team.companion, services.contact_after, case, doing=Doing.DANGER, words="", at=FEB_9, **contact)
    found = Clock.objects.open().filter(kind__key="aftercare.unsafe").select_related(*WITH)
    assert found.get().owner_id == team.head.pk
    with working(team.head):
        (one,) = rows_of(list(found), viewer=team.head, at=FEB_9)
        assert one.row.action_url == f"/kasus/{case.code}/", "who cannot open it again is not led to where it is done"
    User.objects.filter(pk=team.manager.pk).update(is_active=True)
    with working(team.manager):
        found.update(owner=team.manager)
        (one,) = rows_of(list(found), viewer=team.manager, at=FEB_9)
        assert one.row.action_url == f"/kasus/{case.code}/buka-lagi/"


def test_unsure_ends_no_alarm(team: Team) -> None:
    case, second = found_unsafe(team)
    contact: dict[str, UUID] = {"contact_id": second.pk}
    act(team.companion, services.contact_after, case, doing=Doing.UNSURE, words="x", at=FEB_9 + DAY, **contact)
    assert "aftercare.unsafe" in keys(case)


def test_of_a_case_closed_long_ago_each_contact_is_for_its_own_month(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    late = FEB_9 + 400 * DAY
    days = {month: (late + 30 * month * DAY).date() for month in (1, 3, 6)}
    first, *_rest = act(team.manager, services.plan_aftercare, case, days=days, at=late)
    act(team.manager, services.move_state, case, target=CaseState.AFTERCARE, reason="x", at=late)
    contact: dict[str, UUID] = {"contact_id": first.pk}
    act(team.manager, services.contact_after, case, doing=Doing.WELL, words="", at=late, **contact)
    assert keys(case) == {"aftercare.month_3", "aftercare.month_6"}


def test_a_contact_that_was_held_is_not_taken_away(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    (row,) = act(team.manager, services.plan_aftercare, case, days=days_of(30), at=FEB_9)
    act(team.manager, services.move_state, case, target=CaseState.AFTERCARE, reason="x", at=FEB_9)
    contact: dict[str, UUID] = {"contact_id": row.pk}
    act(team.manager, services.contact_after, case, doing=Doing.WELL, words="", at=FEB_9, **contact)
    with pytest.raises(Conflict, match="sudah dilakukan"):
        act(team.manager, services.cancel_aftercare, case, reason="x", at=FEB_9, **contact)


def test_taking_a_contact_away_ends_the_clock_of_its_month(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    rows = act(team.manager, services.plan_aftercare, case, days=days_of(24, 90, 180), at=FEB_9)
    act(team.manager, services.move_state, case, target=CaseState.AFTERCARE, reason="x", at=FEB_9)
    act(team.manager, services.cancel_aftercare, case, contact_id=rows[1].pk, reason="x", at=FEB_9)
    assert keys(case) == {"aftercare.month_1", "aftercare.month_6"}


def test_a_closed_case_takes_no_answer_about_a_transfer(team: Team) -> None:
    case = team.open()
    sent = flow.transfer(case, by=team.manager, at=FEB_2)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    with pytest.raises(CaseClosed):
        act(team.manager, services.withdraw_transfer, case, transfer_id=sent.pk, reason="x")


def test_unsafe_is_high_danger_told_in_the_history_and_to_the_manager_at_once(team: Team) -> None:
    case = team.open(risk=RiskLevel.RENDAH)
    team.assign(case, team.companion)
    row = flow.check_safety(case, by=team.companion, at=FEB_3, is_safe=False)
    assert (row.before, team.fresh(case).risk) == (1, 3)
    assert set(Clock.objects.open().filter(dossier=case.dossier_id).values_list("danger", flat=True)) == {3}
    assert sentence_of(row) == "Belum aman. Bahaya dari rendah menjadi tinggi"
    with working(team.manager):
        page = get_case_page(case=team.fresh(case), viewer=team.manager, at=FEB_3)
    assert "Keselamatan diperiksa: belum aman. Bahaya dari rendah menjadi tinggi" in {
        item.sentence for _day, items in page.days for item in items
    }
    clock = Clock.objects.open().get(kind__key="case.safety_again")
    assert (clock.escalates_at, clock.kind.steps[0].to) == (FEB_3, Tell.LEAD), "from the first moment"
    with working(team.companion), pytest.raises(NotAllowed, match="melewati batas waktunya"):
        clocks.snooze_clock(
            clock_id=clock.pk, until=FEB_3 + DAY, reason=SnoozeReason.ANSWER, by=team.companion, at=FEB_3
        )
    assert flow.check_safety(case, by=team.companion, at=FEB_9, is_safe=False).before is None


def test_the_list_puts_who_is_not_safe_first(team: Team) -> None:
    calm, extreme = team.open(risk=RiskLevel.RENDAH), team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(calm, by=team.manager, at=FEB_3, is_safe=False)
    closed, _second = found_unsafe(team)
    for viewer, listed in ((team.manager, list_assigned), (team.head, list_overseen)):
        with working(viewer):
            page = listed(viewer=viewer, filters=CaseFilters(), after=None, at=FEB_9)
        assert {one.case.pk for one in page.unsafe} == {calm.pk, closed.pk}
        assert [one.case.pk for one in page.rows] == [extreme.pk]
        words = {one.case.pk: one.sentence for one in page.unsafe}
        assert words[calm.pk].startswith("Belum aman menurut cek")
        assert words[closed.pk].endswith("buka lagi")
        assert {one.row.promised.state for one in page.unsafe} == {""}, "nothing is done there"


@pytest.mark.parametrize(("at", "is_listed"), [(FEB_3, False), (FEB_9, True)])
def test_only_what_was_heard_since_the_closing_is_an_alarm_of_the_list(team: Team, at: Any, is_listed: bool) -> None:
    """Who ended it unsafe is not listed for ever."""
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3, reason=ClosingReason.CLIENT_ENDS)
    Case.objects.filter(pk=case.pk).update(unsafe_at=at)
    with working(team.manager):
        page = list_assigned(viewer=team.manager, filters=CaseFilters(), after=None, at=FEB_9)
    assert bool(page.unsafe) is is_listed


def test_a_stale_page_lowers_no_danger(team: Team) -> None:
    case = team.open(risk=RiskLevel.SEDANG)
    facts: dict[str, Any] = {"reason": "x", "next_on": (FEB_3 + timedelta(days=7)).date(), "at": FEB_3}
    seen = Seen(RiskLevel.SEDANG)
    act(team.manager, services.review, case, risk=RiskLevel.EKSTREM, seen=seen, **facts)
    with pytest.raises(Conflict, match=r"meninjau kasus ini .* bahayanya berubah dari sedang menjadi ekstrem"):
        act(team.manager, services.review, case, risk=RiskLevel.RENDAH, seen=seen, **facts)
    assert (team.fresh(case).risk, Review.objects.filter(case=case).count()) == (4, 1)
    with working(team.manager):
        now = seen_of(team.fresh(case))
    assert Seen.parse(str(now)) == now
    act(team.manager, services.review, case, risk=RiskLevel.RENDAH, seen=now, **facts)


def test_the_clock_of_a_review_ends_on_the_day_that_was_said(team: Team) -> None:
    case = flow.advance(team.open(), CaseState.SERVICES, by=team.manager, head=team.head, at=FEB_2)
    day = (FEB_3 + timedelta(days=5)).date()
    facts: dict[str, Any] = {"reason": "x", "next_on": day, "at": FEB_3}
    act(team.manager, services.review, case, risk=RiskLevel.SEDANG, **facts)
    assert Clock.objects.open().get(kind__key="case.review").due_at == end_of_day(day)
    act(team.manager, services.review, case, risk=RiskLevel.TINGGI, **facts)
    assert Clock.objects.open().get(kind__key="case.review_high").due_at == end_of_day(day)
    assert "case.review" not in keys(case)


def test_the_day_of_a_task_that_is_done_shortens_no_other_limit(team: Team) -> None:
    case = team.open()
    task = act(team.manager, services.add_task, case, title="x", owner=team.manager, due_at=FEB_3 + DAY / 24, at=FEB_2)
    act(team.manager, services.complete_task, case, task_id=task.pk, at=FEB_3)
    assert Clock.objects.open().get(kind__key="case.step").due_at == FEB_3 + DAY


def test_one_domain_of_seven_ends_no_assessment(team: Team) -> None:
    case = team.open()
    flow.assess(case, by=team.manager, at=FEB_2, domains=list(Domain)[:1])
    assert "case.assess_medium" in keys(case)
    assert "case.plan" not in keys(case)
    with working(team.manager):
        (row,) = [
            one.row
            for one in rows_of(
                list(Clock.objects.open().filter(kind__key="case.assess_medium").select_related(*WITH)),
                viewer=team.manager, at=FEB_3,
            )
        ]  # fmt: skip
    assert "6 bidang belum dilihat" in map(str, row.facts)
    flow.assess(case, by=team.manager, at=FEB_3)
    assert "case.assess_medium" not in keys(case)
    assert "case.plan" in keys(case)


def test_what_was_recorded_before_is_read_once(team: Team) -> None:
    """A case of yesterday: a contact that found her unsafe, of which nobody was told, and one that waits."""
    case, second = found_unsafe(team)
    other = team.open()
    flow.check_safety(other, by=team.manager, at=FEB_3, is_safe=False)
    Case.objects.filter(pk__in=(case.pk, other.pk)).update(unsafe_at=None, risk=RiskLevel.RENDAH)
    Clock.objects.all()._raw_delete("default")
    migration = import_module("ruangaman.cases.migrations.0020_unsafe")
    for _twice in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.LOOKS)
        migration.alarms(apps, None)
        migration.contacts(apps, None)
    assert (team.fresh(case).unsafe_at, team.fresh(case).risk, team.fresh(other).unsafe_at) == (FEB_9, 3, FEB_3)
    found = Clock.objects.open().filter(dossier=case.dossier_id)
    assert {one.kind.key: (one.due_at, one.owner_id) for one in found.select_related("kind")} == {
        "aftercare.unsafe": (FEB_9 + timedelta(hours=2), team.manager.pk),
        "aftercare.month_3": (end_of_day(second.due_on), team.companion.pk),
    }


def test_danger_does_not_go_down_while_she_is_not_safe(team: Team) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    facts: dict[str, Any] = {"reason": "x", "next_on": (FEB_3 + timedelta(days=7)).date(), "at": FEB_3}
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    with pytest.raises(DomainError, match="belum aman"):
        act(team.manager, services.review, case, risk=RiskLevel.SEDANG, **facts)
    act(team.manager, services.review, case, risk=RiskLevel.EKSTREM, **facts)
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=True)
    act(team.manager, services.review, case, risk=RiskLevel.SEDANG, **facts)
    assert team.fresh(case).risk == RiskLevel.SEDANG

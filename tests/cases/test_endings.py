"""What an end does not lose: the clocks of law and medicine, what somebody may be told, what was planned by mistake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ruangaman.accounts.models import Agency
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.errors import CaseClosed, EvidenceMissing
from ruangaman.cases.models import Aftercare, Approval, Case, ClosingAssessment, SafetyCheck, Transfer
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.selectors.weighing import list_running, weigh
from ruangaman.cases.types import Agreed, ApprovalKind, CaseState, Doing, Fact
from ruangaman.clocks.models import Clock, ClockKind, Limit
from ruangaman.clocks.types import is_binding
from ruangaman.consents.types import Basis, ConsentPurpose
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import Conflict, DomainError, NotAllowed
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
    assert keys(case) == set()


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
        assert [one.row.kind.key for one in seen.binding] == [
            one.row.kind.key for one in list_running(case=case, at=FEB_9) if one.is_binding
        ]
    assert all(one.is_answered and one.is_late for one in seen.binding)
    assert {one.row.kind.key for one in seen.others} == {"case.assess_medium", "case.companion", "case.step"}
    assert (len(seen.binding), seen.forms, seen.waits) == (4, ["Seksual"], "6 hari")


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
    assert keys(case) == set()
    flow.reopen(case, by=team.manager, at=FEB_9)
    after = dict(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", "due_at"))
    assert after == before, "late as it was"
    assert Clock.objects.filter(kind__key="tpks.report").count() == 2, "that it had ended can still be told"
    assert AuditEvent.objects.get(type="cases.reopened").detail["clocks"] == len(before)


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
    due = Clock.objects.get(kind__key="aftercare.month_1").due_at
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
    assert Clock.objects.open().get(kind__key="aftercare.month_1").due_at == due, "until when it ran before"

    contact: dict[str, UUID] = {"contact_id": again.pk}
    act(team.manager, services.contact_after, case, doing=Doing.WELL, words="", at=FEB_9, **contact)
    with pytest.raises(Conflict, match="sudah dijadwalkan"):  # nor what was held
        act(team.manager, services.plan_aftercare, case, days=days_of(50), at=FEB_9)


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

"""What happens in a case starts and stops its clocks: the wiring, on the kinds that the program comes with."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.types import ApprovalKind, CaseState, Doing, note_content
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock, ClockKind, Limit
from ruangaman.clocks.types import PauseReason
from ruangaman.core.clock import end_of_day
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import zone
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9

HOUR = timedelta(hours=1)


def keys(case):
    return sorted(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", flat=True))


def act(by, service, case, **facts):
    with working(by):
        return service(code=case.code, by=by, **{"at": FEB_2, **facts})


def test_a_new_case_asks_for_its_assessment_a_companion_and_a_step(team):
    case = team.open()
    assert keys(case) == ["case.assess_medium", "case.companion", "case.step"]
    assert {one.owner for one in Clock.objects.all()} == {team.manager}
    team.assign(case, team.companion)
    assert keys(case) == ["case.assess_medium", "case.step"]


def test_a_dangerous_case_asks_for_safety_first(team):
    case = team.open(risk=RiskLevel.EKSTREM)
    assert keys(case) == ["case.companion", "case.emergency", "case.step"]
    clock = Clock.objects.get(kind__key="case.emergency")
    assert clock.due_at == FEB_1 + timedelta(minutes=120)
    assert clock.presses_at == clock.due_at - timedelta(hours=72)
    flow.check_safety(case, by=team.manager, at=FEB_1)
    act(team.manager, services.move_state, case, target=CaseState.ASSESSMENT, reason="aman")
    assert keys(case) == ["case.assess_high", "case.companion", "case.step"]


def test_taking_the_companion_off_asks_for_one_again_and_hands_the_turns_over(team):
    case = team.open()
    team.assign(case, team.companion)
    task = act(team.manager, services.add_task, case, title="x", owner=team.companion, due_at=FEB_9)
    assert Clock.objects.get(kind__key="task").owner == team.companion
    part = case.assignments.get(user=team.companion, until=None)
    act(team.manager, services.unassign, case, assignment_id=part.pk, is_confirmed=True)
    assert "case.companion" in keys(case)
    assert Clock.objects.get(anchor=task.pk).owner == team.manager


def test_a_task_is_a_clock_until_it_is_ticked_off(team):
    case = team.open()
    task = act(team.manager, services.add_task, case, title="x", owner=team.manager, due_at=FEB_3)
    clock = Clock.objects.get(kind__key="task")
    assert (clock.anchor, clock.due_at, clock.owner, clock.limit) == (task.pk, FEB_3, team.manager, None)
    assert "case.step" not in keys(case)
    act(team.manager, services.complete_task, case, task_id=task.pk, at=FEB_9)
    assert "task" not in keys(case)
    assert "case.step" in keys(case), "nothing is promised any more"
    act(team.manager, services.undo_task, case, task_id=task.pk, at=FEB_9)
    assert "task" in keys(case)
    assert "case.step" not in keys(case)


def test_closing_ends_every_clock_and_going_on_begins_those_of_the_new_state(team):
    case = team.open()
    act(team.manager, services.add_task, case, title="x", owner=team.manager, due_at=FEB_3)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    assert keys(case) == ["aftercare.plan"]
    act(team.manager, services.plan_aftercare, case, days={1: (FEB_9 + timedelta(days=30)).date()}, at=FEB_9)
    act(team.manager, services.move_state, case, target=CaseState.AFTERCARE, reason="x", at=FEB_9)
    assert keys(case) == ["aftercare.month_1"], "what is planned, and no month beside it"
    act(team.manager, services.reopen_case, case, risk=RiskLevel.RENDAH, is_safe=True, reason="x", at=FEB_9)
    assert keys(case) == ["case.assess_medium", "case.companion", "case.review", "case.step"]


def test_the_goals_of_a_plan_that_begins_press_until_the_day_that_was_planned(team):
    case = flow.advance(team.open(), CaseState.PLAN, by=team.manager, head=team.head, at=FEB_2)
    assert "case.plan" in keys(case)
    plan = flow.plan(case, by=team.manager, at=FEB_2)
    assert "case.plan" not in keys(case), "the plan was promised, and is there"
    flow.decide(flow.ask(case, ApprovalKind.PLAN, by=team.manager, at=FEB_2), by=team.head, at=FEB_2)
    flow.move(case, CaseState.SERVICES, by=team.manager, at=FEB_3)

    (goal,) = plan.goals.all()
    clock = Clock.objects.get(anchor=goal.task_id)
    assert (clock.kind.key, clock.due_at, clock.stopped_at) == ("task", goal.due_at, None)


def test_a_danger_that_is_weighed_anew_changes_at_once_what_presses(team):
    case = team.open(risk=RiskLevel.SEDANG)
    facts = {"reason": "x", "next_on": FEB_9.date()}
    act(team.manager, services.review, case, risk=RiskLevel.EKSTREM, **facts)

    found = Clock.objects.open().filter(dossier=case.dossier_id)
    assert found
    assert {one.due_at - one.presses_at for one in found} == {timedelta(hours=72)}


def test_how_often_a_case_is_looked_at_again_follows_its_danger(team):
    case = flow.advance(team.open(risk=RiskLevel.TINGGI), CaseState.SERVICES, by=team.manager, head=team.head, at=FEB_2)
    facts = {"reason": "x", "next_on": FEB_9.date() + timedelta(days=1)}
    assert reviews(case) == {"case.review_high": FEB_2 + timedelta(days=7)}

    act(team.manager, services.review, case, risk=RiskLevel.TINGGI, at=FEB_3, **facts)
    assert reviews(case) == {"case.review_high": FEB_3 + timedelta(days=7)}, (
        "on the day that was said, within its limit"
    )

    act(team.manager, services.review, case, risk=RiskLevel.SEDANG, at=FEB_9, **facts)
    (kept,) = reviews(case)
    assert kept == "case.review"

    act(team.manager, services.review, case, risk=RiskLevel.EKSTREM, at=FEB_9, **facts)
    assert reviews(case) == {"case.review_high": end_of_day(facts["next_on"])}


def reviews(case):
    """Until when each open review is due."""
    found = Clock.objects.open().filter(dossier=case.dossier_id, kind__key__startswith="case.review")
    return dict(found.values_list("kind__key", "due_at"))


def test_each_contact_after_the_closing_keeps_the_promise_of_its_month(team):
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    days = {months: (FEB_3 + timedelta(days=30 * months)).date() for months in (1, 3, 6)}
    rows = act(team.manager, services.plan_aftercare, case, days=days, at=FEB_3)
    act(team.manager, services.move_state, case, target=CaseState.AFTERCARE, reason="x", at=FEB_3)
    third = next(row for row in rows if row.due_on == days[3])

    facts = {"contact_id": third.pk, "doing": Doing.WELL, "words": ""}
    act(team.manager, services.contact_after, case, at=FEB_9, **facts)
    assert keys(case) == ["aftercare.month_1", "aftercare.month_6"]


def test_the_trail_says_which_of_two_tasks_was_paused(team):
    case = team.open()
    for title in ("x", "y"):
        act(team.manager, services.add_task, case, title=title, owner=team.manager, due_at=FEB_3)
    clock = Clock.objects.filter(kind__key="task")[0]
    with working(team.manager):
        clocks.pause_clock(
            clock_id=clock.pk,
            reason=PauseReason.NO_CONTACT,
            until=FEB_2 + timedelta(days=20),
            by=team.manager,
            at=FEB_2,
        )

    told = AuditEvent.objects.get(type="clocks.paused").detail
    assert (told["kind"], told["anchor"]) == ("task", str(clock.anchor))


def test_handing_a_case_over_hands_its_turns_over(team):
    from ruangaman.accounts.types import Role

    case, new = team.open(), team.office.user(Role.MANAJER)
    act(team.manager, services.change_manager, case, to=new)
    assert {(one.owner, one.lead) for one in Clock.objects.open()} == {(new, new)}


def incident(team, case, *, on, forms=("SEKSUAL",), at=FEB_2, until=None):
    return act(
        team.manager, services.add_incident, case, forms=list(forms), place="RUMAH", kecamatan="", from_on=on,
        to_on=until, narrative=note_content("x"), links=[], at=at,
    )  # fmt: skip


def test_windows_count_from_when_it_happened_and_not_from_when_it_was_told(team):
    case = team.open()
    happened = FEB_2.astimezone(zone()).date() - timedelta(days=1)
    found = incident(team, case, on=happened)
    midnight = datetime.combine(happened, time(), zone())
    windows = {one.kind.key: one for one in Clock.objects.filter(anchor=found.pk)}
    assert set(windows) == {"clinical.pep", "clinical.contraception", "evidence.sexual"}
    assert windows["clinical.pep"].due_at == midnight + 72 * HOUR
    assert windows["clinical.contraception"].due_at == midnight + 120 * HOUR
    assert "tpks.report" in keys(case)
    assert Clock.objects.get(kind__key="tpks.report").due_at == FEB_2 + 72 * HOUR


@pytest.mark.parametrize(("days", "open_windows"), [(3, True), (4, False)])
def test_a_window_that_has_closed_is_not_opened(team, days, open_windows):
    case = team.open()
    happened = FEB_2.astimezone(zone()).date() - timedelta(days=days)
    incident(team, case, on=happened)
    assert ("clinical.pep" in keys(case)) is open_windows


def test_where_nobody_knows_when_it_happened_it_is_at_once(team):
    case = team.open()
    incident(team, case, on=None)
    assert Clock.objects.get(kind__key="clinical.pep").due_at == FEB_2


def test_another_form_opens_another_window(team):
    case = team.open()
    today = FEB_2.astimezone(zone()).date()
    incident(team, case, on=today)
    incident(team, case, on=today, forms=("FISIK",))
    assert Clock.objects.filter(kind__key="clinical.pep").count() == 1, "only of what was sexual"
    assert "evidence.physical" in keys(case)


def test_a_case_that_opens_with_a_sexual_form_asks_when_it_was_and_reminds_of_the_duty(team):
    assert {"clinical.ask", "tpks.report"} <= set(keys(team.open(forms=["SEKSUAL"])))
    assert not {"clinical.ask", "tpks.report"} & set(keys(team.open(forms=["FISIK"])))


def test_cases_that_were_there_before_get_the_clocks_of_today(team):
    case = team.open()
    act(team.manager, services.add_task, case, title="x", owner=team.manager, due_at=FEB_9)
    other = team.open()
    closed = team.open()
    flow.close(closed, by=team.manager, head=team.head, at=FEB_1)
    before = {one.pk: keys(one) for one in (case, other, closed)}
    Clock.objects.all()._raw_delete("default")
    migration = import_module("ruangaman.cases.migrations.0004_clocks")
    for _twice in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration.TASKS)
            cursor.execute(migration.NEEDS)
    assert keys(case) == ["case.companion", "task"]
    assert keys(other) == ["case.companion", "case.step"]
    assert (keys(closed), before[closed.pk]) == ([], ["aftercare.plan"])
    assert Clock.objects.get(kind__key="task").due_at == FEB_9


def test_what_an_administrator_touched_is_not_seeded_over(team):
    fill = import_module("ruangaman.clocks.migrations.0005_first_kinds").fill
    ClockKind.objects.filter(key="case.step").update(label="Milik kota", changed_by=team.head)
    ClockKind.objects.filter(key="case.companion").update(label="lama")
    Limit.objects.filter(key="case.companion").update(value=3)
    kinds, limits = ClockKind.objects.count(), Limit.objects.count()
    fill(apps, None)
    assert ClockKind.objects.get(key="case.step").label == "Milik kota"
    assert ClockKind.objects.get(key="case.companion").label == "Tugaskan pendamping"
    assert Limit.objects.get(key="case.companion").value == 3
    assert (ClockKind.objects.count(), Limit.objects.count()) == (kinds, limits)


def test_every_kind_of_the_first_day_can_be_read_and_has_a_limit(db):
    from ruangaman.clocks.types import Holder

    limits = set(Limit.objects.values_list("key", flat=True))
    for kind in ClockKind.objects.all():
        assert kind.rule.to_json() == kind.condition
        assert 1 <= len(kind.steps) == len(kind.chain) <= 3
        assert kind.is_promised or kind.limit_key in limits, kind.key
        assert kind.holder in Holder.values
        assert kind.label_en
        assert kind.todo_en

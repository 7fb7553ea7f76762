"""What may stand still: of law and medicine nothing of ours, whatever was ticked; and the rows of before follow."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.clocks import policies, services
from ruangaman.clocks.models import Clock, ClockKind, Limit, Pause
from ruangaman.clocks.types import LONGEST_PAUSE, PauseReason, SnoozeReason
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict, NotAllowed
from tests.clocks.conftest import HOUR
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9

RUN_ON = import_module("ruangaman.clocks.migrations.0016_law_runs_on")
KEPT = import_module("ruangaman.clocks.migrations.0020_pauses")
ENDS = ("police.kdrt_protection_ends", "police.tpks_protection_ends")
OURS, LAW = "Ketetapan kantor", "UU 12/2022 TPKS"


@pytest.mark.parametrize(
    ("key", "basis", "facts", "may"),
    [
        ("kota.x", OURS, {}, True),
        ("kota.x", "", {}, True),
        ("kota.x", OURS, {"is_pausable": False}, False),
        ("kota.x", LAW, {}, False),
        ("kota.x", LAW, {"is_third_party": True}, True),
        ("kota.x", LAW, {"is_third_party": True, "is_pausable": False}, False),
        ("kota.x", OURS, {"from_occurrence": True}, False),
        ("clinical.pep", OURS, {}, False),
        ("evidence.x", OURS, {}, False),
    ],
)
def test_law_and_medicine_run_on_whatever_was_ticked(key, basis, facts, may):
    kind = ClockKind(key=key, **{"is_pausable": True, "is_third_party": False, "from_occurrence": False, **facts})
    assert policies.can_stand_still(kind, basis) is may


def test_the_service_refuses_what_a_law_sets_although_it_was_ticked(clocks):
    clock, by = clocks.begin(), clocks.team.manager
    asked = {"clock_id": clock.pk, "reason": PauseReason.NO_CONTACT, "until": FEB_3, "by": by, "at": FEB_2 + HOUR}
    Limit.objects.filter(pk=clock.limit_id).update(legal_basis=LAW)
    with working(by), pytest.raises(NotAllowed, match="tidak dapat dijeda"):
        services.pause_clock(**asked)
    Limit.objects.filter(pk=clock.limit_id).update(legal_basis=OURS)
    with working(by):
        assert services.pause_clock(**asked).paused_at == FEB_2 + HOUR, "the control"


@pytest.mark.django_db
def test_as_the_rules_came_no_kind_is_ticked_that_may_not_stand_still():
    basis = {limit.key: limit.legal_basis for limit in Limit.objects.all()}
    ticked = ClockKind.objects.filter(is_pausable=True)
    assert {kind.limit_key for kind in ticked} - {""} <= set(basis)
    assert [kind.key for kind in ticked if not policies.can_stand_still(kind, basis.get(kind.limit_key, ""))] == []
    assert ticked.count() > 20, "the control"


def test_rows_of_before_follow_and_what_an_administrator_touched_stays(clocks):
    rows = ClockKind.objects.filter(key__in=ENDS)
    rows.update(is_pausable=True)
    rows.filter(key=ENDS[0]).update(changed_by=clocks.admin)
    with connection.cursor() as cursor:
        cursor.execute(RUN_ON.RUN_ON)
    assert dict(rows.values_list("key", "is_pausable")) == {ENDS[0]: True, ENDS[1]: False}
    with connection.cursor() as cursor:
        cursor.execute(RUN_ON.BEFORE)
    assert set(rows.values_list("is_pausable", flat=True)) == {True}


def paused(clocks, *, until, at=FEB_2 + HOUR):
    """A clock that stands still until a day."""
    clock, by = clocks.begin(), clocks.team.manager
    with working(by):
        services.pause_clock(clock_id=clock.pk, reason=PauseReason.OTHER_OFFICE, until=until, by=by, at=at)
    return clock


def test_it_goes_on_by_itself_on_its_day_however_late_the_worker_comes(clocks):
    clock = paused(clocks, until=FEB_3)
    due = clock.due_at

    assert services.resume_due(at=FEB_3 - HOUR) == 0
    assert services.resume_due(at=FEB_3 + 5 * HOUR) == 1
    assert services.resume_due(at=FEB_3 + 5 * HOUR) == 0, "twice changes nothing"

    clock.refresh_from_db()
    assert clock.paused_at is None
    assert clock.due_at == due + (FEB_3 - FEB_2 - HOUR), "from its day on its time counts"
    pause = Pause.objects.get(clock=clock)
    assert (pause.ended_at, pause.ended_by, pause.by) == (FEB_3, None, clocks.team.manager)
    told = AuditEvent.objects.get(type="clocks.resumed")
    assert (told.actor, told.detail["seconds"]) == ("system", (FEB_3 - FEB_2 - HOUR).total_seconds())


def test_somebody_lets_it_go_on_earlier_and_that_is_kept(clocks):
    clock = paused(clocks, until=FEB_9)
    with working(clocks.team.manager):
        services.resume_clock(clock_id=clock.pk, by=clocks.team.manager, at=FEB_3)
    pause = Pause.objects.get(clock=clock)
    assert (pause.ended_at, pause.ended_by) == (FEB_3, clocks.team.manager)
    assert services.resume_due(at=FEB_9) == 0


def test_what_ended_while_it_stood_still_does_not_come_back(clocks):
    clock = paused(clocks, until=FEB_3)
    clocks.tell("cases.service_added", at=FEB_2 + 2 * HOUR)
    assert services.resume_due(at=FEB_9) == 0
    clock.refresh_from_db()
    assert clock.stopped_at is not None


@pytest.mark.parametrize("until", [FEB_2 + HOUR, FEB_2, FEB_2 + HOUR + LONGEST_PAUSE + timedelta(seconds=1)])
def test_no_pause_is_without_an_end_or_longer_than_a_month(clocks, until):
    with pytest.raises(Conflict):
        paused(clocks, until=until)
    assert not Pause.objects.exists()
    clock = Clock.objects.get(kind__key="kota.x")
    with working(clocks.team.manager):
        services.pause_clock(
            clock_id=clock.pk, reason=PauseReason.OTHER_OFFICE, until=FEB_2 + HOUR + LONGEST_PAUSE,
            by=clocks.team.manager, at=FEB_2 + HOUR,
        )  # fmt: skip


@pytest.mark.django_db
def test_what_waits_for_the_head_does_not_stand_still():
    assert set(ClockKind.objects.filter(key__startswith="decision.").values_list("is_pausable", flat=True)) == {False}


def test_what_was_paused_before_has_a_pause_that_ends(clocks):
    clock = clocks.begin()
    Clock.objects.filter(pk=clock.pk).update(paused_at=FEB_2, pause_reason=PauseReason.NO_CONTACT)
    with connection.cursor() as cursor:
        cursor.execute(KEPT.KEEP)
    pause = Pause.objects.get(clock=clock)
    assert (pause.since, pause.reason, pause.by) == (FEB_2, PauseReason.NO_CONTACT, None)
    assert pause.until > timezone.now(), "nothing goes on in the night of the change"


@pytest.mark.parametrize(("who", "may"), [("companion", True), ("manager", False), ("head", False)])
def test_only_whose_turn_it_is_looks_at_it_later(clocks, who, may):
    team = clocks.team
    team.assign(clocks.case, team.companion)
    clock = clocks.begin()
    Clock.objects.filter(pk=clock.pk).update(owner=team.companion, danger=1, presses_at=clock.due_at)
    by = {"companion": team.companion, "manager": team.manager, "head": team.head}[who]
    asked = {"clock_id": clock.pk, "until": FEB_3, "reason": SnoozeReason.ANSWER, "by": by, "at": FEB_2 + HOUR}
    with working(by):
        if may:
            assert services.snooze_clock(**asked).snoozed_until == FEB_3
        else:
            with pytest.raises(NotAllowed, match="mendapat giliran"):
                services.snooze_clock(**asked)


@pytest.mark.parametrize("is_pausable", [True, False])
def test_what_somebody_waits_for_is_not_put_off_beyond_its_limit(clocks, is_pausable):
    clock = clocks.begin()
    Clock.objects.filter(pk=clock.pk).update(danger=1, presses_at=clock.due_at)
    ClockKind.objects.filter(pk=clock.kind_id).update(is_pausable=is_pausable)
    by, late = clocks.team.manager, clock.due_at + HOUR
    asked = {"clock_id": clock.pk, "reason": SnoozeReason.ANSWER, "by": by, "at": FEB_2 + HOUR}
    with working(by):
        if is_pausable:
            assert services.snooze_clock(**asked, until=late).snoozed_until == late
        else:
            with pytest.raises(NotAllowed, match="Ada yang menunggu"):
                services.snooze_clock(**asked, until=late)
            assert services.snooze_clock(**asked, until=clock.due_at).snoozed_until == clock.due_at


def test_in_high_danger_nothing_stands_still_for_longer_than_a_week(clocks):
    clock, by = clocks.begin(), clocks.team.manager
    with working(by):
        services.set_danger(
            dossier_id=clock.dossier_id, subject=clock.subject, danger=RiskLevel.TINGGI, by=by, at=FEB_2
        )
    asked = {"clock_id": clock.pk, "reason": PauseReason.NO_CONTACT, "by": by, "at": FEB_2 + HOUR}
    with working(by):
        with pytest.raises(Conflict, match="tujuh hari"):
            services.pause_clock(**asked, until=FEB_2 + HOUR + timedelta(days=7, seconds=1))
        services.pause_clock(**asked, until=FEB_2 + HOUR + timedelta(days=7))

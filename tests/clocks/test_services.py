"""Clocks on the real database: what happens starts and stops them; people pause, put off and hand on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.clocks import selectors, services
from ruangaman.clocks.models import Clock, ClockKind, Limit
from ruangaman.clocks.selectors import basis_of
from ruangaman.clocks.types import (
    FARTHEST,
    HEAD_START,
    Calendar,
    Condition,
    Cursor,
    EndReason,
    Holder,
    Length,
    PauseReason,
    SnoozeReason,
    Turn,
    Unit,
    presses_at,
    readings,
)
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from tests.clocks.conftest import HOUR
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9


def test_what_happens_starts_a_clock_with_its_limit_owner_and_place(clocks):
    clock = clocks.begin()
    assert (clock.owner, clock.desk, clock.lead) == (clocks.team.manager, None, clocks.team.manager)
    assert clock.due_at == FEB_2 + 10 * HOUR
    assert clock.presses_at == clock.due_at - HEAD_START[RiskLevel.SEDANG]
    assert clock.escalates_at == FEB_2 + 5 * HOUR
    assert (clock.subject, clock.unit, clock.danger) == (clocks.case.code, clocks.team.office.unit, RiskLevel.SEDANG)
    assert clock.limit.value == 10


def test_one_that_runs_goes_on_and_what_keeps_it_ends_it(clocks):
    first = clocks.begin()
    clocks.tell("cases.note_added", at=FEB_3)
    assert [one.pk for one in clocks.open()] == [first.pk]
    clocks.tell("cases.service_added", at=FEB_9)
    first.refresh_from_db()
    assert (first.stopped_at, first.stopped_on) == (FEB_9, "cases.service_added")
    clocks.tell("cases.note_added", at=FEB_9)
    assert len(clocks.open()) == 1


def test_another_case_is_left_alone(clocks):
    clock = clocks.begin()
    other = clocks.team.open()
    clocks.tell("cases.service_added", case=other)
    assert clocks.open() == [clock]


def test_an_event_that_concerns_no_kind_takes_one_query_and_one_that_does_at_most_three_more(clocks):
    clocks.kind()

    def queries(event):
        with (
            working(clocks.team.manager),
            CaptureQueriesContext(
                connection,
            ) as found,
        ):
            subject = services.happening.Subject(
                kind="case", code="x", dossier_id=clocks.case.dossier_id, unit_id=clocks.case.unit_id, danger=1,
                lead_id=clocks.team.manager.pk,
            )  # fmt: skip
            services.happened(event=event, subject=subject, by=clocks.team.manager, at=FEB_2)
        return [one["sql"] for one in found if "clocks_" in one["sql"]]

    assert len(queries("cases.person_edited")) == 1
    assert len(queries("cases.note_added")) == 2
    assert len(queries("cases.service_added")) == 2


def test_a_condition_that_does_not_hold_starts_nothing_and_its_control_does(clocks):
    clocks.kind(condition=Condition(forms=("SEKSUAL",), danger=2))
    clocks.tell("cases.note_added", forms=["FISIK"])
    assert clocks.open() == []
    clocks.tell("cases.note_added", forms=["FISIK", "SEKSUAL"])
    assert len(clocks.open()) == 1


def test_a_kind_about_one_thing_has_a_clock_for_each_and_ends_them_together(clocks):
    kind = clocks.kind()
    ClockKind.objects.filter(pk=kind.pk).update(anchor="note")
    one, other = str(uuid4()), str(uuid4())
    for note in (one, other, one):
        clocks.tell("cases.note_added", detail={"note": note})
    clocks.tell("cases.note_added")  # names none
    assert {str(clock.anchor) for clock in clocks.open()} == {one, other}
    clocks.tell("cases.service_added", detail={"note": one})
    assert [str(clock.anchor) for clock in clocks.open()] == [other]
    clocks.tell("cases.note_added", detail={"note": one})
    clocks.tell("cases.service_added", detail={"type": "x"})
    assert clocks.open() == []


def test_what_restarts_begins_again_until_the_case_ends(clocks):
    clocks.kind(restarts=True, stops_on=("cases.service_added", "cases.closed"))
    clocks.begin()
    clocks.tell("cases.service_added", at=FEB_3)
    (again,) = clocks.open()
    assert again.started_at == FEB_3
    clocks.tell("cases.closed", at=FEB_9)
    assert clocks.open() == []


def test_a_new_limit_holds_for_new_clocks_and_not_for_those_that_run(clocks):
    old = clocks.begin()
    with working(clocks.admin):
        services.set_limit(
            key="kota.x", length=Length(2), legal_basis="baru", valid_from=FEB_3, by=clocks.admin, at=FEB_2
        )
    old.refresh_from_db()
    assert old.due_at == FEB_2 + 10 * HOUR
    clocks.tell("cases.service_added", at=FEB_2 + HOUR)
    clocks.tell("cases.note_added", at=FEB_2 + 2 * HOUR)
    assert clocks.open()[0].limit.value == 10, "not valid yet"
    clocks.tell("cases.service_added", at=FEB_3)
    clocks.tell("cases.note_added", at=FEB_3)
    (new,) = clocks.open()
    assert (new.limit.value, new.due_at) == (2, FEB_3 + 2 * HOUR)


def test_a_kind_that_has_ended_starts_nothing_and_still_stops_what_runs(clocks):
    clock = clocks.begin()
    with working(clocks.admin):
        services.end_kind(key="kota.x", reason=EndReason.UNUSED, by=clocks.admin, at=FEB_3)
    clocks.tell("cases.service_added", at=FEB_3)
    clocks.tell("cases.note_added", at=FEB_3)
    assert clocks.open() == []
    clock.refresh_from_db()
    assert clock.stopped_at == FEB_3
    with working(clocks.admin):
        services.resume_kind(key="kota.x", by=clocks.admin, at=FEB_9)
    clocks.tell("cases.note_added", at=FEB_9)
    assert len(clocks.open()) == 1


@pytest.mark.parametrize(
    ("holder", "who"),
    [(Holder.COMPANION, "companion"), (Holder.LAWYER, "manager"), (Holder.HEAD, "head"), (Holder.DESK, "manager")],
)
def test_the_turn_is_the_parts_and_where_nobody_holds_it_the_managers(clocks, holder, who):
    clocks.team.assign(clocks.case, clocks.team.companion)
    kind = clocks.kind()
    ClockKind.objects.filter(pk=kind.pk).update(holder=holder)  # a case has no desk: nobody writes that down any more
    assert clocks.begin().owner == getattr(clocks.team, who)


def test_working_time_is_reckoned_by_the_offices_days(clocks):
    clock = clocks.begin(length=Length(3, Unit.DAY, Calendar.WORKING), at=FEB_2)  # Monday, 10.00 in Balikpapan
    assert clock.due_at.isoformat() == "2026-02-05T08:00:00+00:00"


def test_a_pause_adds_its_time_back_and_each_is_told(clocks):
    clock = clocks.begin()
    by = clocks.team.manager
    with working(by):
        services.pause_clock(
            clock_id=clock.pk,
            reason=PauseReason.NO_CONTACT,
            until=(FEB_2 + HOUR) + timedelta(days=20),
            by=by,
            at=FEB_2 + HOUR,
        )
        services.pause_clock(
            clock_id=clock.pk,
            reason=PauseReason.OTHER_OFFICE,
            until=(FEB_2 + 2 * HOUR) + timedelta(days=20),
            by=by,
            at=FEB_2 + 2 * HOUR,
        )
    clock.refresh_from_db()
    assert clock.pause_reason == PauseReason.NO_CONTACT, "paused already"
    with working(by):
        assert selectors.list_open(viewer=by, turn=Turn.MINE, at=FEB_3).rows == []
        services.resume_clock(clock_id=clock.pk, by=by, at=FEB_2 + 4 * HOUR)
        services.resume_clock(clock_id=clock.pk, by=by, at=FEB_2 + 9 * HOUR)
        assert selectors.list_open(viewer=by, turn=Turn.MINE, at=FEB_3).rows == [clock]
    clock.refresh_from_db()
    assert clock.due_at == FEB_2 + 13 * HOUR
    assert clock.presses_at == presses_at(clock.due_at, clock.danger)
    assert clock.paused_for == 3 * HOUR
    assert [one.type for one in AuditEvent.objects.filter(type__startswith="clocks.").order_by("at")][-2:] == [
        "clocks.paused",
        "clocks.resumed",
    ]


def test_what_is_late_or_may_not_stand_still_is_not_paused(clocks):
    clock, by = clocks.begin(), clocks.team.manager
    with working(by), pytest.raises(Conflict, match="sudah lewat"):
        services.pause_clock(
            clock_id=clock.pk, reason=PauseReason.NO_CONTACT, until=FEB_3 + timedelta(days=20), by=by, at=FEB_3
        )
    ClockKind.objects.filter(pk=clock.kind_id).update(is_pausable=False)
    with working(by), pytest.raises(NotAllowed):
        services.pause_clock(
            clock_id=clock.pk, reason=PauseReason.NO_CONTACT, until=FEB_2 + timedelta(days=20), by=by, at=FEB_2
        )


@pytest.mark.parametrize(
    ("danger", "hours", "refused"), [(3, 11, True), (3, 10, False), (4, 11, True), (2, 11, False), (1, 99, False)]
)
def test_in_high_danger_nothing_is_put_off_beyond_its_limit(clocks, danger, hours, refused):
    clocks.case.risk = danger
    clocks.case.save(update_fields=["risk"])
    clock, by = clocks.begin(), clocks.team.manager

    def snooze():
        until = FEB_2 + hours * HOUR
        services.snooze_clock(clock_id=clock.pk, until=until, reason=SnoozeReason.ANSWER, by=by, at=FEB_2)

    with working(by):
        if refused:
            with pytest.raises(NotAllowed):
                snooze()
            return
        snooze()
        assert selectors.list_open(viewer=by, turn=Turn.MINE, at=FEB_2 + HOUR).rows == []
        assert selectors.list_open(viewer=by, turn=Turn.MINE, at=FEB_2 + hours * HOUR).rows == [clock]
    event = AuditEvent.objects.get(type="clocks.snoozed")
    assert event.detail["reason"] == "answer"


def test_nothing_is_put_off_into_the_past(clocks):
    clock, by = clocks.begin(), clocks.team.manager
    with working(by), pytest.raises(Conflict):
        services.snooze_clock(clock_id=clock.pk, until=FEB_2, reason=SnoozeReason.ANSWER, by=by, at=FEB_2)


def test_a_turn_is_handed_on_by_who_holds_it_and_by_nobody_else(clocks):
    team = clocks.team
    team.assign(clocks.case, team.companion)
    clock = clocks.begin()
    with working(team.companion), pytest.raises(NotAllowed):
        services.hand_clock_to(clock_id=clock.pk, owner=team.companion, by=team.companion, at=FEB_3)
    with working(team.lawyer), pytest.raises(NotFound):
        services.hand_clock_to(clock_id=clock.pk, owner=team.lawyer, by=team.lawyer, at=FEB_3)
    with working(team.manager), pytest.raises(Conflict):
        services.hand_clock_to(clock_id=clock.pk, by=team.manager, at=FEB_3)
    with working(team.manager):
        services.hand_clock_to(clock_id=clock.pk, owner=team.companion, by=team.manager, at=FEB_3)
    with working(team.companion):
        assert selectors.list_open(viewer=team.companion, turn=Turn.MINE, at=FEB_3).rows == [clock]


def test_more_danger_presses_earlier_and_ends_the_putting_off(clocks):
    clock, by = clocks.begin(), clocks.team.manager
    with working(by):
        services.snooze_clock(clock_id=clock.pk, until=FEB_9, reason=SnoozeReason.AGREED, by=by, at=FEB_2)
        facts = {"dossier_id": clock.dossier_id, "subject": clock.subject, "by": by, "at": FEB_3}
        assert services.set_danger(danger=RiskLevel.EKSTREM, **facts) == 1
        assert services.set_danger(danger=RiskLevel.EKSTREM, **facts) == 0
    clock.refresh_from_db()
    assert clock.presses_at == clock.due_at - timedelta(hours=72)
    assert clock.snoozed_until is None
    assert AuditEvent.objects.filter(type="clocks.danger_set").count() == 1


def test_lists_name_one_branch_and_pages_follow_each_other_without_gap_or_repeat(clocks):
    clock, team = clocks.begin(), clocks.team
    with working(team.head):
        assert selectors.list_open(viewer=team.head, turn=Turn.UNIT, at=FEB_3).rows == [clock]
        assert selectors.list_open(viewer=team.head, turn=Turn.MINE, at=FEB_3).rows == []
        assert selectors.count_late(viewer=team.head, turn=Turn.UNIT, at=FEB_3) == 1
    same = ("kind", "limit", "dossier_id", "about", "subject", "unit", "owner", "lead", "danger", "started_at")
    facts = {name: getattr(clock, name) for name in same}
    for number in range(7):
        due = FEB_2 + (number // 3) * HOUR
        Clock.objects.create(**facts, anchor=uuid4(), due_at=due, presses_at=presses_at(due, clock.danger))
    with working(team.manager):
        whole = selectors.list_open(viewer=team.manager, turn=Turn.MINE, at=FEB_3)
        seen, after = [], None
        while True:
            page = selectors.list_open(viewer=team.manager, turn=Turn.MINE, at=FEB_3, after=after, limit=3)
            seen += page.rows
            if page.after is None:
                break
            after = Cursor.parse(str(page.after))
    assert whole.after is None
    assert seen == whole.rows
    assert len(seen) == 8


def test_the_list_reads_an_index_in_its_order_and_row_security_does_not_change_that(clocks):
    clock, manager = clocks.begin(), clocks.team.manager
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clocks_clock (id, kind_id, dossier_id, about, subject, anchor, unit_id, owner_id, danger,"
            " kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level,"
            " stopped_on)"
            " SELECT gen_random_uuid(), %s, %s, 'case', 'K-1', gen_random_uuid(), %s, %s, 1, '', now(),"
            " now() + n * interval '1 second', now() + n * interval '1 second', '', 0, '', 0, ''"
            " FROM generate_series(1, 20000) n",
            [clock.kind_id, clock.dossier_id, clock.unit_id, manager.pk],
        )
        cursor.execute("ANALYZE clocks_clock")
    for viewer, turn, index in ((manager, Turn.MINE, "clock_of_owner"), (clocks.team.head, Turn.UNIT, "clock_of_unit")):
        with working(viewer):
            plans = [
                selectors.turns._branch(viewer, turn).running().awake(FEB_3).read(one)[:51].explain()
                for one in readings(at=FEB_3)
                if one.danger == 1
            ]
        assert len(plans) == 2
        for plan in plans:
            assert index in plan, plan
            assert "Sort" not in plan, plan


@pytest.mark.parametrize(
    "broken",
    [
        {"owner": None},
        {"presses_at": FEB_9},
        {"paused_at": FEB_3},
        {"snoozed_until": FEB_3},
        {"stopped_on": "x"},
        {"level": 4},
    ],
)
def test_the_database_refuses_nonsense(clocks, broken):
    clock = clocks.begin()
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(**broken)


def test_only_administrators_write_rules(clocks):
    manager = clocks.team.manager
    with working(manager), pytest.raises(NotAllowed):
        services.set_limit(key="report.low", length=Length(1), legal_basis="x", valid_from=FEB_3, by=manager, at=FEB_2)
    with working(clocks.admin):
        services.set_limit(
            key="report.low", length=Length(1), legal_basis="x", valid_from=FEB_3, by=clocks.admin, at=FEB_2
        )
    assert selectors.limit_for("report.low", FEB_3).value == 1


@pytest.mark.parametrize(
    ("length", "valid_from", "words"),
    [
        (Length(1), FEB_1, "paling cepat"),
        (Length(1, Unit.DAY), FEB_3, "jam kalender"),
        (Length(1, Unit.HOUR, Calendar.WORKING), FEB_3, "jam kalender"),
    ],
)
def test_a_limit_is_not_for_the_past_and_reports_are_answered_in_hours(clocks, length, valid_from, words):
    with working(clocks.admin), pytest.raises(Conflict, match=words):
        services.set_limit(
            key="report.low", length=length, legal_basis="x", valid_from=valid_from, by=clocks.admin, at=FEB_2
        )
    assert Limit.objects.filter(key="report.low").count() == 1


def test_a_kind_written_down_twice_with_one_form_is_one(clocks):
    row_id = uuid4()
    from ruangaman.clocks.services.rules import NewKind

    new = NewKind(
        key="kota.dua", label="x", todo="x", about="case", starts_on=("cases.opened",), stops_on=("cases.closed",),
        holder=Holder.MANAGER, length=Length(1), legal_basis="x",
    )  # fmt: skip
    with working(clocks.admin):
        for _time in range(2):
            services.add_kind(new=new, by=clocks.admin, at=FEB_2, kind_id=row_id)
        with pytest.raises(Conflict):
            services.add_kind(new=new, by=clocks.admin, at=FEB_2)
    assert ClockKind.objects.filter(key="kota.dua").count() == Limit.objects.filter(key="kota.dua").count() == 1


def test_the_case_counts_are_for_administrators_and_nought_for_everybody_else(clocks):
    from ruangaman.cases.selectors.needs import count_concerned

    clocks.team.open(risk=RiskLevel.TINGGI)
    for condition, count in (
        (Condition(), 2), (Condition(danger=3), 1), (Condition(marks=("no_companion",)), 2),
        (Condition(states=("emergency",)), 1), (Condition(forms=("SEKSUAL",)), 0), (Condition(danger_most=2), 1),
    ):  # fmt: skip
        with working(clocks.admin):
            assert count_concerned(condition) == count, condition
        with working(clocks.team.head):
            assert count_concerned(condition) == 0


def test_a_person_of_another_unit_sees_no_clock(clocks):
    clocks.begin()
    stranger = clocks.team.office.user(Role.PENDAMPING)
    with working(stranger):
        assert list(Clock.objects.all()) == []
    with working(clocks.team.manager):
        assert Clock.objects.count() == 1


def test_a_clock_never_ends_before_it_began(clocks):
    """Two requests at once: the one that is told second may have looked at its watch first."""
    clock = clocks.begin(at=FEB_3)
    clocks.tell("cases.service_added", at=FEB_2)

    row = Clock.objects.get(pk=clock.pk)
    assert (row.started_at, row.stopped_at, row.stopped_on) == (FEB_3, FEB_3, "cases.service_added")


def test_a_limit_that_cannot_be_reckoned_stops_no_event(clocks):
    """Such a limit is refused now; one that was written down before goes on, and so does an office without hours."""
    kind = clocks.kind(length=Length(3, Unit.DAY, Calendar.WORKING))
    Limit.objects.filter(key=kind.key).update(value=9999)
    clocks.tell("cases.note_added", at=FEB_2)
    (clock,) = clocks.open()
    assert clock.due_at == FEB_2 + timedelta(days=FARTHEST)
    assert clock.presses_at == clock.due_at - HEAD_START[RiskLevel.SEDANG]
    with working(clocks.team.manager):
        services.pause_clock(
            clock_id=clock.pk,
            reason=PauseReason.PERSON_ASKED,
            until=FEB_3 + timedelta(days=20),
            by=clocks.team.manager,
            at=FEB_3,
        )
        services.resume_clock(clock_id=clock.pk, by=clocks.team.manager, at=FEB_9)
    clocks.tell("cases.service_added", at=FEB_9)
    assert clocks.open() == []


@pytest.mark.parametrize(
    "length",
    [Length(9999, Unit.DAY, Calendar.WORKING), Length(2, Unit.MONTH, Calendar.WORKING), Length(9999, Unit.MONTH)],
)
def test_a_limit_that_cannot_be_reckoned_is_not_written_down(clocks, length):
    kind = clocks.kind()
    with working(clocks.admin):
        facts = {"key": kind.key, "legal_basis": "x", "by": clocks.admin, "at": FEB_2}
        with pytest.raises(Conflict):
            services.set_limit(**facts, length=length, valid_from=FEB_3)
        with pytest.raises(Conflict, match="10 tahun"):
            services.set_limit(**facts, length=Length(5), valid_from=FEB_2 + timedelta(days=FARTHEST + 1))
        services.set_limit(**facts, length=Length(9, Unit.DAY, Calendar.WORKING), valid_from=FEB_3)
    assert Limit.objects.filter(key=kind.key).count() == 2


@pytest.mark.parametrize(
    ("holder", "events"), [(Holder.DESK, ("cases.note_added",)), (Holder.OWNER, ("cases.note_added",))]
)
def test_a_kind_that_would_be_nobodys_turn_is_not_written_down(clocks, holder, events):
    with pytest.raises(Conflict):
        clocks.kind(holder=holder, starts_on=events)
    assert clocks.kind(holder=Holder.OWNER, starts_on=("cases.task_added",)).holder == Holder.OWNER


def test_a_kind_of_law_ends_only_for_who_looked_at_what_it_rests_on(clocks):
    with working(clocks.admin):
        law = ClockKind.objects.get(key="tpks.report")
        assert basis_of(law, FEB_3).startswith("UU")
        with pytest.raises(Conflict, match="dasarnya"):
            services.end_kind(key=law.key, reason=EndReason.UNUSED, by=clocks.admin, at=FEB_3)
        ended = services.end_kind(key=law.key, reason=EndReason.BASIS, has_looked=True, by=clocks.admin, at=FEB_3)
    assert not ended.is_valid(FEB_3)

"""Lists of the queue read an index in its order, whatever the number of clocks and whoever asks; so do counts."""

from __future__ import annotations

import pytest
from django.db import connection

from ruangaman.accounts.types import Role
from ruangaman.clocks import selectors
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import Narrow, Turn, readings
from ruangaman.core.codelists import RiskLevel
from tests.factories.accounts import working
from tests.factories.cases import FEB_3, FEB_9

ROWS = 50_000
"""The plans are the same with ten times as many; filling takes longer."""


@pytest.fixture
def many(clocks):
    """Many running clocks: a tenth of them one manager's, a tenth on one desk, all in one unit."""
    clock, team = clocks.begin(), clocks.team
    officer = team.desk
    desk = team.office.desk(officer)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clocks_clock (id, kind_id, dossier_id, about, subject, anchor, unit_id, owner_id, desk_id,"
            " danger, kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason,"
            " snoozed_until, level, stopped_on)"
            " SELECT gen_random_uuid(), %(kind)s, %(dossier)s, 'case', 'K-1', gen_random_uuid(), %(unit)s,"
            " CASE n %% 10 WHEN 0 THEN %(manager)s::uuid WHEN 1 THEN NULL ELSE %(other)s::uuid END,"
            " CASE n %% 10 WHEN 1 THEN %(desk)s::uuid END, 1, CASE WHEN n %% 7 = 0 THEN '64.71.03' ELSE '' END, now(),"
            " now() + n * interval '1 second', now() + n * interval '1 second', '', 0,"
            " CASE WHEN n %% 125 = 0 THEN 'answer' ELSE '' END,"
            " CASE WHEN n %% 125 = 0 THEN %(later)s::timestamptz END,"
            " 0, '' FROM generate_series(1, %(rows)s) n",
            {
                "kind": clock.kind_id, "dossier": clock.dossier_id, "unit": clock.unit_id, "manager": team.manager.pk,
                "other": team.companion.pk, "desk": desk.pk, "later": FEB_9, "rows": ROWS,
            },
        )  # fmt: skip
        cursor.execute("ANALYZE clocks_clock")
    return team, officer


def plan_of(query):
    return str(query.explain(analyze=True, buffers=True, costs=False))


def test_every_branch_is_a_scan_of_its_index_whatever_it_is_narrowed_to(many):
    team, officer = many
    branches = (
        (team.manager, Turn.MINE, "clock_of_owner"),
        (officer, Turn.DESK, "clock_of_desk"),
        (team.head, Turn.UNIT, "clock_of_unit"),
    )
    for viewer, turn, index in branches:
        with working(viewer):
            first = selectors.list_branch(viewer=viewer, turn=turn, at=FEB_3, limit=40)
            assert len(first) == 40
            for after in (None, first[-1].place_at(FEB_3)):
                apart = Narrow(but=("decision.", viewer.pk))
                for narrow in (Narrow(), Narrow(kecamatan="64.71.03"), Narrow(kind="kota.x", about="case"), apart):
                    (place,) = selectors.turns._places(viewer, turn)
                    these = place.running().awake(FEB_3).narrowed(narrow, FEB_3)
                    scans = readings(at=FEB_3, after=after.order if after else None)
                    assert {scan.danger for scan in scans} == set(RiskLevel)
                    for scan in scans:
                        plan = plan_of(these.read(scan).values("pk")[:41])
                        assert index in plan, (turn, plan)
                        assert "Sort" not in plan, (turn, plan)
                        assert "Seq Scan on clocks_clock " not in plan, (turn, plan)
                    (keys,) = selectors.turns._first_keys(viewer, turn, narrow, FEB_3, after, 41)
                    whole = Clock.objects.filter(pk__in=keys).pressing(FEB_3).select_related(*selectors.WITH)[:41]
                    plan = plan_of(whole)
                    assert plan.count(index) == len(scans) <= 2 * len(RiskLevel), (turn, plan)
                    assert "Seq Scan on clocks_clock " not in plan, (turn, plan)


def test_what_is_put_off_is_found_by_its_own_index(many):
    team, _officer = many
    with working(team.head):
        plan = plan_of(selectors.turns._asleep(team.head, FEB_3).order_by("snoozed_until", "id")[:50])
        assert "clock_snoozed" in plan, plan
        assert len(selectors.list_asleep(viewer=team.head, at=FEB_3)) == 50
        assert selectors.count_asleep(viewer=team.head, at=FEB_3, most=100) == 100


def test_what_is_paused_is_found_by_its_own_index(many):
    team, _officer = many
    Clock.objects.filter(pk__in=Clock.objects.values("pk")[:30]).update(paused_at=FEB_3, pause_reason="no_contact")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clocks_clock")
    with working(team.head):
        assert "clock_paused" in plan_of(selectors.turns._paused(team.head)[:20])
        assert len(selectors.list_paused(viewer=team.head, limit=20)) == 20


def test_counts_end_at_what_they_were_asked_for(many):
    team, _officer = many
    branches = [(Turn.MINE, Narrow()), (Turn.UNIT, Narrow())]
    stranger = team.office.user(Role.PENDAMPING)
    with working(team.head):
        assert selectors.count_up_to(viewer=team.head, at=FEB_3, wanted={"a": branches}, most=100) == {"a": 100}
    with working(stranger):
        none = [(Turn.MINE, Narrow()), (Turn.HELD, Narrow())]
        assert selectors.count_up_to(viewer=stranger, at=FEB_3, wanted={"a": none}, most=100) == {"a": 0}
    assert Clock.objects.count() > ROWS

"""What may stand still: of law and medicine nothing of ours, whatever was ticked; and the rows of before follow."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from ruangaman.clocks import policies, services
from ruangaman.clocks.models import ClockKind, Limit
from ruangaman.clocks.types import PauseReason
from ruangaman.core.errors import NotAllowed
from tests.clocks.conftest import HOUR
from tests.factories.accounts import working
from tests.factories.cases import FEB_2

RUN_ON = import_module("ruangaman.clocks.migrations.0016_law_runs_on")
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
    asked = {"clock_id": clock.pk, "reason": PauseReason.NO_CONTACT, "by": by, "at": FEB_2 + HOUR}
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

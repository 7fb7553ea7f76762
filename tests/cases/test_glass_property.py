"""No sequence of acts lets content be read without an open window: random days of an office against plain facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.accounts.models import User
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import selectors, services
from ruangaman.cases.models import Case, Glass
from ruangaman.cases.types import GlassEnding, GlassVerdict
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.types import Purpose
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.factories.glass import agree, ask, begin, let_pass, make_holder

HOURS = (0.2, 0.9, 1.0, 23, 24, 24 * 8)
people = st.integers(0, 4)
which = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just("ask"), people, st.booleans()),
    st.tuples(st.just("agree"), people, which),
    st.tuples(st.just("begin"), people, which),
    st.tuples(st.just("end"), people, which, st.sampled_from(GlassEnding)),
    st.tuples(st.just("review"), people, which),
    st.tuples(st.just("wait"), st.sampled_from(HOURS)),
)


def act(step: tuple[Any, ...], case: Case, office: list[User]) -> None:
    """Try one thing, as the pages would; a refusal is an answer as well."""
    asked = list(Glass.objects.select_related("unit", "opener", "agreed_by").order_by("asked_at", "id"))
    name, *rest = step
    if name == "wait":
        for glass in asked:
            let_pass(glass, timedelta(hours=rest[0]))
        return
    by = office[rest[0]]
    try:
        if name == "ask":
            ask(case, by, at_once=rest[1])
            return
        if rest[1] >= len(asked):
            return
        glass = asked[rest[1]]
        if name == "agree":
            agree(glass, by)
        elif name == "begin":
            begin(glass, by)
        elif name == "end":
            with working(by):
                services.end_glass(glass=glass, how=rest[2], by=by, at=timezone.now())
        else:
            with working(by):
                services.review_glass(
                    glass=glass, verdict=GlassVerdict.RIGHT, words="TINJAUAN", by=by, at=timezone.now()
                )
    except DomainError:
        return


def allowed(glass: dict[str, Any], who: User, everything: list[dict[str, Any]], at: datetime) -> bool:
    """What the rules say, from the rows alone: theirs, by two or for a life, running, and nothing of theirs late."""
    late = any(
        one["opener_id"] == who.pk and one["opened_at"] and not one["reviewed_at"] and one["review_due_at"] <= at
        for one in everything
    )
    second = glass["is_danger"] or glass["agreed_by_id"] not in {None, who.pk}
    running = bool(glass["opened_at"]) and glass["opened_at"] <= at < glass["opened_at"] + timedelta(minutes=60)
    return glass["opener_id"] == who.pk and second and running and glass["closed_at"] is None and not late


def reads(key: UUID, who: User, case: Case, group_id: UUID) -> tuple[bool, bool]:
    """Whether the application, and the database alone, let somebody read."""
    glass = Glass.objects.get(pk=key)
    refs = list(case.notes.values_list("ref", flat=True))
    try:
        with working(who):
            above = bool(selectors.read_through_glass(glass=glass, viewer=who, at=timezone.now()).drawers)
    except Http404:
        above = False
    try:
        with working(who), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ra.glass', %s, true)", [str(key)])
            reader = vault.glass_reader(by=who, group_id=group_id, dossier_id=case.dossier_id)
            below = bool(vault.reveal_many(refs=refs, purpose=Purpose.BREAK_GLASS, by=reader, at=timezone.now()))
    except NotFound:
        below = False
    return above, below


@pytest.fixture
def office(team: Team) -> list[User]:
    """Two holders beside the head, who is the third; the guard; a manager who holds nothing."""
    return [
        make_holder(team, username="pemegang1"),
        make_holder(team, username="pemegang2"),
        team.head,
        team.office.guard,
        team.manager,
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(days=st.lists(steps, min_size=3, max_size=9))
def test_nothing_is_read_but_in_an_open_window(team: Team, office: list[User], days: list[tuple[Any, ...]]) -> None:
    group_id = team.office.unit.breakglass_id
    assert group_id is not None
    mark = transaction.savepoint()
    case = team.open(at=timezone.now())
    try:
        for step in days:
            act(step, case, office)
        everything = list(Glass.objects.values())
        for glass in everything:
            for who in office:
                wanted = allowed(glass, who, everything, timezone.now())
                assert reads(glass["id"], who, case, group_id) == (wanted, wanted), (glass, who.username)
    finally:
        transaction.savepoint_rollback(mark)


def test_the_days_open_something_too(team: Team, office: list[User]) -> None:
    """The control: among such days there is one on which it is read."""
    group_id = team.office.unit.breakglass_id
    assert group_id is not None
    case = team.open(at=timezone.now())
    for step in (("ask", 0, False), ("agree", 2, 0), ("begin", 0, 0)):
        act(step, case, office)
    glass = Glass.objects.values().get()
    assert allowed(glass, office[0], [glass], timezone.now())
    assert reads(glass["id"], office[0], case, group_id) == (True, True)
    with working(role=DatabaseRole.MIGRATE):
        act(("wait", 1.0), case, office)
    assert reads(glass["id"], office[0], case, group_id) == (False, False)

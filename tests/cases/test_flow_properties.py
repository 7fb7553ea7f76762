"""Histories of cases: the machine with its gates, and the same on PostgreSQL, against a plain model of the flow.

`./ruang soak cases` runs far more of them, with the same engine.
"""

from __future__ import annotations

import os
import random

import pytest
from django.db import transaction

from ruangaman.accounts.types import Role
from ruangaman.ops.soak.histories import comparing
from ruangaman.ops.soak.histories.comparing import Crew, Disagreed
from ruangaman.ops.soak.histories.model import STATES, Plain
from ruangaman.ops.soak.histories.walks import history
from tests.factories.cases import Team

MANY = int(os.environ.get("RUANG_HISTORIES", "5000"))
SOME = int(os.environ.get("RUANG_HISTORIES_SQL", "200"))
FIRST = int(os.environ.get("RUANG_HISTORIES_FROM", "0"))
ENDS_CLOSED = 5688
"""Of this history the fourteenth act closes the case."""


@pytest.fixture
def crew(team: Team) -> Crew:
    return Crew(team.office.unit, team.desk, team.manager, team.head, team.office.user(Role.KADER))


def test_the_machine_and_its_gates_say_what_the_plain_model_says() -> None:
    seen: set[str] = set()
    for seed in range(FIRST, FIRST + MANY):
        comparing.check_machine(seed, seen)
    assert seen == set(STATES), "the histories come everywhere"


@pytest.mark.slow
def test_postgresql_says_what_the_plain_model_says(crew: Crew) -> None:
    seen: set[str] = set()
    comparing.check_on_postgres(crew, range(FIRST, FIRST + SOME), seen)
    assert len(seen) >= 6, "the histories come far"


AFTER = (("plan_after", ""), ("plan_after", ""), ("cancel_after", ""), ("after", True), ("move", "aftercare"))


def test_contacts_after_a_closing_are_planned_held_and_taken_back_in_any_order(crew: Crew) -> None:
    rng = random.Random(FIRST)
    for number in range(20):
        plain, acts = history(ENDS_CLOSED, steps=16)
        assert acts[13][0] == "close", "look for another history that is closed so early"
        several = [*acts[:14], *(rng.choice(AFTER) for _ in range(9))]
        with transaction.atomic():
            real = comparing.OnPostgres(crew, plain, crew.open(plain.risk))
            comparing.walk(real, plain, several, f"{number}: {several[14:]}", set())
            transaction.set_rollback(True)


def test_a_model_that_says_something_else_is_noticed(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plain, "may_close", lambda self, reason: True)

    with pytest.raises(Disagreed):
        on_the_machine(range(40))
    with pytest.raises(Disagreed):
        comparing.check_on_postgres(crew, range(40), set())


def on_the_machine(seeds: range) -> None:
    for seed in seeds:
        comparing.check_machine(seed, set())

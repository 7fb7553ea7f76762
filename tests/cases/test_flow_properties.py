"""Histories of cases: the machine with its gates, and the same on PostgreSQL, against a plain model of the flow.

`./ruang soak cases` runs far more of them, with the same engine.
"""

from __future__ import annotations

import os

import pytest

from ruangaman.accounts.types import Role
from ruangaman.ops.soak.histories import comparing
from ruangaman.ops.soak.histories.comparing import Crew, Disagreed
from ruangaman.ops.soak.histories.model import STATES, Plain
from tests.factories.cases import Team

MANY = int(os.environ.get("RUANG_HISTORIES", "5000"))
SOME = int(os.environ.get("RUANG_HISTORIES_SQL", "200"))
FIRST = int(os.environ.get("RUANG_HISTORIES_FROM", "0"))


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


def test_a_model_that_says_something_else_is_noticed(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plain, "may_close", lambda self, reason: True)

    with pytest.raises(Disagreed):
        on_the_machine(range(40))
    with pytest.raises(Disagreed):
        comparing.check_on_postgres(crew, range(40), set())


def on_the_machine(seeds: range) -> None:
    for seed in seeds:
        comparing.check_machine(seed, set())

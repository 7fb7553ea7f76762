"""The office of the year, its one clock that only goes forward, and what was reached on the way."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeAlias, TypeVar

from django.db.models import Min

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import registry
from ruangaman.cases import services as cases
from ruangaman.cases.errors import EvidenceMissing
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.facts import known_of
from ruangaman.cases.types import CaseState, Evidence, FactGate, Move, find_move, reopened_state
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import DomainError
from ruangaman.intake import services as intake
from ruangaman.ops.city import acting
from ruangaman.ops.office import PASSWORD, Office, found_office
from ruangaman.ops.progress import Progress
from ruangaman.vault import services as vault

BEGIN = datetime(2024, 1, 8, 1, tzinfo=UTC)
"""A Monday, nine o'clock in Balikpapan. Long past: an opening by the emergency key ends by the machine's own clock."""
MORE_PEOPLE = (
    ("manajer2", Role.MANAJER, "uptd", "Rini Kusuma"),
    ("pendamping3", Role.PENDAMPING, "uptd", "Lia Pratiwi"),
)
"""A case is handed from one manager to another, so there are two."""
Life: TypeAlias = Iterator[timedelta]
"""What happens to one report or case: each wait until its next step."""
Answer = TypeVar("Answer")


@dataclass
class Seen:
    """What the year came to: gates that refused and let pass, states, how clocks were paused."""

    refused: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    mediations: Counter[str] = field(default_factory=Counter)
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By code of a case: the forms of violence that its report spoke of, which are kept nowhere in the clear."""


@dataclass
class World:
    """The office and the present moment."""

    rng: Random
    office: Office
    now: datetime = BEGIN
    seen: Seen = field(default_factory=Seen)
    lives: list[tuple[datetime, int, Life]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=count)

    def person(self, username: str) -> User:
        """Return somebody of the office."""
        return self.office.person(username)

    def in_hours(self, hours: float) -> datetime:
        """Return a moment so many hours from now, to the minute, as a form gives it."""
        return (self.now + timedelta(hours=hours)).replace(second=0, microsecond=0)

    def do(self, who: str | User, act: Callable[..., Answer], /, **facts: Any) -> Answer:
        """Let somebody do one thing now, in a unit of work of their own."""
        user = self.person(who) if isinstance(who, str) else who
        with acting(user):
            return act(by=user, at=self.now, **facts)

    def refuse(self, who: str | User, act: Callable[..., object], /, **facts: Any) -> None:
        """Let somebody try what is not to be. Raises AssertionError: it was done."""
        try:
            self.do(who, act, **facts)
        except DomainError:
            return
        raise AssertionError(f"{act.__name__} should have been refused at {self.now}.")

    def move(self, who: str, code: str, target: CaseState, *, reason: str = "Sesuai rencana.") -> bool:
        """Try to move a case; say whether it moved, which the gates have said before.

        Raises:
            AssertionError: the service and the gates do not agree.
        """
        way = {"code": code, "target": target, "reason": reason}
        return self._pass(who, code, target, reason, None, lambda: self.do(who, cases.move_state, **way))

    def close(self, who: str, code: str, why: ClosingReason, *, words: str = "Boleh kembali kapan saja.") -> bool:
        """Try to close a case, as `move`."""
        shut = {"code": code, "reason": why, "explanation": words}
        return self._pass(who, code, CaseState.CLOSED, words, why, lambda: self.do(who, cases.close_case, **shut))

    def reopen(self, who: str, code: str, *, reason: str = "Ada ancaman baru.", is_safe: bool = True) -> bool:
        """Try to open a case again, as `move`; its danger is as it was."""
        where = "Di rumah ibunya, bersama ibunya."
        facts = {"code": code, "reason": reason, "risk": RiskLevel.RENDAH, "is_safe": is_safe, "words": where}
        act = lambda: self.do(who, cases.reopen_case, **facts)  # noqa: E731 - what is tried, as in the two above
        return self._pass(who, code, reopened_state(is_safe=is_safe), reason, None, act)

    def _pass(
        self, who: str, code: str, target: CaseState, reason: str, why: ClosingReason | None, act: Callable[[], object]
    ) -> bool:
        user = self.person(who)
        with acting(user):
            case = Case.objects.get(code=code)
            known = known_of(case, self.now, closing=why)
        move = find_move(CaseState(case.state), target)
        if move is None:
            raise AssertionError(f"{code}: there is no way from {case.state} to {target}.")
        evidence = known.as_evidence(self.now, by=user.pk, has_reason=bool(reason.strip()))
        shut = [gate.key for gate in registry.gates if gate.missing(move, evidence) is not None]
        try:
            act()
        except EvidenceMissing:
            if not shut:
                raise
            self.seen.refused.update(shut)
            return False
        if shut:
            raise AssertionError(f"{code}: {shut} were shut, and it moved to {target}.")
        self.seen.passed.update(gate.key for gate in registry.gates if _asks(gate, move, evidence))
        self.seen.states[target.value] += 1
        return True

    def begin(self, life: Life, at: datetime) -> None:
        """Let something begin at a moment."""
        heapq.heappush(self.lives, (at, next(self._number), life))

    def run(self, progress: Progress, *, until: datetime) -> None:
        """Let everything that began go on, in the order of time, the worker's turns between."""
        begun = len(self.lives)
        while self.lives and self.lives[0][0] <= until:
            at, number, life = heapq.heappop(self.lives)
            self.work(until=at)
            self.now = max(self.now, at)
            wait = next(life, None)
            if wait is not None:
                heapq.heappush(self.lives, (self.now + wait, number, life))
            progress("The year", max(0, begun - len(self.lives)), begun)
        self.work(until=until)
        self.now = until

    def work(self, *, until: datetime) -> None:
        """Let the worker do what was due up to a moment, each at the minute at which it wakes."""
        while True:
            with unit_of_work(DatabaseRole.WORKER):
                due = Clock.objects.running().aggregate(first=Min("escalates_at"))["first"]
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            clocks.escalate_due(at=self.now)
        if until - self.now > timedelta(minutes=5):
            intake.escalate(at=until)
            intake.tell_heads(at=until)
            cases.freeze_late(at=until)


def _asks(gate: object, move: Move, evidence: Evidence) -> bool:
    """Whether a gate that let a move pass had asked for something."""
    if not isinstance(gate, FactGate):
        return True
    return gate.stands_before(move) and (gate.only_if is None or gate.only_if in evidence.facts)


def found_world(*, seed: int, progress: Progress) -> World:
    """Found the office of the year, a day before it begins."""
    at = BEGIN - timedelta(days=1)
    office, _shares = found_office(at=at, progress=progress)
    for username, role, unit, name in MORE_PEOPLE:
        with unit_of_work(DatabaseRole.MIGRATE):
            user = accounts.create_user(
                username=username,
                password=PASSWORD,
                role=role,
                unit=office.units[unit],
                display_name=name,
                email=f"{username}@contoh.invalid",
                by=None,
                at=at,
            )
            for officer in ("kepala", "dpo"):
                vault.sign_key(principal_id=user.principal_id, by=office.person(officer), at=at)
        office.people[username] = user
    return World(Random(seed), office)  # noqa: S311 - a story, no key

"""Who can open what, after any history of sharing, revoking, rotating and waiting: the vault against a plain model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruangaman.core.errors import NotFound
from ruangaman.vault import services
from ruangaman.vault.types import Closed, Compartment, Content, Purpose
from tests.factories.vault import FEB_1, Person, Town, grant, working

pytestmark = pytest.mark.django_db

PARTS = (Compartment.NARRATIVE, Compartment.CLINICAL, Compartment.WORK)
PEOPLE = 3
DAY = timedelta(days=1)

people = st.integers(0, PEOPLE - 1)
parts = st.sets(st.sampled_from(PARTS), min_size=1).map(frozenset)
days = st.none() | st.integers(1, 6)
steps = st.one_of(
    st.tuples(st.just("share"), people, people, parts, days),
    st.tuples(st.just("revoke"), people, people),
    st.tuples(st.just("rotate"), people),
    st.tuples(st.just("seal"), people, st.sampled_from(PARTS)),
    st.tuples(st.just("wait"), st.integers(1, 3)),
)


@dataclass
class Model:
    """Grants as sets: (epoch, person, parts, not after)."""

    epoch: int = 1
    grants: list[tuple[int, int, frozenset[Compartment], datetime | None]] = field(default_factory=list)
    contents: list[tuple[UUID, int, Compartment]] = field(default_factory=list)
    now: datetime = FEB_1

    def live(self, who: int) -> dict[int, set[Compartment]]:
        """Return what somebody can open, by epoch."""
        held: dict[int, set[Compartment]] = {}
        for epoch, person, some, not_after in self.grants:
            if person == who and (not_after is None or not_after > self.now):
                held.setdefault(epoch, set()).update(some)
        return held

    def begin_epoch(self, without: int | None = None) -> None:
        """Carry live grants of the present epoch over to the next."""
        kept = [
            (self.epoch + 1, person, some, not_after)
            for epoch, person, some, not_after in self.grants
            if epoch == self.epoch and person != without and (not_after is None or not_after > self.now)
        ]
        self.epoch += 1
        self.grants += kept

    def share(self, by: int, to: int, some: frozenset[Compartment], not_after: datetime | None) -> bool:
        """Share as vault.md rule 1 says. False: `by` holds nothing."""
        held = self.live(by)
        if not held:
            return False
        if not some <= held.get(self.epoch, set()):
            self.begin_epoch()
            self.grants.append((self.epoch, to, some, not_after))
        self.grants += [(epoch, to, some & has, not_after) for epoch, has in held.items() if some & has]
        return True

    def revoke(self, by: int, who: int) -> bool:
        """Revoke. False: `by` may not know of the dossier, or there is nothing to take."""
        visible = {person for _epoch, person, _some, _until in self.grants}
        if by not in visible or who not in visible:
            return False
        self.begin_epoch(without=who)
        self.grants = [one for one in self.grants if one[1] != who]
        return True


class World:
    """The vault and the model, walked side by side."""

    def __init__(self, town: Town, persons: list[Person]) -> None:
        self.persons = [person.afresh() for person in persons]
        self.model, self.numbers = Model(), count()
        self.dossier_id = town.dossier(self.persons[0], grant(self.persons[0], *PARTS[::2])).dossier_id
        self.model.grants.append((1, 0, frozenset(PARTS[::2]), None))

    def do(self, step: tuple) -> None:
        """Do one step in both worlds; both refuse or neither."""
        name, *rest = step
        if name == "wait":
            self.model.now += rest[0] * DAY
            return
        getattr(self, name)(*rest)

    def attempt(self, by: int, expected: bool, call) -> None:
        """Run a service in a request of its own."""
        if expected:
            with working(self.persons[by]):
                call()
        else:
            with pytest.raises(NotFound), working(self.persons[by]):
                call()

    def share(self, by: int, to: int, some: frozenset[Compartment], until: int | None) -> None:
        not_after = None if until is None else self.model.now + until * DAY
        at, spec = self.model.now, grant(self.persons[to], *some, not_after=not_after)
        expected = self.model.share(by, to, some, not_after)
        self.attempt(
            by,
            expected,
            lambda: services.share(dossier_id=self.dossier_id, to=[spec], by=self.persons[by], at=at),
        )

    def revoke(self, by: int, who: int) -> None:
        at, whom = self.model.now, self.persons[who].principal_id
        expected = self.model.revoke(by, who)
        self.attempt(
            by,
            expected,
            lambda: services.revoke(dossier_id=self.dossier_id, principal_id=whom, by=self.persons[by], at=at),
        )

    def rotate(self, by: int) -> None:
        expected = any(person == by for _epoch, person, _some, _until in self.model.grants)
        if expected:
            self.model.begin_epoch()
        at = self.model.now
        self.attempt(by, expected, lambda: services.rotate(dossier_id=self.dossier_id, by=self.persons[by], at=at))

    def seal(self, by: int, part: Compartment) -> None:
        if part not in self.model.live(by).get(self.model.epoch, set()):
            return
        content: Content = {"n": next(self.numbers)}
        with working(self.persons[by]):
            ref = services.seal(
                dossier_id=self.dossier_id,
                compartment=part,
                content=content,
                by=self.persons[by],
                at=self.model.now,
            )
        self.model.contents.append((ref, self.model.epoch, part))

    def check(self) -> None:
        """Everybody opens exactly what the model says."""
        for who, person in enumerate(self.persons):
            held = self.model.live(who)
            for number, (ref, epoch, part) in enumerate(self.model.contents):
                try:
                    with working(person):
                        found = services.reveal_many(
                            refs=[ref], purpose=Purpose.HANDLING, by=person, at=self.model.now
                        )[ref]
                except NotFound:
                    assert not held
                    continue
                assert held
                opens = part in held.get(epoch, set())
                assert found == ({"n": number} if opens else Closed(part))


@pytest.fixture
def persons(town: Town) -> list[Person]:
    """The people of the property."""
    return [town.person() for _ in range(PEOPLE)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, min_size=1, max_size=8))
def test_any_history_opens_what_the_rules_say(town: Town, persons: list[Person], history: list[tuple]):
    world = World(town, persons)
    world.do(("seal", 0, PARTS[0]))
    for step in history:
        world.do(step)
        world.do(("seal", 0, PARTS[2]))
    world.check()

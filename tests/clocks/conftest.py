"""What the tests of clocks share: a team with a case, and a kind of one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.needs import subject_of
from ruangaman.clocks import services
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.services.rules import NewKind
from ruangaman.clocks.types import Holder, Length, Step, StepWhen, Tell
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, Team, make_team
from tests.support.once import once_a_file

HOUR = timedelta(hours=1)
CHAIN = (Step(StepWhen.SHARE, 50, Tell.OWNER), Step(StepWhen.AFTER, 0, Tell.LEAD), Step(StepWhen.AFTER, 24, Tell.HEAD))


class Clocks:
    """A team, its case, and its administrator."""

    def __init__(self) -> None:
        self.team: Team = make_team()
        self.admin: User = self.team.office.user(Role.ADMIN)
        self.case: Case = self.team.open()
        Clock.objects.all()._raw_delete("default")

    def kind(self, key: str = "kota.x", *, at: datetime = FEB_1, **facts: Any) -> ClockKind:
        """Write down a kind, as the administrator."""
        wanted: dict[str, Any] = {
            "key": key, "label": "Contoh", "todo": "Kerjakan", "about": "case", "starts_on": ("cases.note_added",),
            "stops_on": ("cases.service_added",), "holder": Holder.MANAGER, "length": Length(10),
            "legal_basis": "contoh", "chain": CHAIN,
        }  # fmt: skip
        with working(self.admin):
            return services.add_kind(new=NewKind(**{**wanted, **facts}), by=self.admin, at=at)

    def tell(
        self, event: str, *, by: User | None = None, at: datetime = FEB_2, case: Case | None = None, **more: Any
    ) -> None:
        """Let something happen in the case."""
        actor = by or self.team.manager
        subject = subject_of(case or self.team.fresh(self.case), forms=more.pop("forms", None))
        with working(actor):
            services.happened(event=event, subject=subject, by=actor, at=at, **more)

    def begin(self, *, at: datetime = FEB_2, **more: Any) -> Clock:
        """Begin a clock of a kind of one's own and return it."""
        if not ClockKind.objects.filter(key="kota.x").exists():
            self.kind(**more)
        self.tell("cases.note_added", at=at)
        return Clock.objects.get(kind__key="kota.x", stopped_at=None)

    def open(self, key: str = "kota.x") -> list[Clock]:
        """The open clocks of a kind, in the order in which they began."""
        return list(Clock.objects.open().filter(kind__key=key).order_by("started_at"))


new_clocks = once_a_file(Clocks)


@pytest.fixture
def clocks(new_clocks: Callable[[], Clocks], db: None) -> Clocks:
    """Everybody, and a case without clocks."""
    return new_clocks()

"""A counter with two officers, and reports that come to it as they really do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from ruangaman.accounts.models import Desk, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.intake import services as intake
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import reception
from ruangaman.intake.selectors.thread import find_own_report
from ruangaman.intake.services import PreparedReport
from ruangaman.intake.types import ReportDraft
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from ruangaman.vault.files import FrameSealer, SealedUpload
from tests.factories.accounts import Office, working
from tests.factories.cases import FEB_1, FEB_2, Team, make_team

HOUR = timedelta(hours=1)
STORY = "CERITA-UJI dia dikunci di kamar"
KINDS = {"now": "yes", "who": "self", "dangers": ("strangled",), "kinds": ("FISIK",), "where": "64.71.03.1004"}


@dataclass
class Counter:
    """The team of an office with a desk, its two officers, and what was sent to them."""

    team: Team
    desk: Desk
    first: User
    second: User
    sent: list[PreparedReport] = field(default_factory=list)

    @property
    def office(self) -> Office:
        """The office that the desk belongs to."""
        return self.team.office

    @property
    def manager(self) -> User:
        """Who can be named manager of its cases."""
        return self.team.manager

    def send(self, *, at: datetime = FEB_1, files: tuple[bytes, ...] = (), **answers: Any) -> Report:
        """Let somebody report, over the public's database role."""
        draft = ReportDraft(**{"what": STORY, "channel": "web", "contact": "receipt", **answers})
        uploads = [seal_upload(data) for data in files]
        prepared = intake.prepare_report(
            draft=draft,
            uploads=uploads,
            key=receipts.mint_key(None),
            cookie=None,
            reception=reception.cached_reception(),
            at=at,
        )
        with unit_of_work(DatabaseRole.PUBLIC):
            intake.accept_report(prepared=prepared)
        self.sent.append(prepared)
        return Report.objects.get(code=prepared.code)

    def write_back(self, report: Report, text: str, *, at: datetime = FEB_2, files: tuple[bytes, ...] = ()) -> None:
        """Let the reporter write into the thread under the receipt."""
        prepared = next(one for one in self.sent if one.code == report.code)
        slot = vault.take_slot() if files else None
        with unit_of_work(DatabaseRole.PUBLIC) as unit:
            actor = vault.receipt_actor(prepared.receipt)
            assert actor is not None
            unit.set_viewer(None, actor.principals)
            found = find_own_report()
            assert found is not None
            intake.write_message(
                report=found,
                message_id=uuid4(),
                text=text,
                uploads=[seal_upload(data) for data in files],
                slot=slot,
                hours=6,
                by=actor,
                at=at,
            )

    def do(self, act: Any, report: Report, *, by: User | None = None, at: datetime = FEB_1 + HOUR, **facts: Any) -> Any:
        """Do something as an officer does, in a request of its own."""
        officer = by or self.first
        with working(officer):
            return act(code=report.code, by=officer, at=at, **facts)

    def fresh(self, report: Report) -> Report:
        """Return the row as it is now."""
        return Report.objects.get(pk=report.pk)


def make_counter() -> Counter:
    """Make the counter; its desk is the only one."""
    reception.forget()
    team = make_team()
    first, second = team.desk, team.office.user(Role.PETUGAS)
    desk = team.office.desk(first, second)
    reception.forget()
    return Counter(team, desk, first, second)


def seal_upload(data: bytes, name: str = "foto.png") -> SealedUpload:
    """Seal a file as the door does while it arrives."""
    sealer = FrameSealer(name=name)
    sealer.feed(data)
    return sealer.finish()


def events_of(report: Report, *types: str) -> list[str]:
    """Return the kinds of event about a report, oldest first; with `types` only those."""
    found = AuditEvent.objects.filter(subject=report.code).order_by("seq").values_list("type", flat=True)
    return [one for one in found if not types or one in types]

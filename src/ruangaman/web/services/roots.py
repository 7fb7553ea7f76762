"""The root of a day, for the book of the data protection officer, and its comparison with what stands on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ruangaman.accounts.models import User
from ruangaman.accounts.services import draw_code
from ruangaman.audit.models import AuditAlarm, AuditCheckpoint
from ruangaman.audit.selectors import last_alarm, last_checkpoint_before
from ruangaman.audit.services import record, unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core.regions import zone
from ruangaman.vault import services as vault
from ruangaman.web import events

GROUP = 4
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class RootPage:
    """What stands on the page of one day. `checkpoint` None: none was made up to the end of that day."""

    checkpoint: AuditCheckpoint | None
    groups: list[str]
    picture: str
    alarm: AuditAlarm | None
    """The last time that nothing could be signed, if it is less than a week ago."""


def read_root(*, day: date, at: datetime) -> RootPage:
    """Return the last root signed up to the end of a day on the office's calendar."""
    end = datetime.combine(day, time.min, zone()) + timedelta(days=1)
    with unit_of_work(Role.AUDIT):
        found, alarm = last_checkpoint_before(end), last_alarm()
    if alarm is not None and at - alarm.at > RECENT:
        alarm = None
    if found is None:
        return RootPage(None, [], "", alarm)
    root = bytes(found.root).hex()
    groups = [root[place : place + GROUP] for place in range(0, len(root), GROUP)]
    return RootPage(found, groups, draw_code(root), alarm)


def compare_root(*, root: bytes, by: User, at: datetime) -> vault.Compared | None:
    """Say whether a root from paper is one of ours, and whether today's rows still give it.

    Returns:
        None: the public key to check with is not on this machine.

    Writes: one `web.root_compared` event.
    """
    try:
        found = vault.compare_root(root)
    except (vault.NoKey, vault.BadText):
        return None
    record(events.ROOT_COMPARED, by=by, subject=root.hex()[:16], at=at, detail={"holds": found.holds})
    return found

"""The work queue: everything that waits for somebody, from every source, in the order in which it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ruangaman.accounts.models import DutyShift, User
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import KECAMATAN
from ruangaman.ui.moments import WITA
from ruangaman.web.registry import work_sources
from ruangaman.web.types import Band, Owner, Work

EVERYBODY, HIGH = "semua", "tinggi"


@dataclass(frozen=True)
class Filters:
    """What the queue is narrowed to; the address carries it. Unknown values narrow nothing."""

    owner: str = ""
    danger: str = ""
    kecamatan: str = ""

    @property
    def narrows(self) -> bool:
        """Whether something may be hidden beyond what is not one's turn."""
        return bool(self.danger or self.kecamatan or self.owner in {Owner.NOBODY, Owner.MINE})

    def lets(self, work: Work) -> bool:
        """Whether a piece of work is shown. Without a choice: what is mine and what is nobody's."""
        owners = {
            EVERYBODY: frozenset(Owner),
            Owner.NOBODY.value: frozenset({Owner.NOBODY}),
            Owner.MINE.value: frozenset({Owner.MINE}),
        }.get(self.owner, frozenset({Owner.MINE, Owner.NOBODY}))
        return (
            work.owner in owners
            and (self.danger != HIGH or work.danger >= RiskLevel.TINGGI)
            and (self.kecamatan not in KECAMATAN or work.kecamatan == self.kecamatan)
        )


@dataclass(frozen=True)
class Day:
    """The queue of one person at one moment."""

    now: list[Work]
    today: list[Work]
    week: list[Work]
    later: int
    hidden: int
    """How many others there are that the filter leaves out."""
    shift_until: datetime | None

    @property
    def total(self) -> int:
        """How many are shown."""
        return len(self.now) + len(self.today) + len(self.week)


def get_day(*, viewer: User, filters: Filters, at: datetime) -> Day:
    """Return everything that waits for `viewer`, by how near it is, then danger, then time left."""
    found = [
        work
        for source in work_sources
        if viewer.has(source.permission)
        for work in source.list_work(viewer=viewer, at=at)
    ]
    shown = sorted((work for work in found if filters.lets(work)), key=urgency)
    return Day(
        now=[work for work in shown if work.band is Band.NOW],
        today=[work for work in shown if work.band is Band.TODAY],
        week=[work for work in shown if work.band is Band.WEEK],
        later=sum(work.band is Band.LATER for work in shown),
        hidden=len(found) - len(shown),
        shift_until=_shift_until(viewer, at),
    )


def has_work(viewer: User) -> bool:
    """Whether somebody has work of their own in this queue."""
    mine = [source for source in work_sources if viewer.has(source.permission)]
    return any(not source.is_rare for source in mine) or any(source.count_work(viewer=viewer) for source in mine)


def count_work(viewer: User) -> int:
    """Return how much waits for `viewer`: one query for each source."""
    return sum(source.count_work(viewer=viewer) for source in work_sources if viewer.has(source.permission))


def urgency(work: Work) -> tuple[bool, int, float, str]:
    """Return the key to sort by: what bars everything else, then the most dangerous, then what is due first."""
    return not work.is_first, -work.danger, work.due_at.timestamp() if work.due_at else float("inf"), work.row.code


def band_of(*, at: datetime, due_at: datetime | None, is_pressing: bool) -> Band:
    """Return how near something is.

    Args:
        is_pressing: it cannot wait, whatever the clock says.
    """
    if is_pressing:
        return Band.NOW
    if due_at is None or due_at < end_of_day(at):
        return Band.TODAY
    return Band.WEEK if due_at < end_of_day(at) + timedelta(days=6) else Band.LATER


def end_of_day(at: datetime) -> datetime:
    """Return the next midnight on the office's clock."""
    local = at.astimezone(WITA)
    return replace_time(local) + timedelta(days=1)


def replace_time(local: datetime) -> datetime:
    """Return the midnight that began the day of `local`."""
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _shift_until(viewer: User, at: datetime) -> datetime | None:
    return DutyShift.objects.at(at).filter(user=viewer).order_by("-ends_at").values_list("ends_at", flat=True).first()

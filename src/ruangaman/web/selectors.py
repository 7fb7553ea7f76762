"""The work queue: what waits for somebody, in the order in which it is needed. The palette: what one may do here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ruangaman.accounts.models import DutyShift, User
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import KECAMATAN, zone
from ruangaman.web.registry import palette_sources, work_sources
from ruangaman.web.types import Band, CommandGroup, Here, Owner, Work

EVERYBODY, HIGH = "semua", "tinggi"
CODE = "[0-9A-HJKMNP-TV-Z]{8}"
OPEN_THING = re.compile(rf"/(?:kasus/(?P<kasus>K-{CODE})|laporan/(?P<laporan>L-{CODE}))/")
TYPED_CODE = re.compile(rf"(?:(?P<kind>[KL])[-\s]?)?(?P<code>{CODE})")


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
    local = at.astimezone(zone())
    return replace_time(local) + timedelta(days=1)


def replace_time(local: datetime) -> datetime:
    """Return the midnight that began the day of `local`."""
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _shift_until(viewer: User, at: datetime) -> datetime | None:
    return DutyShift.objects.at(at).filter(user=viewer).order_by("-ends_at").values_list("ends_at", flat=True).first()


def parse_here(path: str) -> Here:
    """Return which case or report an address is about; whatever else it is, it is about neither."""
    found = OPEN_THING.match(path)
    if found is None:
        return Here()
    kind = found.lastgroup or ""
    return Here(kind, found[kind])


def codes_in(typed: str) -> list[str]:
    """Return the codes that somebody may mean: `k 7f3q2mwd` is one, eight signs without a kind before them are two."""
    found = TYPED_CODE.fullmatch(typed.strip().upper())
    if found is None:
        return []
    return [f"{kind}-{found['code']}" for kind in ([found["kind"]] if found["kind"] else ["K", "L"])]


def list_groups(*, viewer: User, here: Here, typed: str, at: datetime) -> list[CommandGroup]:
    """Return what `viewer` may do here and now, in groups, narrowed to what was typed.

    A code leads to what stands behind it only if the viewer may open that; otherwise the answer, and what is asked for
    it, is that for a code of nothing.
    """
    codes, wanted = codes_in(typed), typed.lower().split()
    groups = []
    for source in sorted(palette_sources, key=lambda source: source.place):
        found = source.list_commands(viewer=viewer, here=here, at=at)
        if codes:
            found = source.find(viewer=viewer, codes=codes) if source.find else []
        elif wanted:
            found = [one for one in found if all(word in one.haystack for word in wanted)]
        if found:
            groups.append(CommandGroup(source.key, source.title(here), found))
    return groups

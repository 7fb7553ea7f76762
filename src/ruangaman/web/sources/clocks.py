"""The open clocks in the queue: what is mine, what is my desks', what is the unit's; and the head's own decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from heapq import merge
from typing import Any

from ruangaman.accounts.types import Permission
from ruangaman.clocks import selectors as clocks
from ruangaman.clocks.types import Cursor, Narrow, Turn
from ruangaman.core import clock
from ruangaman.web.registry import work_sources, work_streams
from ruangaman.web.selectors import MOST
from ruangaman.web.services.rows import DECIDES, rows_of
from ruangaman.web.types import EVERYBODY, Filters, Owner, Work, WorkSource, WorkStream

HOLDERS = frozenset({Permission.CASE_LIST, Permission.CASE_OVERSEE, Permission.REPORT_DESK})


def is_open_to(viewer: Any) -> bool:
    """Whether somebody can have a clock at all."""
    return any(viewer.has(permission) for permission in HOLDERS)


def branches_of(viewer: Any, filters: Filters) -> list[tuple[Turn, Narrow]]:
    """Return which branches make up a list of the queue, each with what it is narrowed to."""
    narrow, free = (_but_decisions(viewer, filters, narrow_of(filters, free=free)) for free in (False, True))
    everybody, nobody = filters.owner == EVERYBODY, filters.owner == Owner.NOBODY
    found = [] if nobody else [(Turn.MINE, narrow)]
    if filters.owner == Owner.MINE:
        return found
    if viewer.has(Permission.REPORT_DESK):
        found.append((Turn.DESK, narrow if everybody else free))
    if viewer.has(Permission.CASE_OVERSEE):
        found.append((Turn.UNIT, free if nobody else narrow))
    if everybody and viewer.has(Permission.CASE_LIST):
        found.append((Turn.HELD, narrow))
    return found


def narrow_of(filters: Filters, *, free: bool = False) -> Narrow:
    """Return a filter of the queue as clocks know it."""
    return Narrow(free, filters.least, filters.kecamatan, filters.kind, filters.about, filters.late)


def _but_decisions(viewer: Any, filters: Filters, narrow: Narrow) -> Narrow:
    """Leave out what stands in a group of its own: the viewer's decisions."""
    is_apart = viewer.has(Permission.CASE_APPROVE) and not filters.narrows
    return replace(narrow, but=(DECIDES, viewer.pk)) if is_apart else narrow


def list_after(*, viewer: Any, filters: Filters, at: datetime, after: Cursor | None, limit: int) -> list[Work]:
    """Return the first clocks of the viewer's branches after a place, as rows."""
    each = [
        clocks.list_branch(viewer=viewer, turn=turn, at=at, after=after, narrow=narrow, limit=limit)
        for turn, narrow in branches_of(viewer, filters)
    ]
    asked = clocks.order_at(at, after)
    once = {clock.pk: clock for clock in merge(*each, key=lambda one: one.place_at(asked).order)}
    return rows_of(list(once.values())[:limit], viewer=viewer, at=at, asked=asked)


def count(*, viewer: Any, wanted: Mapping[str, Filters], at: datetime, most: int) -> dict[str, int]:
    """Return how many clocks each list holds: one statement."""
    branches = {name: branches_of(viewer, filters) for name, filters in wanted.items()}
    return clocks.count_up_to(viewer=viewer, at=at, wanted=branches, most=most)


def list_decisions(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what waits for the viewer's own decision, as the queue orders it."""
    found = clocks.list_own(viewer=viewer, begins=DECIDES, at=at, limit=MOST)
    return rows_of(found, viewer=viewer, at=at)


def count_decisions(*, viewer: Any) -> int:
    """Return how much that is."""
    return clocks.count_own(viewer=viewer, begins=DECIDES, at=clock.now(), most=MOST)


work_sources.add(
    WorkSource(
        key="decisions",
        permission=Permission.CASE_APPROVE,
        list_work=list_decisions,
        count_work=count_decisions,
        is_apart=True,
    )
)
work_streams.add(WorkStream(key="clocks", is_open_to=is_open_to, list_after=list_after, count=count))

"""Colleagues who work at desks and sit at none: for whoever can seat them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ruangaman.accounts.selectors import seats
from ruangaman.accounts.types import Permission
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import work_sources
from ruangaman.web.types import Band, Owner, Work, WorkSource


def list_seats(*, viewer: Any, at: datetime) -> list[Work]:
    """Return one row for each."""
    return [_seat(user.display_name) for user in seats.list_unseated(viewer=viewer)]


def count_seats(*, viewer: Any) -> int:
    """Return how many there are."""
    return len(seats.list_unseated(viewer=viewer))


def _seat(name: str) -> Work:
    row = QueueRow(
        url="/pengaturan/meja/",
        sentence=_("%(name)s belum punya tempat di meja") % {"name": name},
        code="",
        promised=Promised(None, None, "wait"),
        danger=0,
        owner=_("Siapa pun yang duduk di meja"),
        action=_("Tempatkan di meja"),
    )
    return Work(row=row, band=Band.TODAY, owner=Owner.MINE, danger=0, due_at=None)


work_sources.add(
    WorkSource(
        key="seats",
        permission=Permission.REPORT_DESK,
        list_work=list_seats,
        count_work=count_seats,
        sign=seats.unseated_beside,
        is_rare=True,
    )
)

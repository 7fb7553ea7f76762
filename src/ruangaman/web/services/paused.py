"""What is paused, as rows: why, since when, and until when it runs if somebody lets it go on now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.clocks import policies
from ruangaman.clocks import selectors as clocks
from ruangaman.clocks.models import Clock, Pause
from ruangaman.clocks.types import LONG_PAUSE, WINDOWS, is_binding
from ruangaman.ui.types import QueueRow, Words
from ruangaman.web.services.rows import rows_of


@dataclass(frozen=True)
class PausedLine:
    """A clock whose time does not count, with its row.

    Args:
        due_at: until when it runs if it goes on now.
        paused_for: how long it has stood still.
        by: who paused it; "": that was not written down.
        until: when it goes on by itself.
    """

    clock: Clock
    row: QueueRow
    due_at: datetime
    paused_for: timedelta
    by: str
    until: datetime | None

    @property
    def days(self) -> int:
        """For how many whole days."""
        return self.paused_for.days

    @property
    def is_long(self) -> bool:
        """Whether it has stood still so long that somebody has to ask why."""
        return self.paused_for >= LONG_PAUSE


def list_lines(*, viewer: User, at: datetime, limit: int) -> list[PausedLine]:
    """Return what is paused and is the viewer's, their desks' or their units'; the longest paused first."""
    found = clocks.list_paused(viewer=viewer, limit=limit)
    rows, dues = rows_of(found, viewer=viewer, at=at), clocks.dues_if_resumed(found, at=at)
    pauses = clocks.pauses_of(found)
    return [_line(one, work.row, due, pauses.get(one.pk), at) for one, work, due in zip(found, rows, dues, strict=True)]


def _line(clock: Clock, row: QueueRow, due: datetime, pause: Pause | None, at: datetime) -> PausedLine:
    by = pause.by.display_name if pause is not None and pause.by is not None else ""
    return PausedLine(clock, row, due, at - (clock.paused_at or at), by, pause.until if pause is not None else None)


def list_pausable(*, about: str, at: datetime) -> list[str]:
    """Return the names of the kinds about one subject that may be paused as the rules stand now."""
    basis = {limit.key: limit.legal_basis for limit in clocks.list_limits(at)}
    return [
        kind.name
        for kind in clocks.list_kinds()
        if kind.about == about and kind.is_valid(at) and policies.can_stand_still(kind, basis.get(kind.limit_key, ""))
    ]


def why_not(clock: Clock, at: datetime) -> Words:
    """Say why the time of a clock cannot be paused; "": it can."""
    if not policies.can_pause(clock):
        return _refused(clock)
    if at > clock.due_at:
        return _("Batasnya sudah lewat. Menjedanya tidak mengubah itu: kerjakan, atau tunda pengingatnya.")
    return ""


def _refused(clock: Clock) -> Words:
    if clock.kind.from_occurrence or re.match(WINDOWS, clock.kind.key):
        return _(
            "Ini jendela kesehatan atau bukti. Tubuh dan bukti tidak menunggu: sesudah batasnya lewat, pertolongannya "
            "berkurang, apa pun yang dicatat di sini."
        )
    basis = clock.limit.legal_basis if clock.limit else ""
    if is_binding(key=clock.kind.key, from_occurrence=False, basis=basis):
        return _("Batas ini ditetapkan %(law)s. Waktunya berjalan, apa pun yang dicatat di sini.") % {"law": basis}
    return _("Kantor menetapkan bahwa batas jenis ini tidak boleh dijeda: selalu ada orang yang menunggu jawabannya.")

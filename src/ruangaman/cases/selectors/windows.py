"""The windows of health and evidence of one case that run, and what still helps once one is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from ruangaman.cases.models import Case, Incident
from ruangaman.cases.types import NEED_OF
from ruangaman.clocks.models import Clock, ClockQuerySet
from ruangaman.clocks.types import Unit
from ruangaman.core.regions import zone
from ruangaman.ui import moments


@dataclass(frozen=True)
class WindowView:
    """A window that nobody answered yet.

    Args:
        words: what it is, of which event, and until when.
        todo: what to do next; once it is over, what still helps.
    """

    row: Clock
    words: str
    todo: str
    is_late: bool


def counted_from(row: Clock) -> datetime:
    """Return when the time of a clock began to count: of a window the moment of what happened, not of writing it down.

    What is known of that moment is the day, so such a window counts from a midnight in the city. One of which nobody
    knows the day was due at once, when it was told.
    """
    told = min(row.started_at, row.due_at)
    length = row.limit.length if row.limit is not None and row.kind.from_occurrence else None
    if length is None or length.unit is not Unit.HOUR or length.is_working:
        return told
    begun = row.due_at - row.paused_for - timedelta(hours=length.value)
    return min(told, begun) if begun.astimezone(zone()).time() == time() else told


def windows_of(case: Case) -> ClockQuerySet:
    """Return the windows that nobody answered yet."""
    found = Clock.objects.open().filter(dossier_id=case.dossier_id, kind__key__in=NEED_OF)
    return found.select_related("kind", "limit")


def list_windows(*, case: Case, at: datetime) -> list[WindowView]:
    """Return them in words.

    Args:
        case: from `get_granted`, which decided that whoever looks may know of it.
    """
    days = dict(Incident.objects.filter(case=case).values_list("pk", "from_on"))
    return [_view(row, days.get(row.anchor) if row.anchor else None, at) for row in windows_of(case).pressing(at)]


def _view(row: Clock, day: date | None, at: datetime) -> WindowView:
    known = {"name": row.kind.name, "when": moments.when(row.due_at)}
    is_late = at > row.due_at
    if day is None:
        words = _("%(name)s (hari kejadiannya belum diketahui)") % known
    elif is_late:
        words = _("%(name)s: sudah lewat, sampai %(when)s") % known
    else:
        words = _("%(name)s: sampai %(when)s") % known
    return WindowView(row, words, str(row.todo_at(at)), is_late)

"""Reading the trail: looking at who looked is itself something that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.registry import event_types
from ruangaman.audit.selectors import list_events
from ruangaman.audit.services import record, unit_of_work
from ruangaman.audit.types import Cursor, Role
from ruangaman.core.regions import zone
from ruangaman.web import events
from ruangaman.web.services.wording import Names, describe, keys_in, name_subject

PAGE = 50
TOGETHER = timedelta(minutes=1)
FINGERPRINT = "sha256"
"""What has one is one of its kind: two backups never become one row."""


@dataclass(frozen=True)
class TrailRow:
    """One event, as a sentence."""

    at: datetime
    sentence: str
    detail: str
    times: int = 1


@dataclass(frozen=True)
class TrailPage:
    """Some events, and where the next ones begin; `after` None: that was all."""

    rows: list[TrailRow]
    after: Cursor | None


def read_trail(*, day: date, kind: str, after: Cursor | None, by: User, at: datetime) -> TrailPage:
    """Read the events of one day on the office's calendar, newest first.

    The trail is read under the auditor's database role, in a nested unit of work: the role of the request cannot.

    Args:
        kind: the app whose events are wanted; "" for all.
        after: where the page before ended.

    Writes: one `web.trail_read` event.
    """
    since = datetime.combine(day, time.min, zone())
    types = [one.key for one in event_types if one.key.split(".")[0] == kind] if kind else None
    with unit_of_work(Role.AUDIT):
        found = list_events(since=since, until=since + timedelta(days=1), types=types, after=after, limit=PAGE + 1)
    record(events.TRAIL_READ, by=by, subject=day.isoformat(), at=at, detail={"kind": kind})
    last = found[PAGE - 1] if len(found) > PAGE else None
    return TrailPage(
        rows=_rows(found[:PAGE]),
        after=Cursor(last.at, last.lane, last.seq) if last else None,
    )


def _rows(found: Sequence[AuditEvent]) -> list[TrailRow]:
    """Return the events as sentences; the same thing done again within a minute is one row with a count.

    What came from outside is counted by the hour and nothing else: who knows when she held her telephone must not
    find out here that she wrote, and what about.
    """
    told = {event.actor for event in found} | {event.subject for event in found}
    names = Names(told | {key for event in found for key in keys_in(event.detail)})
    rows: list[TrailRow] = []
    outside: dict[datetime, int] = {}
    for event in found:
        if names.is_from_outside(event.actor):
            hour = event.at.replace(minute=0, second=0, microsecond=0)
            place = outside.setdefault(hour, len(rows))
            if place == len(rows):
                rows.append(TrailRow(hour, _("Halaman publik dipakai dalam jam ini"), "", times=0))
            rows[place] = replace(rows[place], times=rows[place].times + 1)
            continue
        row = _row(event, names)
        last = rows[-1] if rows else None
        again = last is not None and last.sentence == row.sentence and last.at - row.at <= TOGETHER
        if last is not None and again and FINGERPRINT not in event.detail:
            rows[-1] = replace(last, times=last.times + 1, detail=last.detail or row.detail)
        else:
            rows.append(row)
    return rows


def _row(event: AuditEvent, names: Names) -> TrailRow:
    found = event_types.get(event.type)
    subject = name_subject(event.subject, names)
    parts = {"actor": names.get(event.actor, f"{event.actor[:8]}…"), "subject": subject}
    sentence = _(found.sentence) if found else "{actor}: " + event.type
    return TrailRow(event.at, sentence.format(**parts), describe(event.detail, names))

"""Reading the trail: looking at who looked is itself something that happened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.registry import event_types
from ruangaman.audit.selectors import list_events
from ruangaman.audit.services import record, unit_of_work
from ruangaman.audit.types import Cursor, Role
from ruangaman.ui.moments import WITA
from ruangaman.web import events

PAGE = 50
UUID_LENGTH = 36


@dataclass(frozen=True)
class TrailRow:
    """One event, as a sentence."""

    at: datetime
    sentence: str
    detail: str


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
    since = datetime.combine(day, time.min, WITA)
    types = [one.key for one in event_types if one.key.split(".")[0] == kind] if kind else None
    with unit_of_work(Role.AUDIT):
        found = list_events(since=since, until=since + timedelta(days=1), types=types, after=after, limit=PAGE + 1)
    record(events.TRAIL_READ, by=by, subject=day.isoformat(), at=at, detail={"kind": kind})
    names = _names({event.actor for event in found})
    last = found[PAGE - 1] if len(found) > PAGE else None
    return TrailPage(
        rows=[_row(event, names) for event in found[:PAGE]],
        after=Cursor(last.at, last.lane, last.seq) if last else None,
    )


def _row(event: AuditEvent, names: dict[str, str]) -> TrailRow:
    found = event_types.get(event.type)
    parts = {"actor": names.get(event.actor, _("Pemegang tanda terima")), "subject": _short(event.subject)}
    sentence = _(found.sentence) if found else "{actor}: " + event.type
    return TrailRow(event.at, sentence.format(**parts), _detail(event.detail))


def _detail(detail: dict[str, object]) -> str:
    """Return the codes of an event, as they are: an auditor compares them."""
    pairs = [
        f"{key}: {', '.join(map(_short, value)) if isinstance(value, list) else _short(value)}"
        for key, value in sorted(detail.items())
        if value not in (None, "", [])
    ]
    return "; ".join(pairs)


def _short(value: object) -> str:
    """Return a code as it is, a key by its beginning."""
    text = str(value)
    return f"{text[:8]}…" if len(text) == UUID_LENGTH else text


def _names(actors: Collection[str]) -> dict[str, str]:
    principals = [actor for actor in actors if actor not in {"public", "system"}]
    people = User.objects.filter(principal_id__in=principals).values_list("principal_id", "display_name")
    known = {str(principal): name for principal, name in people}
    return {**known, "public": _("Seseorang dari luar"), "system": _("Sistem")}

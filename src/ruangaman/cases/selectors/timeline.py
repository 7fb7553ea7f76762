"""One stream of what happened in a case, from the moments that the rows themselves carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Role
from ruangaman.cases.models import Case, Note, Transition
from ruangaman.cases.registry import TimelineItem
from ruangaman.cases.selectors.incidents import form_words
from ruangaman.cases.selectors.shelf import keyed, text_of
from ruangaman.cases.selectors.tables import Rows
from ruangaman.cases.types import CaseState, FactKey, NoteSource
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.core.regions import zone
from ruangaman.ui.moments import day_words
from ruangaman.ui.types import Words
from ruangaman.vault.types import Closed, Compartment, Content

DECISION, SERVICE, RECORD, CONTACT = "keputusan", "layanan", "catatan", "kontak"
STREAMS: dict[str, Words] = {
    CONTACT: gettext_lazy("Kontak"),
    DECISION: gettext_lazy("Keputusan"),
    SERVICE: gettext_lazy("Layanan"),
    RECORD: gettext_lazy("Catatan"),
}
"""What the stream can be narrowed to: the code in the address, the word on the screen."""
Opened = Mapping[UUID, Content | Closed]
LONG, FEW = 40, 5
"""So many entries are shown at first; where only a few more would be left out, all of them."""


def items_of(case: Case, rows: Rows, opened: Opened, held: frozenset[Compartment]) -> list[TimelineItem]:
    """Return everything that happened, unordered.

    Words of people only where `opened` has them; what was done to somebody only for those who may read the story.
    """
    return [
        TimelineItem(case.opened_at, "plus", _("Kasus dibuka"), DECISION, case.opened_by.display_name, "key"),
        *(_move(row, opened) for row in rows.transitions),
        *_team(case, rows),
        *_tasks(rows, opened),
        *_records(rows, opened, held),
        *_openings(rows),
        *_pauses(rows),
    ]


def newest(items: Sequence[TimelineItem], stream: str, *, whole: bool) -> tuple[list[TimelineItem], int]:
    """Return what is shown of the stream, newest first, and how many older ones are left out.

    Args:
        stream: narrows it: contact, decision, service, record; "" for all of it.
    """
    wanted = sorted((one for one in items if not stream or one.stream == stream), key=lambda one: one.at, reverse=True)
    shown = wanted if whole or len(wanted) <= LONG + FEW else wanted[:LONG]
    return shown, len(wanted) - len(shown)


def by_day(items: Sequence[TimelineItem]) -> list[tuple[datetime, list[TimelineItem]]]:
    """Return a stream that is in its order, by day on the office's calendar."""
    days = groupby(items, key=lambda item: item.at.astimezone(zone()).date())
    return [(found[0].at, found) for _day, group in days if (found := list(group))]


def _move(row: Transition, opened: Opened) -> TimelineItem:
    if row.to_state == CaseState.CLOSED:
        icon, words = "stop", _("Kasus ditutup: %(reason)s") % {"reason": row.get_reason_code_display().lower()}
    elif row.from_state in {CaseState.CLOSED, CaseState.AFTERCARE} and row.to_state == CaseState.ASSESSMENT:
        icon, words = "undo", _("Kasus dibuka lagi")
    else:
        icon = "flag"
        words = _("Tahap pindah ke %(target)s, dari %(source)s") % {
            "target": row.get_to_state_display(),
            "source": row.get_from_state_display(),
        }
    return TimelineItem(row.at, icon, words, DECISION, row.by.display_name, "key", text_of(opened.get(row.reason_ref)))


def _team(case: Case, rows: Rows) -> Iterator[TimelineItem]:
    for part in rows.parts:
        name, role = part.user.display_name, str(Role(part.role).label).lower()
        words = _("%(name)s ditugaskan sebagai %(role)s") % {"name": name, "role": role}
        yield TimelineItem(part.since, "key", words, DECISION, part.by.display_name, "quiet")
        if part.until is not None and part.until_by is not None:
            words = _("%(name)s tidak lagi bertugas di kasus ini") % {"name": name}
            yield TimelineItem(part.until, "swap", words, DECISION, part.until_by.display_name, "quiet")


def _tasks(rows: Rows, opened: Opened) -> Iterator[TimelineItem]:
    for task in rows.tasks:
        title = text_of(opened.get(task.ref))
        words = _("Tugas untuk %(name)s") % {"name": task.owner.display_name}
        yield TimelineItem(task.made_at, "list", words, RECORD, task.made_by.display_name, "quiet", title)
        if task.done_at is not None and task.done_by is not None:
            yield TimelineItem(task.done_at, "tick", _("Tugas selesai"), RECORD, task.done_by.display_name, "", title)


def _records(rows: Rows, opened: Opened, held: frozenset[Compartment]) -> Iterator[TimelineItem]:
    for person in rows.people:
        words = _("%(kind)s dicatat") % {"kind": person.get_kind_display()}
        yield TimelineItem(person.added_at, "person", words, RECORD, person.added_by.display_name, "quiet")
    for incident in rows.incidents:
        words = _("Kejadian dicatat")
        if Compartment.NARRATIVE in held:
            words = _("Kejadian dicatat: %(forms)s, %(place)s") % {
                "forms": ", ".join(form_words(incident.forms, incident)).lower(),
                "place": book().label(ListKey.PLACE, incident.place, day_of(incident.added_at)).lower(),
            }
        yield TimelineItem(incident.added_at, "paper", words, RECORD, incident.added_by.display_name)
    for note in rows.notes:
        if note.compartment not in held:
            continue  # how often somebody writes in a drawer that one cannot open tells of it
        yield _note(note, opened.get(note.ref))
    for service in rows.services:
        words = _("Layanan dicatat")
        if Compartment.WORK in held:
            words = _("Layanan %(type)s, %(unit)s, %(day)s") % {
                "type": book().label(ListKey.SERVICE_TYPE, service.type, service.on).lower(),
                "unit": service.provider_unit.name,
                "day": day_words(service.on),
            }
        text = text_of(opened.get(service.result_ref)) if service.result_ref else ""
        yield TimelineItem(service.recorded_at, "care", words, SERVICE, service.by.display_name, "", text)


def _note(note: Note, content: Content | Closed | None) -> TimelineItem:
    """Say what a note is: the answer about a window and a clock that was ended are written as notes, too."""
    window, outcome, dropped = (keyed(content, key) for key in (FactKey.WINDOW, FactKey.OUTCOME, FactKey.CLOCK))
    by, name = note.author.display_name, Compartment(note.compartment).label
    if note.source == NoteSource.REPORT:
        return TimelineItem(note.at, "pen", _("Isi laporan masuk ke “%(name)s”") % {"name": name}, RECORD, by, "quiet")
    if window and outcome:
        words = _("%(window)s dijawab: %(outcome)s") % {"window": window, "outcome": outcome.lower()}
        return TimelineItem(note.at, "clock", words, RECORD, by)
    if dropped:
        words = _("Jam “%(name)s” dihentikan: keliru") % {"name": dropped}
        return TimelineItem(note.at, "clock", words, RECORD, by)
    return TimelineItem(note.at, "pen", _("Catatan ditulis di “%(name)s”") % {"name": name}, RECORD, by, "quiet")


def _openings(rows: Rows) -> Iterator[TimelineItem]:
    """Who read the whole case with the unit's emergency key; when that ended, if somebody ended it."""
    for glass in rows.openings:
        if glass.opened_at is None:
            continue
        words = _("Dibuka dengan kunci darurat: %(why)s") % {"why": glass.get_reason_display().lower()}
        yield TimelineItem(glass.opened_at, "unlocked", words, DECISION, glass.opener.display_name, "key")
        if glass.closed_at is not None and glass.closed_by is not None:
            words = _("Akses darurat %(ending)s") % {"ending": glass.get_ending_display()}
            yield TimelineItem(glass.closed_at, "locked", words, DECISION, glass.closed_by.display_name, "quiet")


def _pauses(rows: Rows) -> Iterator[TimelineItem]:
    """When time stood still, why and by whom; when it went on, by somebody or because its day had come."""
    for pause in rows.pauses:
        what = {"what": pause.clock.kind.name, "why": pause.get_reason_display().lower()}
        words = _("Waktu “%(what)s” dijeda: %(why)s") % what
        by = pause.by.display_name if pause.by is not None else ""
        yield TimelineItem(pause.since, "clock", words, DECISION, by, "quiet")
        if pause.ended_at is not None:
            words = _("Waktu “%(what)s” jalan lagi") % what
            by = pause.ended_by.display_name if pause.ended_by is not None else ""
            yield TimelineItem(pause.ended_at, "clock", words, DECISION, by, "quiet")

"""Reports that wait at the desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.clocks.selectors import order_at
from ruangaman.clocks.types import MINUTE, Clock, Cursor, span
from ruangaman.core.codelists import Now, Who
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import pressing
from ruangaman.intake.types import LETHAL, WORKED_ON, State
from ruangaman.ui.types import Promised, QueueRow, Words
from ruangaman.web.registry import work_sources, work_streams
from ruangaman.web.selectors import MOST, band_at, near_words
from ruangaman.web.services.rows import signs
from ruangaman.web.sources.clocks import narrow_of
from ruangaman.web.types import Band, Filters, Owner, Work, WorkSource, WorkStream

ABOUT: dict[str, Words] = {
    Who.SELF: gettext_lazy("tentang dirinya sendiri"),
    Who.CHILD: gettext_lazy("tentang seorang anak"),
    Who.OTHER: gettext_lazy("untuk orang lain"),
}


def is_open_to(viewer: Any) -> bool:
    """Whether somebody works at desks."""
    return bool(viewer.has(Permission.REPORT_DESK))


def held_by(viewer: Any, owners: Collection[Owner]) -> Q:
    """Return the condition on who holds a report."""
    nobody, mine = Q(taken_by=None), Q(taken_by=viewer)
    said = {Owner.NOBODY: nobody, Owner.MINE: mine, Owner.OTHER: ~nobody & ~mine}
    wanted = Q()
    for owner in owners:
        wanted |= said[owner]
    return Q() if len(owners) == len(said) else wanted


def shown_to(viewer: Any, owners: Collection[Owner], at: datetime) -> Q:
    """Return the same for what presses: where nobody chose, with what is left alone in the highest danger."""
    held = held_by(viewer, owners)
    return held | pressing.left_alone(at) if frozenset(owners) == Filters().owners else held


def list_after(*, viewer: Any, filters: Filters, at: datetime, after: Cursor | None, limit: int) -> list[Work]:
    """Return the first reports of the viewer's desks after a place, as rows."""
    found = pressing.list_pressing(
        viewer=viewer,
        at=at,
        after=after,
        narrow=narrow_of(filters),
        held=shown_to(viewer, filters.owners, at),
        limit=limit,
    )
    return [as_work(report, viewer=viewer, at=at, asked=order_at(at, after)) for report in found]


def count(*, viewer: Any, wanted: Mapping[str, Filters], at: datetime, most: int) -> dict[str, int]:
    """Return how many reports of the viewer's desks each list holds: one statement."""
    lists = {name: (narrow_of(filters), shown_to(viewer, filters.owners, at)) for name, filters in wanted.items()}
    return pressing.count_up_to(viewer=viewer, at=at, wanted=lists, most=most)


def as_work(report: Report, *, viewer: Any, at: datetime, asked: datetime | None = None) -> Work:
    """Return a report as a row of the queue: why it is here, and until when.

    Args:
        asked: the moment whose order it stands in; None: nothing of it presses.
    """
    owner = _owner(report, viewer)
    row = QueueRow(
        url=f"/laporan/{report.code}/",
        sentence=sentence(report, at),
        code=report.code,
        promised=promised(report),
        danger=report.danger,
        facts=[words for words in (*signs(report), ABOUT.get(report.who, ""), *_size(report)) if words],
        owner=_("Anda") if owner is Owner.MINE else (report.taken_by.display_name if report.taken_by else ""),
        action=action(report),
        take_url=f"/laporan/{report.code}/ambil" if owner is Owner.NOBODY else "",
    )
    place = pressing.place_of(report, asked) if asked is not None else None
    if place is not None:
        row = replace(row, facts=[words for words in (near_words(place, report.due_at), *row.facts) if words])
    band = Band.TODAY if place is None else band_at(place)
    return Work(row=row, band=band, owner=owner, danger=report.danger, due_at=row.promised.due, place=place)


def list_answered(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what was answered and waits to be triaged: today's work, below all that presses."""
    return [as_work(report, viewer=viewer, at=at) for report in pressing.list_answered(viewer=viewer, limit=MOST)]


def count_answered(*, viewer: Any) -> int:
    """Return how much of it is the viewer's or nobody's."""
    return pressing.count_answered(viewer=viewer, held=held_by(viewer, Filters().owners), most=MOST)


def _size(report: Report) -> list[Words]:
    """Return how long the report is, where nothing more pressing is to be said."""
    return [] if signs(report) else [report.get_size_class_display().lower()]


def sentence(report: Report, at: datetime) -> str:
    """Say why a report is in the queue. No name, no story: only what is in the clear."""
    if report.state not in WORKED_ON:
        return _("Pelapor menulis lagi setelah laporannya selesai")
    if report.opened_at is None:
        return _unopened(report, at)
    if getattr(report, "has_unread", False) and report.last_reporter_message_at:
        return _("Pelapor membalas %(span)s lalu, belum dibaca") % {"span": span(at - report.last_reporter_message_at)}
    if report.answered_at is None:
        words = Clock(report.received_at, report.due_at).words(at)
        return _("Sudah dibuka, belum dijawab: %(left)s") % {"left": words}
    if report.state == State.TRIAGED:
        return _("Sudah dipilah, kasusnya belum dibuka")
    return _("Sudah dijawab %(span)s lalu, belum dipilah") % {"span": span(at - report.answered_at)}


def _unopened(report: Report, at: datetime) -> str:
    waited = at - report.received_at
    words = {"span": span(waited)}
    if report.now == Now.YES:
        if waited < MINUTE:
            return _("Bahaya masih berlangsung. Laporan baru saja masuk")
        return _("Bahaya masih berlangsung. Laporan belum dibuka %(span)s") % words
    if not LETHAL.isdisjoint(report.dangers):
        if waited < MINUTE:
            return _("Ada tanda bahaya. Laporan baru saja masuk")
        return _("Ada tanda bahaya. Laporan belum dibuka %(span)s") % words
    return _("Laporan baru saja masuk") if waited < MINUTE else _("Laporan baru, belum dibuka %(span)s") % words


def promised(report: Report) -> Promised:
    """Return the clock: until the reporter is answered; afterwards nothing more is promised."""
    if report.answered_at is not None and not report.is_back:
        return Promised(None, None, "wait")
    return Promised(report.waits_since, report.due_at)


def action(report: Report) -> str:
    """Return the one next thing to do."""
    if report.opened_at is None:
        return _("Buka laporan")
    if getattr(report, "has_unread", False) or report.state not in WORKED_ON:
        return _("Baca balasan")
    if report.answered_at is None:
        return _("Jawab")
    return _("Buka kasus") if report.state == State.TRIAGED else _("Pilah")


def _owner(report: Report, viewer: Any) -> Owner:
    if report.taken_by_id is None:
        return Owner.NOBODY
    return Owner.MINE if report.taken_by_id == viewer.pk else Owner.OTHER


work_sources.add(
    WorkSource(
        key="answered",
        permission=Permission.REPORT_DESK,
        list_work=list_answered,
        count_work=count_answered,
        about="report",
    )
)
work_streams.add(WorkStream(key="reports", is_open_to=is_open_to, list_after=list_after, count=count))

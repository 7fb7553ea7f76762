"""Cases that ask for somebody, the conversations in them, and the section of the cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases.models import Case
from ruangaman.cases.types import CaseState
from ruangaman.clocks.types import span
from ruangaman.core.regions import KECAMATAN
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import desk
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import Section, sections, work_sources
from ruangaman.web.types import Band, Owner, Work, WorkSource


def list_unmanaged(*, viewer: Any, at: datetime) -> list[Work]:
    """Return open cases whose manager has left: no clock tells of them, for nothing happens in such a case.

    Which nobody can open is no case to hand over: `web.sources.closed` tells of it.
    """
    found = list(cases.list_unmanaged(viewer=viewer))
    closed = {case.pk for case in cases.list_closed_to_all(viewer=viewer, at=at)} if found else set()
    return [_unmanaged(case) for case in found if case.pk not in closed]


def count_unmanaged(*, viewer: Any) -> int:
    """Return how many there are."""
    return cases.count_unmanaged(viewer=viewer)


def _unmanaged(case: Case) -> Work:
    return Work(
        row=QueueRow(
            url=f"/kasus/{case.code}/",
            sentence=_("Manajernya sudah keluar: serahkan kepada manajer lain"),
            code=case.code,
            promised=Promised(None, None, "wait"),
            danger=case.risk,
            facts=[case.get_case_type_display(), CaseState(case.state).label],
            place=KECAMATAN.get(case.kecamatan, ""),
            owner="",
            action=_("Lihat kasus"),
        ),
        band=Band.NOW,
        owner=Owner.NOBODY,
        danger=case.risk,
        due_at=None,
        kecamatan=case.kecamatan,
    )


def list_messages(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the viewer's cases in which the reporter wrote before they became cases, and nobody has read it.

    What is written later begins a clock.
    """
    return [_message(report, report.case, at) for report in desk.list_written_in_cases(viewer=viewer) if report.case]


def count_messages(*, viewer: Any) -> int:
    """Return in how many of the viewer's cases there is something unread."""
    return desk.list_written_in_cases(viewer=viewer).count()


def _message(report: Report, case: Case, at: datetime) -> Work:
    waited = span(at - (report.last_reporter_message_at or at))
    return Work(
        row=QueueRow(
            url=f"/kasus/{case.code}/#percakapan-{report.code}",
            sentence=_("Pelapor menulis %(span)s lalu, belum dibaca") % {"span": waited},
            code=case.code,
            promised=Promised(None, None, "wait"),
            danger=case.risk,
            facts=[case.get_case_type_display()],
            place=KECAMATAN.get(case.kecamatan, ""),
            owner=_("Anda"),
            action=_("Baca balasan"),
        ),
        band=Band.NOW,
        owner=Owner.MINE,
        danger=case.risk,
        due_at=None,
        kecamatan=case.kecamatan,
    )


work_sources.add(
    WorkSource(
        key="unmanaged",
        permission=Permission.CASE_LIST,
        list_work=list_unmanaged,
        count_work=count_unmanaged,
        sign=lambda _viewer: cases.who_left_cases(),
        is_rare=True,
    )
)
work_sources.add(
    WorkSource(
        key="case-messages",
        permission=Permission.CASE_ASSIGN,
        list_work=list_messages,
        count_work=count_messages,
        sign=desk.written_in_cases_of,
    )
)
sections.add(
    Section(
        key="cases",
        place=20,
        label=gettext_lazy("Kasus"),
        url="/kasus/",
        icon="folder",
        also=("/tugas/",),
        go="k",
        permissions=frozenset({Permission.CASE_LIST, Permission.CASE_OVERSEE}),
    )
)

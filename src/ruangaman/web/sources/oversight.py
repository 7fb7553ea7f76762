"""What the head of a unit answers for and no clock tells of: turns nobody took, reports nobody answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.intake.selectors import desk, shifts
from ruangaman.intake.types.turns import GRACE
from ruangaman.ui.moments import clock_time
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import work_sources
from ruangaman.web.types import Band, Owner, Work, WorkSource

PEOPLE = "/pengaturan/orang/"


def list_unit(*, viewer: Any, at: datetime) -> list[Work]:
    """Return what no clock tells of in the viewer's units: turns nobody took, reports nobody answered."""
    duties = shifts.list_overseen(viewer=viewer, at=at)
    untaken = [_untaken(one) for one in duties if one.turn.is_late(at)]
    on_duty = dict(who for one in duties for who in one.who)
    return [*untaken, *(_overdue(one, on_duty) for one in desk.list_overdue(at=at))]


def count_unit(*, viewer: Any) -> int:
    """Return of how many dangers there are reports that nobody answered in time."""
    return len(desk.list_overdue(at=clock.now()))


def _untaken(duty: shifts.Duty) -> Work:
    began = duty.turn.began
    row = QueueRow(
        url="/kerja/",
        sentence=_("Jaga sejak %(time)s belum diterima") % {"time": clock_time(began)},
        code="",
        promised=Promised(began, began + GRACE if began else None),
        danger=RiskLevel.TINGGI,
        facts=[duty.desk.name, _("Hubungi petugas jaga.")],
        owner=duty.on_duty,
    )
    return Work(row=row, band=Band.NOW, owner=Owner.MINE, danger=RiskLevel.TINGGI, due_at=row.promised.due)


def _overdue(found: desk.Overdue, on_duty: Mapping[UUID, str]) -> Work:
    """Say how many wait and whom to ask, and lead to them in the list of people; what they say is the desk's."""
    names = ", ".join(on_duty.values())
    ask = (
        _("Hubungi %(names)s yang jaga. Isinya hanya terbuka di meja.") % {"names": names}
        if names
        else _("Tidak ada yang jaga: hubungi meja. Isinya hanya terbuka di sana.")
    )
    place = f"#orang-{next(iter(on_duty))}" if on_duty else ""
    sentence = ngettext(
        "%(n)d laporan belum dijawab padahal batasnya lewat",
        "%(n)d laporan belum dijawab padahal batasnya lewat",
        found.reports,
    ) % {"n": found.reports}
    return Work(
        row=QueueRow(
            url=f"{PEOPLE}{place}",
            sentence=sentence,
            code="",
            promised=Promised(found.due_at, found.due_at),
            danger=found.danger,
            facts=[ask],
            owner=_("Meja pengaduan"),
            action=_("Lihat orangnya"),
        ),
        band=Band.NOW,
        owner=Owner.MINE,
        danger=found.danger,
        due_at=found.due_at,
    )


work_sources.add(
    WorkSource(key="oversight", permission=Permission.CASE_OVERSEE, list_work=list_unit, count_work=count_unit)
)

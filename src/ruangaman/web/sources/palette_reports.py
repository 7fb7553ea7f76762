"""What the palette offers about reports: what can be done with the open one, and those one holds by their codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.types import Permission
from ruangaman.cases.models import live_grants
from ruangaman.intake.models import Report, ReportQuerySet
from ruangaman.web.registry import palette_sources
from ruangaman.web.types import Command, Here, PaletteSource

MOST, MOST_FOUND = 20, 8


def list_actions(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return what the viewer may do with the report that is open; nothing where it is none of theirs."""
    if here.kind != "laporan" or not viewer.has(Permission.REPORT_DESK):
        return []
    report = _openable(viewer).filter(code=here.code).first()
    return actions_on(report, viewer, here.path) if report else []


def actions_on(report: Report, viewer: Any, path: str) -> list[Command]:
    """Return it: what the report's own page has buttons for. Taking over from somebody is asked there."""
    is_mine, is_free = report.taken_by_id == viewer.pk, report.taken_by_id is None
    found = []
    if is_free and report.needs_desk:
        found.append(Command(_("Ambil laporan ini"), f"{path}ambil", posts=True))
    if is_mine:
        found.append(Command(_("Lepas laporan ini"), f"{path}lepas", posts=True))
    if is_mine or is_free:
        found.append(Command(_("Jawab pelapor"), f"{path}#percakapan"))
        found.append(Command(_("Ke keputusan"), f"{path}#triase", words=_("pilah triase buka kasus tolak ganda")))
        if report.is_back:
            found.append(Command(_("Tidak perlu dijawab"), f"{path}selesai", posts=True))
    return [*found, Command(_("Siapa yang dapat membuka"), f"{path}akses"), Command(_("Ke laporan ini"), path)]


def list_mine(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return the reports that the viewer holds and that still wait."""
    if not viewer.has(Permission.REPORT_DESK):
        return []
    return _as_commands(_openable(viewer).waiting().filter(taken_by=viewer).by_urgency()[:MOST])


def find(*, viewer: Any, codes: Sequence[str]) -> list[Command]:
    """Return the reports of these codes that the viewer may open."""
    if not viewer.has(Permission.REPORT_DESK):
        return []
    return _as_commands(_openable(viewer).filter(code__in=codes).order_by("code"))


def begin(*, viewer: Any, part: str) -> list[Command]:
    """Return the reports of the viewer's desks whose code begins with what was typed."""
    if not viewer.has(Permission.REPORT_DESK) or part.startswith("K-"):
        return []
    code = part if part.startswith("L-") else f"L-{part}"
    return _as_commands(_openable(viewer).filter(code__startswith=code).order_by("code")[:MOST_FOUND])


def _openable(viewer: Any) -> ReportQuerySet:
    """Return the reports of the viewer's desks whose keys are still there."""
    return Report.objects.of_desks(accounts.desks_of(viewer)).filter(dossier_id__in=live_grants(viewer))


def _as_commands(reports: ReportQuerySet) -> list[Command]:
    return [
        Command(
            _("Laporan %(code)s") % {"code": report.code},
            f"/laporan/{report.code}/",
            hint=_("%(state)s, bahaya %(risk)s")
            % {"state": report.get_state_display(), "risk": report.get_danger_display().lower()},
        )
        for report in reports
    ]


palette_sources.add(
    PaletteSource(
        key="report",
        place=20,
        title=lambda here: _("Laporan %(code)s") % {"code": here.code},
        list_commands=list_actions,
    )
)
palette_sources.add(
    PaletteSource(
        key="reports",
        place=50,
        title=lambda here: _("Laporan yang saya pegang"),
        list_commands=list_mine,
        find=find,
        begin=begin,
        found_title=gettext_lazy("Laporan dengan kode itu"),
    )
)

"""What the palette offers about cases: what can be done in the open one, and one's own by their codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.cases import policies
from ruangaman.cases.models import Case
from ruangaman.ui.types import Words
from ruangaman.web.registry import palette_sources
from ruangaman.web.types import Command, Here, PaletteSource

MOST = 40
"""How many of one's own cases are listed; every other one is found by its code."""
MOST_FOUND = 8
WRITE: tuple[tuple[Words, str], ...] = (
    (gettext_lazy("Langkah baru"), "tugas/"),
    (gettext_lazy("Tulis catatan"), "catatan/"),
    (gettext_lazy("Catat layanan"), "layanan/"),
    (gettext_lazy("Catat kejadian"), "kejadian/"),
    (gettext_lazy("Jawab jendela kesehatan dan bukti"), "jendela/"),
    (gettext_lazy("Tambah orang"), "orang/"),
    (gettext_lazy("Periksa keselamatan"), "aman/"),
    (gettext_lazy("Isi asesmen"), "asesmen/"),
    (gettext_lazy("Beri tahu haknya"), "hak/"),
    (gettext_lazy("Persetujuan"), "izin/"),
    (gettext_lazy("Susun rencana"), "rencana/"),
    (gettext_lazy("Tinjau kasus"), "tinjauan/"),
    (gettext_lazy("Catat upaya menghubungi"), "upaya/"),
    (gettext_lazy("Permintaan mediasi"), "mediasi/"),
)
MANAGE: tuple[tuple[Words, str], ...] = (
    (gettext_lazy("Pindahkan tahap"), "status/"),
    (gettext_lazy("Atur tim"), "tim/"),
    (gettext_lazy("Tahan dari penghapusan"), "tahan/"),
    (gettext_lazy("Catat konferensi kasus"), "konferensi/"),
    (gettext_lazy("Limpahkan kasus"), "pelimpahan/"),
)


def list_actions(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return what the viewer may do in the case that is open; nothing where it is none that they may know of."""
    if here.kind != "kasus" or not viewer.has(Permission.CASE_READ):
        return []
    case = Case.objects.visible_to(viewer).select_related("manager").filter(code=here.code).first()
    return [Command(label, here.path + step) for label, step in steps_in(case, viewer)] if case else []


def steps_in(case: Case, viewer: Any) -> Iterable[tuple[Words, str]]:
    """Yield what the viewer may do in a case, with the end of the address: what the case's own page has buttons for."""
    parts = list(case.assignments.filter(user=viewer, until=None))
    if parts and policies.can_write(viewer, case):
        yield from WRITE
        if policies.can_hold_session(viewer):
            yield _("Catat sesi"), "sesi/"
        if policies.can_decide_police(viewer):
            yield _("Keputusan laporan polisi"), "polisi/"
    if policies.can_assign(viewer, case):
        yield from MANAGE
    if policies.can_name_manager(viewer, case, parts):
        yield _("Serahkan kepada manajer lain"), "serah-terima/"
    if policies.can_close(viewer, case):
        yield _("Asesmen penutupan"), "penutupan/"
        if case.is_open:
            yield _("Tutup kasus"), "tutup/"
    if not case.is_open and policies.can_reopen(viewer, case, parts):
        yield _("Buka lagi"), "buka-lagi/"
    if parts:
        yield _("Kontak sesudah penutupan"), "pasca/"
    yield _("Siapa yang dapat membuka"), "akses/"
    if case.is_open and policies.can_govern(viewer, case):
        yield _("Beri akses sementara"), "akses/beri"
    if viewer.has(Permission.CASE_OVERSEE) and case.unit_id in viewer.oversight_units:
        yield _("Izinkan orang pada kasus ini"), "tim/izinkan"
    if policies.can_see_readers(viewer, case):
        yield _("Siapa yang membuka"), "pembaca/"
    yield _("Ke kasus ini"), ""


def list_mine(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return the viewer's own open cases, the most dangerous first."""
    if not viewer.has(Permission.CASE_READ):
        return []
    return _as_commands(Case.objects.granted_to(viewer).open().order_by("-risk", "-opened_at", "-id")[:MOST])


def find(*, viewer: Any, codes: Sequence[str]) -> list[Command]:
    """Return the cases of these codes that the viewer may open."""
    if not viewer.has(Permission.CASE_READ):
        return []
    return _as_commands(Case.objects.visible_to(viewer).filter(code__in=codes).order_by("code"))


def begin(*, viewer: Any, part: str) -> list[Command]:
    """Return the viewer's own cases, closed ones too, whose code begins with what was typed."""
    if not viewer.has(Permission.CASE_READ) or part.startswith("L-"):
        return []
    code = part if part.startswith("K-") else f"K-{part}"
    return _as_commands(Case.objects.granted_to(viewer).filter(code__startswith=code).order_by("code")[:MOST_FOUND])


def _as_commands(cases: QuerySet[Case]) -> list[Command]:
    return [
        Command(
            _("Kasus %(code)s") % {"code": case.code},
            f"/kasus/{case.code}/",
            hint=_("%(state)s, bahaya %(risk)s")
            % {"state": case.get_state_display(), "risk": case.get_risk_display().lower()},
        )
        for case in cases
    ]


palette_sources.add(
    PaletteSource(
        key="case",
        place=10,
        title=lambda here: _("Kasus %(code)s") % {"code": here.code},
        list_commands=list_actions,
    )
)
palette_sources.add(
    PaletteSource(
        key="cases",
        place=40,
        title=lambda here: _("Kasus saya"),
        list_commands=list_mine,
        find=find,
        begin=begin,
        found_title=gettext_lazy("Kasus dengan kode itu"),
    )
)

"""Cases that nobody can open, before everything else for who answers for the unit; and what waits for whom after it.

Source: vault.md rule 11: a colleague opens again; where there is none, the recovery shares do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.models import User
from ruangaman.accounts.registry import Shelf, shelves
from ruangaman.accounts.selectors import lost
from ruangaman.accounts.selectors.deciding import join_either
from ruangaman.accounts.selectors.lost import Step
from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases.models import Case
from ruangaman.cases.types import CaseState
from ruangaman.core import clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import KECAMATAN
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.web.registry import work_sources
from ruangaman.web.sources.keys import codes_of
from ruangaman.web.types import Band, Owner, Work, WorkSource

REOPEN_URL = "/pengaturan/buka-kembali/"


def list_closed(*, viewer: Any, at: datetime) -> list[Work]:
    """Return the unit's cases that nobody at work can open, each with the next step."""
    return [_closed(case) for case in cases.list_closed_to_all(viewer=viewer, at=at)]


def count_closed(*, viewer: Any) -> int:
    """Return how many there are."""
    return len(cases.list_closed_to_all(viewer=viewer, at=clock.now()))


def _closed(case: Case) -> Work:
    row = QueueRow(
        url=f"/kasus/{case.code}/akses/",
        sentence=_("Kasus ini tidak dapat dibuka siapa pun"),
        code=case.code,
        promised=Promised(None, None, "wait"),
        danger=case.risk,
        facts=[CaseState(case.state).label, _next_step(case)],
        place=KECAMATAN.get(case.kecamatan, ""),
        owner=_("Anda"),
        action=_("Lihat langkahnya"),
    )
    return Work(
        row=row,
        band=Band.NOW,
        owner=Owner.MINE,
        danger=case.risk,
        due_at=None,
        kecamatan=case.kecamatan,
        is_first=True,
    )


def _next_step(case: Case) -> str:
    if case.manager.is_active:
        return _("kumpulkan tiga kepingan kunci pemulihan")
    return _("manajernya sudah keluar: kunci darurat unit atau tiga kepingan kunci pemulihan")


def list_awaited(*, viewer: Any, at: datetime) -> list[Work]:
    """Return one row for what the viewer's lost keys opened, and who can open it again."""
    found = lost.get_awaited(user=viewer, at=at)
    if not found.count:
        return []
    sentence = ngettext(
        "%(n)d berkas menunggu dibuka kembali untuk Anda",
        "%(n)d berkas menunggu dibuka kembali untuk Anda",
        found.count,
    ) % {"n": found.count}
    if found.stuck:
        stuck = _("%(n)d tanpa rekan yang dapat membukakannya: temui kepala unit") % {"n": found.stuck}
        sentence = f"{sentence}. {stuck[:1].upper()}{stuck[1:]}"
    helpers = join_either(one.display_name for one, _count in found.helpers)
    return [_reopening(sentence, helpers or _("Kepala unit"), _("Lihat"), is_pressing=True)]


def count_awaited(*, viewer: Any) -> int:
    """Return 1 if something waits to be opened again for the viewer."""
    return int(lost.count_awaited(viewer=viewer, at=clock.now()) > 0)


def list_reopenable(*, viewer: Any, at: datetime) -> list[Work]:
    """Return one row for each colleague for whom the viewer could do something now: ask, or open again."""
    return [
        _reopening(
            ngettext(
                "%(n)d berkas %(name)s menunggu Anda bukakan kembali",
                "%(n)d berkas %(name)s menunggu Anda bukakan kembali",
                count,
            )
            % {"n": count, "name": user.display_name},
            _("Anda"),
            words,
            is_pressing=False,
        )
        for user, count, words in _to_reopen(viewer, at)
    ]


def count_reopenable(*, viewer: Any) -> int:
    """Return for how many colleagues that is."""
    return len(_to_reopen(viewer, clock.now()))


def _to_reopen(viewer: User, at: datetime) -> list[tuple[User, int, str]]:
    """Return colleagues, how many dossiers, and the next thing to do; who waits for a second person is left out."""
    found = []
    for user, count in lost.list_reopenable(viewer=viewer, at=at):
        step = lost.step_of_reopening(user=user, viewer=viewer, at=at)
        if step in {Step.ASK, Step.OPEN}:
            found.append((user, count, _("Minta persetujuan") if step is Step.ASK else _("Buka kembali sekarang")))
    return found


def _reopening(sentence: str, owner: str, action: str, *, is_pressing: bool) -> Work:
    row = QueueRow(
        url=REOPEN_URL,
        sentence=sentence,
        code="",
        promised=Promised(None, None, "wait"),
        danger=0,
        owner=owner,
        action=action,
    )
    band = Band.NOW if is_pressing else Band.TODAY
    return Work(row=row, band=band, owner=Owner.MINE, danger=RiskLevel.TINGGI if is_pressing else 0, due_at=None)


shelves.add(Shelf(key="web.codes", codes_of=codes_of))
work_sources.add(
    WorkSource(
        key="closed",
        permission=Permission.CASE_OVERSEE,
        list_work=list_closed,
        count_work=count_closed,
        sign=lambda _viewer: cases.who_lost_cases(),
        is_rare=True,
    )
)
work_sources.add(
    WorkSource(
        key="awaited",
        permission=Permission.CASE_WRITE,
        list_work=list_awaited,
        count_work=count_awaited,
        sign=lost.former_keys_of,
        is_rare=True,
    )
)
work_sources.add(
    WorkSource(
        key="reopenable",
        permission=Permission.CASE_WRITE,
        list_work=list_reopenable,
        count_work=count_reopenable,
        sign=lost.former_keys_beside,
        is_rare=True,
    )
)

"""What waits for key officers and for the second person, and the section of the people."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.types import Promised, QueueRow
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import unsigned_keys
from ruangaman.web.registry import Section, sections, work_sources
from ruangaman.web.types import Band, Owner, Work, WorkSource


def list_keys(*, viewer: Any, at: datetime) -> list[Work]:
    """Return one row for the keys that wait for the viewer's signature."""
    count = count_keys(viewer=viewer)
    sentence = ngettext(
        "%(n)d kunci menunggu tanda tangan Anda",
        "%(n)d kunci menunggu tanda tangan Anda",
        count,
    ) % {"n": count}
    return [_work(sentence, "/pengaturan/kunci/", gettext_lazy("Cocokkan angka"))] if count else []


def count_keys(*, viewer: Any) -> int:
    """Return how many keys wait for the viewer's signature: none for who is no key officer."""
    if viewer.principal_id not in vault.list_officers():
        return 0
    return sum(not one.is_vouched and viewer.principal_id not in one.signed_by for one in vault.list_keys())


def _unsigned_by(viewer: UUID) -> QuerySet[Any, Any]:
    return unsigned_keys(User.objects.filter(pk=viewer).values("principal_id"))


def list_requests(*, viewer: Any, at: datetime) -> list[Work]:
    """Return one row for what waits for the viewer as the second person."""
    count = count_requests(viewer=viewer)
    sentence = ngettext(
        "%(n)d permintaan menunggu orang kedua",
        "%(n)d permintaan menunggu orang kedua",
        count,
    ) % {"n": count}
    return [_work(sentence, "/pengaturan/permintaan/", gettext_lazy("Putuskan"))] if count else []


def count_requests(*, viewer: Any) -> int:
    """Return how many requests wait for the viewer."""
    return len(accounts.list_requests(viewer=viewer, at=clock.now()))


def list_emergency(*, viewer: Any, at: datetime) -> list[Work]:
    """Return one row for the emergency keys that the viewer holds and has to hand on."""
    sentence = _("Kunci darurat unit menunggu Anda menyerahkannya")
    is_due = count_emergency(viewer=viewer)
    return [_work(sentence, "/pengaturan/darurat/", gettext_lazy("Serahkan"))] if is_due else []


def count_emergency(*, viewer: Any) -> int:
    """Return how many such keys there are."""
    return accounts.count_handovers(viewer=viewer, at=clock.now())


def _work(sentence: str, url: str, action: Any) -> Work:
    row = QueueRow(
        url=url,
        sentence=sentence,
        code="",
        promised=Promised(None, None, "wait"),
        danger=RiskLevel.RENDAH,
        owner=_("Anda"),
        action=action,
    )
    return Work(row=row, band=Band.TODAY, owner=Owner.MINE, danger=RiskLevel.RENDAH, due_at=None)


work_sources.add(
    WorkSource(
        key="vouching",
        permission=Permission.KEYS_VOUCH,
        list_work=list_keys,
        count_work=count_keys,
        sign=_unsigned_by,
        is_rare=True,
    )
)
work_sources.add(
    WorkSource(
        key="requests",
        permission=Permission.REQUEST_DECIDE,
        list_work=list_requests,
        count_work=count_requests,
        sign=lambda _viewer: accounts.undecided_requests(),
        is_rare=True,
    )
)
work_sources.add(
    WorkSource(
        key="emergency",
        permission=Permission.KEYS_SERVE,
        list_work=list_emergency,
        count_work=count_emergency,
        sign=lambda _viewer: accounts.agreed_handovers(),
        is_rare=True,
    )
)
sections.add(
    Section(
        key="people",
        place=60,
        label=pgettext_lazy("daftar", "Orang"),
        url="/pengaturan/orang/",
        also=("/pengaturan/undangan/",),
        icon="people",
        go="o",
        permissions=frozenset({Permission.PEOPLE_MANAGE}),
    )
)

"""The trail for those who check: who did what, when. Codes and counts, never content."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ruangaman.accounts.types import Permission
from ruangaman.audit.types import Cursor
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.regions import zone
from ruangaman.core.types import StaffRequest
from ruangaman.web import services

KINDS = (
    ("", _("semua hal")),
    ("vault", _("berkas dan kunci")),
    ("intake", _("laporan")),
    ("cases", _("kasus")),
    ("accounts", _("masuk dan akun")),
    ("codelists", _("daftar pilihan")),
    ("notifications", _("alarm")),
    ("web", _("pembacaan jejak")),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@requires(Permission.AUDIT_READ)
@require_safe
def trail(request: StaffRequest) -> HttpResponse:
    """The events of one day as sentences, newest first."""
    at = clock.now()
    today = at.astimezone(zone()).date()
    day = parse_day(request.GET.get("hari", "")) or today
    kind = request.GET.get("hal", "")
    kind = kind if kind in dict(KINDS) else ""
    after = parse_cursor(request.GET.get("sesudah", ""))
    page = services.read_trail(day=day, kind=kind, after=after, by=request.user, at=at)
    context = {
        "page": page,
        "day": day,
        "noon": datetime(day.year, day.month, day.day, 12, tzinfo=zone()),
        "kind": kind,
        "kinds": KINDS,
        "is_first": after is None,
        "next": write_cursor(page.after),
        "before": day - timedelta(days=1),
        "following": day + timedelta(days=1) if day < today else None,
    }
    return render(request, "web/trail.html", context)


def parse_day(text: str) -> date | None:
    """Return the day in an address, or None: it is none, or too far away to be one of ours."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def parse_cursor(text: str) -> Cursor | None:
    """Return where a page begins; None: at the beginning."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in parts):
        return None
    micros, lane, seq = (int(part) for part in parts)
    try:
        return Cursor(EPOCH + timedelta(microseconds=micros), min(lane, 32_767), seq)
    except OverflowError:
        return None


def write_cursor(cursor: Cursor | None) -> str:
    """Return a cursor as it stands in an address."""
    if cursor is None:
        return ""
    return f"{(cursor.at - EPOCH) // timedelta(microseconds=1)}.{cursor.lane}.{cursor.seq}"

"""What every template may use. Nothing here asks the database until a template does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ruangaman.accounts.types import Permission, Role
from ruangaman.core import clock
from ruangaman.core.regions import here
from ruangaman.intake.selectors.desk import count_lately
from ruangaman.ui.types import NavItem
from ruangaman.vault import services as vault
from ruangaman.web.registry import Section, sections_of
from ruangaman.web.selectors import count_words, parse_here

COUNT_URL = "/kerja/jumlah"


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the office's numbers, the demo's accounts, and the navigation of who is signed in."""
    user = getattr(request, "user", None)
    viewer = user if user is not None and user.is_authenticated else None
    return {
        "viewer": viewer,
        "me": {"name": viewer.display_name, "line": viewer.get_role_display()} if viewer else None,
        "nav": SimpleLazyObject(partial(nav_items, request.path_info, viewer, now=not counts_later(request))),
        "demo": demo_bar(viewer) if settings.RUANGAMAN_DEMO else None,
        "alarm_url": SimpleLazyObject(partial(alarm_url, viewer)),
        "palette_here": palette_here(request.path_info, viewer),
        "alive_url": "/layar/hidup" if viewer else "",
        "author_mark": SimpleLazyObject(partial(author_mark, viewer)),
        "idle_seconds": settings.RUANGAMAN_IDLE_SECONDS,
        "hotline": here().hotline,
    }


def author_mark(viewer: Any) -> str:
    """Return what a form of words carries to say for whom it was drawn."""
    return vault.author_mark(viewer.principal_id) if viewer is not None else ""


def alarm_url(viewer: Any) -> str:
    """Return what the page polls: how much came in since it was drawn, for those who sit at a desk.

    Nothing before the second step is done: what is polled would not be there, and the page would draw itself for ever.

    The address says when that was, and how many of the last reports were there: their times are kept to the minute.
    """
    if viewer is None or not viewer.has_second_factor or not viewer.has(Permission.REPORT_DESK):
        return ""
    at = clock.now()
    return f"/kerja/alarm?sejak={int(at.timestamp())}&sudah={count_lately(viewer=viewer, at=at)}"


def palette_here(path: str, viewer: Any) -> str | None:
    """Return what the palette is told about the page it is opened on; None: whoever looks has no palette here."""
    return parse_here(path).path if viewer is not None and viewer.has_second_factor else None


def counts_later(request: HttpRequest) -> bool:
    """Whether the page asks for its number once it is drawn: one that reads much itself does not count first."""
    return bool(getattr(request, "counts_later", False))


def nav_items(path: str, viewer: Any, *, now: bool = True, known: Mapping[str, int] | None = None) -> list[NavItem]:
    """Return the sections that `viewer` may enter, with what waits in each.

    Args:
        now: False: with the address at which the number can be asked for, in its place.
        known: section → its number, where the page has counted already.
    """
    if viewer is None:
        return []
    mine = sections_of(viewer)
    current = current_section(path, mine)
    return [
        NavItem(
            label=section.label,
            url=section.url,
            icon=section.icon,
            count=_count(section, viewer, known or {}) if now else "",
            count_url="" if now or not section.count else COUNT_URL,
            current=section.key == current,
            go=section.go,
        )
        for section in mine
    ]


def _count(section: Section, viewer: Any, known: Mapping[str, int]) -> str:
    """Return the number of a section as its badge shows it; empty: none."""
    if section.count is None:
        return ""
    found = known[section.key] if section.key in known else section.count(viewer)
    return count_words(found) if found else ""


def current_section(path: str, entered: Sequence[Section]) -> str:
    """Return the key of the section that an address belongs to, of those that one may enter: the nearest that fits."""
    fitting = [
        (len(start), section.key)
        for section in entered
        for start in (section.url, *section.also)
        if path.startswith(start)
    ]
    return max(fitting)[1] if fitting else ""


def demo_bar(viewer: Any) -> dict[str, Any]:
    """Return what the bar that changes roles shows: the demo's accounts, and whose eyes one looks through."""
    accounts = [{"username": role.value, "label": role.label} for role in Role]
    return {"accounts": accounts, "current": viewer.username if viewer else ""}

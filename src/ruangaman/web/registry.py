"""Where the queue gets its work and the palette its commands, and the sections. Each file in `sources` adds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ruangaman.core.registry import Registry
from ruangaman.ui.types import Words
from ruangaman.web.types import PaletteSource, WorkSource, WorkStream


@dataclass(frozen=True)
class Section:
    """One entry of the side navigation, for those who hold one of its permissions.

    Args:
        place: where it stands, lowest first.
        url: of its first page; every address that begins with it belongs to the section.
        also: further beginnings of addresses that belong to it.
        permissions: any of them opens it; empty: it is for everybody who is signed in.
        count: how many things wait there for the viewer; None: it shows no number.
        go: the key that leads there after `g`; empty: none does.
    """

    key: str
    place: int
    label: Words
    url: str
    icon: str
    permissions: frozenset[StrEnum] = frozenset()
    also: tuple[str, ...] = ()
    count: Callable[[Any], int] | None = None
    go: str = ""

    def is_open_to(self, viewer: Any) -> bool:
        """Whether somebody may enter."""
        return not self.permissions or any(viewer.has(permission) for permission in self.permissions)


def sections_of(viewer: Any) -> list[Section]:
    """Return the sections that somebody may enter, in their order."""
    return sorted((one for one in sections if one.is_open_to(viewer)), key=lambda section: section.place)


sections: Registry[Section] = Registry("section")
work_streams: Registry[WorkStream] = Registry("work stream")
work_sources: Registry[WorkSource] = Registry("work source")
palette_sources: Registry[PaletteSource] = Registry("palette source")

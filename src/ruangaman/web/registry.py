"""Where the work queue gets its work from, and the sections of the navigation. Each file in `sources` adds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ruangaman.core.registry import Registry
from ruangaman.ui.types import Words
from ruangaman.web.types import WorkSource


@dataclass(frozen=True)
class Section:
    """One entry of the side navigation, for those who hold one of its permissions.

    Args:
        place: where it stands, lowest first.
        url: of its first page; every address that begins with it belongs to the section.
        also: further beginnings of addresses that belong to it.
        permissions: any of them opens it; empty: it is for everybody who is signed in.
        count: how many things wait there for the viewer; None: it shows no number.
    """

    key: str
    place: int
    label: Words
    url: str
    icon: str
    permissions: frozenset[StrEnum] = frozenset()
    also: tuple[str, ...] = ()
    count: Callable[[Any], int] | None = None


sections: Registry[Section] = Registry("section")
work_sources: Registry[WorkSource] = Registry("work source")

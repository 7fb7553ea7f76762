"""What higher apps tell this one: how the dossiers are called that somebody's keys open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from ruangaman.core.registry import Registry


@dataclass(frozen=True)
class Shelf:
    """Where codes are kept.

    Args:
        codes_of: the codes of these dossiers, of those that the running transaction's viewer may know of.
    """

    key: str
    codes_of: Callable[[set[UUID]], dict[UUID, str]]


shelves: Registry[Shelf] = Registry("shelf")

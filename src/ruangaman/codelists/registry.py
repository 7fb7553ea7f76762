"""Who can count how many records use a code: the apps above say so, for lists that stand in the clear with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ruangaman.codelists.types import ListKey
from ruangaman.core.registry import Registry

FEW = 4
"""One to four are told as «fewer than five»: a small number could point at somebody."""


class Count(Protocol):
    """Counts the records that use a code."""

    def __call__(self, key: ListKey, code: str) -> int | None:
        """Return 0, `FEW` for one to four, else the number; None: not for this viewer."""


@dataclass(frozen=True)
class Counter:
    """One app's way to count."""

    key: str
    lists: frozenset[ListKey]
    count: Count


counters: Registry[Counter] = Registry("code counter")

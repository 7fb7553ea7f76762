"""Who is called beside those on the roster; apps above add themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ruangaman.core.registry import Registry


class ListPeople(Protocol):
    """Reads whom an alarm of a desk reaches beside the roster."""

    def __call__(self, *, desk_id: UUID, at: datetime) -> frozenset[UUID]:
        """Return their ids. Runs as the worker: no names, no content."""


@dataclass(frozen=True)
class AlsoCalled:
    """One reason for which more people are called.

    Args:
        list_people: (desk_id, at) → ids of people.
    """

    key: str
    list_people: ListPeople


also_called: Registry[AlsoCalled] = Registry("reason to be called")

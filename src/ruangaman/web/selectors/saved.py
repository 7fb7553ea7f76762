"""Saved filters with their counts: one's own and those of one's unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from ruangaman.accounts.models import User
from ruangaman.web.models import SavedFilter
from ruangaman.web.selectors.queue import count_lists, count_words
from ruangaman.web.types import MOST_SAVED

MOST_SHOWN = 2 * MOST_SAVED


@dataclass(frozen=True)
class SavedView:
    """One line: the filter, and how much it holds for whoever looks."""

    row: SavedFilter
    count: str
    is_mine: bool


def list_saved(*, viewer: User, at: datetime) -> list[SavedView]:
    """Return the viewer's filters, then those that their unit shares, each with what it holds for the viewer.

    The counts are one statement for each stream, whatever the number of filters.
    """
    shown = SavedFilter.objects.filter(Q(owner=viewer) | Q(unit_id=viewer.unit_id)).select_related("owner")
    rows = sorted(shown.order_by("name", "id")[:MOST_SHOWN], key=lambda row: row.owner_id != viewer.pk)
    counts = count_lists(viewer=viewer, wanted={str(row.pk): row.filters for row in rows}, at=at)
    return [SavedView(row, count_words(counts[str(row.pk)]), row.owner_id == viewer.pk) for row in rows]


def get_saved(*, saved_id: UUID, viewer: User) -> SavedFilter:
    """Return a filter of the viewer's own. Raises Http404: none, or somebody else's."""
    found = SavedFilter.objects.filter(pk=saved_id, owner=viewer).first()
    if found is None:
        raise Http404
    return found

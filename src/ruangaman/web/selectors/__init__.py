"""The work queue: what waits for somebody, in the order in which it presses. The palette: what one may do here."""

from __future__ import annotations

from ruangaman.web.selectors.palette import codes_in, list_groups, parse_here, part_in
from ruangaman.web.selectors.queue import (
    MOST,
    PAGE,
    Day,
    band_at,
    band_of,
    count_lists,
    count_words,
    count_work,
    end_of_day,
    get_day,
    has_work,
    list_pressing,
    near_words,
    urgency,
)
from ruangaman.web.selectors.saved import SavedView, get_saved, list_saved
from ruangaman.web.types import Filters

__all__ = [
    "MOST",
    "PAGE",
    "Day",
    "Filters",
    "SavedView",
    "band_at",
    "band_of",
    "codes_in",
    "count_lists",
    "count_words",
    "count_work",
    "end_of_day",
    "get_day",
    "get_saved",
    "has_work",
    "list_groups",
    "list_pressing",
    "list_saved",
    "near_words",
    "parse_here",
    "part_in",
    "urgency",
]

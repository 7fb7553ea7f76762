"""What clocks can be about: each app above adds its own, and says what happens there in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ruangaman.audit.registry import event_types
from ruangaman.clocks.types import Condition
from ruangaman.core.registry import Registry
from ruangaman.ui.types import Words


@dataclass(frozen=True)
class About:
    """One kind of thing.

    Args:
        label: what one calls it: kasus, laporan.
        ends_on: events with which it ends: what starts again otherwise does not after them.
        events: event → what happened, as one says it after "bila": kasus dibuka.
        forms: asked when it is needed, for it is data: code → word, of what a condition may ask.
        case_types, states, marks: code → word, likewise.
        count: how many open ones a condition fits now; None: nobody can say.
    """

    key: str
    label: Words
    ends_on: frozenset[str]
    events: Mapping[str, Words]
    forms: Callable[[], Mapping[str, Words]] = dict
    case_types: Mapping[str, Words] = field(default_factory=dict)
    states: Mapping[str, Words] = field(default_factory=dict)
    marks: Mapping[str, Words] = field(default_factory=dict)
    count: Callable[[Condition], int] | None = None

    def words(self, event: str) -> str:
        """Say what happened; an event that nobody tells of yet by its name."""
        found = self.events.get(event)
        return str(found) if found is not None else event

    @staticmethod
    def is_told(event: str) -> bool:
        """Whether the program tells of this event at all."""
        return event_types.get(event) is not None


abouts: Registry[About] = Registry("subject of clocks")

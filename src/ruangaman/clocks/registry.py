"""What clocks can be about: each app above adds its own, and says what happens there in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ruangaman.audit.registry import event_types
from ruangaman.clocks.types import Condition, Holder
from ruangaman.core.registry import Registry
from ruangaman.ui.types import Words

NAMED = "owner"
"""The field of an event that names somebody."""


@dataclass(frozen=True)
class About:
    """One kind of thing.

    Args:
        label: what one calls it: kasus, laporan.
        ends_on: events with which it ends: what starts again otherwise does not after them.
        events: event → what happened, as one says it after "bila": kasus dibuka.
        forms: asked when it is needed, for it is data: code → word, of what a condition may ask.
        case_types, states, marks: code → word, likewise.
        holders: whose turn it can be; of others nobody knows who they are here.
        instead: who has the turn while a part is empty, as one says it.
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
    holders: frozenset[str] = frozenset(Holder.values)
    instead: Words = ""

    def words(self, event: str) -> str:
        """Say what happened; an event that nobody tells of yet by its name."""
        found = self.events.get(event)
        return str(found) if found is not None else event

    def why_not_held(self, holder: Holder, told: Iterable[str]) -> str:
        """Say why it cannot be this part's turn when one of these events begins it; "": it can."""
        if holder not in self.holders:
            return _("Pada %(what)s tidak ada %(holder)s. Pilih yang lain.") % {
                "what": self.label,
                "holder": str(holder.label).lower(),
            }
        silent = [] if holder is not Holder.OWNER else [one for one in told if not _names_somebody(one)]
        if silent:
            return _("Kejadian “%(event)s” tidak menyebut siapa orangnya. Pilih giliran yang lain.") % {
                "event": self.words(silent[0])
            }
        return ""

    @staticmethod
    def is_told(event: str) -> bool:
        """Whether the program tells of this event at all."""
        return event_types.get(event) is not None


def _names_somebody(event: str) -> bool:
    """Whether the detail of an event can say whose turn it is."""
    found = event_types.get(event)
    return found is not None and NAMED in found.fields


abouts: Registry[About] = Registry("subject of clocks")

"""What pages hand to components: plain facts and words, nothing of ours from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise

Words = str | Promise
"""Text for a screen: a plain or a lazily translated string."""


@dataclass(frozen=True)
class NavItem:
    """One entry of the side navigation. At most five, for on a phone they stand under the thumb."""

    label: Words
    url: str
    icon: str
    count: Words = ""
    """What waits there, as the badge shows it: 14, 99+; empty: nothing."""
    count_url: str = ""
    """Where the number is asked for when the page was drawn without it."""
    current: bool = False
    go: str = ""
    """The key that leads there after `g`."""


@dataclass(frozen=True)
class Promised:
    """A clock: where it began, where it ends, and a state that time alone does not tell (wait, pause, done)."""

    start: datetime | None
    due: datetime | None
    state: str = ""
    done_at: datetime | None = None
    """When the promise was kept; then the clock stands still."""


@dataclass(frozen=True)
class QueueRow:
    """One thing that needs somebody. `sentence` says why it is here; it never holds a name or a story."""

    url: str
    sentence: Words
    code: str
    promised: Promised
    danger: int
    facts: Sequence[Words] = field(default_factory=tuple)
    about: Words = ""
    """Which of several alike it is; stands where there is room for one fact only."""
    place: Words = ""
    owner: Words = ""
    action: Words = ""
    action_url: str = ""
    take_url: str = ""
    """Where somebody makes it theirs, by a POST; empty: nobody can."""
    later_url: str = ""
    """Where it is put off; empty: it cannot be."""
    pause_url: str = ""
    """Where its time is paused by somebody whose turn it is not, who cannot put it off; empty: nobody such looks."""
    resume_url: str = ""
    """Where what is paused goes on, by a POST; empty: it is not paused, or not theirs."""


@dataclass(frozen=True)
class Holder:
    """One person or agency around a case: which compartments they can open, why and since when.

    `holds` are the numbers of vault compartments; `once` marks an agency that got one packet only.
    """

    name: Words
    holds: frozenset[int] = frozenset()
    why: Words = ""
    once: bool = False

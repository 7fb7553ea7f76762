"""What higher apps add to cases: gates, panels, who wrote, and what follows when people come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.db.models import Func, QuerySet

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases.models import Case
from ruangaman.cases.types import FLOW_GATES, ActorGate, Gate, ReasonGate
from ruangaman.core.registry import Registry
from ruangaman.ui.types import QueueRow, Words
from ruangaman.vault.types import Closed, Content

if TYPE_CHECKING:
    from ruangaman.cases.selectors.rows import Parts


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened, in the one stream of a case.

    Args:
        stream: code that the timeline can be narrowed to: `selectors.timeline.STREAMS`.
        kind: "key" for decisions, "quiet" for small things, "" otherwise.
        quote: words of a person, shown in the reading face.
    """

    at: datetime
    icon: str
    sentence: Words
    stream: str
    by: Words = ""
    kind: str = ""
    quote: str = ""


class Panel(Protocol):
    """A part of the case page that a higher app draws.

    Whatever has to be opened is named by `refs` first and handed over revealed, so that the page opens everything at
    once and leaves one event.
    """

    @property
    def key(self) -> str:
        """Unique among panels."""

    @property
    def template(self) -> str:
        """Drawn with `case`, `viewer` and `panel`, which is what `context` returned."""

    def reads(self, case: Case, viewer: User) -> Parts:
        """Return what is in the clear as parts of the page's one statement, by names that begin with the panel's."""

    def load(self, case: Case, viewer: User, found: Mapping[str, list[Any]]) -> Any:
        """Return what the panel works with, from its own parts and those of the page. Asks the database nothing."""

    def refs(self, loaded: Any) -> Mapping[UUID, UUID]:
        """Return the sealed content that the panel shows, each with the dossier that it has to be in."""

    def context(self, loaded: Any, opened: dict[UUID, Content | Closed], viewer: User) -> Any:
        """Return what the template needs; None: nothing to show."""

    def timeline(self, loaded: Any, opened: dict[UUID, Content | Closed]) -> Sequence[TimelineItem]:
        """Return what belongs in the case's stream."""


class Follower(Protocol):
    """Does its part when somebody joins a case or leaves it, inside the same transaction."""

    @property
    def key(self) -> str:
        """Unique among followers."""

    def joined(self, *, case: Case, user: User, role: Role, by: User, at: datetime) -> None:
        """Somebody was assigned: share what the case brought along."""

    def left(self, *, case: Case, user: User, by: User, at: datetime) -> None:
        """Somebody was taken off: revoke it."""


class Ending(Protocol):
    """Does its part when a case ends or goes on, inside the same transaction."""

    @property
    def key(self) -> str:
        """Unique among endings."""

    def ended(self, *, case: Case, state: str, by: User, at: datetime) -> None:
        """The case was closed: what belongs to it is kept as long. `state` is that of its retention class."""

    def resumed(self, *, case: Case, by: User, at: datetime) -> None:
        """The case was opened again."""


class Barrier(Protocol):
    """Says which agencies and units must be kept out of a case."""

    @property
    def key(self) -> str:
        """Unique among barriers."""

    def kept_out(self, *, case: Case, by: User, at: datetime) -> frozenset[str]:
        """Return their codes, as far as `by` can open where they are written."""


class Hearing(Protocol):
    """Says when somebody wrote who can be reached through what a case came from.

    Its answer comes with the facts of the case, in their one statement, for whoever closes and for whoever decides
    without a key alike.
    """

    @property
    def key(self) -> str:
        """Unique among hearings."""

    def heard(self) -> Func:
        """Return, in a query of cases, JSON of two moments or nulls: `last` and `unread`, as in `types.Heard`."""


class Origin(Protocol):
    """Says what a case came from and has keys of its own: who holds those can read it there."""

    @property
    def key(self) -> str:
        """Unique among origins."""

    def dossiers(self, *, case: Case) -> Mapping[str, UUID]:
        """Return public code → dossier of each, as far as the viewer may know of it."""

    def of_case(self, case_id: UUID) -> QuerySet[Any, Any]:
        """Return the ids of the same dossiers as a query, for a larger statement."""


class Deciding(Protocol):
    """Says what else waits for the head of a unit, beside plans and closings."""

    @property
    def key(self) -> str:
        """Unique among what is decided."""

    def rows(self, viewer: User, at: datetime) -> list[QueueRow]:
        """Return what waits, each as a row that leads to where it is decided."""


gates: Registry[Gate] = Registry("case gate")
panels: Registry[Panel] = Registry("case panel")
followers: Registry[Follower] = Registry("case follower")
endings: Registry[Ending] = Registry("case ending")
barriers: Registry[Barrier] = Registry("case barrier")
origins: Registry[Origin] = Registry("case origin")
hearings: Registry[Hearing] = Registry("case hearing")
decisions: Registry[Deciding] = Registry("case decision")

gates.add(ActorGate())
gates.add(ReasonGate())
for gate in FLOW_GATES:
    gates.add(gate)

"""The flow of a case told once more, plainly and by hand: what `domain.md` 2.3 says, without a look at the gates.

A history is a list of acts. `Plain` says of each whether it is allowed, and what stands afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

Act = tuple[str, Any]
BEGIN = datetime(2026, 2, 2, 2, tzinfo=UTC)
CITY = timedelta(hours=8)
STATES = ("emergency", "referred_out", "assessment", "plan", "services", "monitoring", "closed", "aftercare")
OPEN = STATES[:6]
REASONS = ("goals_met", "client_ends", "moved", "unreachable", "died", "outside")
FORMS = ("FISIK", "PSIKIS", "SEKSUAL", "KBGO", "TRAFFICKING")
ASKERS = ("victim", "accused", "family", "other")
ACTS: dict[str, tuple[Any, ...]] = {
    "consent": ("yes", "no", "vital", "back"),
    "safe": (True, True, False, "bare"),
    "assess": (7, 7, 4),
    "plan": (True, False),
    "ask_plan": ("",),
    "decide_plan": (True, True, False),
    **dict.fromkeys(("serve", "task", "finish"), ("",)),
    **dict.fromkeys(("closing", "closing_bare", "closing_short"), REASONS),
    "ask_closing": ("",),
    "decide_closing": (True, True, False),
    "try": (False, False, False, True, "wrong hour", "stopped"),
    **dict.fromkeys(("transfer", "receive", "withdraw", "plan_after", "cancel_after"), ("",)),
    "after": (True, True, False),
    "review": (1, 2, 3, 4),
    "incident": FORMS,
    "sign": ("",),
    "mediate": ASKERS,
    "move": STATES,
    "close": REASONS,
    "reopen": ((1, True), (2, True), (4, True), (1, False), (3, False)),
}
NEEDS_SAFETY = frozenset({"goals_met", "outside"})
"""Ends that there are not while a grown woman is not safe."""


def moment(turn: int) -> datetime:
    """When an act of a history is done: three of them on one day, then two and a half days of nothing."""
    return BEGIN + turn // 3 * timedelta(hours=60) + turn % 3 * timedelta(hours=3)


@dataclass
class Paper:
    """Something that the head is asked about.

    Args:
        covers: of a closing: the clocks of law and medicine of which it says why they may end.
        despite: of a closing: what speaks against it, of which it says why it ends all the same.
        is_short: of a closing: not every goal was met.
        is_overtaken: of a closing: she was found unsafe since, and it says nothing of it.
        is_bare: of a closing: nobody says why anything ends all the same.
        returned: the head sent it back.
    """

    what: Any
    covers: frozenset[str] = frozenset()
    despite: frozenset[str] = frozenset()
    is_short: bool = False
    is_overtaken: bool = False
    is_bare: bool = False
    returned: bool = False
    asked: bool = False
    approved: bool = False
    has_task: bool = False

    @property
    def says(self) -> tuple[Any, ...]:
        """What stands in a closing, so that two of them can be the very same."""
        return self.what, self.covers, self.despite, self.is_short, self.is_bare


def _there(paper: Paper | None) -> Paper:
    """Return what the head is asked about. Raises ValueError: there is nothing, so `can` was not asked."""
    if paper is None:
        raise ValueError("There is nothing to be decided about.")
    return paper


@dataclass
class Plain:
    """One case."""

    state: str
    risk: int
    is_woman: bool = True
    consented: bool = False
    by_law: bool = False
    """The consent is another basis in its place."""
    signed: bool = False
    safe: bool = False
    unsafe: bool = False
    """At the last look of this episode, or the last contact after its closing, she was not safe."""
    looked: bool = False
    """Somebody looked in this episode."""
    assessed: bool = False
    plan: Paper | None = None
    served: bool = False
    closing: Paper | None = None
    tasks: int = 0
    turn: int = 0
    """How many acts were tried."""
    missed: list[date] = field(default_factory=list)
    """On which days somebody tried to reach her in vain, since she was reached last."""
    stopped: bool = False
    """A try was stopped because it was not safe, and nobody looked since whether she is."""
    sent_back: list[tuple[Any, ...]] = field(default_factory=list)
    """What stood in the closings of this episode that the head sent back."""
    sent: int = 0
    received: bool = False
    contacts: int = 0
    asked_after: int = 0
    """How many of the three contacts after this closing were held."""
    forms: set[str] = field(default_factory=set)
    mediations: list[frozenset[str]] = field(default_factory=list)
    """The forms of violence that were known whenever a mediation was allowed."""
    closed_without: bool = False
    duties: set[str] = field(default_factory=set)
    """The clocks of law and medicine that run, each by a name of its own."""
    ended: set[str] = field(default_factory=set)
    """Those that the closing ended undone."""
    incidents: int = 0

    def can(self, kind: str, what: Any) -> bool:
        """Whether an act of this kind is allowed where the case stands."""
        if kind == "move":
            return self.may_move(what)
        if kind == "close":
            return self.may_close(what)
        if kind == "reopen":
            return self.state in {"closed", "aftercare"} and (what[1] or max(self.risk, what[0]) > 1)
        if kind == "plan_after":
            return self.state in {"closed", "aftercare"} and self.contacts + self.asked_after < 3
        if kind in {"cancel_after", "after"}:
            return self.contacts > 0
        if self.state == "closed":
            return False
        if kind.startswith(("ask_", "decide_")) and self.state not in OPEN:
            return False
        if kind == "consent" and what == "back":
            return self.consented
        if kind == "safe":
            return what != "bare" or not self.unsafe
        if kind == "review":
            return what >= self.risk or not self.unsafe
        if kind == "closing_bare":
            return not self.duties and not self.doubts(reason=what)
        if kind == "ask_plan":
            if self.plan is None or self.plan.returned:
                return False
            return self.plan.asked or self.risk < 3 or bool(self.plan.what)
        if kind == "ask_closing":
            if self.closing is None or self.closing.asked:
                return self.closing is not None
            return self.closing.says not in self.sent_back and self.may_be_asked(self.closing)
        if kind == "decide_plan":
            return self.plan is not None and self.plan.asked and not self.plan.approved
        if kind == "decide_closing":
            waits = self.closing is not None and self.closing.asked and not self.closing.approved
            return waits and not (what and _there(self.closing).is_overtaken)
        if kind in {"receive", "withdraw"}:
            return self.sent > 0
        return True  # a mediation that is asked for is written down as well; whether it is allowed is another thing

    def may_move(self, target: str) -> bool:
        """The table of 2.3."""
        here = self.state
        if target == "emergency":
            return here in {"assessment", "plan", "services", "monitoring", "referred_out"}
        if target == "referred_out":
            return here in {"emergency", "assessment", "plan", "services", "monitoring"}
        if target == "closed":
            return False  # closing has a way of its own
        if target == "aftercare":
            return here == "closed" and self.contacts > 0
        if target == "assessment":
            return here in {"plan", "referred_out"} or (here == "emergency" and self.safe)
        if target == "plan":
            if here == "assessment":
                return self.consented and self.assessed
            return here in {"services", "monitoring"}
        if target == "services":
            if here == "plan":
                return self.plan is not None and self.plan.approved and (self.risk < 3 or bool(self.plan.what))
            return here == "monitoring"
        return target == "monitoring" and here == "services" and self.served

    def may_close(self, reason: str) -> bool:
        """A closing assessment for this reason, the head's yes, nothing open, and what the reason asks for."""
        if self.unsafe and reason in NEEDS_SAFETY:
            return False
        if self.state == "aftercare":
            return True
        if self.state not in OPEN or self.closing is None:
            return False
        asked = self.closing.what == reason and self.closing.approved and self.tasks == 0
        return asked and self.may_be_asked(self.closing) and (reason != "moved" or self.received)

    def may_be_asked(self, closing: Paper) -> bool:
        """Whether the head may be asked: nothing ends, and nothing speaks against the end, without a word."""
        if closing.is_overtaken or (self.unsafe and closing.what in NEEDS_SAFETY):
            return False
        said = self.duties <= closing.covers and self.doubts(closing.is_short, closing.what) <= closing.despite
        return said and (closing.what != "unreachable" or self.is_out_of_reach)

    @property
    def is_out_of_reach(self) -> bool:
        """Three days on which nobody reached her, a week from the first to the last."""
        return len(set(self.missed)) >= 3 and (max(self.missed) - min(self.missed)).days >= 7

    def doubts(self, is_short: bool = False, reason: str = "") -> frozenset[str]:
        """What speaks against closing it now, for this reason."""
        found = {"unsafe"} if self.unsafe else set()
        if not self.unsafe and not (self.safe if self.state == "emergency" else self.looked):
            found.add("unchecked")
        found |= {"stopped"} if self.stopped else set()
        found |= {"danger"} if self.risk >= 3 else set()
        found |= {"not_assessed"} if not self.assessed else set()
        found |= {"seen_alive"} if reason == "died" and self.looked else set()
        found |= {"not_received"} if reason == "moved" and not self.received else set()
        return frozenset(found | ({"goals_open"} if is_short else set()))

    def mediation_is_allowed(self, asker: str) -> bool:
        """Her own wish, assessed, signed; not sexual, not trafficking, not dangerous; and something is known."""
        never = {"SEKSUAL", "KBGO", "TRAFFICKING"}
        known = bool(self.forms) and not self.forms & never
        return asker == "victim" and self.assessed and self.signed and self.risk < 3 and self.is_woman and known

    def do(self, kind: str, what: Any) -> bool:
        """Do it if it is allowed; say whether it was."""
        self.turn += 1
        if not self.can(kind, what):
            return False
        getattr(self, f"_{kind}")(what)
        return True

    def _consent(self, what: str) -> None:
        self.consented, self.by_law = what in {"yes", "vital"}, what == "vital"

    def _safe(self, what: bool | str) -> None:
        self.safe, self.unsafe, self.stopped, self.looked = bool(what), not what, False, True
        if not what:
            self.risk = max(self.risk, 3)
            if self.closing and self.closing.approved:
                self.closing.approved = self.closing.asked = False
            if self.closing and "unsafe" not in self.closing.despite:
                self.closing.is_overtaken = True
        if self.closing:
            self.closing.despite -= {"seen_alive"}

    def _assess(self, what: int) -> None:
        self.assessed = self.assessed or what == 7

    def _plan(self, what: bool) -> None:
        self.plan = Paper(what)

    def _ask_plan(self, what: str) -> None:
        _there(self.plan).asked = True

    def _decide_plan(self, what: bool) -> None:
        paper = _there(self.plan)
        paper.approved, paper.asked, paper.returned = what, what, not what

    def _serve(self, what: str) -> None:
        self.served = True

    def _task(self, what: str) -> None:
        self.tasks += 1

    def _finish(self, what: str) -> None:
        self.tasks = 0

    def _closing(self, what: str) -> None:
        self.closing = Paper(what, frozenset(self.duties), self.doubts(reason=what))

    def _closing_short(self, what: str) -> None:
        self.closing = Paper(what, frozenset(self.duties), self.doubts(is_short=True, reason=what), is_short=True)

    def _closing_bare(self, what: str) -> None:
        self.closing = Paper(what, is_bare=True)

    def _ask_closing(self, what: str) -> None:
        _there(self.closing).asked = True

    def _decide_closing(self, what: bool) -> None:
        paper = _there(self.closing)
        paper.approved, paper.asked = what, what
        if not what:
            self.sent_back.append(paper.says)

    def _try(self, what: bool | str) -> None:
        if what == "stopped":
            self.stopped = True
        elif what is True:
            self.missed = []
        elif what is False:
            self.missed = [*self.missed, (moment(self.turn) + CITY).date()]

    def _transfer(self, what: str) -> None:
        self.sent += 1

    def _receive(self, what: str) -> None:
        self.sent, self.received = self.sent - 1, True

    def _withdraw(self, what: str) -> None:
        self.sent -= 1

    def _plan_after(self, what: str) -> None:
        self.contacts += 1

    def _after(self, what: bool) -> None:
        self.contacts -= 1
        self.asked_after += 1
        self.unsafe = not what
        self.risk = self.risk if what else max(self.risk, 3)

    def _cancel_after(self, what: str) -> None:
        self.contacts -= 1

    def _review(self, what: int) -> None:
        self.risk = what

    def _incident(self, what: str) -> None:
        self.forms.add(what)
        self.incidents += 1
        if what == "SEKSUAL":
            self.duties |= {"police", *(f"{need} {self.incidents}" for need in ("pep", "contraception", "evidence"))}
        if what == "FISIK":
            self.duties.add(f"evidence {self.incidents}")

    def _sign(self, what: str) -> None:
        self.signed = True

    def _mediate(self, what: str) -> None:
        if self.mediation_is_allowed(what):
            self.mediations.append(frozenset(self.forms))

    def _move(self, what: str) -> None:
        if (self.state, what) == ("plan", "services") and self.plan and not self.plan.has_task:
            self.tasks, self.plan.has_task = self.tasks + 1, True
        self.state, self.safe = what, False

    def _close(self, what: str) -> None:
        self.closed_without = self.closed_without or (self.state != "aftercare" and self.closing is None)
        self.state, self.safe = "closed", False
        self.duties, self.ended = set(), self.ended | self.duties

    def _reopen(self, what: tuple[int, bool]) -> None:
        self.state = "assessment" if what[1] else "emergency"
        self.risk = max(self.risk, what[0], 1 if what[1] else 3)
        self.safe, self.unsafe, self.looked = what[1], not what[1], True
        self.duties, self.ended = self.duties | self.ended, set()
        self.assessed = self.served = self.received = False
        self.plan = self.closing = None
        self.missed, self.sent, self.asked_after = [], 0, 0
        self.stopped, self.sent_back = False, []

    def facts(self, ending: str = "") -> frozenset[str]:
        """What the gates look at, in their words.

        Args:
            ending: why somebody wants to close it; "": as its closing assessment says.
        """
        plan, closing = self.plan, self.closing
        said = closing or Paper("")
        found = {
            "safe": self.safe,
            "consent": self.consented,
            "assessed": self.assessed,
            "planned": plan is not None,
            "safety_plan": plan is not None and bool(plan.what),
            "plan_approved": plan is not None and plan.approved,
            "served": self.served,
            "closing_assessed": closing is not None and not closing.is_overtaken,
            "closing_approved": closing is not None and closing.approved,
            "clocks_answered": self.duties <= said.covers,
            "doubts_answered": self.doubts(said.is_short, said.what) <= said.despite,
            "may_end": not self.unsafe or (ending or said.what) not in NEEDS_SAFETY,
            "unsafe": self.unsafe,
            "looked": self.looked,
            "try_unsafe": self.stopped,
            "plan_agreed": plan is not None or self.by_law,
            "nothing_open": self.tasks == 0,
            "tried": self.is_out_of_reach,
            "transferred": self.received,
            "aftercare_planned": self.contacts > 0,
            "high_risk": self.risk >= 3,
            "unreachable": closing is not None and closing.what == "unreachable",
            "moved": closing is not None and closing.what == "moved",
        }
        return frozenset(name for name, holds in found.items() if holds)

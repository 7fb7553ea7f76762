"""Made-up histories: the whole way through the flow, with detours to anything at all."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from ruangaman.ops.soak.histories.model import ACTS, Act, Plain

WALK: tuple[Act, ...] = (
    ("safe", True), ("move", "assessment"), ("consent", "yes"), ("assess", 7), ("move", "plan"), ("plan", True),
    ("ask_plan", ""), ("decide_plan", True), ("move", "services"), ("serve", ""), ("move", "monitoring"),
    ("finish", ""), ("closing", "goals_met"), ("ask_closing", ""), ("decide_closing", True), ("close", "goals_met"),
    ("plan_after", ""), ("move", "aftercare"), ("after", ""), ("reopen", (1, True)),
)  # fmt: skip
"""The whole way without a detour."""
UNREACHED: tuple[Act, ...] = (
    ("safe", True), ("move", "assessment"), ("try", False), ("assess", 7), ("consent", "yes"), ("try", False),
    ("try", False), ("finish", ""), ("incident", "PSIKIS"), ("try", False), ("closing", "unreachable"),
    ("ask_closing", ""), ("try", False), ("ask_closing", ""), ("decide_closing", True), ("close", "unreachable"),
    ("plan_after", ""), ("move", "aftercare"), ("reopen", (2, False)),
)  # fmt: skip
"""Somebody who is not found any more."""
WALKS = ((WALK, 0.6), (WALK, 0.6), (UNREACHED, 0.85))
"""Each with how often its next act is the next one of a history."""


def history(seed: int, *, steps: int) -> tuple[Plain, list[Act]]:
    """Return a case and acts on it: often the next one of the whole way, else anything at all."""
    rng = Random(seed)  # noqa: S311 - a history, no key
    risk = rng.choice((1, 2, 2, 3, 4))
    case = Plain("emergency" if risk >= 3 else "assessment", risk)
    walk, share = rng.choice(WALKS)
    shadow, acts, place = (
        replace(case, forms=set(), mediations=[], duties=set(), ended=set(), missed=[], sent_back=[]),
        [],
        0 if risk >= 3 else 2,
    )
    for _ in range(steps):
        if rng.random() < share and place < len(walk):
            act = walk[place]
            place += 1
        else:
            kind = rng.choice(list(ACTS))
            act = (kind, rng.choice(ACTS[kind]))
        acts.append(act)
        shadow.do(*act)
    return case, acts

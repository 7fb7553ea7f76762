"""Walking a case through its gates: the acts are those of `./ruang soak cases`."""

from __future__ import annotations

from ruangaman.ops.soak.histories.acts import (
    VITAL,
    YES,
    advance,
    ask,
    assess,
    assess_closing,
    check_safety,
    close,
    consent,
    decide,
    finish_tasks,
    move,
    open_for_closing,
    plan,
    reopen,
    serve,
    transfer,
    try_contact,
)

__all__ = [
    "VITAL",
    "YES",
    "advance",
    "ask",
    "assess",
    "assess_closing",
    "check_safety",
    "close",
    "consent",
    "decide",
    "finish_tasks",
    "move",
    "open_for_closing",
    "plan",
    "reopen",
    "serve",
    "transfer",
    "try_contact",
]

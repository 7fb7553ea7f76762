"""Every write of clocks: what happens starts and stops them, people pause, put off and hand on, rules are written."""

from __future__ import annotations

from ruangaman.clocks.services.changing import (
    drop_clock,
    fill_part,
    hand_all,
    hand_clock_to,
    pause_clock,
    resume_clock,
    set_danger,
    snooze_clock,
    take_turns,
    wake_clock,
)
from ruangaman.clocks.services.escalating import escalate_due
from ruangaman.clocks.services.happening import happened
from ruangaman.clocks.services.resuming import resume_all, resume_due, resume_ended
from ruangaman.clocks.services.rules import (
    add_kind,
    end_kind,
    remove_holiday,
    resume_kind,
    set_holiday,
    set_hours,
    set_limit,
)

__all__ = [
    "add_kind",
    "drop_clock",
    "end_kind",
    "escalate_due",
    "fill_part",
    "hand_all",
    "hand_clock_to",
    "happened",
    "pause_clock",
    "remove_holiday",
    "resume_all",
    "resume_clock",
    "resume_due",
    "resume_ended",
    "resume_kind",
    "set_danger",
    "set_holiday",
    "set_hours",
    "set_limit",
    "snooze_clock",
    "take_turns",
    "wake_clock",
]

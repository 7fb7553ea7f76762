"""Every write of intake: taking reports in, the thread with the reporter, the desk's work."""

from ruangaman.intake.services.accept import PreparedReport, accept_report, prepare_report
from ruangaman.intake.services.decisions import refuse, triage, undo_refusal
from ruangaman.intake.services.desk import (
    acknowledge,
    open_attachment,
    open_report,
    release,
    reply,
    settle,
    take,
)
from ruangaman.intake.services.doubles import mark_duplicate, undo_duplicate
from ruangaman.intake.services.handover import open_case
from ruangaman.intake.services.keys import forget_keys
from ruangaman.intake.services.lateness import escalate
from ruangaman.intake.services.shifts import forget_notes, give, read_notes, tell_heads
from ruangaman.intake.services.shifts import take as take_over
from ruangaman.intake.services.thread import BACK_KEY, mark_read, write_message

__all__ = [
    "BACK_KEY",
    "PreparedReport",
    "accept_report",
    "acknowledge",
    "escalate",
    "forget_keys",
    "forget_notes",
    "give",
    "mark_duplicate",
    "mark_read",
    "open_attachment",
    "open_case",
    "open_report",
    "prepare_report",
    "read_notes",
    "refuse",
    "release",
    "reply",
    "settle",
    "take",
    "take_over",
    "tell_heads",
    "triage",
    "undo_duplicate",
    "undo_refusal",
    "write_message",
]

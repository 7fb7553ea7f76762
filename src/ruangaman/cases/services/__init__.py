"""Every write to a case: one function per thing that can happen."""

from __future__ import annotations

from ruangaman.cases.services.access import ask_for_older, change_access, end_access, give_access, share_older
from ruangaman.cases.services.catching_up import index_waiting, read_waiting_numbers, stretch_numbers
from ruangaman.cases.services.conflicts import lift_conflict
from ruangaman.cases.services.holding import hold_case, release_case
from ruangaman.cases.services.meetings import ask_about_meeting, settle_meeting
from ruangaman.cases.services.moves import close_case, move_state, reopen_case
from ruangaman.cases.services.opening import open_case
from ruangaman.cases.services.people import add_person, edit_person
from ruangaman.cases.services.records import add_incident, add_note, add_service
from ruangaman.cases.services.tasks import add_task, complete_task, undo_task
from ruangaman.cases.services.team import assign, change_manager, unassign
from ruangaman.cases.services.ties import tie_people, untie_people

__all__ = [
    "add_incident",
    "add_note",
    "add_person",
    "add_service",
    "add_task",
    "ask_about_meeting",
    "ask_for_older",
    "assign",
    "change_access",
    "change_manager",
    "close_case",
    "complete_task",
    "edit_person",
    "end_access",
    "give_access",
    "hold_case",
    "index_waiting",
    "lift_conflict",
    "move_state",
    "open_case",
    "read_waiting_numbers",
    "release_case",
    "reopen_case",
    "settle_meeting",
    "share_older",
    "stretch_numbers",
    "tie_people",
    "unassign",
    "undo_task",
    "untie_people",
]

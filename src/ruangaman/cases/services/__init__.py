"""Every write to a case: one function per thing that can happen."""

from __future__ import annotations

from ruangaman.cases.services.access import ask_for_older, change_access, end_access, give_access, share_older
from ruangaman.cases.services.bulk import Undone, do_bulk, undo_bulk
from ruangaman.cases.services.holding import hold_case, release_case
from ruangaman.cases.services.moves import close_case, move_state, reopen_case
from ruangaman.cases.services.opening import open_case
from ruangaman.cases.services.people import add_person
from ruangaman.cases.services.records import add_incident, add_note, add_service
from ruangaman.cases.services.tasks import add_task, complete_task, undo_task
from ruangaman.cases.services.team import assign, change_manager, unassign
from ruangaman.cases.services.versions import edit_incident, edit_person, edit_task

__all__ = [
    "Undone",
    "add_incident",
    "add_note",
    "add_person",
    "add_service",
    "add_task",
    "ask_for_older",
    "assign",
    "change_access",
    "change_manager",
    "close_case",
    "complete_task",
    "do_bulk",
    "edit_incident",
    "edit_person",
    "edit_task",
    "end_access",
    "give_access",
    "hold_case",
    "move_state",
    "open_case",
    "release_case",
    "reopen_case",
    "share_older",
    "unassign",
    "undo_bulk",
    "undo_task",
]

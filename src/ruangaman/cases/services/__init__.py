"""Every write to a case: one function per thing that can happen."""

from __future__ import annotations

from ruangaman.cases.services.access import ask_for_older, change_access, end_access, give_access, share_older
from ruangaman.cases.services.answering import await_answer, tell_answered
from ruangaman.cases.services.answers import answer_about_victim
from ruangaman.cases.services.approving import ask_approval, decide_approval
from ruangaman.cases.services.bulk import Undone, do_bulk, undo_bulk
from ruangaman.cases.services.catching_up import index_waiting, read_waiting_numbers, stretch_numbers
from ruangaman.cases.services.closing import assess_closing
from ruangaman.cases.services.conflicts import lift_conflict
from ruangaman.cases.services.consenting import give_consent, revoke_consent
from ruangaman.cases.services.deciding import ask_mediation, decide_police
from ruangaman.cases.services.dropping import drop_clock
from ruangaman.cases.services.ending import (
    acknowledge_transfer,
    contact_after,
    plan_aftercare,
    send_transfer,
    try_after,
)
from ruangaman.cases.services.following import Decision, hold_conference, hold_session, review
from ruangaman.cases.services.glass import (
    agree_glass,
    ask_glass,
    break_glass,
    end_glass,
    freeze_late,
    miss_glass,
    review_glass,
)
from ruangaman.cases.services.holding import hold_case, release_case
from ruangaman.cases.services.meetings import ask_about_meeting, settle_meeting
from ruangaman.cases.services.moves import close_case, move_state, reopen_case
from ruangaman.cases.services.opening import open_case
from ruangaman.cases.services.people import add_person
from ruangaman.cases.services.planning import DomainNote, NewGoal, assess, check_safety, make_plan, tell_rights
from ruangaman.cases.services.records import add_incident, add_note, add_service
from ruangaman.cases.services.tasks import add_task, complete_task, undo_task
from ruangaman.cases.services.team import assign, change_manager, unassign
from ruangaman.cases.services.ties import tie_people, untie_people
from ruangaman.cases.services.trying import try_contact
from ruangaman.cases.services.versions import edit_incident, edit_person, edit_task
from ruangaman.cases.services.windows import answer_window
from ruangaman.cases.services.withdrawing import cancel_aftercare, withdraw_transfer

__all__ = [
    "Decision",
    "DomainNote",
    "NewGoal",
    "Undone",
    "acknowledge_transfer",
    "add_incident",
    "add_note",
    "add_person",
    "add_service",
    "add_task",
    "agree_glass",
    "answer_about_victim",
    "answer_window",
    "ask_about_meeting",
    "ask_approval",
    "ask_for_older",
    "ask_glass",
    "ask_mediation",
    "assess",
    "assess_closing",
    "assign",
    "await_answer",
    "break_glass",
    "cancel_aftercare",
    "change_access",
    "change_manager",
    "check_safety",
    "close_case",
    "complete_task",
    "contact_after",
    "decide_approval",
    "decide_police",
    "do_bulk",
    "drop_clock",
    "edit_incident",
    "edit_person",
    "edit_task",
    "end_access",
    "end_glass",
    "freeze_late",
    "give_access",
    "give_consent",
    "hold_case",
    "hold_conference",
    "hold_session",
    "index_waiting",
    "lift_conflict",
    "make_plan",
    "miss_glass",
    "move_state",
    "open_case",
    "plan_aftercare",
    "read_waiting_numbers",
    "release_case",
    "reopen_case",
    "review",
    "review_glass",
    "revoke_consent",
    "send_transfer",
    "settle_meeting",
    "share_older",
    "stretch_numbers",
    "tell_answered",
    "tell_rights",
    "tie_people",
    "try_after",
    "try_contact",
    "unassign",
    "undo_bulk",
    "undo_task",
    "untie_people",
    "withdraw_transfer",
]

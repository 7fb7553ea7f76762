"""Every write about people, desks and signing in."""

from __future__ import annotations

from ruangaman.accounts.services.attempts import (
    LONGEST_NAME,
    clear_tries,
    count_try,
    forget_tries,
    second_key,
)
from ruangaman.accounts.services.desks import create_desk, leave_desk, plan_shift, seat_at_desk
from ruangaman.accounts.services.emergency import (
    begin_emergency_anew,
    end_emergency_holding,
    hand_emergency_key,
    name_emergency_holder,
)
from ruangaman.accounts.services.invitations import (
    accept_invitation,
    forget_invitations,
    invite,
    prepare_first_password,
    prepare_onboarding,
    read_paper,
    try_paper,
    withdraw_invitation,
)
from ruangaman.accounts.services.leaving import let_go, list_left, preview_leaving, renew_epochs
from ruangaman.accounts.services.moving import change_email, forget_addresses, move, preview_moving
from ruangaman.accounts.services.passwords import (
    change_password,
    end_other_sessions,
    prepare_password_change,
    settle_attempt,
    try_own_password,
    try_password,
)
from ruangaman.accounts.services.people import (
    appoint_emergency_officers,
    begin_again,
    create_agency,
    create_unit,
    create_user,
    set_language,
)
from ruangaman.accounts.services.requests import ask, decide, dismiss_officer, regrant, shared_dossiers
from ruangaman.accounts.services.screen import lock_screen, refuse_second_step, sign_out, unlock_screen
from ruangaman.accounts.services.second_step import (
    describe_enrolment,
    draw_code,
    enrol_second_step,
    has_second_step,
    pass_second_step,
    renew_recovery_codes,
    unused_codes,
)
from ruangaman.accounts.services.steps import (
    asked_group,
    begin_step,
    code_to_print,
    keep_new_password,
    keep_printed,
    prepare_new_password,
    prepare_printed,
)

__all__ = [
    "LONGEST_NAME",
    "accept_invitation",
    "appoint_emergency_officers",
    "ask",
    "asked_group",
    "begin_again",
    "begin_emergency_anew",
    "begin_step",
    "change_email",
    "change_password",
    "clear_tries",
    "code_to_print",
    "count_try",
    "create_agency",
    "create_desk",
    "create_unit",
    "create_user",
    "decide",
    "describe_enrolment",
    "dismiss_officer",
    "draw_code",
    "end_emergency_holding",
    "end_other_sessions",
    "enrol_second_step",
    "forget_addresses",
    "forget_invitations",
    "forget_tries",
    "hand_emergency_key",
    "has_second_step",
    "invite",
    "keep_new_password",
    "keep_printed",
    "leave_desk",
    "let_go",
    "list_left",
    "lock_screen",
    "move",
    "name_emergency_holder",
    "pass_second_step",
    "plan_shift",
    "prepare_first_password",
    "prepare_new_password",
    "prepare_onboarding",
    "prepare_password_change",
    "prepare_printed",
    "preview_leaving",
    "preview_moving",
    "read_paper",
    "refuse_second_step",
    "regrant",
    "renew_epochs",
    "renew_recovery_codes",
    "seat_at_desk",
    "second_key",
    "set_language",
    "settle_attempt",
    "shared_dossiers",
    "sign_out",
    "try_own_password",
    "try_paper",
    "try_password",
    "unlock_screen",
    "unused_codes",
    "withdraw_invitation",
]

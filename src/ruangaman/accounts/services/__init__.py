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

__all__ = [
    "LONGEST_NAME",
    "appoint_emergency_officers",
    "begin_again",
    "change_password",
    "clear_tries",
    "count_try",
    "create_agency",
    "create_desk",
    "create_unit",
    "create_user",
    "describe_enrolment",
    "draw_code",
    "end_other_sessions",
    "enrol_second_step",
    "forget_tries",
    "has_second_step",
    "leave_desk",
    "lock_screen",
    "pass_second_step",
    "plan_shift",
    "prepare_password_change",
    "refuse_second_step",
    "renew_recovery_codes",
    "seat_at_desk",
    "second_key",
    "set_language",
    "settle_attempt",
    "sign_out",
    "try_own_password",
    "try_password",
    "unlock_screen",
    "unused_codes",
]

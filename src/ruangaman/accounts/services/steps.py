"""What has to be done before anything else: a new password after the recovery code, a new recovery code on paper."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies, selectors
from ruangaman.accounts.models import User
from ruangaman.accounts.services.passwords import leave_only, release_connection
from ruangaman.accounts.types import StepDone
from ruangaman.audit import services as audit
from ruangaman.audit.types import Role
from ruangaman.core.errors import Busy
from ruangaman.vault import services as vault
from ruangaman.vault.sessions import StaffSessionStore


def code_to_print(session: Any) -> str:
    """Return the recovery code that waits in a session to be proven, a new one the first time."""
    if not session.get(selectors.NEW_CODE):
        session[selectors.NEW_CODE] = vault.new_printed_code()
    return str(session[selectors.NEW_CODE])


def asked_group(code: str) -> int:
    """Return which group of the code has to be typed again, counted from 1: chosen by the code, the same each time."""
    return 2 + sum(map(ord, code)) % (len(code.split("-")) - 2)


def prepare_printed(*, cookie: str, letters: str, at: datetime) -> StepDone:
    """Close the keys behind the code in the session, once its letters prove that it is on paper. One slow hash.

    Call outside of any unit of work; nothing is written.
    """
    with audit.unit_of_work(Role.WEB):
        session = StaffSessionStore(cookie)
        viewer = selectors.load_viewer(session=session, at=at, activity=False)
        code = session.get(selectors.NEW_CODE)
    release_connection()
    if viewer is None or viewer.keyring is None or not code:
        return StepDone()
    wanted = code.split("-")[asked_group(code) - 1]
    if not hmac.compare_digest(vault.printed_secret(letters).encode(), wanted.encode()):
        return StepDone(
            viewer.pk, fault=_("Hurufnya belum sama dengan yang tercetak. Lihat kertasnya, lalu ketik lagi.")
        )
    try:
        return StepDone(viewer.pk, vault.prepare_printed(keyring=viewer.keyring, code=code, at=at))
    except Busy:
        return StepDone(viewer.pk, fault=_("Sedang ramai. Coba lagi sebentar lagi."))


@transaction.atomic
def keep_printed(*, done: StepDone, session: Any, by: User, at: datetime) -> None:
    """Keep the proven code's door in place of the one before, and let the session go on.

    Raises:
        ValueError: the door is somebody else's: a mistake of the program.

    Writes: the door; one event here and one of the vault.
    """
    if done.door is None or done.user_id != by.pk:
        raise ValueError("This door is not of this person.")
    vault.replace_printed_door(by=by, new=done.door, at=at)
    audit.record(events.PRINTED_CODE_KEPT, by=by, subject=str(by.pk), at=at)
    session.pop(selectors.NEW_CODE, None)
    session.pop(selectors.STEP, None)
    if not session.get(selectors.SECOND):
        session[selectors.SINCE] = at.timestamp()  # five minutes more, for the second step that comes next
    session.cycle_key()


def prepare_new_password(*, cookie: str, new: str, at: datetime) -> StepDone:
    """Close the keys in the session behind a new password, for who came in by the recovery code. One slow hash.

    Call outside of any unit of work; nothing is written.
    """
    with audit.unit_of_work(Role.WEB):
        session = StaffSessionStore(cookie)
        viewer = selectors.load_viewer(session=session, at=at, activity=False)
        is_asked = session.get(selectors.STEP) == "password"
    release_connection()
    if viewer is None or viewer.keyring is None or not is_asked or not viewer.has_second_factor:
        return StepDone()
    fault = policies.password_fault(new, username=viewer.username, display_name=viewer.display_name)
    if fault is not None:
        return StepDone(viewer.pk, fault=fault)
    try:
        return StepDone(viewer.pk, vault.prepare_change(keyring=viewer.keyring, password=new, at=at))
    except Busy:
        return StepDone(viewer.pk, fault=_("Sedang ramai. Coba lagi sebentar lagi."))


@transaction.atomic
def keep_new_password(*, done: StepDone, session: Any, by: User, at: datetime) -> None:
    """Put the new password's door in place, end every other session, and ask for a new recovery code next.

    Raises:
        ValueError: the door is somebody else's: a mistake of the program.

    Writes: the door, the account's session epoch, two events here and one of the vault.
    """
    if done.door is None or done.user_id != by.pk:
        raise ValueError("This door is not of this person.")
    vault.change_password(by=by, new=done.door, at=at)
    audit.record(events.CAME_BY_CODE, by=by, subject=str(by.pk), at=at)
    audit.record(events.PASSWORD_CHANGED, by=by, subject=str(by.pk), at=at)
    session[selectors.STEP] = "printed"
    leave_only(session, by)


def begin_step(session: Any, step: str) -> None:
    """Let nothing but this step be done in a session, until it is."""
    session[selectors.STEP] = step

"""Locking the screen, opening it, leaving it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from ruangaman.accounts import events, selectors
from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.vault.keyring import Keyring


@transaction.atomic
def lock_screen(*, session: Any, by: User, at: datetime) -> None:
    """Take the keys out of the session; the person stays signed in. Locking twice changes nothing."""
    if by.keyring is not None:
        audit.record(events.LOCKED, by=by, subject=str(by.pk), at=at)
    selectors.lock_session(session, at)
    by.keyring = None


@transaction.atomic
def unlock_screen(*, session: Any, keyring: Keyring, by: User, at: datetime) -> None:
    """Put the keys back that the password opened, under a new session key."""
    session[selectors.KEYRING] = selectors.pack_keyring(keyring)
    session[selectors.SEEN] = at.timestamp()
    session.pop(selectors.LOCKED_AT, None)
    session.cycle_key()
    by.keyring = keyring
    audit.record(events.UNLOCKED, by=by, subject=str(by.pk), at=at)


@transaction.atomic
def sign_out(*, session: Any, by: User, at: datetime) -> None:
    """End the session; its row goes with it."""
    audit.record(events.SIGNED_OUT, by=by, subject=str(by.pk), at=at)
    session.flush()


@transaction.atomic
def refuse_second_step(*, user: User, at: datetime) -> None:
    """Tell the trail that a code was wrong."""
    audit.record(events.SIGN_IN_REFUSED, by=None, subject=str(user.pk), at=at, detail={"step": "second"})

"""Signing somebody in: quickly, by making the session, or by the pages, as people do."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from ruangaman.accounts import selectors
from ruangaman.accounts.models import User
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.vault import services as vault
from ruangaman.vault.sessions import StaffSessionStore

COOKIE = "k"
PERIOD = 30


def signed_in(user: User, *, client: Client | None = None, second: bool = True, locked: bool = False) -> Client:
    """Return a client with an open session of `user`: password and second step count as passed just now.

    Args:
        user: with `keyring`, as `tests.factories.accounts` makes people.
        second: False: half-way, the second step is still to come.
        locked: True: the screen is locked.
    """
    assert user.keyring is not None, "open the door first: user.keyring = vault.open_door(…)"
    with unit_of_work(Role.WEB):
        session = StaffSessionStore(None)
        moment = timezone.now().timestamp()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "ruangaman.accounts.adapters.DoorBackend"
        session[selectors.SINCE] = session[selectors.SEEN] = moment
        session[selectors.SECOND] = second
        session[selectors.VOUCHED] = True
        if not locked:
            session[selectors.KEYRING] = selectors.pack_keyring(user.keyring)
        session.save()
    client = client or Client()
    client.cookies[COOKIE] = session.session_key
    return client


def open_keys(user: User, password: str) -> User:
    """Put the keys into the hands of somebody who was loaded from the database."""
    user.keyring = vault.open_door(principal_id=user.principal_id, password=password)
    return user


def session_of(client: Client) -> StaffSessionStore:
    """Return the session that a client's cookie opens."""
    with unit_of_work(Role.WEB):
        store = StaffSessionStore(client.cookies[COOKIE].value)
        store.get("")
        return store


def code_for(secret: str, at: datetime) -> str:
    """Return the code that an app shows for a secret at a moment."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // PERIOD))


def secret_of(user: User) -> str:
    """Return the secret of somebody's second step."""
    return decrypt(Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"])

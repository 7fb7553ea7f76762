"""Where allauth meets the vault's door: a password opens keys, and they go with the person into the session.

allauth decides what comes after the password (its login stages, its second factors); its sign-up, reset and
reauthentication are not mounted anywhere. Source: foundations.md 11 and 12.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import KEYRING, SECOND, SEEN, SINCE, STEP, WAITING, WAITING_FOR, pack_keyring
from ruangaman.accounts.types import Attempt
from ruangaman.audit import services as audit
from ruangaman.core import clock
from ruangaman.core.access import prepared
from ruangaman.vault import services as vault
from ruangaman.vault import totp

ENROL_URL, CODES_URL = "/masuk/langkah-kedua/pasang/", "/masuk/langkah-kedua/kode/"


class DoorBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Says who somebody is by the door that the password opened, before this request took a connection."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return whose password it was; the hash has run already in the view's `prepare` step."""
        attempt = prepared(request) if request is not None else None
        if not isinstance(attempt, Attempt) or attempt.user_id is None:
            return None
        user = User.objects.select_related("unit__agency").filter(pk=attempt.user_id, is_active=True).first()
        if user is None or user.username != attempt.username:
            return None
        user.keyring = attempt.keyring
        return user

    def get_user(self, user_id: Any) -> User | None:
        """Return somebody by id; the door loads people itself (`selectors.load_viewer`)."""
        return User.objects.filter(pk=user_id, is_active=True).first()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Carries the keys through the steps. At each step the session gets a new key, so the old cookie opens nothing."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: accounts are made by people in charge."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return what follows the password: the second factor and nothing else."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Let the keys wait in a session that lives five minutes."""
        refused: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if refused is not None:
            return refused
        audit.current_unit().set_viewer(user.pk, [])  # row-level security shows a second factor to its owner only
        request.session[WAITING] = pack_keyring(user.keyring)
        request.session[WAITING_FOR] = user.get_session_auth_hash()
        request.session.set_expiry(int(policies.SECOND_STEP_LIMIT.total_seconds()))
        return None

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in under a new session key. Whoever has no second factor yet stays half-way, for five minutes."""
        waiting = request.session.pop(WAITING)
        request.session.pop(WAITING_FOR)
        super().login(request, user)
        session, at = request.session, clock.now()
        session[KEYRING] = waiting
        session[SEEN] = session[SINCE] = at.timestamp()
        if settings.RUANGAMAN_DEMO or session.get(SECOND):
            session.set_expiry(None)
        if not settings.RUANGAMAN_DEMO and not vault.has_printed_door(user.principal_id):
            session.setdefault(STEP, "printed")  # nobody works with one door only
        audit.record(
            events.SIGNED_IN, by=user, subject=str(user.pk), at=at, detail={"second": bool(session.get(SECOND))}
        )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Lead to the work, or to setting up the second step."""
        super().post_login(request, user, **kwargs)
        done = settings.RUANGAMAN_DEMO or request.session.get(SECOND)
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL if done else ENROL_URL)

    def set_password(self, user: User, password: str) -> None:
        """Refuse: only `accounts.services.change_password` can rewrap the keys."""
        raise RuntimeError("Passwords are doors of the vault; use accounts.services.")


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Seals the secrets of second factors under the pepper; in the demo the second step counts as passed."""

    def encrypt(self, text: str) -> str:
        """Seal."""
        return totp.seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open. Raises Tampered: it was changed, or made under another pepper."""
        return totp.open_secret(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        """Return the user name: an address would say more than a phone has to know."""
        return user.username

    def is_mfa_enabled(self, user: User, types: Any = None) -> bool:
        """Say no in the demo, whatever is kept."""
        return not settings.RUANGAMAN_DEMO and bool(super().is_mfa_enabled(user, types=types))

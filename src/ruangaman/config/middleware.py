"""The door: everything that happens to a request before and after its view.

Order: resolve the address, look at the view's mark, read the body completely, check the form's token, let the view
prepare what is slow, and only then take a connection, enter the unit of work, load session and person, call the view,
save the session, append the audit events, COMMIT, answer. See `docs/explanation/a-request.md`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation
from psycopg_pool import PoolTimeout

from ruangaman.accounts import selectors as accounts
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.config.bodies import BodyFault, read_body
from ruangaman.config.recycling import USAGE
from ruangaman.config.unsent import Unsent, is_activity, only_keeps, past_viewer, unsent_of
from ruangaman.core import clock
from ruangaman.core.access import Access, Door, Prepare, access_of
from ruangaman.ui import inline
from ruangaman.vault import services as vault
from ruangaman.vault.sessions import PublicSessionStore, StaffSessionStore
from ruangaman.web import services as pages
from ruangaman.web import views as web

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("ruangaman.door")
PUBLIC_LANGUAGES = ("id", "en")
PROBES = ("/livez", "/readyz")
OUTAGES = (OperationalError, InterfaceError, PoolTimeout)
BLANK = "."
"""With it begins a cookie that no session was ever stored under: nobody has to look for one."""


def cookie_name(door: Door) -> str:
    """Return the name of the one cookie of this side."""
    name = "s" if door is Door.PUBLIC else "k"
    return f"__Host-{name}" if settings.RUANGAMAN_SECURE_COOKIES else name


def token_secret(cookie: str) -> str:
    """Return the secret of the form tokens of a cookie: a hash of it, so that one cookie serves both."""
    return sha256(b"ra form token" + cookie.encode()).hexdigest()[:32]


class FormToken(CsrfViewMiddleware):
    """Django's check with the secret taken from our one cookie."""

    def _get_secret(self, request: HttpRequest) -> str | None:
        cookie = getattr(request, "cookie", "")
        return token_secret(cookie) if cookie and not request.cookie_is_new else None  # type: ignore[attr-defined]

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)

    def refuses(self, request: HttpRequest) -> bool:
        """Whether the token or the origin of this POST is not ours."""
        return self.process_view(request, _checked, (), {}) is not None


def _checked(request: HttpRequest) -> HttpResponse:
    """The view that `FormToken` is shown: the check is the same for every real one."""
    return HttpResponse()


class HeadersMiddleware:
    """Security headers of every answer. Nothing is loaded from elsewhere, nothing is kept."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", inline.policy(request))
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()")
        if settings.RUANGAMAN_SECURE_COOKIES:
            response.setdefault("Strict-Transport-Security", "max-age=63072000")
        if not request.path_info.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        return response


class LanguageMiddleware:
    """The language of the page: a setting for staff, `?l=` kept in the session for the public."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            translation.activate(page_language(request))
        except OUTAGES as outage:  # reading the session; Django's hook for exceptions only sees those of views
            request.outage = outage  # type: ignore[attr-defined]  # read by the door
            raise
        request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


def asked_language(request: HttpRequest) -> str | None:
    """Return the language that the address asks for, if it is one of ours."""
    asked = request.GET.get("l")
    return asked if asked in PUBLIC_LANGUAGES else None


def page_language(request: HttpRequest) -> str:
    """Return `id` or `en`. Hidden form fields carry it too, for browsers that refuse cookies."""
    asked = request.GET.get("l") or (request.POST.get("l") if request.method == "POST" else None)
    session = getattr(request, "session", None)
    user = getattr(request, "user", None)
    if asked in PUBLIC_LANGUAGES:
        if session is not None and not session.is_empty():
            session["language"] = asked
        return asked
    if user is not None and user.is_authenticated and user.language in PUBLIC_LANGUAGES:
        return str(user.language)
    if session is not None and session.get("language") in PUBLIC_LANGUAGES:
        return str(session["language"])
    return "id"


class DoorMiddleware:
    """Lets a request in, inside one unit of work, or gives the answer that a stranger gets."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.form_token = FormToken(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with USAGE.during(request):
            return self._let_in(request)

    def _let_in(self, request: HttpRequest) -> HttpResponse:
        translation.activate(asked_language(request) or "id")
        try:
            match = request.resolver_match = resolve(request.path_info)
            access = access_of(match.func)
        except Resolver404:
            access = None
        if access is None or not self._is_ours(request):
            return web.not_found(request)
        uploads = None
        request.unsent = unsent_of(request, access, match.kwargs)  # type: ignore[attr-defined]
        try:
            self._cookie(request, access)
            if request.method == "POST":
                request.body_fault, uploads = read_body(request, files=access.files)  # type: ignore[attr-defined]
                request.uploads = uploads  # type: ignore[attr-defined]
                self._check_token(request, access)
            translation.activate(page_language(request))
            if access.prepare is not None and not request.is_stale and not only_keeps(request):  # type: ignore[attr-defined]
                answer = self._prepare(request, access, access.prepare, match.kwargs)
                if answer is not None:
                    return self._with_cookie(request, access, answer)
            return self._enter(request, access)
        finally:
            if uploads is not None:
                uploads.discard()
                vault.release_slots()

    def _prepare(
        self, request: HttpRequest, access: Access, prepare: Prepare, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Run the view's `prepare` step; it may read a little by itself, and find the database gone."""
        try:
            return prepare(request, **kwargs)
        except OUTAGES:
            return web.down(request, access)

    def _cookie(self, request: HttpRequest, access: Access) -> None:
        cookie = request.COOKIES.get(cookie_name(access.door), "")
        known = len(cookie.removeprefix(BLANK)) == 43 and cookie.isascii()
        request.cookie = cookie if known else BLANK + secrets.token_urlsafe(32)  # type: ignore[attr-defined]
        request.cookie_is_new = not known  # type: ignore[attr-defined]
        request.body_fault = None  # type: ignore[attr-defined]
        request.is_stale = False  # type: ignore[attr-defined]
        request.uploads = None  # type: ignore[attr-defined]
        request.META["CSRF_COOKIE"] = token_secret(request.cookie)  # type: ignore[attr-defined]

    def _is_ours(self, request: HttpRequest) -> bool:
        """Whether the request names this installation; whoever asks whether we are alive need not know its name."""
        try:
            request.get_host()
        except DisallowedHost:
            return request.path_info in PROBES
        return True

    def _check_token(self, request: HttpRequest, access: Access) -> None:
        """Mark a form that is not ours. On staff pages only whoever may enter learns of it."""
        if access.door is Door.PUBLIC:
            if not access.database:
                return
            if not request.cookie_is_new or request.META.get("HTTP_ORIGIN"):  # type: ignore[attr-defined]
                foreign = self._foreign_origin(request)
                if foreign or (not request.cookie_is_new and self.form_token.refuses(request)):  # type: ignore[attr-defined]
                    request.body_fault = request.body_fault or BodyFault.STALE  # type: ignore[attr-defined]
            return
        request.is_stale = self.form_token.refuses(request)  # type: ignore[attr-defined]

    def _foreign_origin(self, request: HttpRequest) -> bool:
        origin = request.META.get("HTTP_ORIGIN")
        return origin is not None and not self.form_token._origin_verified(request)  # type: ignore[attr-defined]  # Django's own, not in the stubs

    def _enter(self, request: HttpRequest, access: Access) -> HttpResponse:
        if not access.database:
            request.session, request.user = PublicSessionStore(None), AnonymousUser()
            return self._with_cookie(request, access, self.get_response(request))
        try:
            with unit_of_work(Role(access.role)) as unit:
                response = self._inside(request, access, unit)
                if response.status_code == 404 and access.activity and request.user.is_authenticated:
                    self._note_knock(request)
                if response.status_code >= 500:
                    unit.roll_back()
        except OUTAGES:
            return web.down(request, access)
        except DatabaseError as error:
            if isinstance(error.__cause__, OUTAGES):
                return web.down(request, access)
            raise
        return self._with_cookie(request, access, response)

    def _inside(self, request: HttpRequest, access: Access, unit: Any) -> HttpResponse:
        store = PublicSessionStore if access.door is Door.PUBLIC else StaffSessionStore
        cookie: str = request.cookie  # type: ignore[attr-defined]
        request.session = store(None if cookie.startswith(BLANK) else cookie)
        request.user = AnonymousUser()
        request.unit_of_work = unit  # type: ignore[attr-defined]
        unsent: Unsent | None = request.unsent  # type: ignore[attr-defined]
        if access.door is not Door.PUBLIC:
            barred = self._person(request, access, unit)
            if barred is None and request.is_stale:  # type: ignore[attr-defined]
                barred = (unsent.rescue(request.user, unit) if unsent else None) or web.stale(request)  # type: ignore[arg-type]
            if barred is not None:
                self._save(request)
                return barred
        response = self._answer(request, unsent)
        outage = getattr(request, "outage", None)
        if outage is not None:
            raise outage
        if response.status_code < 500:
            self._save(request)
        return response

    def _answer(self, request: HttpRequest, unsent: Unsent | None) -> HttpResponse:
        """Let the view answer, but for what a form only keeps."""
        if unsent is None:
            return self.get_response(request)
        try:
            kept = unsent.keep()
        except Http404:
            return web.not_found(request)
        if kept is not None:
            return kept
        response = self.get_response(request)
        unsent.settle(response)
        return response

    def _note_knock(self, request: HttpRequest) -> None:
        """Let the trail tell who asked for what is not theirs; whether it is there makes no difference to it."""
        match = request.resolver_match
        pages.note_knock(address=match.route, given=match.kwargs, by=request.user, at=clock.now())  # type: ignore[union-attr,arg-type]  # resolved, signed in

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember that the database went away: Django turns a view's exception into an answer before we see it."""
        if isinstance(exception, OUTAGES):
            request.outage = exception  # type: ignore[attr-defined]

    def _person(self, request: HttpRequest, access: Access, unit: Any) -> HttpResponse | None:
        """Load who is signed in and tell the database; return what somebody who may not enter sees."""
        unsent: Unsent | None = request.unsent  # type: ignore[attr-defined]
        activity = is_activity(request, access)
        user = accounts.load_viewer(session=request.session, at=clock.now(), activity=activity)
        if user is not None:
            request.user = user
            unit.set_viewer(user.pk, user.principals, user.oversight_units)
        if access.door is Door.SIGN_IN:
            return None
        if user is None:
            if request.path_info == settings.LOGIN_REDIRECT_URL and request.method == "GET":
                return HttpResponseRedirect(settings.LOGIN_URL)
            saved = unsent.rescue(past_viewer(request), unit) if unsent and request.method == "POST" else None
            return saved or web.not_found(request)
        if access.door is Door.PERMITTED and not user.has(access.permission):
            return web.not_found(request)
        if user.keyring is None and not access.locked:
            whole = unsent is not None and user.has_second_factor and not user.waits_at
            return (unsent.rescue(user, unit) if unsent and whole else None) or web.locked(request)
        if user.waits_at and not access.locked:
            return HttpResponseRedirect(user.waits_at)
        if not user.has_second_factor and not access.locked:
            return HttpResponseRedirect("/masuk/langkah-kedua/pasang/")
        return None

    def _save(self, request: HttpRequest) -> None:
        session = request.session
        if session.modified and not session.is_empty():
            try:
                session.save()
            except UpdateError:
                # Ended, or given a new key, by another request meanwhile: this was the last answer under it.
                logger.info("a session was gone when it was to be saved")

    def _with_cookie(self, request: HttpRequest, access: Access, response: HttpResponse) -> HttpResponse:
        """Send the one cookie: when a form was drawn, when a session lives, and on public pages with each answer.

        A page that changed its cookie is not kept in the browser's back and forward cache.
        """
        name = cookie_name(access.door)
        if getattr(response, "leaves", False):
            return response
        session = getattr(request, "session", None)
        key = getattr(session, "session_key", None)
        had = name in request.COOKIES
        drawn = request.META.get("CSRF_COOKIE_NEEDS_UPDATE", False)
        if getattr(session, "ended", False) and not key and not drawn:
            if had:
                response.delete_cookie(name, samesite="Strict")
            return response
        value = key or request.cookie  # type: ignore[attr-defined]
        if access.door is not Door.PUBLIC and value == request.COOKIES.get(name):
            return response  # sent again, it would undo the new key that another answer has just brought
        if key or drawn or (had and access.door is Door.PUBLIC):
            response.set_cookie(
                name,
                value,
                secure=settings.RUANGAMAN_SECURE_COOKIES,
                httponly=True,
                samesite="Lax" if access.door is Door.PUBLIC else "Strict",
                path="/",
            )
        return response

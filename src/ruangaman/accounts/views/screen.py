"""The screen: locked after idle minutes or by hand, opened again by the password, left for good."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts import selectors, services
from ruangaman.accounts.forms import UnlockForm
from ruangaman.accounts.types import Attempt
from ruangaman.accounts.views.signing_in import attempt_status, posted, refusal, remember
from ruangaman.core import clock
from ruangaman.core.access import prepared, signed_in
from ruangaman.core.types import StaffRequest

LOCKED_URL = "/terkunci/"


def try_own_door(request: Any) -> None:
    """Try the password of whoever the session belongs to, before the page takes a connection."""
    form = UnlockForm(request.POST)
    if request.method == "POST" and form.is_valid() and not request.cookie_is_new:
        attempt = services.try_own_password(
            cookie=request.cookie, password=form.cleaned_data["password"], at=clock.now()
        )
        remember(request, attempt)


@signed_in(locked=True, activity=False, prepare=try_own_door)
@require_http_methods(["GET", "HEAD", "POST"])
def locked(request: StaffRequest) -> HttpResponse:
    """Who was here, how much came in since, and the password. Nothing of the work stands on it."""
    form, attempt, back = UnlockForm(posted(request)), prepared(request), way_back(request)
    if request.method != "POST" and request.user.keyring is not None and not _is_about_to_lock(request):
        return HttpResponseRedirect(back)
    if isinstance(attempt, Attempt):
        services.settle_attempt(attempt=attempt, at=clock.now())
        if attempt.user_id == request.user.pk:
            return _open(request, attempt, back)
        form.add_error("password", wrong_words(attempt))
    context = {"form": form, "next": back, "since": selectors.locked_since(request.session)}
    status = attempt_status(attempt) if attempt else (422 if form.errors else 200)
    return render(request, "accounts/locked.html", context, status=status)


@signed_in(locked=True, activity=False)
@require_POST
def close(request: StaffRequest) -> HttpResponse:
    """Put the keys away at once: somebody came in."""
    services.lock_screen(session=request.session, by=request.user, at=clock.now())
    return HttpResponseRedirect(LOCKED_URL)


@signed_in()
@require_POST
def alive(request: StaffRequest) -> HttpResponse:
    """Say that a person is at the screen, who reads without sending anything."""
    return HttpResponse(status=204)


@signed_in(locked=True, activity=False)
@require_POST
def leave(request: StaffRequest) -> HttpResponse:
    """End the session: its row is gone, so no copy of the cookie opens anything."""
    services.sign_out(session=request.session, by=request.user, at=clock.now())
    response = HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def way_back(request: StaffRequest) -> str:
    """Return the page to go back to: an address of ours, else the work."""
    wished = request.POST.get("next") or request.GET.get("next") or ""
    ours = wished.startswith("/") and url_has_allowed_host_and_scheme(wished, allowed_hosts=None)
    return wished if ours and not wished.startswith(LOCKED_URL) else settings.LOGIN_REDIRECT_URL


def _open(request: StaffRequest, attempt: Attempt, back: str) -> HttpResponse:
    assert attempt.keyring is not None  # noqa: S101 - it comes with the user's id
    services.unlock_screen(session=request.session, keyring=attempt.keyring, by=request.user, at=clock.now())
    return HttpResponseRedirect(back)


def _is_about_to_lock(request: StaffRequest) -> bool:
    """Whether the page's own clock ran out a moment before ours: then the screen locks now."""
    if not selectors.is_nearly_idle(request.session, clock.now()):
        return False
    services.lock_screen(session=request.session, by=request.user, at=clock.now())
    return True


def wrong_words(attempt: Attempt) -> str:
    """Say that the own password was not the one, or when the next try counts."""
    if attempt.wait_until or attempt.busy:
        return refusal(attempt, clock.now())
    return _("Kata sandi ini tidak cocok. Coba lagi.")

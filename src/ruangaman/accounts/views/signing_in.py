"""The first step: a name and a password."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ruangaman.accounts import services
from ruangaman.accounts.forms import SignInForm
from ruangaman.accounts.types import Attempt
from ruangaman.core import clock
from ruangaman.core.access import prepared, sign_in
from ruangaman.ui import moments


def try_door(request: HttpRequest) -> None:
    """Try the password before the page takes a connection: limits first, then the slow hash without one."""
    if request.method != "POST":
        return
    form = SignInForm(request.POST)
    if form.is_valid():
        remember(request, services.try_password(at=clock.now(), address=address_of(request), **form.cleaned_data))


@sign_in(prepare=try_door)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The sign-in page. A wrong name and a wrong password get the same answer, after the same work."""
    user, attempt = request.user, prepared(request)
    if request.method != "POST" and user.is_authenticated and user.has_second_factor:
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    form = SignInForm(posted(request))
    if isinstance(attempt, Attempt):
        answer = begin(request, attempt)
        if answer is not None:
            return answer
        form.add_error(None, refusal(attempt, clock.now()))
    status = attempt_status(attempt) if attempt else (422 if form.errors else 200)
    return render(request, "accounts/enter.html", {"form": form}, status=status)


def begin(request: HttpRequest, attempt: Attempt) -> HttpResponse | None:
    """Go on to the second step in a session of its own; None: the door did not open."""
    at = clock.now()
    user = authenticate(request, username=attempt.username)
    services.settle_attempt(attempt=attempt, at=at)
    if user is None:
        return None
    request.session.flush()
    response: HttpResponse = perform_password_login(request, {}, Login(user=user))
    return response


def posted(request: HttpRequest) -> Any:
    """Return what was sent; None: nothing was. An empty form that was sent is still one to answer."""
    return request.POST if request.method == "POST" else None


def remember(request: HttpRequest, attempt: object) -> None:
    """Leave on the request what came of the slow step (`core.access.prepared`)."""
    request.prepared = attempt  # type: ignore[attr-defined]  # the door's own attribute


def address_of(request: HttpRequest) -> str:
    """Return where the request came from, for counting only. A proxy in front sets REMOTE_ADDR (manual: serve)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def refusal(attempt: Attempt, at: datetime) -> str:
    """Say what to do; never what was wrong."""
    if attempt.busy:
        return _("Sedang ramai. Coba lagi sebentar lagi.")
    if attempt.wait_until is not None:
        return waiting(attempt.wait_until, at)
    return _("Nama pengguna atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi.")


def waiting(until: datetime, at: datetime) -> str:
    """Say when the next try counts."""
    seconds = max(1, ceil((until - at).total_seconds()))
    if seconds <= 90:
        return ngettext(
            "Terlalu banyak percobaan. Coba lagi dalam %(count)d detik.",
            "Terlalu banyak percobaan. Coba lagi dalam %(count)d detik.",
            seconds,
        ) % {"count": seconds}
    return _("Terlalu banyak percobaan. Coba lagi setelah pukul %(time)s.") % {"time": moments.clock_time(until)}


def attempt_status(attempt: Attempt) -> int:
    """Return 429 when one has to wait, else 422."""
    return 429 if attempt.wait_until or attempt.busy else 422

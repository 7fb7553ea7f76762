"""The recovery code: coming in by it, a new password after it, and a new one on paper."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts import services
from ruangaman.accounts.adapters import CODES_URL, ENROL_URL
from ruangaman.accounts.forms import LettersForm, NewPasswordForm, RecoveryForm, UnlockForm
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import SHOW_CODES, STEP, STEPS
from ruangaman.accounts.types import Attempt, StepDone
from ruangaman.accounts.views.screen import try_own_door, wrong_words
from ruangaman.accounts.views.signing_in import address_of, attempt_status, begin, posted, refusal, remember
from ruangaman.core import clock
from ruangaman.core.access import prepared, sign_in, signed_in
from ruangaman.core.types import StaffRequest
from ruangaman.vault.services import DoorKind, printed_secret


def try_printed_door(request: HttpRequest) -> None:
    """Try a recovery code before the page takes a connection: limits first, then the slow hash without one."""
    form = RecoveryForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return
    attempt = services.try_password(
        username=form.cleaned_data["username"],
        password=printed_secret(form.cleaned_data["code"]),
        address=address_of(request),
        at=clock.now(),
        kind=DoorKind.PRINTED,
    )
    remember(request, attempt)


@sign_in(prepare=try_printed_door)
@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """Come in by the printed code instead of the password; the second step follows as always, then a new password."""
    form, attempt = RecoveryForm(posted(request)), prepared(request)
    if isinstance(attempt, Attempt):
        answer = begin(request, attempt)
        if answer is not None:
            services.begin_step(request.session, "password")
            return answer
        form.add_error(None, _sentence(attempt))
    status = attempt_status(attempt) if attempt else (422 if form.errors else 200)
    return render(request, "accounts/recover.html", {"form": form}, status=status)


def make_password_door(request: HttpRequest) -> None:
    """Close the keys behind the new password before the page takes a connection."""
    form = NewPasswordForm(request.POST)
    if request.method == "POST" and form.is_valid() and not request.cookie_is_new:  # type: ignore[attr-defined]  # the door's
        cookie = request.cookie  # type: ignore[attr-defined]  # the door's own attribute
        remember(request, services.prepare_new_password(cookie=cookie, new=form.cleaned_data["new"], at=clock.now()))


@sign_in(prepare=make_password_door)
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Ask for a new password: whoever came in by the recovery code does not know the old one."""
    user, done = request.user, prepared(request)
    if not _stands_at(request, "password") or not isinstance(user, User):
        return HttpResponseRedirect(settings.LOGIN_URL)
    if not user.has_second_factor:
        return HttpResponseRedirect(ENROL_URL)
    form = NewPasswordForm(posted(request))
    if isinstance(done, StepDone) and done.door is not None:
        services.keep_new_password(done=done, session=request.session, by=user, at=clock.now())
        return HttpResponseRedirect(STEPS["printed"])
    if isinstance(done, StepDone):
        form.add_error("new", done.fault)
    return render(request, "accounts/new_password.html", {"form": form}, status=422 if form.errors else 200)


def make_printed_door(request: HttpRequest) -> None:
    """Close the keys behind the new code, once its letters are there, before the page takes a connection."""
    form = LettersForm(request.POST)
    if request.method == "POST" and form.is_valid() and not request.cookie_is_new:  # type: ignore[attr-defined]  # the door's
        cookie = request.cookie  # type: ignore[attr-defined]  # the door's own attribute
        remember(request, services.prepare_printed(cookie=cookie, letters=form.cleaned_data["letters"], at=clock.now()))


@sign_in(prepare=make_printed_door)
@require_http_methods(["GET", "HEAD", "POST"])
def printed(request: HttpRequest) -> HttpResponse:
    """The recovery code, to print; four of its letters typed again show that it is on paper."""
    user, done = request.user, prepared(request)
    if not _stands_at(request, "printed") or not isinstance(user, User):
        return HttpResponseRedirect(settings.LOGIN_URL)
    form = LettersForm(posted(request))
    if isinstance(done, StepDone) and done.door is not None:
        services.keep_printed(done=done, session=request.session, by=user, at=clock.now())
        return HttpResponseRedirect(_after(request, user))
    if isinstance(done, StepDone):
        form.add_error("letters", done.fault)
    code = services.code_to_print(request.session)
    asking = request.method == "POST" or "ketik" in request.GET  # then the code is not on the page
    groups = [] if asking else code.split("-")
    context = {"form": form, "asking": asking, "groups": groups, "asked": services.asked_group(code), "at": clock.now()}
    return render(request, "accounts/printed.html", context, status=422 if form.errors else 200)


@signed_in(prepare=try_own_door)
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: StaffRequest) -> HttpResponse:
    """Ask for the password, then lead to a new recovery code: somebody may sit at an open screen."""
    form, attempt = UnlockForm(posted(request)), prepared(request)
    if isinstance(attempt, Attempt):
        services.settle_attempt(attempt=attempt, at=clock.now())
        if attempt.user_id == request.user.pk:
            services.begin_step(request.session, "printed")
            return HttpResponseRedirect(STEPS["printed"])
        form.add_error("password", wrong_words(attempt))
    status = attempt_status(attempt) if attempt else (422 if form.errors else 200)
    return render(request, "accounts/renew_printed.html", {"form": form}, status=status)


def _stands_at(request: Any, step: str) -> bool:
    user = request.user
    return user.is_authenticated and user.keyring is not None and request.session.get(STEP) == step


def _after(request: HttpRequest, user: User) -> str:
    """Return where a person goes once the recovery code is kept."""
    if not user.has_second_factor:
        return ENROL_URL
    return CODES_URL if request.session.get(SHOW_CODES) else settings.LOGIN_REDIRECT_URL


def _sentence(attempt: Attempt) -> str:
    if attempt.busy or attempt.wait_until is not None:
        return refusal(attempt, clock.now())
    return _("Nama pengguna atau kode tidak cocok. Periksa keduanya, lalu coba lagi.")

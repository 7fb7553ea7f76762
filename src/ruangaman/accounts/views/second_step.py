"""The second step: enter a code, set it up the first time, keep the printed codes."""

from __future__ import annotations

from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods

from ruangaman.accounts import services
from ruangaman.accounts.adapters import CODES_URL
from ruangaman.accounts.errors import AlreadyThere, WrongCode
from ruangaman.accounts.forms import CodeForm
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import SECOND, SHOW_CODES, WAITING_FOR
from ruangaman.accounts.views.signing_in import posted, waiting
from ruangaman.audit import services as audit
from ruangaman.core import clock
from ruangaman.core.access import sign_in, signed_in


@sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the app, or for a printed one. Five minutes after the password it is over."""
    stage = pending(request)
    if stage is None:
        return HttpResponseRedirect(settings.LOGIN_URL)
    form, status = CodeForm(posted(request)), 200
    if form.is_valid():
        answer = take_code(request, stage, form)
        if answer is not None:
            return answer
        status = 422
    printed = request.GET.get("cara") == "cadangan"
    return render(request, "accounts/second_step.html", {"form": form, "printed": printed}, status=status)


def pending(request: HttpRequest) -> LoginStage | None:
    """Return where the person stands, or None: nobody has entered a password in the last five minutes."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    user = stage.login.user if stage is not None else None
    if user is None or not user.is_active:
        return None
    if not constant_time_compare(request.session.get(WAITING_FOR, ""), user.get_session_auth_hash()):
        return None
    audit.current_unit().set_viewer(user.pk, [])
    return stage


def take_code(request: HttpRequest, stage: LoginStage, form: CodeForm) -> HttpResponse | None:
    """Sign in by a right code; None: a sentence stands in the form."""
    user, at = stage.login.user, clock.now()
    wait = services.count_try(services.second_key(user.pk), at=at)
    if wait is not None:
        form.add_error("code", waiting(wait, at))
        return None
    try:
        authenticator = services.pass_second_step(user=user, code=form.cleaned_data["code"], at=at)
    except WrongCode as error:
        services.refuse_second_step(user=user, at=at)
        form.add_error("code", str(error))
        return None
    post_authentication(request, authenticator)
    request.session[SECOND] = True
    response: HttpResponse = stage.exit()
    return response


@sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Set up the second step: nobody works without one outside the demo."""
    user = request.user
    if not isinstance(user, User) or user.keyring is None:
        return HttpResponseRedirect(settings.LOGIN_URL)
    if user.has_second_factor:
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    form, status = CodeForm(posted(request)), 200
    if form.is_valid():
        answer = keep_second_step(request, user, form)
        if answer is not None:
            return answer
        status = 422
    described = services.describe_enrolment(user=user, secret=get_totp_secret())
    return render(request, "accounts/enrol.html", {"form": form, "enrolment": described}, status=status)


def keep_second_step(request: HttpRequest, user: User, form: CodeForm) -> HttpResponse | None:
    """Keep the second step and go on under a new session key; None: a sentence stands in the form."""
    try:
        services.enrol_second_step(secret=get_totp_secret(), code=form.cleaned_data["code"], by=user, at=clock.now())
    except WrongCode as error:
        form.add_error("code", str(error))
        return None
    except AlreadyThere:  # set up meanwhile in another browser: this one has to show the code like any other
        request.session.flush()
        return HttpResponseRedirect(settings.LOGIN_URL)
    clear_totp_secret(request)
    request.session[SECOND] = request.session[SHOW_CODES] = True
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session.set_expiry(None)
    request.session.cycle_key()
    return HttpResponseRedirect(CODES_URL)


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """The backup codes, once; then how many are left and how to make new ones, never the old ones again."""
    assert isinstance(request.user, User)  # noqa: S101 - the door lets nobody else in
    if request.method == "POST":
        request.session.pop(SHOW_CODES, None)
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    if not services.has_second_step(request.user):
        return HttpResponseRedirect("/pengaturan/")
    codes = services.unused_codes(request.user)
    is_first = request.method == "GET" and bool(request.session.pop(SHOW_CODES, False))
    context = {"codes": codes if is_first else [], "left": len(codes)}
    return render(request, "accounts/codes.html", context)

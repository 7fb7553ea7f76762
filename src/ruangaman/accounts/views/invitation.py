"""The first day: a code on paper, a password of one's own. Everything after it is like any other signing in."""

from __future__ import annotations

from datetime import datetime

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts import services
from ruangaman.accounts.errors import BadInvitation
from ruangaman.accounts.forms import NewPasswordForm, PaperForm
from ruangaman.accounts.selectors import INVITED, STEPS
from ruangaman.accounts.types import Onboarding, Paper
from ruangaman.accounts.views.signing_in import address_of, posted, remember, waiting
from ruangaman.core import clock
from ruangaman.core.access import prepared, sign_in

FIRST_URL, SECOND_URL = "/masuk/undangan/", "/masuk/undangan/sandi/"


@sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code. A wrong one, a used one and one that is too old get the same answer."""
    form, status, at = PaperForm(posted(request)), 200, clock.now()
    if form.is_valid():
        found = services.try_paper(code=form.cleaned_data["code"], address=address_of(request), at=at)
        if isinstance(found, Paper):
            request.session.flush()
            request.session[INVITED] = form.cleaned_data["code"]
            request.session.set_expiry(1800)
            return HttpResponseRedirect(SECOND_URL)
        status = 429 if isinstance(found, datetime) else 422
        form.add_error("code", waiting(found, at) if isinstance(found, datetime) else _sentence())
    return render(request, "accounts/invited.html", {"form": form}, status=max(status, 422 if form.errors else 200))


def make_keys(request: HttpRequest) -> None:
    """Make the keys behind the first password before the page takes a connection: one slow hash."""
    form = NewPasswordForm(request.POST)
    if request.method != "POST" or not form.is_valid() or request.cookie_is_new:  # type: ignore[attr-defined]  # the door's own
        return
    cookie = request.cookie  # type: ignore[attr-defined]  # the door's own attribute
    remember(request, services.prepare_first_password(cookie=cookie, password=form.cleaned_data["new"], at=clock.now()))


@sign_in(prepare=make_keys)
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    """Ask for the first password; with it the account and its keys begin to be."""
    at, onboarding = clock.now(), prepared(request)
    paper = services.read_paper(code=request.session.get(INVITED, ""), at=at)
    if paper is None:
        return HttpResponseRedirect(FIRST_URL)
    form = NewPasswordForm(posted(request))
    if isinstance(onboarding, Onboarding):
        if onboarding.person is not None:
            return begin(request, onboarding, at)
        form.add_error("new", onboarding.fault or _sentence())
    context = {"form": form, "paper": paper}
    return render(request, "accounts/first_password.html", context, status=422 if form.errors else 200)


def begin(request: HttpRequest, onboarding: Onboarding, at: datetime) -> HttpResponse:
    """Make the account and go on half signed in: the recovery code comes next."""
    try:
        user = services.accept_invitation(onboarding=onboarding, at=at)
    except BadInvitation:
        return HttpResponseRedirect(FIRST_URL)
    request.session.flush()
    perform_password_login(request, {}, Login(user=user))
    services.begin_step(request.session, "printed")
    return HttpResponseRedirect(STEPS["printed"])


def _sentence() -> str:
    return _("Kode ini tidak berlaku. Periksa huruf demi huruf; bila tetap begitu, minta undangan baru.")

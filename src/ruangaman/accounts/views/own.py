"""The own settings: language, password, second step, other sessions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts import selectors, services
from ruangaman.accounts.adapters import CODES_URL
from ruangaman.accounts.errors import WrongCode
from ruangaman.accounts.forms import LanguageForm, PasswordForm, RenewCodesForm, SingleKeysForm
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import SHOW_CODES
from ruangaman.accounts.types import Attempt, PasswordChange, Permission
from ruangaman.accounts.views.emergency import EMERGENCY_URL
from ruangaman.accounts.views.screen import try_own_door, wrong_words
from ruangaman.accounts.views.signing_in import attempt_status, posted, refusal, remember, waiting
from ruangaman.core import clock
from ruangaman.core.access import prepared, signed_in
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault

SETTINGS_URL = "/pengaturan/"
KIN_URL = "/pengaturan/kerabat/"
SAID = {
    "bahasa": gettext_lazy("Bahasa layar sudah diganti."),
    "tombol": gettext_lazy("Pintasan papan ketik sudah diatur. Langsung berlaku."),
    "sandi": gettext_lazy("Kata sandi sudah diganti. Sesi lain sudah berakhir."),
    "sesi": gettext_lazy("Semua sesi lain sudah berakhir."),
    "darurat": gettext_lazy("Kunci darurat sudah diserahkan. Anda tidak memegangnya lagi."),
}
ROOMS = (
    (Permission.PEOPLE_MANAGE, "/pengaturan/orang/", gettext_lazy("Orang dan undangan")),
    (Permission.REQUEST_DECIDE, "/pengaturan/permintaan/", gettext_lazy("Permintaan yang menunggu orang kedua")),
    (Permission.KEYS_VOUCH, "/pengaturan/kunci/", gettext_lazy("Kunci yang menunggu tanda tangan")),
    (Permission.REPORT_DESK, "/pengaturan/meja/", gettext_lazy("Meja saya")),
    (Permission.CODES_MANAGE, "/pengaturan/daftar/", gettext_lazy("Daftar pilihan")),
    (Permission.CASE_WRITE, "/pengaturan/buka-kembali/", gettext_lazy("Rekan dengan kunci baru")),
    (Permission.CODES_MANAGE, "/pengaturan/jam/", gettext_lazy("Batas waktu, hari libur, dan jam kerja")),
)


@signed_in()
@require_safe
def show(request: StaffRequest) -> HttpResponse:
    """What somebody can set for themselves, and what protects the account."""
    return page(request)


def page(request: StaffRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Draw the settings, with a form that needs another look if there is one."""
    user = request.user
    context = {
        "kin_url": KIN_URL,
        "language_form": LanguageForm(initial={"language": user.language}),
        "keys_form": SingleKeysForm(initial={"keys": "on" if user.single_keys else "off"}),
        "second_step": services.has_second_step(user),
        "codes_left": len(services.unused_codes(user)),
        "is_demo": settings.RUANGAMAN_DEMO,
        "key": next(iter(vault.list_keys([user.principal_id])), None),
        "has_printed": vault.has_printed_door(user.principal_id),
        "rooms": [(url, words) for permission, url, words in ROOMS if user.has(permission)] + emergency_room(user),
        "said": SAID.get(request.GET.get("sudah", "")),
        **forms,
    }
    return render(request, "accounts/settings.html", context, status=status)


def emergency_room(user: User) -> list[tuple[str, Any]]:
    """Return the way to the emergency keys, for who holds one or is in charge: a role alone does not say."""
    found = selectors.list_emergency_keys(viewer=user, at=clock.now())
    rooms: list[tuple[str, Any]] = [(EMERGENCY_URL, gettext_lazy("Kunci darurat unit"))] if found else []
    if any(key.is_holder for key in found):
        rooms.append(("/darurat/", gettext_lazy("Membuka satu kasus dalam keadaan darurat")))
    return rooms


@signed_in()
@require_POST
def language(request: StaffRequest) -> HttpResponse:
    """Change the language of the screens."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, language_form=form)
    services.set_language(language=form.cleaned_data["language"], by=request.user, at=clock.now())
    return HttpResponseRedirect(f"{SETTINGS_URL}?sudah=bahasa")


@signed_in()
@require_POST
def single_keys(request: StaffRequest) -> HttpResponse:
    """Turn the shortcuts of one letter on or off."""
    form = SingleKeysForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, keys_form=form)
    services.set_single_keys(is_on=form.cleaned_data["keys"] == "on", by=request.user, at=clock.now())
    return HttpResponseRedirect(f"{SETTINGS_URL}?sudah=tombol")


def try_change(request: Any) -> None:
    """Open the old door and make the new one, before the page takes a connection: two slow hashes."""
    form = PasswordForm(request.POST)
    if request.method == "POST" and form.is_valid() and not request.cookie_is_new:
        change = services.prepare_password_change(
            cookie=request.cookie,
            current=form.cleaned_data["current"],
            new=form.cleaned_data["new"],
            at=clock.now(),
        )
        remember(request, change)


@signed_in(prepare=try_change)
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: StaffRequest) -> HttpResponse:
    """Change the password. The keys are closed behind the new one; every other session ends."""
    form, change = PasswordForm(posted(request)), prepared(request)
    status = 422 if form.errors else 200
    if isinstance(change, PasswordChange):
        at, attempt = clock.now(), change.attempt
        services.settle_attempt(attempt=attempt, at=at)
        if change.door is not None:
            services.change_password(change=change, session=request.session, by=request.user, at=at)
            return HttpResponseRedirect(f"{SETTINGS_URL}?sudah=sandi")
        if change.fault:
            form.add_error("new", change.fault)
        else:
            form.add_error("current", _sentence(change))
        status = attempt_status(attempt)
    return render(request, "accounts/password.html", {"form": form}, status=status)


@signed_in(prepare=try_own_door)
@require_http_methods(["GET", "HEAD", "POST"])
def renew_codes(request: StaffRequest) -> HttpResponse:
    """Make new backup codes; asks for the password and a code of the app first."""
    if not services.has_second_step(request.user):
        return HttpResponseRedirect(SETTINGS_URL)
    form, attempt, at = RenewCodesForm(posted(request)), prepared(request), clock.now()
    status = 422 if form.errors else 200
    if isinstance(attempt, Attempt):
        services.settle_attempt(attempt=attempt, at=at)
        if attempt.user_id != request.user.pk:
            form.add_error("password", wrong_words(attempt))
            status = attempt_status(attempt)
        elif form.is_valid():
            return take_code(request, form)
    return render(request, "accounts/renew_codes.html", {"form": form}, status=status)


def take_code(request: StaffRequest, form: RenewCodesForm) -> HttpResponse:
    """Try the code of whoever knew the password: the new codes are the next page, once."""
    at, status = clock.now(), 422
    wait = services.count_try(services.second_key(request.user.pk), at=at)
    if wait is not None:
        form.add_error("code", waiting(wait, at))
        status = 429
    else:
        try:
            services.renew_recovery_codes(code=form.cleaned_data["code"], by=request.user, at=at)
        except WrongCode as error:
            form.add_error("code", str(error))
        else:
            request.session[SHOW_CODES] = True
            return HttpResponseRedirect(CODES_URL)
    return render(request, "accounts/renew_codes.html", {"form": form}, status=status)


@signed_in()
@require_POST
def end_others(request: StaffRequest) -> HttpResponse:
    """End every other session of the same person."""
    services.end_other_sessions(session=request.session, by=request.user, at=clock.now())
    return HttpResponseRedirect(f"{SETTINGS_URL}?sudah=sesi")


def _sentence(change: PasswordChange) -> str:
    if change.attempt.wait_until or change.attempt.busy:
        return refusal(change.attempt, clock.now())
    return _("Kata sandi sekarang tidak cocok.")

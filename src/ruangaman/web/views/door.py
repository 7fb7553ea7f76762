"""The pages between all others: the answers of the door, and whether the house is awake."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ruangaman.core.access import Access, Door, public
from ruangaman.web.types import Action, Notice

PUBLIC_STARTS = ("/i/", "/p/", "/panduan/")
PUBLIC_PAGES = frozenset({"/", "/keluar", "/layanan", "/i", "/p", "/panduan"})
UNLOCK_URL = "/terkunci/"
NEVER_GIVEN_BACK = frozenset({"csrfmiddlewaretoken", "password", "code"})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one answer for an address that does not exist and for one that is not for you to know of."""
    answer = _notice(
        request,
        Notice(
            _("Tidak ada yang dapat ditampilkan di sini"),
            _("Mungkin alamatnya keliru, mungkin tidak untuk dibuka dari sini. Jawaban kami sengaja sama."),
            (Action(_("Ke halaman depan"), "/"), Action(_("Petugas: ke antrean saya"), "/kerja/")),
        ),
        status=404,
    )
    if request.headers.get("HX-Request"):
        answer["HX-Refresh"] = "true"  # a part of a page whose session has ended: the whole page asks again
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed in our place; says that it is not the visitor's fault and whom to call meanwhile."""
    return _notice(
        request,
        Notice(
            _("Ada yang rusak di tempat kami"),
            _("Ini bukan salah Anda. Tidak ada yang tersimpan setengah. Coba lagi sebentar lagi."),
            (Action(_("Ke halaman depan"), "/"),),
        ),
        status=500,
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the browser sent cannot be read."""
    return _notice(
        request,
        Notice(
            _("Kiriman ini tidak bisa kami baca"),
            _("Tidak ada yang tersimpan. Kembali ke halaman sebelumnya, muat ulang, lalu kirim sekali lagi."),
            (Action(_("Ke halaman depan"), "/"),),
        ),
        status=400,
    )


def stale(request: HttpRequest) -> HttpResponse:
    """A staff form with a token that is not of this browser: the page was too old, or somebody else's."""
    return _notice(
        request,
        Notice(
            _("Halaman ini sudah terlalu lama terbuka"),
            _("Demi keamanan, yang Anda kirim belum tersimpan. Kembali, muat ulang halamannya, lalu kirim lagi."),
            (Action(_("Ke antrean saya"), "/kerja/"),),
        ),
        status=403,
    )


def locked(request: HttpRequest) -> HttpResponse:
    """The session was idle: the keys are put away until the password is entered again. What was sent is not stored."""
    unlock = f"{UNLOCK_URL}?{urlencode({'next': request.path_info})}"
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return HttpResponseRedirect(unlock)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"HX-Redirect": UNLOCK_URL})
    return _notice(
        request,
        Notice(
            _("Layar terkunci sebelum ini terkirim"),
            _("Buka kunci layar dengan kata sandi Anda, lalu kembali ke halaman sebelumnya dan kirim lagi."),
            (Action(_("Buka kunci"), UNLOCK_URL),),
        ),
        status=403,
    )


def rescued(request: HttpRequest, *, is_open: bool, page: str, had_files: bool) -> HttpResponse:
    """The session was locked, over, or the page too old, and what was sent was sealed to whose it is.

    Args:
        is_open: they are still signed in.
        page: where they go on.
        had_files: files may have come along, and are not kept.
    """
    user = request.user
    is_locked = is_open and user.keyring is None  # type: ignore[union-attr]
    url = f"{UNLOCK_URL}?{urlencode({'next': page})}" if is_locked else page if is_open else settings.LOGIN_URL
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"HX-Redirect": url if is_open else f"{url}?disimpan"})
    words = _("Tulisan Anda disimpan, dan hanya dapat dibuka oleh Anda. Lanjutkan dari daftar “Belum terkirim”.")
    if had_files:
        words = f"{words} {_('Lampiran tidak ikut disimpan: pilih lagi nanti.')}"
    if is_open and not is_locked:
        title, action = _("Halaman ini sudah terlalu lama terbuka"), Action(_("Lanjutkan"), page)
    elif is_locked:
        title, action = _("Layar terkunci sebelum ini terkirim"), Action(_("Buka kunci"), url)
    else:
        title, action = _("Anda keluar sebelum ini terkirim"), Action(_("Masuk lagi"), url)
    return _notice(request, Notice(title, words, (action,)), status=403)


def not_kept(request: HttpRequest, words: str) -> HttpResponse:
    """What somebody wanted to keep cannot be; going back, the browser still has it."""
    there = _("Kembali ke halaman tadi: tulisannya masih ada.")
    actions = (Action(_("Lihat yang belum terkirim"), "/tulisan/"),)
    return _notice(request, Notice(_("Belum tersimpan"), f"{words} {there}", actions), status=409)


def down(request: HttpRequest, access: Access) -> HttpResponse:
    """The database cannot be reached. The public keeps what was typed and sees the numbers that work without us."""
    if access.door is not Door.PUBLIC:
        return _notice(
            request,
            Notice(
                _("Sistem sedang tidak dapat dihubungi"),
                _("Kasus dan laporan tetap utuh. Yang baru saja Anda kirim belum tersimpan; coba lagi sebentar lagi."),
                (Action(_("Coba lagi"), request.path_info if request.method == "GET" else "/kerja/"),),
            ),
            status=503,
        )
    context = _kept(request)
    return render(request, "web/down_kept.html" if context else "web/down.html", context, status=503)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed, to be sent again; nothing if there is nothing."""
    if request.method != "POST":
        return {}
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_GIVEN_BACK
        for value in values
        if value.strip()
    ]
    if not pairs:
        return {}
    words = next((name for name in ("what", "message") if request.POST.get(name, "").strip()), "")
    return {
        "kept": [pair for pair in pairs if pair[0] != words],
        "words": words,
        "text": request.POST.get(words, "") if words else "",
        "files": getattr(getattr(request, "uploads", None), "names", ()),
    }


@public(database=False)
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public()
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """This process reaches its database: the door has begun a transaction, or answered 503 itself."""
    return HttpResponse("ok\n", content_type="text/plain")


def _notice(request: HttpRequest, notice: Notice, *, status: int) -> HttpResponse:
    path = request.path_info
    is_public = path in PUBLIC_PAGES or path.startswith(PUBLIC_STARTS)
    template = "web/notice_public.html" if is_public else "web/notice.html"
    return render(request, template, {"notice": notice, "demo": None}, status=status)

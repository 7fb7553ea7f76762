"""Pages that need no data, and the way out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from ruangaman.core.access import public
from ruangaman.intake.views.visit import KEY_LENGTH
from ruangaman.vault import services as vault

COOKIES = ("s", "__Host-s")


@public(database=False)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Emergency numbers first, then the ways to go on."""
    return render(request, "intake/start.html")


@public(database=False)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """What the office can do for her."""
    return render(request, "intake/services.html")


@public(database=False)
@require_safe
def safety(request: HttpRequest) -> HttpResponse:
    """How to use a telephone that others see."""
    return render(request, "intake/safety.html")


@public(database=False)
@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """What she may ask for."""
    return render(request, "intake/rights.html")


@public(database=False)
@require_safe
def child(request: HttpRequest) -> HttpResponse:
    """The start page in a child's words."""
    return render(request, "intake/child.html")


@public(database=False)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Out, at once: no token, no database, also with a dead session. The session itself ends beside the answer."""
    if request.method != "POST":
        return HttpResponseRedirect("/", status=303)
    response = HttpResponseRedirect(settings.RUANGAMAN_EXIT_URL, status=303)
    for key in {request.POST.get("s", ""), *(request.COOKIES.get(name, "") for name in COOKIES)}:
        if len(key) == KEY_LENGTH and key.isascii():
            vault.end_visit_soon(key)
    for name in COOKIES:
        if name in request.COOKIES:
            response.delete_cookie(name, samesite="Lax")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    response.leaves = True  # type: ignore[attr-defined]  # the door sets no cookie then
    return response
